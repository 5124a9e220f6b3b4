"""Loads what an engine needs, and tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from phi_model.model import PhiForCausalLM
    from phi_model.tokenizer import PhiTokenizer

Progress = Callable[[str, "float | None"], None]


class Loaded(NamedTuple):
    """A checkpoint in memory."""

    model: PhiForCausalLM
    tokenizer: PhiTokenizer
    name: str
    revision: str | None
    fingerprint: str


def load(
    path_or_repo: str | Path,
    *,
    revision: str | None = None,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    quantization: str | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Loads a checkpoint and its tokenizer; on a CPU the weights are packed for the processor.

    Args:
        path_or_repo, revision, dtype, device, quantization, progress: see `Engine.from_pretrained`.

    Raises:
        CheckpointError: the files are not a usable Phi checkpoint.
    """
    from phi_model.checkpoint import load_pretrained
    from phi_model.fingerprint import fingerprint
    from phi_model.hub import split_revision
    from phi_model.model import PhiForCausalLM
    from phi_model.quantization import is_packed, optimize_for_inference
    from phi_model.tokenizer import PhiTokenizer

    tell = progress or (lambda message, share: None)
    name, at = split_revision(str(path_or_repo))
    revision = revision or at
    tell(f"Loading the tokenizer of {name}", 0.0)
    tokenizer = PhiTokenizer.from_pretrained(name, revision=revision)
    told = -1

    def weights(done: int, total: int) -> None:
        nonlocal told
        tenths = done * 10 // max(total, 1)
        if tenths > told:
            told = tenths
            tell(f"Loading the weights of {name}", done / max(total, 1))

    model = load_pretrained(
        PhiForCausalLM,
        name,
        revision=revision,
        dtype=dtype,
        device=device or ("cuda" if torch.cuda.is_available() else "cpu"),
        quantization=quantization,
        progress=weights,
    )
    if model.device.type == "cpu" and not is_packed(model):
        tell("Packing the weights for this processor", None)
        optimize_for_inference(model)
    return Loaded(model, tokenizer, name, revision, fingerprint(name, revision=revision))
