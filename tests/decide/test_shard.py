"""A run in several parts: everything once, evenly, the same everywhere."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.decide.ledger import Stale
from conformance.decide.shard import START_S, TASK_S, Shard, parse_shard, part_of, split
from conformance.model.backend import ALWAYS, KnownOutcome, LedgerEntry, Target
from conformance.model.errors import Place, UsageError


def plan(**counts: int) -> dict[str, list[str]]:
    return {name: [f"{name}{number}" for number in range(n)] for name, n in counts.items()}


def loads(ids: dict[str, list[str]], home: dict[str, int], durations: dict[str, float]):
    """Seconds of every shard that has anything."""
    found: Counter[int] = Counter()
    for of_target in ids.values():
        for task in of_target:
            found[home[task]] += TASK_S + durations.get(task, 0.0)
        for number in {home[task] for task in of_target}:
            found[number] += START_S
    return found


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_every_task_is_in_one_shard_whatever_the_durations(counts, count, random):
    ids = plan(**counts)
    every = [task for of_target in ids.values() for task in of_target]
    durations = {task: random.random() * 5 for task in every if random.random() < 0.8}
    home = split(ids, count=count, durations=durations)
    assert sorted(home) == sorted(every)
    assert set(home.values()) <= set(range(count))


def test_the_order_of_targets_and_durations_does_not_matter():
    ids = plan(a=50, b=50, c=50, d=50, e=50)
    durations = {task: 0.01 for name in "bcd" for task in ids[name]}
    backwards = dict(reversed(ids.items())), dict(reversed(durations.items()))
    assert split(ids, count=2, durations=durations) == split(
        backwards[0], count=2, durations=backwards[1]
    )


def test_targets_stay_whole_where_starting_one_more_costs_more_than_it_saves():
    ids = plan(a=40, b=40, c=40, d=40)
    home = split(ids, count=2, durations={})
    assert [len({home[task] for task in of_target}) for of_target in ids.values()] == [1] * 4
    assert Counter(home.values()) == {0: 80, 1: 80}


def test_starting_a_target_is_part_of_what_a_shard_takes():
    ids = plan(big=1000, **dict.fromkeys("abcdef", 1))
    found = loads(ids, split(ids, count=2, durations={}), {})
    assert max(found.values()) < 1.1 * sum(found.values()) / 2


def test_a_target_that_takes_long_is_split_evenly():
    ids = plan(slow=100, quick=10)
    durations = dict.fromkeys(ids["slow"], 1.0) | dict.fromkeys(ids["quick"], 0.01)
    found = loads(ids, split(ids, count=4, durations=durations), durations)
    assert len(found) == 4
    assert max(found.values()) < 1.1 * sum(found.values()) / 4


def test_recorded_durations_are_what_counts_not_the_number_of_cases():
    ids = plan(a=100)
    durations = dict.fromkeys(ids["a"], 0.0) | dict.fromkeys(ids["a"][:10], 6.0)
    home = split(ids, count=2, durations=durations)
    assert sorted(Counter(home[task] for task in ids["a"][:10]).values()) == [5, 5]


def test_a_task_without_a_duration_takes_what_the_others_of_its_target_take():
    ids = plan(a=50, b=50)
    durations = dict.fromkeys(ids["a"][:25], 2.0) | dict.fromkeys(ids["b"], 0.1)
    whole = dict.fromkeys(ids["a"], 2.0) | dict.fromkeys(ids["b"], 0.1)
    assert split(ids, count=3, durations=durations) == split(ids, count=3, durations=whole)


def test_there_may_be_more_shards_than_work():
    assert set(split(plan(a=2), count=5, durations={}).values()) == {0}


def test_one_shard_is_everything():
    assert set(split(plan(a=2, b=3), count=1, durations={}).values()) == {0}


@pytest.mark.parametrize("text", ["0/3", "4/3", "2", "a/b", "1/0", "-1/3", "1/3/4", "²/3"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_shard(text)
    assert str(caught.value) == (
        f"--shard is {text!r}; expected I/N, the part I of N, from 1/N to N/N, like 2/5"
    )


def test_a_shard_is_read():
    assert parse_shard("2/5") == Shard(2, 5)


def stale(target: Target) -> Stale:
    entry = LedgerEntry(
        ("cumsum/behaviour/b",), ("torch.cumsum",), KnownOutcome(ends="no answer"),
        "reason", "link", ALWAYS, Place("ledger.yaml", 1, 1),
    )  # fmt: skip
    return Stale("cumsum/behaviour/b", "torch.cumsum", target, entry)


def test_the_parts_together_are_the_plan_with_every_stale_entry_once(make_task):
    one = make_task(None)
    targets = [replace(one.target, version=version) for version in ("1.0", "2.0", "3.0")]
    cases = [replace(one.case, id=f"case-{number}") for number in range(5)]
    tasks = [replace(one, target=target, case=case) for target in targets for case in cases]
    entries = [stale(target) for target in (*targets, replace(one.target, version="4.0"))]
    parts = [
        part_of(tasks, entries, shard=Shard(number, 2), durations={"x": 1.0}) for number in (1, 2)
    ]
    assert sorted(t.id for some, *_ in parts for t in some) == sorted(t.id for t in tasks)
    assert sorted(s.id for _, some, _ in parts for s in some) == sorted(s.id for s in entries)
    assert all(some for some, *_ in parts)
    assert [(part.index, part.of) for *_, part in parts] == [(1, 2), (2, 2)]
    assert len({part.split for *_, part in parts}) == 1


def test_other_durations_are_another_split_if_someone_has_something_else(make_task):
    one = make_task(None)
    tasks = [replace(one, case=replace(one.case, id=f"case-{number}")) for number in range(5)]
    splits = {
        part_of(tasks, [], shard=Shard(1, 2), durations={tasks[0].id: took})[2].split
        for took in (0.0, 0.001, 50.0)
    }
    assert len(splits) == 2


def test_a_stale_entry_is_where_its_target_is(make_task):
    one = make_task(None)
    targets = [replace(one.target, version=version) for version in ("1.0", "2.0")]
    tasks = [replace(one, target=target) for target in targets]
    for number in (1, 2):
        some, entries, _ = part_of(
            tasks, [stale(t) for t in targets], shard=Shard(number, 2), durations={}
        )
        assert [t.target for t in some] == [entry.target for entry in entries]
