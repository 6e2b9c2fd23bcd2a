"""Arrays of bfloat16: float32 that round like it."""

import numpy as np
import pytest

from reference_impl import cummax, cumprod, cumsum, logcumsumexp, to_bfloat16
from reference_impl.bfloat16 import (
    BFLOAT16,
    Bfloat16,
    bfloat16,
    cast,
    dtype_named,
    dtype_of,
    is_bfloat16,
    of_bits,
)
from reference_impl.profiles import in_bfloat16, sequential, wide, wider

NEAR = bfloat16(np.array([256.0, 1.0, 1.0, 2.0]))


def bits(x):
    return to_bfloat16(np.asarray(x)).tolist()


@pytest.mark.parametrize(("scan", "combine"), [(cumsum, np.add), (cumprod, np.multiply)])
@pytest.mark.parametrize(("profile", "options"), [(sequential, {}), (wide, {"accumulator": wider})])
def test_a_scan_is_that_of_the_stored_bits(scan, combine, profile, options):
    stored = to_bfloat16(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    actual = scan(of_bits(stored), 0, **options)
    assert is_bfloat16(actual)
    assert bits(actual) == in_bfloat16(profile, combine, stored, axis=0).tolist()


def test_every_step_is_rounded():
    assert cumsum(NEAR, 0).tolist() == [256, 256, 256, 258]
    assert cumsum(NEAR, 0, accumulator=wider).tolist() == [256, 256, 258, 260]
    assert cumsum(NEAR, 0, exclusive=True, reverse=True).tolist() == [4, 3, 2, 0]


def test_a_scan_gives_the_dtype_that_is_asked_for():
    assert is_bfloat16(cumsum(np.array([1, 2, 3]), 0, BFLOAT16))
    assert is_bfloat16(logcumsumexp(NEAR, 0))
    assert is_bfloat16(logcumsumexp(np.array([1.0, 2.0]), 0, BFLOAT16))
    plain = cumsum(NEAR, 0, np.float32)
    assert (type(plain), plain.dtype) == (np.ndarray, np.float32)
    assert plain.tolist() == [256, 257, 258, 260]
    assert cumsum(NEAR, 0, np.int16).dtype == np.int16


def test_the_extreme_is_an_element():
    values, indices = cummax(of_bits(np.array([[0x4380, 0x4381, 0x7FC0]], np.uint16)), 1)
    assert is_bfloat16(values)
    assert (bits(values), indices.tolist()) == ([[0x4380, 0x4381, 0x7FC0]], [[0, 1, 2]])


def test_an_operation_rounds_to_even():
    assert (NEAR + np.float32(1)).tolist() == [256, 2, 2, 3]
    assert np.add(bfloat16(np.array([256.0, 258.0])), bfloat16(np.array(1.0))).tolist() == [
        256,
        260,
    ]
    assert is_bfloat16(np.exp(NEAR[1:]))
    assert np.isnan(NEAR).dtype == bool
    assert type(NEAR > 1) is np.ndarray


def test_what_is_stored_is_rounded():
    x = NEAR.copy()
    x[0] = 257
    x[1:3] = np.array([259.0, np.nan])
    assert bits(x) == bits(np.array([256, 260, np.nan, 2]))
    out = bfloat16(np.zeros(4))
    assert np.add(NEAR, 1.0, out=out) is out
    assert out.tolist() == [256, 2, 2, 3]


def test_an_element_is_one_of_bfloat16():
    assert is_bfloat16(NEAR[0])
    assert (NEAR[0] + NEAR[1]).tolist() == 256


def test_another_dtype_is_an_ordinary_array():
    assert not is_bfloat16(NEAR.astype(np.float64))
    assert not is_bfloat16(NEAR.astype(np.float64) + 1)
    assert type(cast(NEAR, np.float32)) is np.ndarray
    assert cast(NEAR, BFLOAT16) is NEAR


def test_its_dtype_has_a_name():
    assert dtype_of(NEAR) == dtype_named("bfloat16") == BFLOAT16
    assert dtype_of(np.zeros(1, np.int8)) == dtype_named("int8") == np.int8
    assert wider(BFLOAT16) == np.float32
    with pytest.raises(TypeError, match="int9"):
        dtype_named("int9")


def test_a_number_is_rounded_once():
    # Through float32 it would be half-way, and then even.
    just_above = 257 + 2.0**-30
    assert bfloat16(np.array([257.0, just_above, -just_above])).tolist() == [256, 258, -258]
    assert bits(np.array([3.3895313892515355e38, 3.4e38])) == [0x7F7F, 0x7F80]
    assert isinstance(bfloat16(np.array([1, 2])), Bfloat16)
