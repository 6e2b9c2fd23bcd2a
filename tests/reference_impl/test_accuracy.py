import numpy as np
import pytest

from reference_impl import (
    cumprod,
    cumsum,
    exact_cumprod,
    exact_cumsum,
    exact_logcumsumexp,
    logcumsumexp,
)
from reference_impl.accuracy import classify, log_sum_bounds, product_bounds, sum_bounds
from reference_impl.profiles import blocked, doubling, odd_even, sequential, wide


def tenths(n, dtype="float32"):
    return np.full(n, 0.1, dtype)


def class_of(x, actual, **options):
    exact = exact_cumsum(x, 0, **options)
    return classify(actual, exact, bounds=sum_bounds(x, exact, 0), axis=0)


def test_the_oracle_itself_is_correctly_rounded():
    x = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    assert class_of(x, exact_cumsum(x, 0).values) == "correctly-rounded"


def test_a_wide_sum_is_correctly_rounded_or_next_to_it():
    x = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    assert class_of(x, wide(np.add, x, 0)) in ("correctly-rounded", "within-1-ulp")


def test_one_ulp_beside_is_within_one_ulp_and_two_are_not():
    x = np.array([1.5, 0.0], np.float32)
    beside = np.nextafter(np.float32(1.5), np.float32(2))
    two = np.nextafter(beside, np.float32(2))
    assert class_of(x, np.array([1.5, beside], np.float32)) == "within-1-ulp"
    assert class_of(x, np.array([1.5, two], np.float32)) == "beyond-bounds"


@pytest.mark.parametrize("scan", [odd_even, doubling])
def test_trees_are_within_the_bound_of_blocks(scan):
    x = np.random.default_rng(0).uniform(0, 1, 20_000).astype(np.float32)
    assert class_of(x, scan(np.add, x, 0)) == "blocked"


def test_a_long_sequential_sum_is_sequential_and_in_blocks_it_is_blocked():
    x = tenths(20_000)
    assert class_of(x, sequential(np.add, x, 0)) == "sequential"
    assert class_of(x, blocked(np.add, x, 0, block=16)) == "blocked"


def test_cancellation_is_allowed_for_by_the_moduli():
    """The sum is 1e-3 of its terms' moduli: the same errors are a thousand times the ULP."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal(5000).astype(np.float32)
    assert class_of(x, sequential(np.add, x, 0)) in ("blocked", "sequential")


def test_float16_ones_stall():
    x = np.ones(5000, np.float16)
    assert class_of(x, cumsum(x, 0)) == "stalls"
    assert class_of(x, wide(np.add, x, 0)) == "correctly-rounded"


def test_a_stall_in_one_line_of_many_is_seen_along_the_axis():
    x = np.ones((5000, 2), np.float16)
    x[:, 1] = 0
    exact = exact_cumsum(x, 0)
    bounds = sum_bounds(x, exact, 0)
    assert classify(cumsum(x, 0), exact, bounds=bounds, axis=0) == "stalls"


def test_an_infinity_on_the_way_overflows_early():
    x = np.array([60000, 60000, -60000], np.float16)
    assert class_of(x, cumsum(x, 0)) == "overflows-early"
    assert class_of(x, wide(np.add, x, 0)) == "correctly-rounded"


@pytest.mark.parametrize("broken", ["nan", "zero", "shifted"])
def test_a_wrong_result_is_beyond_all_bounds(broken):
    x = np.random.default_rng(3).uniform(1, 2, 100)
    actual = exact_cumsum(x, 0).values.copy()
    if broken == "shifted":
        actual[1:] = actual[:-1]
    else:
        actual[50] = np.nan if broken == "nan" else 0
    assert class_of(x, actual) == "beyond-bounds"


def test_an_infinity_instead_of_nan_is_no_overflow():
    x = np.array([np.inf, -np.inf])
    assert class_of(x, np.array([np.inf, np.inf])) == "beyond-bounds"


def test_the_bound_holds_for_bfloat16_and_reverse():
    x = np.array([0x3F80, 0x3B81, 0x3B83], np.uint16)
    exact = exact_cumsum(x, 0, stored="bfloat16", reverse=True)
    bounds = sum_bounds(x, exact, 0, reverse=True)
    # The last element is copied, the first one has two roundings behind it.
    assert bounds.sequential[2] == 0.5
    assert bounds.sequential[0] > bounds.sequential[1] > 0.5
    assert classify(exact.values, exact, bounds=bounds, axis=0, reverse=True) == "correctly-rounded"


def test_the_bound_of_an_exclusive_sum_knows_nothing_of_the_element_itself():
    x = np.array([1, 1, 2.0**40, 1], np.float32)
    exact = exact_cumsum(x, 0, exclusive=True)
    bounds = sum_bounds(x, exact, 0, exclusive=True)
    assert bounds.sequential[2] < 2
    taken_back = cumsum(x, 0) - x
    assert taken_back[2] == 0
    assert classify(taken_back, exact, bounds=bounds, axis=0) == "beyond-bounds"
    right = cumsum(x, 0, exclusive=True)
    assert classify(right, exact, bounds=bounds, axis=0) == "correctly-rounded"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("scan", [sequential, odd_even, doubling])
def test_no_product_is_beyond_its_bounds_even_where_partials_are_subnormal(dtype, scan):
    rng = np.random.default_rng(4)
    least = float(np.finfo(dtype).smallest_normal)
    # Partial products with four bits left, and back into the normal range.
    lost = 2.0 ** (4 - np.finfo(dtype).nmant)
    near = rng.uniform(0.9, 1.1, 20)
    x = np.concatenate([near, [least, lost], near, [1 / lost], near]).astype(dtype)
    exact = exact_cumprod(x, 0)
    found = classify(scan(np.multiply, x, 0), exact, bounds=product_bounds(exact, 0), axis=0)
    assert found in ("within-1-ulp", "blocked", "sequential")


def test_a_long_product_of_few_bits_has_no_bound_that_it_could_break():
    x = np.random.default_rng(6).uniform(0.99, 1.01, 5000).astype(np.float16)
    exact = exact_cumprod(x, 0)
    bounds = product_bounds(exact, 0)
    assert not np.isnan(bounds.sequential).any()
    assert np.isinf(bounds.sequential[-1])
    assert classify(cumprod(x, 0), exact, bounds=bounds, axis=0) == "sequential"


def test_a_product_that_is_wrong_by_a_thousand_ulp_is_beyond_its_bounds():
    x = np.random.default_rng(5).uniform(0.9, 1.1, 20)
    exact = exact_cumprod(x, 0)
    actual = cumprod(x, 0) * (1 + 1000 * 2.0**-52)
    assert classify(actual, exact, bounds=product_bounds(exact, 0), axis=0) == "beyond-bounds"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_sequential_log_sums_are_within_their_bounds_and_a_lost_element_is_not(dtype):
    x = np.random.default_rng(6).standard_normal(30).astype(dtype)
    exact = exact_logcumsumexp(x, 0)
    bounds = log_sum_bounds(exact, 0)
    actual = logcumsumexp(x, 0)
    assert classify(actual, exact, bounds=bounds, axis=0) in ("within-1-ulp", "blocked")
    lost = np.concatenate([actual[:1], actual[:-1]])
    assert classify(lost, exact, bounds=bounds, axis=0) == "beyond-bounds"


def test_an_element_lost_where_every_order_is_exact_is_beyond_all_bounds():
    x = np.tile(np.array([3, -1, 4, -2, 5, -9, 2], np.float32), 1000)
    assert class_of(x, cumsum(x, 0)) == "correctly-rounded"
    lost = cumsum(np.where(np.arange(7000) == 4096, np.float32(0), x), 0)
    assert class_of(x, lost) == "beyond-bounds"


def test_where_the_moduli_leave_the_precision_no_order_is_taken_for_exact():
    x = np.ones(5000, np.float16)
    exact = exact_cumsum(x, 0)
    bounds = sum_bounds(x, exact, 0)
    assert (bounds.sequential[:2040] == 0.5).all()
    assert (bounds.sequential[2049:] > 0.5).all()
