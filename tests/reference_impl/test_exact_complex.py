from fractions import Fraction

import numpy as np
import pytest

from reference_impl import exact_complex, exact_cumprod, exact_cumsum

COMPONENT = {"complex64": "float32", "complex128": "float64"}


def random_complex(dtype, n, *, seed, integers=False):
    rng = np.random.default_rng(seed)
    if integers:
        return (rng.integers(-9, 9, n) + 1j * rng.integers(-9, 9, n)).astype(dtype)
    return (rng.standard_normal(n) + 1j * rng.standard_normal(n)).astype(dtype)


def products(x):
    """Prefix products as pairs of Fractions."""
    found, re, im = [], Fraction(1), Fraction(0)
    for z in x:
        a, b = Fraction(float(z.real)), Fraction(float(z.imag))
        re, im = re * a - im * b, re * b + im * a
        found.append((re, im))
    return found


def agrees(values, pairs, *, independent):
    name = COMPONENT[values.dtype.name]
    for component, numbers in zip(
        (values.real.copy(), values.imag.copy()), zip(*pairs, strict=True), strict=True
    ):
        expected = [independent.nearest(number, name) for number in numbers]
        assert independent.magnitudes(component, name) == expected
        signs = [s for s, v in zip(independent.signs(component, name), numbers, strict=True) if v]
        assert signs == [v < 0 for v in numbers if v]


@pytest.mark.parametrize("dtype", COMPONENT)
@pytest.mark.parametrize("integers", [False, True])
def test_products_are_those_of_gaussian_rationals(dtype, integers, independent):
    x = random_complex(dtype, 150, seed=1, integers=integers)
    agrees(exact_cumprod(x, 0).values, products(x), independent=independent)


@pytest.mark.parametrize("z", [0.1 + 0.1j, 0.1j, -0.3 + 0j, 0.7 - 0.7j, 3 + 4j, 0.6 + 0.8j])
def test_powers_are_exact_zeros_on_axes_and_diagonals_included(z, independent):
    x = np.full(120, z, np.complex128)
    agrees(exact_cumprod(x, 0).values, products(x), independent=independent)


def test_a_component_that_cancels_after_many_elements_is_found_to_be_zero(independent):
    x = random_complex("complex64", 40, seed=2)
    there_and_back = np.concatenate([x, x.conj()[::-1]])
    pairs = products(there_and_back)
    assert pairs[-1][1] == 0
    agrees(exact_cumprod(there_and_back, 0).values, pairs, independent=independent)


def test_components_of_very_different_size_are_both_right(independent):
    x = np.array([1e200 + 1e-200j, 3 + 1e-300j, 1e-100 - 1e150j, 1e-250 + 1e-30j])
    agrees(exact_cumprod(x, 0).values, products(x), independent=independent)


def test_a_component_cut_away_is_not_taken_for_zero(independent):
    x = np.array([1 + 1e-100j, 3.3, 3.3, 1.1j, 3.3, 3.3, 3.3])
    agrees(exact_cumprod(x, 0).values, products(x), independent=independent)


def test_a_component_that_cancels_in_the_bits_kept_is_open():
    """(V + 1 + Vi)(1 + i) = 1 + (2V + 1)i, but V + 1 and V are the same once cut."""
    v = int("5" * 80, 16)
    assert exact_complex._leading_parts([(v + 1, v, 0), (1, 1, 0)], 192) is None
    parts = exact_complex._leading_parts([(v + 1, v, 0), (1, 1, 0)], 768)
    assert parts is not None
    assert parts[2] == (False, 1 << 63, -63, 0.0)


def test_leading_bits_that_the_error_could_change_are_open():
    assert exact_complex._leading((1 << 100) - 1, 0, error=8) is None
    assert exact_complex._leading((1 << 100) - 1, 0, error=0) == (False, 2**64 - 1, 36, 1 - 2**-36)
    assert exact_complex._leading(-(5 << 98) - 100, 0, error=8) == (
        True, 5 << 61, 37, 100 / 2**37,
    )  # fmt: skip
    assert exact_complex._leading(8, 0, error=8) is None


def test_a_thousand_axis_elements_need_no_more_bits_than_reals_do(monkeypatch):
    asked = []
    leading = exact_complex._leading_parts

    def counted(elements, bits):
        asked.append(bits)
        return leading(elements, bits)

    monkeypatch.setattr(exact_complex, "_leading_parts", counted)
    values = exact_cumprod(np.full(1000, 1.1j), 0).values
    assert (values.real[::2] == 0).all()
    assert (values.imag[1::2] == 0).all()
    values = exact_cumprod(np.full(1000, 0.7 - 0.7j), 0).values
    assert (values.real[1::4] == 0).all()
    assert asked == [192, 192]


def test_sums_go_by_component():
    x = np.array([1e16 + 1j, 1 - 1j, -1e16 + 1e-30j])
    assert exact_cumsum(x, 0).values.tolist() == [1e16 + 1j, 1e16 + 0j, 1 + 1e-30j]


def test_a_special_component_of_a_sum_leaves_the_other_alone():
    values = exact_cumsum(np.array([complex(np.inf, 1), complex(-np.inf, 2)]), 0).values
    np.testing.assert_array_equal(values.real, [np.inf, np.nan])
    assert values.imag.tolist() == [1, 3]


@pytest.mark.parametrize("axis", [0, 1])
def test_a_product_with_a_special_element_is_what_numpy_multiplies(axis):
    special = [
        complex(np.inf, 2),
        complex(1, np.nan),
        complex(-np.inf, np.inf),
        complex(0, -np.inf),
    ]
    x = random_complex("complex128", 24, seed=3).reshape(4, 6)
    x[np.arange(4), [0, 2, 3, 5]] = special
    along = np.moveaxis(x, axis, 0)
    expected = along.copy()
    for i in range(1, len(along)):
        a, b, c, d = expected[i - 1].real, expected[i - 1].imag, along[i].real, along[i].imag
        with np.errstate(invalid="ignore"):
            expected[i].real, expected[i].imag = a * c - b * d, a * d + b * c
    actual = np.moveaxis(exact_cumprod(x, axis).values, axis, 0)
    for part in ("real", "imag"):
        np.testing.assert_allclose(getattr(actual, part), getattr(expected, part), rtol=1e-12)


def test_an_overflown_prefix_is_a_number_when_infinity_comes():
    values = exact_cumprod(np.array([1e300 + 1e300j, 1e300, complex(np.inf, 1)]), 0).values
    assert values[1] == complex(np.inf, np.inf)
    # (a + bi)(inf + i) with finite a, b > 0: a inf - b and a + b inf.
    assert values[2] == complex(np.inf, np.inf)


def test_the_first_product_is_the_first_element_bit_for_bit():
    values = exact_cumprod(np.array([complex(-0.0, -0.0), 1]), 0).values
    assert (np.signbit(values[0].real), np.signbit(values[0].imag)) == (True, True)
    assert exact_cumprod(np.array([complex(np.inf, 3)]), 0).values.tolist() == [complex(np.inf, 3)]


def test_reals_may_be_multiplied_to_complex():
    assert exact_cumprod(np.array([2, 3], np.int8), 0, dtype="complex64").values.tolist() == [2, 6]
    stored = np.array([0x4000, 0x4040], np.uint16)
    sums = exact_cumsum(stored, 0, stored="bfloat16", dtype="complex64").values
    assert sums.tolist() == [2, 5]
