from fractions import Fraction

import numpy as np
import pytest

from reference_impl import exact_cumprod, exact_cumsum, greatest_error, to_bfloat16, ulp_error
from reference_impl.exact import exact_logcumsumexp

THIRDS = np.array([1 / 3] * 5, np.float32)


def test_a_correctly_rounded_result_is_measured_against_the_unrounded_value():
    """Five thirds in float32: the exact sums are multiples of the stored third."""
    third, exact = Fraction(float(THIRDS[0])), exact_cumsum(THIRDS, 0)
    for i, error in enumerate(ulp_error(exact.values, exact)):
        number = third * (i + 1)
        unit = Fraction(2) ** (-24 + (number >= Fraction(1, 2)) + (number >= 1))
        unit /= 2 if number < Fraction(1, 2) else 1
        distance = abs(Fraction(float(exact.values[i])) - number) / Fraction(
            float(np.spacing(np.float32(float(number))))
        )
        assert error == pytest.approx(float(distance), abs=1e-12)


@pytest.mark.parametrize("steps", [1, 3, 1000])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_each_step_to_a_neighbour_is_one_ulp(dtype, steps):
    exact = exact_cumsum(np.array([1.5, 2.0**-5], dtype), 0)
    bits = exact.values.view(f"u{exact.values.itemsize}") - steps % 500
    assert ulp_error(bits.view(dtype), exact).tolist() == [steps % 500, steps % 500]


def test_below_a_power_of_two_the_neighbours_are_half_as_far():
    exact = exact_cumsum(np.array([1.0]), 0)
    assert ulp_error(np.array([1 - 2.0**-53]), exact).tolist() == [0.5]
    assert ulp_error(np.array([1 + 2.0**-52]), exact).tolist() == [1.0]


def test_the_ulp_of_zero_and_of_subnormals_is_the_least_subnormal():
    exact = exact_cumsum(np.array([0.0, 3e-324, 5e-324]), 0)
    assert ulp_error(np.array([5e-324, 0.0, 0.0]), exact).tolist() == [1.0, 1.0, 2.0]


def test_the_sign_of_zero_does_not_count():
    exact = exact_cumsum(np.array([0.0]), 0)
    assert ulp_error(np.array([-0.0]), exact).tolist() == [0.0]


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("x", "actual", "expected"),
    [
        (NAN, NAN, 0.0), (NAN, 1.0, INF), (1.0, NAN, INF), (INF, NAN, INF), (NAN, INF, INF),
        (INF, INF, 0.0), (INF, -INF, INF), (INF, 1.0, INF), (1.0, INF, INF), (-1.0, -INF, INF),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nan_and_infinity_agree_with_themselves_only(x, actual, expected, dtype):
    exact = exact_cumsum(np.array([x], dtype), 0)
    assert ulp_error(np.array([actual], dtype), exact).tolist() == [expected]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_exact_value_that_overflows_is_measured_as_the_number_it_is(dtype):
    greatest = np.finfo(dtype).max
    exact = exact_cumsum(np.array([greatest, greatest], dtype), 0)
    precision = np.finfo(dtype).nmant + 1
    assert exact.values[1] == np.inf
    actual = np.array([greatest, np.inf], dtype)
    assert ulp_error(actual, exact).tolist() == [0.0, 0.0]
    actual = np.array([np.inf, greatest], dtype)
    assert ulp_error(actual, exact).tolist() == [1.0, 2.0**precision - 1]
    assert ulp_error(-actual, exact)[0] > 2.0**precision
    assert ulp_error(np.array([greatest, -np.inf], dtype), exact)[1] == np.inf


def test_bfloat16_is_measured_in_its_own_places():
    x = to_bfloat16(np.array([1.0, 2.0**-9], np.float32))
    exact = exact_cumsum(x, 0, stored="bfloat16")
    assert exact.values.tolist() == [0x3F80, 0x3F80]
    assert ulp_error(exact.values, exact).tolist() == [0.0, 0.25]
    assert ulp_error(exact.values + np.uint16(2), exact).tolist() == [2.0, 1.75]


def test_the_greater_component_counts_for_complex():
    exact = exact_cumsum(np.array([1 + 1j]), 0)
    assert ulp_error(np.array([complex(1 + 2**-52, 1 + 2**-50)]), exact).tolist() == [4.0]


def test_integers_are_measured_in_ones():
    exact = exact_cumsum(np.array([100, 100], np.int8), 0)
    assert ulp_error(np.array([100, 127], np.int8), exact).tolist() == [0.0, 183.0]


def test_logarithms_are_measured_against_the_unrounded_value():
    exact = exact_logcumsumexp(np.array([0.0, 0.0], np.float32), 0)
    log2 = 0.6931471805599453
    distance = abs(float(np.float32(log2)) - log2) / 2**-24
    assert ulp_error(exact.values, exact)[1] == pytest.approx(distance, rel=1e-6)


def test_the_greatest_error_is_where_it_is_first():
    exact = exact_cumprod(np.array([[1.0, 2.0], [4.0, 1.0]]), 1)
    actual = exact.values + np.array([[0.0, 2**-51], [0.0, 2**-50]])
    greatest = greatest_error(ulp_error(actual, exact))
    assert (greatest.error, greatest.index) == (1.0, (0, 1))
    assert greatest_error(np.empty((0, 3))) is None


def test_nothing_is_cast_or_broadcast():
    exact = exact_cumsum(np.ones(2, np.float32), 0)
    with pytest.raises(TypeError, match=r"^actual has dtype float64, expected float32$"):
        ulp_error(np.ones(2), exact)
    with pytest.raises(ValueError, match=r"^actual has shape \(1, 2\), expected \(2,\)$"):
        ulp_error(np.ones((1, 2), np.float32), exact)
