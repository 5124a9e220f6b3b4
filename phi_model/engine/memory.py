"""How much memory a checkpoint will take, and how much there is."""

from __future__ import annotations

import ctypes
import gc
import os
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from phi_model.config import PhiConfig
from phi_model.quantization.apply import HEAD, METHODS, method_of

# Packing a layer holds it twice for a moment; besides, requests need at least a slot.
OVERHEAD = 1.15
MARGIN_BYTES = 256 * 2**20
# Bytes a packed weight takes, scales and zeros included.
PACKED_BYTES = {"int8": 1.01, "int4": 0.57, "nf4": 0.54}
# Before what nobody uses any more is collected again, where that did nothing; a collection holds up every thread, so there
# are few.
PAUSES_S = (0.02, 0.1, 0.5, 2.5)
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def weights_bytes(config: PhiConfig, dtype: torch.dtype, quantization: str | None) -> int:
    """Bytes of a causal language model's weights in memory.

    Args:
        config: of the model.
        dtype: of the weights that are not packed.
        quantization: how the others are packed; None where none is.
    """
    from phi_model.model import PhiForCausalLM

    with torch.device("meta"):
        model = PhiForCausalLM(config)
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    if quantization is not None and config.tie_word_embeddings:
        sizes[f"{HEAD}.weight"] = config.vocab_size * config.hidden_size
    total = 0.0
    for name, count in sizes.items():
        method = method_of(name, quantization) if quantization in METHODS else None
        total += count * (PACKED_BYTES[method] if method else dtype.itemsize)
    return int(total)


def needed_bytes(config: PhiConfig, dtype: torch.dtype, quantization: str | None) -> int:
    """Bytes that loading such a model and serving one request with it takes, roughly."""
    slot = 2 * config.num_hidden_layers * config.max_position_embeddings
    slot *= config.num_key_value_heads * config.head_dim * dtype.itemsize
    return int(weights_bytes(config, dtype, quantization) * OVERHEAD) + slot + MARGIN_BYTES


def check_room(needed: int, free: int, device: torch.device) -> None:
    """Refuses a model that has no room.

    Args:
        needed: bytes that it takes.
        free: bytes that can be had.
        device: where.

    Raises:
        MemoryError: there are too few.
    """
    if needed > free:
        raise MemoryError(
            f"memory: it needs about {needed / 1e9:,.1f} GB on {device}, and {free / 1e9:,.1f} GB can be had; "
            "a smaller dtype or a quantization takes less"
        )


def free_bytes(device: torch.device) -> int:
    """Bytes that can be had on a device without taking them from anybody; of a container, what it may take."""
    reclaim()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        return torch.cuda.mem_get_info(device)[0]
    return min([_machine_bytes(), *_container_bytes()])


def reclaim(gone: weakref.ref[Any] | None = None) -> None:
    """Gives the system back what a model took that nobody uses any more.

    The parts of an engine refer to each other, so that its weights would stay until the next full collection; and glibc keeps
    freed blocks of up to 32 MB, which most of a model's are, for later.

    Args:
        gone: what nobody uses any more. A collection does nothing while another thread is in the middle of one, and what
            a thread just looks at stays, so it is tried again after each of `PAUSES_S`.
    """
    gc.collect()
    for pause in PAUSES_S:
        if gone is None or gone() is None:
            break
        time.sleep(pause)
        gc.collect()
    with suppress(OSError, AttributeError):  # other C libraries have no such call
        ctypes.CDLL(None).malloc_trim(0)


def _machine_bytes() -> int:
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _container_bytes() -> list[int]:
    """What the container's limit leaves, if it has one; files in the page cache do not count as taken."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        if limit == "max":
            return []
        taken = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
        statistics = (_CGROUP / "memory.stat").read_text(encoding="ascii").split()
    except OSError:
        return []
    facts = dict(zip(statistics[::2], statistics[1::2], strict=True))
    return [max(0, int(limit) - taken + int(facts.get("inactive_file", 0)))]
