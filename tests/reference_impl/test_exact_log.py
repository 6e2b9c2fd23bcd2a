"""The log-sum-exp oracle against mpmath with 400 to 4000 bits."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from reference_impl import double_word, exact_log, exact_logcumsumexp
from reference_impl.decimal_log import decimal_log_sums
from reference_impl.formats import from_bfloat16, to_bfloat16


def logs(x, *, bits=400):
    """log(sum of exp) of every prefix of finite or -inf elements, as Fractions."""
    found = []
    with mpmath.workprec(bits):
        total = mpmath.mpf(0)
        for element in x:
            if element != -np.inf:
                total += mpmath.exp(mpmath.mpf(float(element)))
            value = mpmath.log(total)
            found.append(Fraction(int(value.man)) * Fraction(2) ** int(value.exp))
            if value < 0:
                found[-1] = -abs(found[-1])
    return found


def agrees(actual, numbers, name, *, independent):
    assert independent.magnitudes(actual, name) == [independent.nearest(v, name) for v in numbers]
    assert independent.signs(actual, name) == [v < 0 for v in numbers]


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_random_elements_are_rounded_correctly(name, scale, independent):
    x = (np.random.default_rng(1).standard_normal(150) * scale).astype(np.float32)
    x = to_bfloat16(x) if name == "bfloat16" else x.astype(name)
    numbers = logs((from_bfloat16(x) if name == "bfloat16" else x).astype(np.float64))
    agrees(exact_logcumsumexp(x, 0, stored=name).values, numbers, name, independent=independent)


@pytest.mark.parametrize(
    ("x", "bits"),
    [
        ([-np.log(2), -np.log(2)], 400),
        ([0.0, -100.0, -100.0], 1000),
        ([-1.0, 0.0, -700.0], 3000),
        ([0.0, -745.0, -1000.0], 4000),
        ([5.0, -300.0, 5.0], 2000),
        ([1e8, 1e8 + 1e-7, 99999999.5, -1e8], 400),
        ([-2000.0, -1.5, -2000.0, 3.0], 4000),
        ([-np.inf, -np.inf, 2.0, 3.0], 400),
        ([1e-300, -1e-300, 1e-320], 4000),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_hard_elements_are_rounded_correctly(x, bits, dtype, independent):
    first = int(np.argmax(np.isfinite(x)))
    values = exact_logcumsumexp(np.array(x), 0, dtype=dtype).values
    assert (values[:first] == -np.inf).all()
    numbers = logs(x[first:], bits=bits)
    agrees(values[first:], numbers, dtype, independent=independent)


def test_what_no_float_can_tell_from_nothing_still_breaks_a_tie():
    """1 + 2^-11 lies halfway between two float16; anything beside it makes it the upper one."""
    halfway = 1 + 2.0**-11
    x = np.array([halfway, -1e6, -1e300])
    assert exact_logcumsumexp(x, 0, dtype="float16").values.tolist() == [1, 1 + 2**-10, 1 + 2**-10]
    assert exact_logcumsumexp(np.array([0.0, -1e6]), 0).values.tolist() == [0.0, 0.0]


def test_one_element_is_its_own_result():
    x = np.array([1e-310, -1e300, 1e308])
    for element in x:
        assert exact_logcumsumexp(np.array([element]), 0).values.tolist() == [element]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([0, np.inf, 1, np.nan, 1], [0, np.inf, np.inf, np.nan, np.nan]),
        ([-np.inf, -np.inf], [-np.inf, -np.inf]),
        ([np.inf, -np.inf], [np.inf, np.inf]),
    ],
)
def test_infinity_and_nan_follow_the_prefix(x, expected):
    np.testing.assert_array_equal(exact_logcumsumexp(np.array(x), 0).values, expected)


def test_the_exclusive_form_starts_from_minus_infinity_and_reverse_from_the_end():
    x = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    values = exact_logcumsumexp(x, 1, exclusive=True, reverse=True).values
    assert values.tolist() == [[2.0, -np.inf], [4.0, -np.inf]]


def test_many_lines_and_long_lines_agree_with_each_line_alone():
    x = np.random.default_rng(2).standard_normal((7, 300)) * 20
    together = exact_logcumsumexp(x, 1).values
    for line, expected in zip(x, together, strict=True):
        np.testing.assert_array_equal(exact_logcumsumexp(line, 0).values, expected)


def test_the_error_of_exp_is_within_its_proven_bound():
    x = np.concatenate(
        [np.random.default_rng(3).uniform(-60, 60, 300), [0.0, 1e-300, 2.0**26, -(2.0**26), 0.3466]]
    )
    exponent, (high, low) = double_word.exp(x)
    with mpmath.workprec(400):
        for k, a, b, element in zip(exponent, high, low, x, strict=True):
            value = (mpmath.mpf(float(a)) + mpmath.mpf(float(b))) * mpmath.mpf(2) ** int(k)
            assert abs(value / mpmath.exp(mpmath.mpf(float(element))) - 1) < double_word.EXP_ERROR


def test_the_bound_of_the_logarithm_holds_and_is_not_idle():
    x = np.random.default_rng(4).standard_normal((1, 400)) * 3
    powers, depth = exact_log._prefix_sums(exact_log._exp(x))
    (high, low), error = exact_log._logarithm(powers, depth)
    for a, b, bound, number in zip(high[0], low[0], error[0], logs(x[0]), strict=True):
        assert abs(Fraction(a) + Fraction(b) - number) < Fraction(bound) < Fraction(1, 2**85)


@pytest.mark.parametrize("digits", [20, 50, 200])
@pytest.mark.parametrize(
    "x", [[0.5, -3.0, 2.25, 2.25, -40.0, 7.0], [0.0, -20.0, -10.0, -30.0, -np.inf, 1e-9]]
)
def test_decimal_intervals_hold_the_value_and_shrink(digits, x):
    numbers = logs(x, bits=1000)
    intervals = list(decimal_log_sums(x, {1, 3, 5}, digits=digits))
    assert [i for i, _, _ in intervals] == [1, 3, 5]
    for i, low, high in intervals:
        assert low <= numbers[i] <= high
        assert high - low < Fraction(1, 10 ** (digits - 9))


def test_elements_that_are_no_floats_are_refused():
    for dtype in ("int64", "bool", "complex64"):
        with pytest.raises(TypeError, match=f"^the log-sum of {dtype} has no exact result in "):
            exact_logcumsumexp(np.ones(2, dtype), 0)
