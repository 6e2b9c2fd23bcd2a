"""Both implementations against a loop over Python numbers."""

import itertools
import math

import numpy as np
import pytest
from numpy.exceptions import AxisError

from reference_impl import cummax, cummin, exact_cummax, exact_cummin, to_bfloat16

NAN, INF = np.nan, np.inf
RULES = list(itertools.product(["first", "last"], ["propagate", "ignore"]))
BOTH = [(cummax, cummin), (exact_cummax, exact_cummin)]


def looked_for(x, *, greater, tie, nan):
    """For each prefix, the index of its extreme: all candidates first, then the tie rule."""
    found = []
    for end in range(1, len(x) + 1):
        prefix = x[:end]
        nans = [i for i, v in enumerate(prefix) if math.isnan(v)]
        numbers = [i for i in range(end) if i not in nans]
        if nans and (nan == "propagate" or not numbers):
            candidates = nans
        else:
            extreme = (max if greater else min)(prefix[i] for i in numbers)
            candidates = [i for i in numbers if prefix[i] == extreme]
        found.append(candidates[0] if tie == "first" else candidates[-1])
    return found


@pytest.mark.parametrize("implementation", BOTH, ids=["reference", "oracle"])
@pytest.mark.parametrize(("tie", "nan"), RULES)
@pytest.mark.parametrize("seed", range(6))
def test_values_and_indices_are_those_of_each_prefix(implementation, tie, nan, seed):
    pool = np.array([NAN, INF, -INF, 0.0, -0.0, 1, 1, 2, -3])[seed % 2 * seed :]
    x = np.random.default_rng(seed).choice(pool, 25)
    for scan, greater in zip(implementation, (True, False), strict=True):
        actual = scan(x, 0, tie=tie, nan=nan)
        expected = looked_for(x.tolist(), greater=greater, tie=tie, nan=nan)
        assert actual.indices.tolist() == expected
        assert actual.values.tobytes() == x[expected].tobytes()


def test_torch_keeps_the_last_index_unless_told_otherwise():
    x = np.array([1, 3, 3, 2], np.float32)
    assert cummax(x, 0).indices.tolist() == [0, 1, 2, 2]
    assert cummax(x, 0, tie="first").indices.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("scan", [cummax, exact_cummax])
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16"])
def test_dtype_and_axis_stay(scan, dtype):
    x = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    actual = scan(x, 1)
    assert (actual.values.dtype, actual.indices.dtype) == (dtype, "int64")
    assert actual.values.astype(int).tolist() == [[1, 1, 1], [0, 1, 1]]
    assert scan(x, 0).indices.tolist() == [[0, 0, 0], [0, 1, 1]]


@pytest.mark.parametrize(("larger", "smaller"), BOTH)
def test_reverse_counts_indices_from_the_front(larger, smaller):
    x = np.array([5, 1, 4, 4])
    assert larger(x, 0, reverse=True).indices.tolist() == [0, 2, 2, 3 - 0]
    assert smaller(x, 0, reverse=True, tie="first").indices.tolist() == [1, 1, 3, 3]


@pytest.mark.parametrize(("larger", "smaller"), BOTH)
@pytest.mark.parametrize(
    ("dtype", "least", "greatest"),
    [("int8", -128, 127), ("uint16", 0, 65535), ("bool", False, True), ("float32", -INF, INF)],
)
def test_exclusive_starts_from_what_every_element_replaces(larger, smaller, dtype, least, greatest):
    x = np.array([1, 0, 1], dtype)
    actual = larger(x, 0, exclusive=True)
    assert (actual.values.tolist(), actual.indices.tolist()) == ([least, 1, 1], [-1, 0, 0])
    actual = smaller(x, 0, exclusive=True, reverse=True)
    assert (actual.values.tolist(), actual.indices.tolist()) == ([0, 1, greatest], [1, 2, -1])


def test_bfloat16_is_compared_as_numbers():
    x = to_bfloat16(np.array([-2, -1, 0.5, NAN, 1], np.float32))
    actual = exact_cummax(x, 0, stored="bfloat16")
    assert actual.indices.tolist() == [0, 1, 2, 3, 3]
    assert actual.values.tolist() == x[[0, 1, 2, 3, 3]].tolist()


@pytest.mark.parametrize("scan", [cummax, exact_cummax])
def test_empty_tensors_complex_numbers_and_wrong_axes(scan):
    assert scan(np.empty((0, 2)), 0, exclusive=True).values.shape == (0, 2)
    with pytest.raises(AxisError, match="axis 1 is out of bounds for array of dimension 1"):
        scan(np.ones(2), 1)
    with pytest.raises(TypeError, match=r"^complex64 has no order; cummax and cummin take bool"):
        scan(np.ones(2, np.complex64), 0)
