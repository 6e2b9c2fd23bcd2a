from fractions import Fraction

import numpy as np
import pytest

from reference_impl.formats import FORMATS, from_bfloat16, from_bits, take_apart, to_bfloat16
from reference_impl.rounding import round_scaled, scaled, scaled_fraction


def test_bfloat16_rounds_to_nearest_even():
    x = np.array([1.0, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-23, -2.5, 3.4e38], np.float32)
    assert [hex(v) for v in to_bfloat16(x)] == [
        "0x3f80", "0x3f80", "0x3f82", "0x3f81", "0xc020", "0x7f80",
    ]  # fmt: skip


def test_bfloat16_keeps_nan_infinity_and_signed_zero():
    bits = np.array([0x7F800001, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0x80000000], np.uint32)
    stored = to_bfloat16(bits.view(np.float32))
    assert [hex(v) for v in stored] == ["0x7fc0", "0xffff", "0x7f80", "0xff80", "0x8000"]


def test_every_bfloat16_crosses_float32_unchanged():
    bits = np.arange(2**16, dtype=np.uint16)
    bits = bits[~np.isnan(from_bfloat16(bits))]
    assert (to_bfloat16(from_bfloat16(bits)) == bits).all()


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_every_sixteen_bit_number_is_taken_apart_and_rounded_back(name, independent):
    bits = np.arange(2**16, dtype=np.uint16)
    form = FORMATS[name]
    finite = (bits & 0x7FFF) < independent.infinity(name)
    x = from_bits(bits[finite], form)
    rounded = round_scaled(scaled(x, name), form)
    assert (rounded.bits == bits[finite]).all()
    assert (rounded.remainder == 0).all()
    pieces = take_apart(x[::97], name)
    for k, number in enumerate(independent.fractions(x[::97].copy(), name)):
        sign = -1 if pieces.negative[k] else 1
        assert sign * int(pieces.mantissa[k]) * Fraction(2) ** int(pieces.exponent[k]) == number


@pytest.mark.parametrize("name", FORMATS)
def test_fractions_round_as_bisection_says(name, independent):
    rng = np.random.default_rng(1)
    for _ in range(150):
        number = Fraction(int(rng.integers(1, 2**62)), int(rng.integers(1, 2**62)))
        number *= Fraction(2) ** int(rng.integers(-160, 160)) * (-1 if rng.random() < 0.5 else 1)
        rounded = round_scaled(scaled_fraction(number), FORMATS[name])
        bits = int(rounded.bits[0])
        assert bits & ~FORMATS[name].sign == independent.nearest(number, name)
        assert bool(bits & FORMATS[name].sign) == (number < 0)
