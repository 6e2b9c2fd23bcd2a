from pathlib import Path

import pytest

from conformance.fronts.pytest_arguments import Arguments, sort_arguments


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A project with case files, tests, and a folder that is called like an operation."""
    for name in ("cases/cumsum/page.yaml", "tests/test_own.py", "cumprod/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("")
    return tmp_path


def sort(start: Path, *arguments: str) -> Arguments:
    return sort_arguments(arguments, start=start, cases=start / "cases")


@pytest.mark.parametrize("address", ["cumsum", "cumsum/page", "cumsum/page/int8"])
def test_what_is_no_path_is_an_address(start, address):
    assert sort(start, address) == Arguments(addresses=(address,))


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("cases/cumsum", "cumsum"),
        ("cases/cumsum/", "cumsum"),
        ("cases/cumsum/page.yaml", "cumsum/page"),
        ("cases/cumsum/page", "cumsum/page"),
        ("cases/cumsum/page/int8", "cumsum/page/int8"),
    ],
)
def test_a_path_to_case_files_is_their_address(start, path, address):
    assert sort(start, path) == Arguments(addresses=(address,))


def test_in_the_folder_of_cases_a_folder_s_name_is_an_address(start):
    arguments = sort_arguments(["cumsum"], start=start / "cases", cases=start / "cases")

    assert arguments == Arguments(addresses=("cumsum",))


def test_the_folder_of_cases_selects_all_of_them(start):
    assert sort(start, "cases") == Arguments()


def test_an_id_is_an_id(start):
    task_id = "cumsum/page/int8[torch.cumsum-torch-2.13.0]"

    assert sort(start, task_id) == Arguments(ids=(task_id,))


@pytest.mark.parametrize(
    "path",
    [
        "tests",
        "cumprod",
        "tests/test_own.py",
        "tests/test_own.py::test_it[a-b]",
        "tests/not_there.py",
        "nowhere/test_x.py::test_y",
    ],
)
def test_what_only_pytest_can_mean_is_a_path(start, path):
    assert sort(start, path) == Arguments(paths=(path,))
