"""Seconds that the exact oracle takes for n elements, and how they grow from n / 2 to n."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_impl import (
    Exact,
    Extreme,
    exact_cummax,
    exact_cumprod,
    exact_cumsum,
    exact_logcumsumexp,
    to_bfloat16,
)

REAL = ("float16", "bfloat16", "float32", "float64")
DTYPES = {
    "cumsum": (*REAL, "complex64", "complex128", "int64"),
    "cumprod": (*REAL, "complex64", "complex128", "int64"),
    "logcumsumexp": REAL,
    "cummax": (*REAL, "int64"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line per operation and dtype."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1_000_000, help="elements (default: %(default)s)")
    parser.add_argument("--op", choices=sorted(DTYPES), help="only this operation")
    parser.add_argument("--dtype", help="only this dtype")
    parser.add_argument("--spread", action="store_true", help="exponents over the dtype's range")
    options = parser.parse_args(arguments)
    n, spread = options.n, options.spread
    print(f"{'operation':13} {'dtype':10} {'n/2, s':>8} {'n, s':>8} {'ratio':>6}   n = {n}")
    for operation, dtypes in DTYPES.items():
        for dtype in dtypes:
            if options.op not in (None, operation) or options.dtype not in (None, dtype):
                continue
            half, whole = (_seconds(operation, dtype, n=k, spread=spread) for k in (n // 2, n))
            ratio = whole / half if half else float("nan")
            print(f"{operation:13} {dtype:10} {half:8.3f} {whole:8.3f} {ratio:6.2f}", flush=True)


def _seconds(operation: str, dtype: str, *, n: int, spread: bool) -> float:
    """CPU seconds of one run, the better of two."""
    x = _elements(operation, dtype, n=n, spread=spread)
    run = _runs(operation, x, dtype)
    times = []
    for _ in range(2):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def _runs(operation: str, x: NDArray[Any], dtype: str) -> Callable[[], Exact | Extreme]:
    oracles: dict[str, Callable[..., Exact | Extreme]] = {
        "cumsum": exact_cumsum,
        "cumprod": exact_cumprod,
        "logcumsumexp": exact_logcumsumexp,
        "cummax": exact_cummax,
    }
    return lambda: oracles[operation](x, 0, stored=dtype)


def _elements(operation: str, dtype: str, *, n: int, spread: bool) -> NDArray[Any]:
    rng = np.random.default_rng(1)
    if dtype == "int64":
        return rng.integers(-(2**40), 2**40, n)
    x = rng.standard_normal(n) + (1j * rng.standard_normal(n) if "complex" in dtype else 0)
    if operation == "cumprod":
        # Near modulus 1, so that neither overflow nor underflow makes it easy.
        x = x / np.abs(x) * np.exp(rng.standard_normal(n) / 1000)
    if spread:
        info = np.finfo("float32" if dtype in ("bfloat16", "complex64") else dtype)
        x = x * np.exp2(rng.uniform(info.minexp, info.maxexp - 4, n))
    return to_bfloat16(x.astype(np.float32)) if dtype == "bfloat16" else x.astype(dtype)


if __name__ == "__main__":
    main()
