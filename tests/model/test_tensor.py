import numpy as np
import pytest

from conformance.model.bfloat16 import to_bfloat16
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0, 3), (2, 1, 2)])
def test_a_tensor_gives_back_its_array(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(DTYPES[dtype].numpy)
    tensor = Tensor.of(array, dtype)
    assert tensor.array().dtype == array.dtype
    assert tensor.array().tolist() == array.tolist()
    if dtype not in ("bfloat16", "complex64", "complex128"):
        assert tensor.nested() == array.tolist()
    assert tensor.array().shape == tensor.shape == shape


def test_an_array_of_another_dtype_is_refused():
    with pytest.raises(TypeError, match="array is int64, expected int8"):
        Tensor.of(np.array([1]), "int8")


def test_a_big_endian_array_is_the_same_tensor():
    big = np.array([1, 2], ">i4")
    assert Tensor.of(big, "int32") == Tensor.of(big.astype("<i4"), "int32")


def test_a_transposed_array_is_stored_in_c_order():
    array = np.array([[1, 2], [3, 4]], np.int8).T
    assert Tensor.of(array, "int8").data == bytes([1, 3, 2, 4])


def test_floats_are_written_in_the_shortest_form_of_their_dtype():
    assert Tensor.of(np.array([0.1, 3], np.float32), "float32").nested() == [0.1, 3.0]
    assert Tensor.of(np.array([0.1], np.float16), "float16").nested() == [0.1]


def test_special_floats_are_words():
    values = np.array([np.nan, np.inf, -np.inf, 0.5], np.float32)
    assert Tensor.of(values, "float32").nested() == ["nan", "inf", "-inf", 0.5]


def test_negative_zero_keeps_its_sign():
    assert str(Tensor.of(np.array([-0.0], np.float32), "float32").nested()) == "[-0.0]"


def test_bfloat16_numbers_are_computed_with_as_float32():
    tensor = Tensor("bfloat16", (3,), np.array([0x3F80, 0x3DCD, 0xFF80], "<u2").tobytes())
    assert tensor.numbers().dtype == np.float32
    assert tensor.numbers().tolist() == [1.0, 0.10009765625, -np.inf]
    assert tensor.nested() == [1.0, 0.1, "-inf"]


def test_every_finite_bfloat16_reads_back_from_its_shortest_form():
    bits = np.arange(0x7F80, dtype="<u2")
    shortest = Tensor.of(bits, "bfloat16").nested()
    assert (to_bfloat16(np.array(shortest)) == bits).all()


def test_a_number_becomes_bfloat16_in_one_rounding():
    tie = 1 + 2.0**-8
    numbers = np.array([tie, tie + 2.0**-40, 1 + 3 * 2.0**-8, 3.4e38, np.nan, -0.0, 1e-45])
    assert [hex(bits) for bits in to_bfloat16(numbers).tolist()] == [
        "0x3f80", "0x3f81", "0x3f82", "0x7f80", "0x7fc0", "0x8000", "0x0",
    ]  # fmt: skip


def test_complex_numbers_are_texts_that_python_reads():
    values = np.array([1 + 2j, complex(np.nan, -np.inf), complex(-0.0, 0.1)], np.complex64)
    texts = Tensor.of(values, "complex64").nested()
    assert texts == ["1+2j", "nan-infj", "-0+0.1j"]
    assert np.array(list(map(complex, texts)), np.complex64).tobytes() == values.tobytes()
