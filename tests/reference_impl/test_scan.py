from fractions import Fraction

import numpy as np
import pytest
from numpy.exceptions import AxisError

from reference_impl import cumsum, scan
from reference_impl.bfloat16 import dtype_named, of_bits
from reference_impl.scan import accumulated, keep

GRID = np.array([[3, 4, 6, 10], [1, 6, 7, 9], [4, 3, 8, 7]], np.float32)


def prefix_sums(x, axis):
    """Independent of the scan: Python's own sum of exact fractions, element by element."""
    result = np.empty(x.shape, object)
    for index in np.ndindex(x.shape):
        line = list(index)
        total = Fraction(0)
        for i in range(index[axis] + 1):
            line[axis % x.ndim] = i
            total += Fraction(x[tuple(line)].item())
        result[index] = total
    return result


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_every_element_is_the_sum_up_to_it(axis):
    x = np.arange(24, dtype=np.int16).reshape(2, 3, 4) - 7
    assert (cumsum(x, axis) == prefix_sums(x, axis)).all()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("bool", "int64"), ("int8", "int64"), ("int32", "int64"), ("uint8", "uint64"),
     ("uint64", "uint64"), ("float16", "float16"), ("float64", "float64")],
)  # fmt: skip
def test_integers_become_the_default_integer(given, expected):
    assert cumsum(np.array([1, 1], given), 0).dtype == expected


def test_promotion_is_a_parameter():
    assert cumsum(np.array([100, 100], np.int8), 0, promotion=keep).tolist() == [100, -56]


def test_dtype_applies_before_the_sum():
    assert cumsum(np.array([0.5, 0.5, 0.5]), 0, np.int32).tolist() == [0, 0, 0]


def test_accumulation_is_a_parameter():
    x = np.array([60000, 60000, -60000], np.float16)
    wide = cumsum(x, 0, accumulator=lambda _: np.dtype(np.float32))
    assert (wide.dtype, wide.tolist()) == (np.float16, [60000.0, np.inf, 60000.0])
    assert cumsum(x, 0).tolist() == [60000.0, np.inf, np.inf]


def test_the_sign_of_negative_zeros_is_kept():
    assert np.signbit(cumsum(np.array([-0.0, -0.0]), 0)).tolist() == [True, True]


@pytest.mark.parametrize(("shape", "axis"), [((0, 3), 0), ((2, 0), 0), ((2, 0), 1)])
def test_an_empty_tensor_gives_an_empty_tensor(shape, axis):
    assert cumsum(np.empty(shape), axis).shape == shape


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_out_of_range_raises(axis):
    with pytest.raises(AxisError, match=f"axis {axis} is out of bounds for array of dimension 2"):
        cumsum(GRID, axis)


def test_a_tensor_without_axes_has_no_valid_axis():
    with pytest.raises(AxisError, match="axis 0 is out of bounds for array of dimension 0"):
        cumsum(np.array(5.0), 0)


@pytest.mark.parametrize("axis", [True, 1.0, "0", None, np.True_])
def test_what_is_no_integer_is_no_axis(axis):
    with pytest.raises(TypeError, match="axis must be an integer, not"):
        cumsum(GRID, axis)


def test_a_numpy_integer_is_an_axis():
    assert (cumsum(GRID, np.int64(1)) == cumsum(GRID, 1)).all()


def test_the_input_stays_as_it_is():
    x = GRID.copy()
    cumsum(x, 0)
    assert (x == GRID).all()


def test_any_combination_can_be_scanned():
    assert scan(np.maximum, np.array([1, 3, 2, 5]), 0).tolist() == [1, 3, 3, 5]


def noise(name, shape):
    """Elements of any bits, NaN and infinities among them, and as many between -2 and 2."""
    generator = np.random.default_rng(0)
    dtype = np.dtype(np.uint16) if name == "bfloat16" else dtype_named(name)
    size = 2 * int(np.prod(shape))
    anything = generator.bytes(size * dtype.itemsize // 2)
    if name == "bool":
        anything = bytes(byte & 1 for byte in anything)
    tame = generator.uniform(-2, 2, size // 2)
    if name == "bfloat16":
        tame = tame.astype(np.float32).view(np.uint32) >> 16
    x = np.concatenate([tame.astype(dtype), np.frombuffer(anything, dtype)]).reshape(2, *shape)
    return of_bits(x) if name == "bfloat16" else x


def bits_but_of_nan(y):
    y = np.ascontiguousarray(y)
    return (np.where(np.isnan(y), np.ones((), y.dtype), y).tobytes(), np.isnan(y).tolist())


@pytest.mark.parametrize("shape", [(500,), (40, 3), (3, 40)])
@pytest.mark.parametrize(
    "name",
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
     "float16", "bfloat16", "float32", "float64", "complex64", "complex128"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_bit_is_that_of_the_plain_loop(name, shape):
    combines = [np.add, np.multiply]
    combines += [np.logaddexp] if name.startswith(("float", "bfloat")) else []
    for x in noise(name, shape):
        for combine in combines:
            actual = scan(combine, x, 0)
            assert bits_but_of_nan(actual) == bits_but_of_nan(accumulated(combine, x))
