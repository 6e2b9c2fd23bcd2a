import numpy as np
import pytest

from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0, 3), (2, 1, 2)])
def test_a_tensor_gives_back_its_array(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(DTYPES[dtype].numpy)
    tensor = Tensor.of(array, dtype)
    assert tensor.array().dtype == array.dtype
    assert tensor.array().tolist() == array.tolist() == tensor.nested()
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
