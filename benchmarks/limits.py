"""What a machine can do at most, measured: bytes read from memory, and bfloat16 products."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

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


def product_peak(threads: int, clock: Callable[[], float]) -> float | None:
    """Operations per second of the processor's bfloat16 units, by `peak.c`; None where it has none, or no compiler."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8") if sys.platform == "linux" else ""
    compiler = next(filter(None, map(shutil.which, native.COMPILERS)), None)
    if compiler is None or "avx512_bf16" not in flags:
        return None
    with tempfile.TemporaryDirectory() as folder:
        built, source = str(Path(folder) / "peak.so"), str(Path(__file__).with_name("peak.c"))
        subprocess.run([compiler, *native.FLAGS, source, "-o", built], check=True)
        peak = ctypes.CDLL(built).peak
        peak.argtypes, peak.restype = [ctypes.c_int64, ctypes.c_int], ctypes.c_double
        best = 0.0
        for _ in range(8):
            start = clock()
            done = peak(1 << 23, threads)
            best = max(best, done / (clock() - start))
    return best
