"""Settings of every test: no thread fight on two cores, no call home; tests of hardware run where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# Without a GPU Triton's kernels run in its interpreter, which is chosen when they are first imported.
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")

_PROCESSOR = Path("/proc/cpuinfo")
_VECTORS = torch.backends.cpu.get_cpu_capability()
_AVX512 = _VECTORS == "AVX512"
_FLAGS = _PROCESSOR.read_text() if _AVX512 and _PROCESSOR.exists() else ""

# What a machine may lack. A test that needs it is left out there, not skipped: a skip fails `.ci/run`.
HARDWARE = {
    "gpu": torch.cuda.is_available(),
    "interpreter": not torch.cuda.is_available(),
    "native": _VECTORS in ("AVX2", "AVX512"),
    "avx512": _AVX512,
    "narrow": _VECTORS == "AVX2",
    "amx": "amx_bf16" in _FLAGS,
    "vnni": "avx512_vnni" in _FLAGS,
    "halves": "avx512_vnni" in _FLAGS and "avx512_bf16" in _FLAGS,
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests whose hardware is not here."""
    missing = [name for name, here in HARDWARE.items() if not here]
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
