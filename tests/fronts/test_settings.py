from pathlib import Path

import platformdirs
import pytest

from conformance.fronts.settings import Settings, read_settings
from conformance.model.errors import FileError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("CONFORMANCE_HOME", str(home))
    return home


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "project"
    (folder / "below").mkdir(parents=True)
    return folder


def write(project: Path, text: str) -> Path:
    path = project / "pyproject.toml"
    path.write_text(text)
    return path


def refusal(project: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_settings(project)
    return str(caught.value)


def test_without_a_table_the_defaults_hold(project, home):
    assert read_settings(project) == Settings(home, None, None, 60.0)


def test_home_is_in_the_user_s_cache_if_nothing_names_another(project, monkeypatch):
    monkeypatch.delenv("CONFORMANCE_HOME")

    assert read_settings(project).home == platformdirs.user_cache_path("conformance")


def test_the_targets_file_in_home_holds_if_it_is_there(project, home):
    home.mkdir()
    (home / "targets.toml").write_text("")

    assert read_settings(project).targets_file == home / "targets.toml"


def test_paths_are_relative_to_the_project_and_hold_below_it(project, home):
    write(
        project,
        '[tool.conformance]\ncases = "c"\ntargets = "t.toml"\ntimeout = 5\n',
    )

    assert read_settings(project / "below") == Settings(
        home, project / "c", project / "t.toml", 5.0
    )


def test_a_project_without_the_table_is_passed_over(project):
    write(project, "[tool.conformance]\ntimeout = 5\n")
    write(project / "below", '[project]\nname = "conformance-of-mine"\n')

    assert read_settings(project / "below").timeout_s == 5.0


def test_a_broken_file_that_does_not_speak_of_this_tool_is_passed_over(project, home):
    write(project, "[tool.black\n")

    assert read_settings(project) == Settings(home)


def test_a_broken_file_is_told_with_its_place(project):
    path = write(project, "[tool.conformance]\ntimeout = \n")

    assert refusal(project) == f"{path}:2:11: invalid value; expected TOML 1.0"


def test_an_unknown_key_is_told_which_there_are(project):
    path = write(project, "[tool.conformance]\ntimeout = 5\n  report = 1\n")

    assert refusal(project) == (
        f"{path}:3:3: [tool.conformance] has the key 'report'; "
        "expected one of: cases, targets, timeout"
    )


@pytest.mark.parametrize("value", ["0", "-1", "true", "nan", '"5"'])
def test_a_timeout_that_is_no_time_is_refused(project, value):
    path = write(project, f"[tool.conformance]\ntimeout = {value}\n")

    assert refusal(project).startswith(f"{path}:2:1: timeout is ")
    assert refusal(project).endswith("; expected a number of seconds above 0")


@pytest.mark.parametrize("value", ["1", '""', "[]"])
def test_a_folder_that_is_no_path_is_refused(project, value):
    path = write(project, f"[tool.conformance]\ncases = {value}\n")

    assert refusal(project).startswith(f"{path}:2:1: cases is ")
    assert refusal(project).endswith("; expected a path, relative to this file")
