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
    """A checkpoint in memory.

    Attributes:
        base: what it was made of, by its own configuration.
    """

    model: PhiForCausalLM
    tokenizer: PhiTokenizer
    name: str
    revision: str | None
    quantization: str | None
    fingerprint: str
    base: str | None


class Examined(NamedTuple):
    """A checkpoint whose files are here and fit each other, before any weight is read.

    Attributes:
        device: where it is to go.
        needed_bytes: memory that it will take there, roughly.
    """

    device: torch.device
    needed_bytes: int


def device_of(device: torch.device | str | None) -> torch.device:
    """The device of a name; None is the GPU where there is one, else the CPU.

    Raises:
        ValueError: there is no such device here.
    """
    found = ("cuda" if torch.cuda.is_available() else "cpu") if device is None else device
    try:
        found = torch.device(found)
    except RuntimeError as error:
        raise ValueError(f"device must be cpu, cuda or cuda:N, got {device!r}") from error
    gpus = torch.cuda.device_count()
    if found.type == "cuda" and (found.index or 0) >= gpus:
        raise ValueError(f"device must be one that is here ({gpus} GPUs), got {str(device)!r}")
    return torch.device("cuda", found.index or 0) if found.type == "cuda" else found


def fetch(path_or_repo: str | Path, *, revision: str | None, progress: Progress) -> None:
    """Downloads the weights of a hub repository, unless they are here, and tells how far each file is.

    Args:
        path_or_repo, revision, progress: see `Engine.from_pretrained`.

    Raises:
        CheckpointError: they are not to be had, or broken.
    """
    from phi_model.checkpoint import CONFIG_FILE
    from phi_model.hub import Source
    from phi_model.shards import find

    told: dict[str, int] = {}

    def watch(filename: str, done: int, total: int) -> None:
        # The hub library may count what comes and what is put together apart, so that one is behind.
        percent = done * 100 // total
        if filename.endswith(".safetensors") and percent > told.get(filename, -1):
            told[filename] = percent
            progress(f"Downloading {filename} ({total / 1e6:,.1f} MB)", done / total)

    source = Source.of(str(path_or_repo), revision=revision, watch=watch)
    find(source.pinned(source.file(CONFIG_FILE)))


def examine(
    path_or_repo: str | Path,
    *,
    revision: str | None = None,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    quantization: str | None = None,
    progress: Progress,
) -> Examined:
    """Downloads a checkpoint if need be, and finds what is wrong with it without reading its weights.

    Args:
        path_or_repo, revision, dtype, device, quantization, progress: see `Engine.from_pretrained`.

    Raises:
        CheckpointError: the files are not a usable Phi checkpoint.
        ValueError: an argument is out of its range.
    """
    from phi_model.checkpoint import CONFIG_FILE, config_from, main_dtype, parse_dtype, read_json
    from phi_model.engine.memory import needed_bytes
    from phi_model.hub import Source
    from phi_model.model import PhiForCausalLM
    from phi_model.quantization.apply import check_method
    from phi_model.quantization.files import stored_method
    from phi_model.shards import FLOAT_DTYPES, find
    from phi_model.tokenizer import PhiTokenizer

    target, wanted = device_of(device), parse_dtype(dtype)
    check_method(quantization)
    fetch(path_or_repo, revision=revision, progress=progress)
    progress(f"Reading the configuration of {path_or_repo}", None)
    source = Source.of(str(path_or_repo), revision=revision)
    file = source.file(CONFIG_FILE)
    values = read_json(file)
    config = config_from(PhiForCausalLM, file, values, {})
    entries = find(source.pinned(file)).entries.values()
    numbers = [entry for entry in entries if entry.dtype in FLOAT_DTYPES]
    kept = wanted or (main_dtype(numbers) if numbers else torch.float32)
    PhiTokenizer.from_pretrained(str(path_or_repo), revision=revision)
    packed = stored_method(file, values) or quantization
    return Examined(target, needed_bytes(config, kept, packed))


def load(
    path_or_repo: str | Path,
    *,
    revision: str | None = None,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    quantization: str | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Loads a checkpoint and its tokenizer; the weights are packed for the processor.

    Args:
        path_or_repo, revision, dtype, device, quantization, progress: see `Engine.from_pretrained`.

    Raises:
        CheckpointError: the files are not a usable Phi checkpoint.
        ValueError: an argument is out of its range.
    """
    from phi_model.checkpoint import load_pretrained
    from phi_model.fingerprint import fingerprint
    from phi_model.hub import split_revision
    from phi_model.model import PhiForCausalLM
    from phi_model.quantization import is_packed, optimize_for_inference
    from phi_model.tokenizer import PhiTokenizer

    target = device_of(device)
    tell = progress or (lambda message, share: None)
    name, at = split_revision(str(path_or_repo))
    revision = revision or at
    tell(f"Loading the tokenizer of {name}", 0.0)
    tokenizer = PhiTokenizer.from_pretrained(name, revision=revision)
    if progress is not None:
        fetch(name, revision=revision, progress=progress)
    told = -1

    def weights(done: int, total: int) -> None:
        nonlocal told
        percent = done * 100 // max(total, 1)
        if percent > told:
            told = percent
            tell(f"Loading the weights of {name}", done / max(total, 1))

    model = load_pretrained(
        PhiForCausalLM,
        name,
        revision=revision,
        dtype=dtype,
        device=target,
        quantization=quantization,
        progress=weights,
    )
    if model.device.type in ("cpu", "cuda") and not is_packed(model):
        tell("Packing the weights for this processor", None)
        optimize_for_inference(model)
    # A packed checkpoint says itself how.
    packed = getattr(model.config, "quantization_config", None) or {}
    return Loaded(
        model,
        tokenizer,
        name,
        revision,
        packed.get("method"),
        fingerprint(name, revision=revision),
        _base(name, revision),
    )


def _base(name: str, revision: str | None) -> str | None:
    """The checkpoint that another was saved from, as libraries note it in its configuration."""
    from phi_model.checkpoint import CONFIG_FILE, read_json
    from phi_model.hub import resolve_file

    base = read_json(resolve_file(name, CONFIG_FILE, revision=revision)).get("_name_or_path")
    return base if isinstance(base, str) and base else None
