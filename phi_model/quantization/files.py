"""Packed weights in a checkpoint: what its config and its tensors must be, and how they are read.

A packed linear `NAME` is kept as `NAME.weight` (codes: int8, or two of four bits in a uint8), `NAME.weight_scale` and,
for int4, `NAME.weight_zero`, both bfloat16 (rows, groups); see `formats.Quantized`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from phi_model.errors import CheckpointError
from phi_model.quantization.apply import QUANT_METHOD, method_of, quantization_config
from phi_model.quantization.formats import GROUP, ROW_MULTIPLE, Quantized
from phi_model.shards import Entry, Shards

_CODES = {"int8": "I8", "int4": "U8", "nf4": "U8"}
_SUFFIXES = {
    "int8": ("weight_scale",),
    "int4": ("weight_scale", "weight_zero"),
    "nf4": ("weight_scale",),
}


def stored_method(file: Path, values: Mapping[str, Any]) -> str | None:
    """How the weights of a checkpoint are packed, by its `config.json`; None where they are not.

    Raises:
        CheckpointError: packed by another program, or in a way that this version does not know.
    """
    found = values.get("quantization_config")
    if not found:
        return None
    if not isinstance(found, Mapping) or found.get("quant_method") != QUANT_METHOD:
        raise CheckpointError(
            f"{file}: quantization_config must have quant_method {QUANT_METHOD!r}, weights packed by another "
            f"program are not read; got {found!r}"
        )
    try:
        known = quantization_config(found.get("method"))
    except (KeyError, TypeError):
        known = None
    if found != known:
        raise CheckpointError(
            f"{file}: quantization_config must be as this version writes it"
            f"{f' ({known!r})' if known else ''}, got {found!r}"
        )
    return found["method"]


@dataclass(frozen=True)
class PackedTensors:
    """The packed weights among the tensors of a checkpoint.

    Attributes:
        methods: name of a weight in the file -> how it is kept.
        shapes: the same -> (rows, columns) that the model wants.
    """

    methods: dict[str, str]
    shapes: dict[str, tuple[int, int]]

    @classmethod
    def find(
        cls, shards: Shards, quantization: str, expected: Mapping[str, torch.Size]
    ) -> PackedTensors:
        """Checks codes, scales and zeros against the model.

        Args:
            shards: the files.
            quantization: how they are packed.
            expected: names and shapes of the model's own tensors.

        Raises:
            CheckpointError: a tensor is missing, or has another shape or dtype.
        """
        methods: dict[str, str] = {}
        shapes: dict[str, tuple[int, int]] = {}
        for entry in shards.entries.values():
            method = method_of(entry.name, quantization)
            if method is None:
                continue
            wanted = expected.get(entry.name) or expected.get(_other_name(entry.name))
            per_byte = 1 if method == "int8" else 2
            if wanted is None:
                wanted = (entry.shape[0], entry.shape[-1] * per_byte)
            rows, columns = wanted
            multiple = ROW_MULTIPLE if method == "int8" else GROUP
            filled = -(-columns // multiple) * multiple
            groups = 1 if method == "int8" else filled // GROUP
            _check(entry, (rows, filled // per_byte), _CODES[method], method)
            for suffix in _SUFFIXES[method]:
                name = f"{entry.name.removesuffix('weight')}{suffix}"
                if name not in shards.entries:
                    raise CheckpointError(
                        f"{entry.file}: tensor {entry.name!r} is packed as {method} and needs {name!r}, "
                        "which is missing"
                    )
                _check(shards.entries[name], (rows, groups), "BF16", method)
            methods[entry.name] = method
            shapes[entry.name] = (rows, columns)
        return cls(methods, shapes)

    def as_dense(self, shards: Shards) -> Shards:
        """The files as they would be with dense weights, for whoever checks names and shapes."""
        companions = {name for weight in self.methods for name in self.companions(weight)}
        entries = {
            name: replace(entry, shape=self.shapes[name], dtype="BF16")
            if name in self.methods
            else entry
            for name, entry in shards.entries.items()
            if name not in companions
        }
        return replace(shards, entries=entries)

    def companions(self, weight: str) -> list[str]:
        """Names of the tensors that belong to a packed weight."""
        return [
            f"{weight.removesuffix('weight')}{suffix}" for suffix in _SUFFIXES[self.methods[weight]]
        ]

    def assemble(self, weight: str, tensors: Mapping[str, Tensor]) -> Quantized:
        """A packed weight of its tensors, by their names in the file."""
        scale, *zero = (tensors[name] for name in self.companions(weight))
        columns = self.shapes[weight][1]
        return Quantized(
            self.methods[weight], columns, tensors[weight], scale, zero[0] if zero else None
        )


def _other_name(name: str) -> str:
    """A trunk's tensor as a model with a head calls it, and the other way round."""
    return name.removeprefix("model.") if name.startswith("model.") else f"model.{name}"


def _check(entry: Entry, shape: tuple[int, int], dtype: str, method: str) -> None:
    if entry.dtype != dtype or entry.shape != shape:
        raise CheckpointError(
            f"{entry.file}: tensor {entry.name!r} of an {method} weight must be {dtype} of shape {shape}, "
            f"got {entry.dtype} of shape {entry.shape}"
        )
