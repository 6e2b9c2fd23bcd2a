"""What torch's scans have in common, in numpy: errors, dtypes, precision."""

import numpy as np

from reference_impl.profiles import wider

MISSING = object()


def checked(name, x, dim):
    """x and dim as they are; raises what torch raises for a dim that is wrong."""
    if dim is MISSING:
        raise TypeError(f'{name}() missing 1 required positional arguments: "dim"')
    if isinstance(dim, bool) or not isinstance(dim, (int, np.integer)):
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")
    rank = max(x.ndim, 1)
    if not -rank <= dim < rank:
        raise IndexError(
            f"Dimension out of range (expected in [{-rank}, {rank - 1}], but got {dim})"
        )
    return x, dim


def scanned(scan, x, dim, dtype):
    """The scan in the dtype that torch chooses, its partial results one size wider."""
    if dtype == np.bool_:
        raise NotImplementedError(f"\"{scan.__name__}_out_cpu\" not implemented for 'Bool'")
    if dtype is None and x.dtype.kind in "biu":
        dtype = np.int64
    return scan(np.atleast_1d(x), dim, dtype, accumulator=wider).reshape(x.shape)


def into(out, result):
    """result, written into out if there is one."""
    if out is None:
        return result
    out[...] = result
    return out


def into_each(outs, results):
    """outs, with each of the results written into one of them."""
    for out, result in zip(outs, results, strict=True):
        into(out, result)
    return outs
