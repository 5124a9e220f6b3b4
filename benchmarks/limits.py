"""What a machine can do at most, measured: bytes read from memory, and products."""

from __future__ import annotations

from collections.abc import Callable

import torch

from phi_model.quantization import native

MEASURED_BYTES = 1 << 29


def read_limit(clock: Callable[[], float]) -> float:
    """Bytes per second that this machine reads from memory: the best of several sums over a large buffer."""
    data = torch.ones(MEASURED_BYTES // 4)
    best = 0.0
    for _ in range(8):
        start = clock()
        data.sum()
        best = max(best, MEASURED_BYTES / (clock() - start))
    return best


def product_peaks(threads: int) -> dict[str, float]:
    """Operations per second, two a product, that the processor's units can do for weights kept in each way; none where
    there are no kernels.

    Products of bytes and of words take nf4's values apart into two. Tiles do twice as many products of bytes as of bfloat16.
    """
    if native.load() is None:
        return {}
    rates = native.rates()
    peaks = {}
    for way in ("bf16", "int8", "int4", "nf4"):
        arithmetic = native.best_arithmetic(None if way == "bf16" else way, rates)
        # Pairs without their instruction are float32 products.
        rate = rates[arithmetic] or rates["floats"]
        if arithmetic == "bytes":
            rate = max(rate, 2 * rates["tiles"])
        products = 2 if way == "nf4" and arithmetic in ("bytes", "words") else 1
        peaks[way] = 2 * threads * rate / products
    return peaks
