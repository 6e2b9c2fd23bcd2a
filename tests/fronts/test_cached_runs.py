"""What a run has found out, the next one knows; what has changed, it runs anew."""

import json

import pytest

pytestmark = pytest.mark.slow

KNOWN = "{} verdicts, all known from before; nothing was started; --no-cache runs everything anew"


def last(done):
    return done.stdout.splitlines()[-1]


def verdicts(path):
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["case"].rpartition("/")[2]: line for line in lines if line["kind"] == "verdict"}


def test_nothing_is_started_where_nothing_has_changed(counted):
    first = counted.run("--report=first.jsonl")
    assert counted.calls() == ["import", "1", "2", "3"]
    again = counted.run("--report=again.jsonl")
    assert counted.calls() == []
    assert last(again) == KNOWN.format(3)
    assert again.stdout.splitlines()[:-1] == first.stdout.splitlines()[:-1]
    assert verdicts(counted.folder / "again.jsonl") == verdicts(counted.folder / "first.jsonl")


def test_the_footer_counts_what_is_known_from_before(counted):
    counted.run()
    done = counted.run("--format=json", "--report=r.jsonl")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed[-1]["cached"] == 3
    written = (counted.folder / "r.jsonl").read_text().splitlines()
    assert json.loads(written[-1])["cached"] == 3


def test_no_cache_runs_everything_and_keeps_what_it_finds(counted):
    counted.run()
    counted.calls()
    done = counted.run("--no-cache")
    assert counted.calls() == ["import", "1", "2", "3"]
    assert "known from before" not in last(done)
    assert last(counted.run()) == KNOWN.format(3)


def test_another_case_alone_is_run(counted):
    counted.run()
    counted.calls()
    counted.write_cases((1, 2, 3, 4))
    done = counted.run()
    assert counted.calls() == ["import", "4"]
    assert last(done).endswith("; 3 known from before")


def test_a_case_that_was_moved_is_known_and_stands_where_it_stands_now(counted):
    counted.run()
    counted.calls()
    text = counted.behaviour.read_text()
    counted.behaviour.write_text(f"# A word before.\n# And another.\n{text.strip()}\n")
    counted.run("--report=r.jsonl")
    assert counted.calls() == []
    place = verdicts(counted.folder / "r.jsonl")["case-1"]["place"]
    line = counted.behaviour.read_text().splitlines().index("  - id: case-1") + 1
    assert place == f"cases/cumsum/behaviour.yaml:{line}:5"


def test_an_explanation_names_the_place_of_today(counted):
    text = counted.behaviour.read_text().replace("values: [3, 4]", "values: [3, 5]")
    counted.behaviour.write_text(text)
    red = counted.run()
    counted.calls()
    counted.behaviour.write_text(f"# A word before.\n{text}")
    again = counted.run()
    assert counted.calls() == []
    assert (red.returncode, again.returncode) == (1, 1)
    line = counted.behaviour.read_text().splitlines().index("  - id: case-3") + 1
    assert f"case      cases/cumsum/behaviour.yaml:{line}:5\n" in again.stdout


def test_a_red_verdict_is_red_again(counted):
    text = counted.behaviour.read_text().replace("values: [3, 4]", "values: [3, 5]")
    counted.behaviour.write_text(text)
    first, again = counted.run(), counted.run()
    assert counted.calls() == ["import", "1", "2", "3"]
    assert (first.returncode, again.returncode) == (1, 1)
    assert "1 of 2 values differ" in again.stdout
    assert first.stdout.splitlines()[:-1] == again.stdout.splitlines()[:-1]


def test_a_crash_is_never_known(counted):
    counted.write_cases((1, 91, 2))
    first = counted.run()
    counted.calls()
    again = counted.run()
    assert counted.calls() == ["import", "91", "import", "91"]
    assert (first.returncode, again.returncode) == (1, 1)
    assert last(again).endswith("; 2 known from before")


def test_what_was_too_slow_is_never_known_and_the_time_limit_does_not_count(counted):
    counted.write_cases((1, 92))
    counted.run("--timeout=0.3")
    counted.calls()
    (known,) = (counted.folder / ".home/verdicts/targets").iterdir()
    assert "case-1" in known.read_text()
    assert "case-92" not in known.read_text()
    counted.write_cases((1,))
    assert last(counted.run("--timeout=0.4")).endswith(
        "all known from before; nothing was started; --no-cache runs everything anew"
    )


def test_an_api_that_is_new_is_run_alone(counted):
    counted.run()
    counted.calls()
    bindings = counted.folder / "path/counted_backend/bindings.yaml"
    text = bindings.read_text()
    bindings.write_text(text + text.partition("apis:\n")[2].replace("cumsum:", "sum_up:", 1))
    counted.run()
    assert counted.calls() == ["import", "sum_up", "sum_up", "sum_up"]


def test_a_ledger_entry_concerns_its_case_alone(counted):
    counted.run()
    counted.calls()
    counted.project.write(
        "path/counted_backend/ledger.yaml",
        "format: 1\nbackend: counted\nknown:\n"
        "  - cases: [cumsum/behaviour/case-2]\n    apis: [counted_framework.cumsum]\n"
        "    outcome: {dtype: int8, values: [2, 3]}\n    reason: none\n    link: https://example.org\n",
    )
    done = counted.run()
    assert counted.calls() == ["import", "2"]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("counted_framework.py", "kind == 91", "kind == 90"),
        ("counted_backend/adapter.py", "Nothing to", "There is nothing to"),
        (
            "counted_backend/bindings.yaml",
            "errors: []",
            "errors: [{word: no-kernel, type: E, contains: e}]",
        ),
    ],
)
def test_what_all_verdicts_depend_on_runs_them_all(counted, file, old, new):
    counted.run()
    counted.calls()
    counted.project.edit(counted.folder / "path" / file, old, new=new)
    counted.run()
    assert counted.calls() == ["import", "1", "2", "3"]


def test_a_variable_that_frameworks_read_runs_all_anew(counted):
    counted.run(OMP_NUM_THREADS="1")
    counted.calls()
    counted.run(OMP_NUM_THREADS="1", COLUMNS="100", PYTHONUNBUFFERED="1")
    assert counted.calls() == []
    counted.run(OMP_NUM_THREADS="2")
    assert counted.calls() == ["import", "1", "2", "3"]


def test_another_target_is_run_alone(counted):
    counted.run(backends=("counted",))
    counted.calls()
    done = counted.run(backends=("counted", "counted:second"))
    assert counted.calls() == ["import", "1", "2", "3"]
    assert last(done).endswith("; 3 known from before")


def test_a_framework_with_compiled_parts_that_is_under_development_is_never_known(counted):
    path = counted.folder / "path"
    (path / "counted_framework").mkdir()
    (path / "counted_framework.py").rename(path / "counted_framework/__init__.py")
    (path / "counted_framework/kernels.so").write_bytes(b"")
    counted.run()
    counted.calls()
    done = counted.run()
    assert counted.calls() == ["import", "1", "2", "3"]
    assert (
        "verdicts on counted-1.5 are not kept: counted_framework is under development and has "
        "compiled parts (kernels.so)\n"
    ) in done.stdout


def test_a_debuggers_run_neither_uses_nor_keeps_verdicts(counted):
    counted.run("--in-process")
    assert counted.calls() == ["import", "1", "2", "3"]
    counted.run("--in-process")
    assert counted.calls() == ["import", "1", "2", "3"]


def test_a_store_that_was_damaged_is_no_store(counted):
    counted.run()
    counted.calls()
    for path in (counted.folder / ".home/verdicts").glob("*/*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert counted.run().returncode == 0
    assert counted.calls() == ["import", "1", "2", "3"]
