"""Profiles against their definitions, written out by hand for short inputs."""

import numpy as np
import pytest

from reference_impl import from_bfloat16, to_bfloat16
from reference_impl.fingerprints import fingerprints, matching_profiles
from reference_impl.profiles import (
    blocked,
    doubling,
    in_bfloat16,
    odd_even,
    profiles,
    sequential,
    wide,
)

# One line in the second axis, so that every element is an array while it is scanned.
LETTERS = np.array(list("abcdefg"), object).reshape(7, 1)


def bracket(a, b):
    """What was combined with what, as text."""
    return np.frompyfunc(lambda x, y: f"({x}{y})", 2, 1)(a, b)


def test_blocks_are_scanned_and_carries_stand_before_them():
    actual = blocked(bracket, LETTERS, 0, block=3)[:, 0].tolist()
    assert actual == [
        "a", "(ab)", "((ab)c)",
        "(((ab)c)d)", "(((ab)c)(de))", "(((ab)c)((de)f))",
        "((((ab)c)((de)f))g)",
    ]  # fmt: skip


def test_more_carries_than_a_block_are_scanned_in_blocks():
    actual = blocked(bracket, LETTERS, 0, block=2)[:, 0].tolist()
    # Totals (ab) (cd) (ef) g are more than two: they are blocked in turn.
    assert actual[5:] == ["(((ab)(cd))(ef))", "((((ab)(cd))(ef))g)"]


def test_odd_even_is_the_recursion_of_associative_scan():
    assert odd_even(bracket, LETTERS, 0)[:, 0].tolist() == [
        "a", "(ab)", "((ab)c)", "((ab)(cd))", "(((ab)(cd))e)", "(((ab)(cd))(ef))",
        "((((ab)(cd))(ef))g)",
    ]  # fmt: skip


def test_doubling_adds_the_element_one_two_four_before():
    assert doubling(bracket, LETTERS[:6], 0)[:, 0].tolist() == [
        "a", "(ab)", "(a(bc))", "((ab)(cd))", "(a((bc)(de)))", "((ab)((cd)(ef)))",
    ]  # fmt: skip


def test_sequential_and_wide_by_hand():
    x = np.array([2048, 1, 1, 1], np.float16)
    assert sequential(np.add, x, 0).tolist() == [2048, 2048, 2048, 2048]
    assert wide(np.add, x, 0).tolist() == [2048, 2048, 2050, 2052]


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 33])
def test_every_profile_is_an_inclusive_scan_of_any_length_along_any_axis(profile, n):
    x = np.random.default_rng(n).integers(-9, 9, (2, n, 3)).astype(np.float32)
    np.testing.assert_array_equal(profile.run(np.add, x, 1), np.cumsum(x, 1))
    assert profile.run(np.add, x, -2).dtype == np.float32


def test_no_profile_changes_its_input():
    x = np.arange(10.0)
    for profile in profiles():
        profile.run(np.add, x, 0)
    assert x.tolist() == list(range(10))


def test_fingerprints_are_short_and_tell_all_profiles_apart():
    prints = fingerprints()
    assert {len(p.x) for p in prints} == {16, 64}
    for dtype in ("float16", "float32"):
        relevant = [p for p in prints if p.x.dtype == dtype]
        for profile in profiles():
            together = tuple(p.expected[profile.name].tobytes() for p in relevant)
            same = [
                other.name
                for other in profiles()
                if together == tuple(p.expected[other.name].tobytes() for p in relevant)
            ]
            assert same == [profile.name]


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_scan_is_told_by_its_fingerprints(profile, dtype):
    assert matching_profiles(lambda x: profile.run(np.add, x, 0), dtype) == (profile.name,)


def test_a_scan_of_no_known_profile_matches_none():
    assert matching_profiles(lambda x: np.cumsum(x[::-1], dtype=x.dtype), "float32") == ()
    assert matching_profiles(lambda x: np.cumsum(x, dtype=np.float64), "float32") == ()
    bits = matching_profiles(lambda x: np.cumsum(x, dtype=x.dtype).view(np.int32), "float32")
    assert bits == ()


def test_the_fingerprint_of_float32_by_hand():
    """2^24 and 63 ones: what the last element becomes in each profile."""
    (stalling,) = [p for p in fingerprints() if p.name == "stalling-float32"]
    last = {name: values[-1] - 2.0**24 for name, values in stalling.expected.items()}
    assert last["sequential"] == 0
    # The exact 2^24 + 63 is a tie between 62 and 64; the even mantissa is that of 64.
    assert last["wide"] == 64
    # The first block loses its ones, 60 stand in the blocks of four behind it.
    assert last["blocked-4"] == 60
    assert last["blocked-32"] == 32


def test_bfloat16_sequential_rounds_each_partial_and_wide_each_element():
    stored = to_bfloat16(np.array([256, 1, 1, 1], np.float32))
    partial = from_bfloat16(in_bfloat16(sequential, np.add, stored, axis=0))
    assert partial.tolist() == [256, 256, 256, 256]
    assert from_bfloat16(in_bfloat16(wide, np.add, stored, axis=0)).tolist() == [256, 256, 258, 260]
    tree = from_bfloat16(in_bfloat16(odd_even, np.add, stored, axis=0))
    assert tree.tolist() == [256, 256, 256, 258]


def test_a_block_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"^block is 0, expected at least 1$"):
        blocked(np.add, np.ones(3), 0, block=0)
