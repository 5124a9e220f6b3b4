"""The safetensors files of a checkpoint: which there are, what they hold, and their tensors one at a time.

Headers are read first, so that everything that can be wrong is known before any weight is.
"""

from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from phi_model.errors import CheckpointError, CheckpointNotFoundError
from phi_model.hub import Source

SINGLE_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", "pytorch_model.bin.index.json")
FLOAT_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}
# Packed weights are whole numbers.
STORED_DTYPES = {**FLOAT_DTYPES, "U8": torch.uint8, "I8": torch.int8}
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Entry:
    """One tensor as its file's header describes it.

    Attributes:
        file: where it is.
        name: its name there.
        shape: its shape.
        dtype: in safetensors' spelling, such as "BF16".
        offset: of its first byte in the file.
    """

    file: Path
    name: str
    shape: tuple[int, ...]
    dtype: str
    offset: int

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes they take in the file."""
        return self.count * STORED_DTYPES[self.dtype].itemsize


@dataclass(frozen=True)
class Shards:
    """The files of one checkpoint.

    Attributes:
        listing: the file that says what there is: the index, or the only file.
        files: the safetensors files.
        entries: tensor name -> description.
    """

    listing: Path
    files: tuple[Path, ...]
    entries: dict[str, Entry]

    def read(
        self,
        names: set[str],
        dtype: torch.dtype,
        device: torch.device,
        progress: Callable[[int, int], None] | None = None,
        unconverted: Collection[str] = (),
    ) -> Iterator[tuple[Entry, Tensor]]:
        """The named tensors as `dtype` on `device`, file after file; one at a time is all that is held here.

        Args:
            names: which tensors; of a floating point dtype, where they are converted.
            dtype: what they are converted to.
            unconverted: those of `names` that keep the dtype of the file.
            device: where they go.
            progress: called with (numbers read, numbers in all) after each tensor.
        """
        wanted = {name: entry for name, entry in self.entries.items() if name in names}
        total = sum(entry.count for entry in wanted.values())
        done = 0
        for file in self.files:
            here = [entry for entry in wanted.values() if entry.file == file]
            with _plain_errors(file):
                dtypes = [
                    STORED_DTYPES[entry.dtype] if entry.name in unconverted else dtype
                    for entry in here
                ]
                for entry, tensor in zip(here, _read(file, here, dtypes, device), strict=True):
                    yield entry, tensor
                    done += entry.count
                    if progress is not None:
                        progress(done, total)


def find(source: Source) -> Shards:
    """Finds a checkpoint's weights and reads their headers.

    Raises:
        CheckpointError: there are no safetensors, the index is broken or does not fit its files, a file is
            truncated.
    """
    if single := source.file(SINGLE_FILE, required=False):
        return Shards(single, (single,), dict(_header(single)))
    index = source.file(INDEX_FILE, required=False)
    if index is None:
        raise _no_safetensors(source)
    weight_map = _weight_map(index)
    files: dict[str, Path] = {}
    for name, filename in weight_map.items():
        if filename not in files:
            try:
                files[filename] = source.file(filename)
            except CheckpointNotFoundError as error:
                raise CheckpointNotFoundError(
                    f"{index}: puts tensor {name!r} into {filename}, and there is no such file ({error})"
                ) from error
    entries: dict[str, Entry] = {}
    for filename, file in files.items():
        for name, entry in _header(file):
            if weight_map.get(name, filename) == filename:
                entries[name] = entry
    for name, filename in weight_map.items():
        if name not in entries:
            raise CheckpointError(
                f"{files[filename]}: lacks tensor {name!r}, which {index} puts there"
            )
    return Shards(index, tuple(files.values()), entries)


def _header(file: Path) -> Iterator[tuple[str, Entry]]:
    with _plain_errors(file):
        with safe_open(file, framework="pt"):
            pass  # the library checks that the header is sound and the data complete
        with open(file, "rb") as raw:
            length = int.from_bytes(raw.read(8), "little")
            header = json.loads(raw.read(length))
    for name, facts in header.items():
        if name != "__metadata__":
            start, _ = facts["data_offsets"]
            yield name, Entry(file, name, tuple(facts["shape"]), facts["dtype"], 8 + length + start)


def _read(
    file: Path, entries: list[Entry], dtypes: list[torch.dtype], device: torch.device
) -> Iterator[Tensor]:
    """Reads into memory of our own: a mapping would die with a file that someone cuts short, and is unaligned."""
    here = device.type == "cpu"
    pairs = list(zip(entries, dtypes, strict=True))
    stays = [here and STORED_DTYPES[entry.dtype] == dtype for entry, dtype in pairs]
    # What is converted or moved passes through one buffer: a fresh one each time would leave holes in the heap.
    passing = [entry.nbytes for entry, stay in zip(entries, stays, strict=True) if not stay]
    buffer = torch.empty(max(passing, default=0), dtype=torch.uint8, device="cpu")
    with open(file, "rb", buffering=0) as raw:
        for (entry, dtype), stay in zip(pairs, stays, strict=True):
            own = STORED_DTYPES[entry.dtype]
            if stay:
                tensor = torch.empty(entry.shape, dtype=own, device="cpu")
            else:
                tensor = buffer[: entry.nbytes].view(own).view(entry.shape)
            target = memoryview((ctypes.c_char * entry.nbytes).from_address(tensor.data_ptr()))
            raw.seek(entry.offset)
            while target.nbytes:
                got = raw.readinto(target)
                if not got:
                    raise OSError(f"it ends inside tensor {entry.name!r}")
                target = target[got:]
            yield tensor.to(device=device, dtype=dtype)


@contextmanager
def _plain_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except (SafetensorError, OSError) as error:
        with open(file, "rb") as raw:
            pointer = raw.read(len(_LFS_POINTER)) == _LFS_POINTER
        reason = (
            "is a Git LFS pointer, not the weights: run `git lfs pull`"
            if pointer
            else f"is not a complete safetensors file, or was cut short ({error})"
        )
        raise CheckpointError(f"{file}: {reason}") from error


def _weight_map(index: Path) -> dict[str, str]:
    try:
        content = json.loads(index.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{index}: must hold JSON, {error}") from error
    weight_map = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(weight_map, dict) or not weight_map:
        raise CheckpointError(
            f"{index}: weight_map must be an object of tensor names and file names, got {weight_map!r}"
        )
    for name, filename in weight_map.items():
        # A name from a file must not lead out of the checkpoint's folder.
        if not isinstance(filename, str) or Path(filename).name != filename or "\\" in filename:
            raise CheckpointError(
                f"{index}: weight_map must name a file beside it for tensor {name!r}, got {filename!r}"
            )
        if not filename.endswith(".safetensors"):
            raise CheckpointError(
                f"{index}: tensor {name!r} must be in a .safetensors file, got {filename!r}"
            )
    return weight_map


def _no_safetensors(source: Source) -> CheckpointError:
    names = source.names()
    pickles = [name for name in names if name.endswith(PICKLE_SUFFIXES)]
    others = [name for name in names if name.endswith(".safetensors")]
    if pickles and not others:
        return CheckpointError(
            f"{source}: holds only pickled weights ({', '.join(pickles[:3])}), which can run code when "
            "they are read, so only safetensors are. Convert them once, where transformers is installed: "
            f"python -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('{source}')"
            ".save_pretrained('converted')\" (for a hub repository, "
            "https://huggingface.co/spaces/safetensors/convert does it too)"
        )
    found = f"; it holds {', '.join((others or names)[:8])}" if names else ""
    return CheckpointNotFoundError(f"{source}: has neither {SINGLE_FILE} nor {INDEX_FILE}{found}")
