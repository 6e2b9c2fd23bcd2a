"""A quick look at targets: real frameworks are as declared, and whatever is not is told."""

import json
import subprocess

import pytest

pytestmark = pytest.mark.slow

ADAPTER = "path/counted_backend/adapter.py"
ENVIRONMENT = "path/counted_backend/environment.toml"
WORDS = """

def words():
    return {"devices": %s, "modes": %s}
"""
MODES = '["default", "second", "third"]'


@pytest.fixture
def smoke(counted):
    """Looks at targets; the exit status and what was printed to both streams."""

    def look(*arguments, **variables):
        command = [counted.command()[0], "smoke", *(arguments or ("counted",))]
        done = subprocess.run(
            command, cwd=counted.folder, env=counted.environment(**variables), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    return look


def append(counted, text):
    path = counted.folder / ADAPTER
    path.write_text(path.read_text() + text)


def declare(counted, text):
    (counted.folder / ENVIRONMENT).write_text(f'module = "counted_framework"\n{text}\n')


def findings(text):
    """The findings, each with its further lines."""
    return text.split("  ✗ ")[1:]


def place(counted):
    return counted.folder / ENVIRONMENT


CALL = "cumsum/behaviour/case-1[counted_framework.cumsum-counted-1.5%s]"


def test_a_target_that_is_as_declared_has_no_finding(smoke, counted):
    append(counted, WORDS % ('["cpu"]', MODES))
    status, text = smoke()
    first, *rest = text.splitlines()
    assert (status, rest) == (
        0,
        [
            "  device cpu: works",
            "  mode default: works",
            "  mode second: works",
            "  mode third: works",
            "  dtypes held: int8",
            "  ✓ all as declared",
        ],
    ), text
    assert first.startswith("counted-1.5: CPython 3.")


def test_each_word_costs_one_call(smoke, counted):
    assert smoke()[0] == 0
    calls = counted.calls()
    assert (calls.count("import"), calls.count("1")) == (3, 3)
    assert smoke("counted:second")[0] == 0
    assert counted.calls() == ["import", "1"]


def test_a_declared_mode_that_raises_in_start_is_a_finding(smoke, counted):
    append(counted, '\ndef start(device, mode):\n    assert mode != "third", "no third here"\n')
    status, text = smoke()
    assert (status, len(findings(text))) == (1, 1)
    assert "  mode second: works\n  mode third: does not work\n" in text
    (finding,) = findings(text)
    assert finding.startswith(
        "the mode 'third' is declared, and does not work: counted-1.5-third could not be started: "
        "start of its adapter failed:\n"
    )
    assert finding.endswith(f"    AssertionError: no third here; see {place(counted)}\n")


def test_a_declared_mode_whose_results_are_wrong_is_a_finding(smoke, counted):
    append(
        counted,
        "\ncompiled = None\n"
        "def start(device, mode):\n"
        "    global compiled\n"
        '    if mode == "second":\n'
        "        compiled = lambda function: lambda *a, **k: function(*a, **k) + 1\n",
    )
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        [
            f"the mode 'second' is declared, and does not work: {CALL % '-second'}; "
            f"2 of 2 values differ, greatest difference 1 at [0]; see {place(counted)}\n"
        ],
    )


def test_a_mode_that_works_and_is_not_declared_is_a_finding(smoke, counted):
    append(counted, WORDS % ('["cpu"]', MODES))
    declare(counted, 'modes = ["default", "second"]')
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        [
            f"the mode 'third' works, and is not declared: {CALL % '-third'}; "
            f"expected it among the modes in {place(counted)}\n"
        ],
    )
    assert "  mode third: works, and is not declared\n" in text


def test_a_device_that_works_and_is_not_declared_is_a_finding(smoke, counted):
    append(counted, WORDS % ('["cpu", "npu"]', MODES))
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        [
            f"the device 'npu' works, and is not declared: {CALL % '-npu'}; "
            f"expected it among the devices in {place(counted)}\n"
        ],
    )


def test_a_device_that_neither_works_nor_is_declared_is_no_finding(smoke, counted):
    append(counted, WORDS % ('["cpu", "npu"]', MODES))
    append(counted, '\ndef start(device, mode):\n    assert device == "cpu"\n')
    status, text = smoke()
    assert (status, findings(text)) == (0, [])
    assert "  device npu: does not work, and is not declared\n" in text


def test_a_declared_device_that_the_framework_does_not_have_is_a_finding(smoke, counted):
    append(counted, WORDS % ('["cpu"]', MODES))
    declare(counted, f'devices = ["cpu", "npu"]\nmodes = {MODES}')
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        [
            "the device 'npu' is declared, and does not work: the adapter has none of that name "
            f"here; it has: cpu; see {place(counted)}\n"
        ],
    )


def test_a_word_that_nobody_knows_is_refused(smoke):
    assert smoke("counted:fourth") == (
        2,
        "conformance: 'counted:fourth' asks for 'fourth', which is no device or mode of counted; "
        "devices: cpu; modes: default, second, third\n",
    )


def test_words_that_are_no_words_are_a_finding(smoke, counted):
    append(counted, '\ndef words():\n    return ["cpu"]\n')
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        [
            "words() of its adapter gives ['cpu']; "
            "expected {'devices': [...], 'modes': [...]}, lists of words\n"
        ],
    )


def test_an_adapter_that_cannot_be_imported_is_one_finding(smoke, counted):
    append(counted, "\nraise ImportError('libcounted.so is missing')\n")
    status, text = smoke()
    assert status == 1
    (finding,) = findings(text)
    assert finding.startswith(
        "counted-1.5 could not be started: its adapter cannot be imported: ImportError: "
        "libcounted.so is missing"
    )


def test_another_version_than_the_one_that_is_installed_is_a_finding(smoke, counted):
    framework = counted.folder / "path/counted_framework.py"
    framework.write_text(framework.read_text().replace('"1.5"', '"1.6"'))
    declare(counted, f'distribution = "counted"\nmodes = {MODES}')
    status, text = smoke()
    assert (status, findings(text)) == (
        1,
        ["counted-1.5 could not be started: its interpreter has counted 1.6, expected 1.5\n"],
    )


def test_a_dtype_that_is_read_wrongly_is_a_finding(smoke, counted):
    append(counted, "\ndef from_framework(tensor):\n    return numpy.asarray(tensor) * 0\n")
    status, text = smoke("counted:second")
    assert status == 1
    assert "  dtypes not held: int8\n" in text
    assert findings(text)[1].startswith(f"the dtype int8 is not right: {CALL % '-second'}; ")


def test_a_dtype_that_is_not_held_is_shown(smoke, counted):
    append(counted, "\ndef dtype_name(tensor):\n    return 'int32'\n")
    status, text = smoke("counted:second")
    assert status == 1
    assert "  dtypes not held: int8\n" in text
    assert findings(text) == [
        f"{CALL % '-second'}; dtype: a tensor of dtype int8 becomes int32 in the framework\n"
    ]


def test_json_has_everything_that_was_looked_at(smoke):
    status, text = smoke("counted", "--format=json")
    (looked,) = json.loads(text)
    assert (status, looked["target"], looked["findings"]) == (0, "counted-1.5", [])
    seen = [(look["what"], look["name"], look["works"]) for look in looked["looks"]]
    assert seen == [
        ("target", "counted-1.5", True), ("dtype", "int8", True), ("device", "cpu", True),
        ("mode", "default", True), ("mode", "second", True), ("mode", "third", True),
    ]  # fmt: skip
