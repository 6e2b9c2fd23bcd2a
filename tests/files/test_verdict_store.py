"""Verdicts on disk: what was kept is found, and what cannot be read is not there."""

import os
import threading

import pytest

from conformance.files.verdict_store import Known, VerdictStore


@pytest.fixture
def store(tmp_path):
    return VerdictStore(tmp_path / "verdicts")


ONE = Known('{"id": "one"}', ("a.yaml:1:1", "b.yaml:2:2", ""))
TWO = Known('{"id": "two", "message": "tab\\t and \u2028"}', ("c.yaml:1:1", "", ""))


def test_verdicts_are_found_by_target_and_content(store):
    store.keep_verdicts("torch", {"c1": ONE})
    store.keep_verdicts("torch", {"c2": TWO})
    assert store.verdicts("torch") == {"c1": ONE, "c2": TWO}
    assert store.verdicts("mindspore") == {}
    assert (store.has("torch"), store.has("mindspore")) == (True, False)


def test_the_newest_verdict_on_a_content_stays(store):
    store.keep_verdicts("torch", {"c1": ONE})
    store.keep_verdicts("torch", {"c1": TWO})
    assert store.verdicts("torch") == {"c1": TWO}


def test_an_answer_is_found_whole(store):
    store.keep_answer("question", ['{"id": 1}', '{"id": 2}'], more={"counts": {"passed": 2}})
    answer = store.answer("question")
    assert answer is not None
    assert answer.texts == ('{"id": 1}', '{"id": 2}')
    assert answer.more["counts"] == {"passed": 2}
    assert store.answer("another") is None


@pytest.mark.parametrize("cut", [1, 5, 15])
@pytest.mark.parametrize("part", ["answers", "heads"])
def test_an_answer_that_was_cut_off_is_none(store, part, cut):
    store.keep_answer("question", ['{"id": 1}', '{"id": 2}'], more={"counts": {}})
    path = store.folder / part / "question.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    assert store.answer("question") is None


def test_a_file_that_is_no_text_holds_nothing(store):
    store.keep_verdicts("torch", {"c1": ONE})
    (store.folder / "targets" / "torch.jsonl").write_bytes(b"\xff\xfe\n")
    assert store.verdicts("torch") == {}


def test_a_screen_is_found_as_it_was(store):
    store.keep_screen("name", "table\n  row\n")
    assert store.screen("name") == "table\n  row\n"


def test_paces_are_kept_beside_each_other(store):
    store.keep_paces({"torch-1": 0.5, "torch-2": 0.25})
    store.keep_paces({"torch-2": 1.0})
    assert store.paces() == {"torch-1": 0.5, "torch-2": 1.0}


@pytest.mark.parametrize("text", ["", "[]\n", '{"torch": "slow"}\n', "{\n"])
def test_paces_that_cannot_be_read_are_none(store, text):
    store.keep_paces({"torch": 1.0})
    (store.folder / "paces" / "paces.jsonl").write_text(text)
    assert store.paces() == {}


def test_a_folder_that_cannot_be_written_harms_nobody(tmp_path):
    (tmp_path / "verdicts").write_text("a file")
    store = VerdictStore(tmp_path / "verdicts")
    store.keep_verdicts("torch", {"c1": ONE})
    store.prune()
    assert store.verdicts("torch") == {}


def test_what_was_not_asked_for_longest_goes_first(store):
    for number, name in enumerate(("old", "young", "used")):
        store.keep_screen(name, "x" * 1000 + "\n")
        os.utime(store.folder / "screens" / f"{name}.jsonl", (number, number))
    os.utime(store.folder / "screens" / "used.jsonl", (0, 0))
    assert store.screen("used")
    store.prune(limit=2100)
    kept = {path.stem for path in (store.folder / "screens").iterdir()}
    assert kept == {"young", "used"}


def test_two_that_write_at_once_leave_a_whole_file(store):
    def write(number):
        for _ in range(20):
            store.keep_verdicts("torch", {f"c{number}": ONE})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = store.verdicts("torch")
    assert known
    assert set(known.values()) == {ONE}
    assert [path.name for path in (store.folder / "targets").iterdir()] == ["torch.jsonl"]
