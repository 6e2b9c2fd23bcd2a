"""The oracle against Fractions: random bits, and inputs made to break it."""

from fractions import Fraction
from itertools import accumulate
from operator import add, mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import exact_cumprod, exact_cumsum, exact_integers, exact_product

REAL = ["float16", "bfloat16", "float32", "float64"]
STORAGE = {"float16": "u2", "bfloat16": "u2", "float32": "u4", "float64": "u8"}
TO_ONE = {"float16": 15, "bfloat16": 127, "float32": 127, "float64": 1023}
STORAGE_ONE = {name: np.dtype(code).type(1) for name, code in STORAGE.items()}
TINY = Fraction(1, 2**40)
STORED_BITS = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}


def stored(bits, name):
    array = np.asarray(bits, STORAGE[name])
    return array if name == "bfloat16" else array.view(name)


def random_elements(name, n, *, seed, span=None):
    """n finite elements with random bits; span: exponent fields at most that far from 1's."""
    rng = np.random.default_rng(seed)
    bits, one = STORED_BITS[name], TO_ONE[name]
    low, high = (0, 2 * one) if span is None else (one - span, one + span)
    field = rng.integers(low, high, n, endpoint=True).astype(object)
    fraction = rng.integers(0, 1 << bits, n).astype(object)
    width = np.dtype(STORAGE[name]).itemsize * 8
    sign = rng.integers(0, 2, n).astype(object)
    return stored((sign << (width - 1)) + (field << bits) + fraction, name)


def agrees(exact, numbers, name, *, independent):
    """Whether exact's values and remainders are those of the Fractions."""
    expected = [independent.nearest(number, name) for number in numbers]
    assert independent.magnitudes(exact.values, name) == expected
    negative = independent.signs(exact.values, name)
    assert [n for n, v in zip(negative, numbers, strict=True) if v] == [v < 0 for v in numbers if v]
    part = exact.parts[0]
    for i, number in enumerate(numbers):
        unit = Fraction(2) ** int(part.ulp_exponent[i])
        if abs(number) < independent.value(independent.infinity(name), name):
            assert unit == independent.ulp(number, name)
        rest = number / unit - Fraction(part.anchor[i])
        if np.isinf(part.remainder[i]):
            assert abs(rest) > 2**1020
            continue
        assert abs(Fraction(part.remainder[i]) - rest) <= abs(rest) * Fraction(1, 10**6) + TINY


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("span", [2, 40, None])
def test_sums_of_random_bits_are_those_of_fractions(name, span, independent):
    span = None if span is not None and span > TO_ONE[name] else span
    x = random_elements(name, 120, seed=1, span=span)
    numbers = list(accumulate(independent.fractions(x, name)))
    exact = exact_cumsum(x, 0, stored=name)
    agrees(exact, numbers, name, independent=independent)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("span", [0, 3, None])
def test_products_of_random_bits_are_those_of_fractions(name, span, independent):
    x = random_elements(name, 120, seed=2, span=span)
    numbers = list(accumulate(independent.fractions(x, name), mul))
    exact = exact_cumprod(x, 0, stored=name)
    agrees(exact, numbers, name, independent=independent)


@pytest.mark.parametrize("name", REAL)
def test_sums_that_cancel_leave_what_is_left(name, independent):
    x = random_elements(name, 40, seed=3)
    width = np.dtype(STORAGE[name]).itemsize * 8
    negated = stored(x.view(STORAGE[name]) ^ STORAGE_ONE[name] << (width - 1), name)
    both = np.concatenate([x, negated[::-1]])
    numbers = list(accumulate(independent.fractions(both, name)))
    assert numbers[-1] == 0
    exact = exact_cumsum(both, 0, stored=name)
    agrees(exact, numbers, name, independent=independent)


@pytest.mark.parametrize("name", REAL)
def test_halfway_sums_go_to_even_and_beside_it_to_the_nearer(name, independent):
    """1 + half an ulp, exactly and with the least number more or less, from even and from odd."""
    bits, one = STORED_BITS[name], TO_ONE[name]
    ones = [one << bits, (one << bits) + 1]
    half, least = (one - bits - 1) << bits, 1
    sign = 1 << (np.dtype(STORAGE[name]).itemsize * 8 - 1)
    for start in ones:
        for little in ([], [least], [least | sign]):
            x = stored([start, half, *little], name)
            numbers = list(accumulate(independent.fractions(x, name)))
            agrees(exact_cumsum(x, 0, stored=name), numbers, name, independent=independent)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=12), st.sampled_from(REAL[:2]))
def test_any_sixteen_bits_sum_and_multiply_as_fractions_do(independent, bits, name):
    x = stored([b for b in bits if (b & 0x7FFF) < independent.infinity(name)] or [0], name)
    fractions = independent.fractions(x, name)
    for exact, operation in ((exact_cumsum, add), (exact_cumprod, mul)):
        numbers = list(accumulate(fractions, operation))
        agrees(exact(x, 0, stored=name), numbers, name, independent=independent)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_a_sum_is_rounded_once_to_a_narrower_dtype(dtype, independent):
    x = random_elements("float64", 60, seed=4, span=12)
    numbers = list(accumulate(independent.fractions(x, "float64")))
    agrees(exact_cumsum(x, 0, dtype=dtype), numbers, dtype, independent=independent)


def test_integers_may_be_summed_and_multiplied_to_a_float(independent):
    x = np.random.default_rng(5).integers(-(2**63), 2**63, 30)
    numbers = [Fraction(int(v)) for v in x]
    for exact, operation in ((exact_cumsum, add), (exact_cumprod, mul)):
        expected = list(accumulate(numbers, operation))
        agrees(exact(x, 0, dtype="float64"), expected, "float64", independent=independent)
    top = np.array([2**64 - 1, 2**64 - 1], np.uint64)
    assert exact_cumsum(top, 0, dtype="float32").values.tolist() == [2.0**64, 2.0**65]


def test_a_wide_sum_never_rounds_on_the_way():
    x = np.array([1e308, 1e308, -1e308, -1e308, 5e-324, 1.0, -1.0])
    expected = [1e308, np.inf, 1e308, 0.0, 5e-324, 1.0, 5e-324]
    assert exact_cumsum(x, 0).values.tolist() == expected


def test_carries_cross_the_blocks_of_a_long_line(independent):
    """200,000 elements of both signs, checked where the blocks meet and at the end."""
    x = random_elements("float32", 200_000, seed=6, span=20)
    values = exact_cumsum(x, 0).values
    numbers = list(accumulate(int(v) for v in x.astype(np.float64) * 2.0**60))
    for i in (65535, 65536, 131071, 131072, 199_999):
        expected = independent.nearest(Fraction(numbers[i], 2**60), "float32")
        assert independent.magnitudes(values[i : i + 1], "float32") == [expected]


def test_products_retry_with_more_bits_until_the_bound_decides(monkeypatch, independent):
    """With 128 bits, 65 of them spare, nothing is ever open; a crude bound shows the retry."""
    asked = []
    proven = exact_product._proven

    def crude(low, cuts, *, spare):
        asked.append(spare)
        return proven(low, cuts, spare=spare) & (spare > 200)

    monkeypatch.setattr(exact_product, "_proven", crude)
    x = random_elements("float64", 80, seed=7, span=4)
    numbers = list(accumulate(independent.fractions(x, "float64"), mul))
    agrees(exact_cumprod(x, 0), numbers, "float64", independent=independent)
    assert asked == [0, 128, 384]


def test_the_bound_of_a_cut_product_leaves_a_low_word_near_its_end_open():
    low = np.array([2**64 - 13, 2**64 - 12, 2**64 - 1], np.uint64)
    proven = exact_product._proven(low, np.array([3, 3, 0]), spare=0)
    assert proven.tolist() == [True, False, True]


def test_what_a_product_lost_breaks_a_tie(monkeypatch):
    """1 + 2^-24 and nothing in the bits kept, but a bit was cut: above halfway in float32."""
    high = np.array([[(1 << 63) + (1 << 39)]], np.uint64)
    low, shift = np.zeros((1, 1), np.uint64), np.full((1, 1), -63)
    for cuts, expected in ((0, 1.0), (1, 1 + 2.0**-23)):
        wide = (high, low, shift, np.full((1, 1), cuts))
        monkeypatch.setattr(exact_product, "_wide_products", lambda *_, wide=wide: wide)
        assert exact_cumprod(np.ones(1, np.float32), 0).values.tolist() == [expected]


def test_the_last_bit_of_a_long_product_stands_for_what_follows():
    odd = np.array([[2**150 + 2**126 + 1]], object)
    high, low, exponent, cuts = exact_product._wide_products(odd, 256)
    assert (int(high[0, 0]), int(low[0, 0])) == (2**63 + 2**39, 1)
    assert (exponent.tolist(), cuts.tolist()) == ([[150 - 63]], [[0]])


def test_products_of_a_thousand_halves_underflow_to_the_sign_of_all(independent):
    x = np.full(200, -0.5, np.float32)
    numbers = list(accumulate(independent.fractions(x, "float32"), mul))
    exact = exact_cumprod(x, 0)
    agrees(exact, numbers, "float32", independent=independent)
    assert np.signbit(exact.values[-2:]).tolist() == [True, False]
    assert (exact.values[-2:] == 0).all()


def test_a_product_can_leave_the_range_and_come_back():
    x = np.array([1e300, 1e300, 1e-300, 1e-300, 1e-300, 1e-300, 1e300])
    values = exact_cumprod(x, 0).values
    assert values[1] == np.inf
    assert values[2] == pytest.approx(1e300, rel=1e-15)
    assert (values[5], values[6]) == (0.0, pytest.approx(1e-300, rel=1e-15))


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1, INF, 2, -INF, 3], [1, INF, INF, NAN, NAN]),
        ([-INF, 1, NAN, INF], [-INF, -INF, NAN, NAN]),
        ([INF, INF], [INF, INF]),
    ],
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_sums_treat_infinity_and_nan_as_ieee_does(x, expected, dtype):
    actual = exact_cumsum(np.array(x, dtype), 0).values
    np.testing.assert_array_equal(actual, np.array(expected, dtype))


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([2, -INF, 3, -1], [2, -INF, -INF, INF]),
        ([0.0, 1, INF, 2], [0, 0, NAN, NAN]),
        ([INF, 0.0, 1], [INF, NAN, NAN]),
        ([1, NAN, 0], [1, NAN, NAN]),
    ],
)
def test_products_treat_infinity_and_nan_as_ieee_does(x, expected):
    np.testing.assert_array_equal(exact_cumprod(np.array(x), 0).values, expected)


def test_bfloat16_infinity_and_nan_have_bfloat16_bits():
    x = np.array([0x3F80, 0x7F80, 0xFF80], np.uint16)
    values = exact_cumsum(x, 0, stored="bfloat16").values
    assert [hex(v) for v in values] == ["0x3f80", "0x7f80", "0x7fc0"]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([-0.0, -0.0, 0.0, -0.0], [True, True, False, False]),
        ([1.0, -1.0, -0.0], [False, False, False]),
        ([0.0, -0.0], [False, False]),
    ],
)
def test_only_sums_of_negative_zeros_are_negative_zero(x, expected):
    assert np.signbit(exact_cumsum(np.array(x), 0).values).tolist() == expected


def test_an_exclusive_sum_of_negative_zeros_starts_from_zero():
    values = exact_cumsum(np.array([-0.0, -0.0]), 0, exclusive=True).values
    assert np.signbit(values).tolist() == [False, False]


def test_the_sign_of_a_zero_product_is_that_of_all_factors():
    values = exact_cumprod(np.array([-1.0, 0.0, -2.0, -0.0]), 0).values
    assert np.signbit(values).tolist() == [True, True, False, True]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint32", "int64", "uint64"])
def test_integers_wrap_and_the_unwrapped_ones_do_not(dtype):
    info = np.iinfo(dtype)
    x = np.random.default_rng(8).integers(info.min, info.max, 50, dtype=dtype, endpoint=True)
    for exact, product, operation in ((exact_cumsum, False, add), (exact_cumprod, True, mul)):
        numbers = list(accumulate((int(v) for v in x), operation))
        assert exact_integers(x, 0, product=product).tolist() == numbers
        wrapped = [(v - info.min) % 2**info.bits + info.min for v in numbers]
        actual = exact(x, 0)
        assert (actual.values.dtype, actual.values.tolist()) == (dtype, wrapped)


def test_bool_sums_are_or_and_products_and():
    x = np.array([False, True, False])
    assert exact_cumsum(x, 0).values.tolist() == [False, True, True]
    assert exact_cumprod(~x, 0).values.tolist() == [True, False, False]
    assert exact_cumsum(x, 0, dtype="int64").values.tolist() == [0, 1, 1]


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("scan", [exact_cumsum, exact_cumprod])
def test_every_axis_exclusive_and_reverse_are_the_same_scan_elsewhere(scan, axis):
    x = np.random.default_rng(9).standard_normal((3, 4, 5)).astype(np.float32)
    expected = np.empty_like(x)
    one = 0 if scan is exact_cumsum else 1
    for index in np.ndindex(*(n for k, n in enumerate(x.shape) if k != axis % 3)):
        at = [*index]
        at.insert(axis % 3, slice(None))
        line = np.concatenate([[np.float32(one)], x[tuple(at)][::-1]])
        expected[tuple(at)] = scan(line, 0).values[:-1][::-1]
    actual = scan(x, axis, exclusive=True, reverse=True).values
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,)])
def test_an_empty_tensor_gives_an_empty_result(shape):
    for scan in (exact_cumsum, exact_cumprod):
        for dtype in ("float32", "int8", "complex64"):
            values = scan(np.empty(shape, dtype), 0, exclusive=True, reverse=True).values
            assert (values.shape, values.dtype) == (shape, dtype)


def test_a_sum_that_its_dtype_cannot_hold_is_refused():
    with pytest.raises(TypeError, match=r"^the sum of float32 has no exact result in int64; cast"):
        exact_cumsum(np.ones(2, np.float32), 0, dtype="int64")
    with pytest.raises(TypeError, match=r"^the sum of complex64 has no exact result in float32;"):
        exact_cumsum(np.ones(2, np.complex64), 0, dtype="float32")
    with pytest.raises(TypeError, match=r"^x has dtype float32, which does not store bfloat16$"):
        exact_cumsum(np.ones(2, np.float32), 0, stored="bfloat16")
