"""Writes a model as a folder that this package and transformers read back."""

from __future__ import annotations

import copy
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import save_file
from torch import Tensor

from phi_model.checkpoint import GENERATION_CONFIG_FILE
from phi_model.generation_config import GenerationConfig
from phi_model.shards import INDEX_FILE, SINGLE_FILE

if TYPE_CHECKING:
    from phi_model.pretrained import PhiPreTrainedModel

_UNITS = {
    "": 1,
    "B": 1,
    **{f"{letter}B": 1000**power for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", 1)},
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_WEIGHT_FILE = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")


def save_pretrained(
    model: PhiPreTrainedModel,
    save_directory: str | os.PathLike[str],
    max_shard_size: int | str = "5GB",
) -> None:
    """Writes config.json, generation_config.json and the weights as safetensors.

    A weight file replaces its predecessor in one step, since a process may be running on the old one's pages.
    Weight files of an earlier save that are no longer needed are removed.

    Args:
        model: the model; tied weights are written once.
        save_directory: the folder, made where it does not exist.
        max_shard_size: largest size of one file, in bytes or as "10MB", "5GB", "2GiB". A larger tensor gets a
            file of its own. More than one file means an index beside them.

    Raises:
        ValueError: `max_shard_size` is no size, or the folder is a file.
    """
    limit = parse_size(max_shard_size)
    folder = Path(save_directory)
    if folder.is_file():
        raise ValueError(f"save_directory must be a folder, got the file {folder}")
    folder.mkdir(parents=True, exist_ok=True)

    shards = _split(_tensors(model), limit)
    written = {}
    total = sum(tensor.nbytes for shard in shards for tensor in shard.values())
    for number, shard in enumerate(shards, 1):
        name = SINGLE_FILE
        if len(shards) > 1:
            name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        _save_shard(shard, folder / name)
        written.update(dict.fromkeys(shard, name))
    files = set(written.values())
    if len(shards) > 1:
        count = sum(tensor.numel() for shard in shards for tensor in shard.values())
        metadata = {"total_parameters": count, "total_size": total}
        _write_json(folder / INDEX_FILE, {"metadata": metadata, "weight_map": written})
        files.add(INDEX_FILE)
    for path in folder.iterdir():
        if _WEIGHT_FILE.fullmatch(path.name) and path.name not in files:
            path.unlink()

    config = copy.deepcopy(model.config)
    config.architectures = [type(model).__name__]
    # transformers 4 reads the second name.
    config.dtype = config.torch_dtype = str(model.dtype).removeprefix("torch.")
    config.save_pretrained(folder)
    generation = getattr(model, "generation_config", None)
    if generation is None:
        generation = GenerationConfig.from_model_config(model.config.to_dict())
    _write_json(folder / GENERATION_CONFIG_FILE, generation.to_dict())


def parse_size(size: int | str) -> int:
    """Bytes of "10MB" (10**7), "2GiB" (2 * 2**30) or a plain number.

    Raises:
        ValueError: it is none of these, or not above 0.
    """
    match = _SIZE.fullmatch(str(size))
    unit = _UNITS.get(match[2].upper()) if match else None
    count = int(float(match[1]) * unit) if match and unit else 0
    if count < 1:
        raise ValueError(
            f"max_shard_size must be a size above 0 such as 10000000, '10MB' or '5GB', got {size!r}"
        )
    return count


def _tensors(model: PhiPreTrainedModel) -> dict[str, Tensor]:
    """The state dict, with each shared parameter under its first name only."""
    seen: set[int] = set()
    tensors = {}
    for name, parameter in model.state_dict(keep_vars=True).items():
        if id(parameter) not in seen:
            seen.add(id(parameter))
            tensors[name] = parameter.detach()
    return tensors


def _split(tensors: dict[str, Tensor], limit: int) -> list[dict[str, Tensor]]:
    """Fills files one after the other, in the model's own order."""
    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        if shards[-1] and size + tensor.nbytes > limit:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += tensor.nbytes
    return shards


def _save_shard(shard: dict[str, Tensor], path: Path) -> None:
    on_host = {name: tensor.cpu().contiguous() for name, tensor in shard.items()}
    partial = path.with_name(path.name + ".partial")
    try:
        partial.touch()
        mode = partial.stat().st_mode  # safetensors would make the file private
        save_file(on_host, partial, metadata={"format": "pt"})
        partial.chmod(mode)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_json(path: Path, values: dict[str, object]) -> None:
    path.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")
