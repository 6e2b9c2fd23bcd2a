"""cumprod, logcumsumexp, exclusive and reverse; what cumsum alone shows is in test_scan.py."""

import math

import numpy as np
import pytest

from reference_impl import cumprod, cumsum, exact_cumprod, exact_logcumsumexp, logcumsumexp
from reference_impl.scan import keep

GRID = np.array([[3, 4, 6, 10], [1, 6, 7, 9]], np.int32)


def test_every_element_is_the_product_up_to_it():
    assert cumprod(GRID, 1).tolist() == [[3, 12, 72, 720], [1, 6, 42, 378]]
    assert cumprod(GRID, 0).tolist() == [[3, 4, 6, 10], [3, 24, 42, 90]]


@pytest.mark.parametrize(("given", "expected"), [("bool", "int64"), ("uint8", "uint64")])
def test_products_of_integers_become_the_default_integer(given, expected):
    assert cumprod(np.array([1, 1], given), 0).dtype == expected


def test_products_wrap_and_take_a_dtype_before_they_multiply():
    assert cumprod(np.array([100, 3], np.int8), 0, promotion=keep).tolist() == [100, 44]
    assert cumprod(np.array([2.5, 2.5]), 0, np.int32).tolist() == [2, 4]


def test_products_accumulate_as_told():
    x = np.array([60000, 2, 0.5], np.float16)
    wide = cumprod(x, 0, accumulator=lambda _: np.dtype(np.float32))
    assert wide.tolist() == [60000.0, np.inf, 60000.0]
    assert cumprod(x, 0).tolist() == [60000.0, np.inf, np.inf]


@pytest.mark.parametrize(
    ("exclusive", "reverse", "sums", "products"),
    [
        (False, False, [2, 5, 9], [2, 6, 24]),
        (True, False, [0, 2, 5], [1, 2, 6]),
        (False, True, [9, 7, 4], [24, 12, 4]),
        (True, True, [7, 4, 0], [12, 4, 1]),
    ],
)
def test_exclusive_starts_from_the_identity_and_reverse_from_the_end(
    exclusive, reverse, sums, products
):
    x = np.array([[2, 3, 4]])
    assert cumsum(x, 1, exclusive=exclusive, reverse=reverse).tolist() == [sums]
    assert cumprod(x, 1, exclusive=exclusive, reverse=reverse).tolist() == [products]


def test_an_exclusive_log_sum_starts_from_minus_infinity():
    x = np.array([0.0, 0.0, 0.0])
    assert logcumsumexp(x, 0, exclusive=True).tolist() == [-np.inf, 0.0, math.log(2)]
    assert logcumsumexp(x, 0, exclusive=True, reverse=True).tolist() == [math.log(2), 0.0, -np.inf]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_log_sums_are_near_the_exact_ones_and_do_not_overflow(dtype):
    x = np.array([10, 11, -3, 12, 10.5, 60000, 60000], dtype)
    actual = logcumsumexp(x, 0)
    expected = exact_logcumsumexp(x, 0).values
    assert actual.dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=4 * np.finfo(dtype).eps)


def test_log_sums_carry_infinity_and_nan():
    x = np.array([-np.inf, -np.inf, 1, np.inf, np.inf, np.nan, 0])
    expected = [-np.inf, -np.inf, 1, np.inf, np.inf, np.nan, np.nan]
    np.testing.assert_array_equal(logcumsumexp(x, 0), expected)


def test_log_sums_of_integers_need_a_dtype():
    with pytest.raises(TypeError, match=r"^logcumsumexp takes floats, not int64; give dtype=$"):
        logcumsumexp(np.array([1, 2]), 0)
    assert logcumsumexp(np.array([1]), 0, np.float32).tolist() == [1.0]


def test_complex_products_are_near_the_exact_ones():
    x = np.array([1 + 2j, 3 - 1j, 0.5j, -2 + 0.25j], np.complex64)
    np.testing.assert_allclose(cumprod(x, 0), exact_cumprod(x, 0).values, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_log_sums_are_those_of_the_exponentials(dtype):
    x = np.array([1 + 2j, 2 - 1j, -1 - 3j, 3 + 0.5j], dtype)
    expected = np.log(np.cumsum(np.exp(x.astype(complex))))
    actual = logcumsumexp(x, 0)
    assert actual.dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=8 * np.finfo(dtype).eps)


def test_complex_log_sums_neither_overflow_nor_start_from_nothing():
    x = np.array([[1000 + 1j, -np.inf + 0j], [1000 - 2j, -np.inf + 0j], [-1000, 1 + 2j]])
    actual = logcumsumexp(x, 0)
    np.testing.assert_allclose(actual[:, 0], [1000 + 1j] + 2 * [998.0443635265815 - 0.5j])
    assert actual[:, 1].tolist() == [-np.inf + 0j, -np.inf + 0j, 1 + 2j]


def test_complex_log_sums_are_principal_values():
    actual = logcumsumexp(np.array([1 + 4j, 3j, 0.1 - 3.1j]), 0)
    assert (np.abs(actual.imag) <= np.pi).all()
    np.testing.assert_allclose(actual[0], 1 + (4 - 2 * np.pi) * 1j)
    np.testing.assert_allclose(logcumsumexp(np.array([3j, 0.1 - 3.1j]), 0)[1].imag, 3.0961812804)


def test_complex_log_sums_carry_infinity_and_nan():
    actual = logcumsumexp(np.array([1, np.inf, np.inf, -np.inf, np.nan, 1], complex), 0)
    assert actual[:4].tolist() == [1, np.inf, np.inf, np.inf]
    assert np.isnan(actual[4:]).all()
