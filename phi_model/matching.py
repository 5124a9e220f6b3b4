"""Fits a checkpoint's tensors to a model, by names and shapes alone: what each becomes, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from phi_model import layouts
from phi_model.errors import CheckpointError
from phi_model.layouts import BACKBONE_PREFIX, HEAD_PREFIXES, Layout
from phi_model.shards import FLOAT_DTYPES, Entry, Shards

if TYPE_CHECKING:
    from phi_model.config import PhiConfig
    from phi_model.pretrained import PhiPreTrainedModel

EMBEDDING = f"{BACKBONE_PREFIX}embed_tokens.weight"
OUTPUT_EMBEDDING = "lm_head.weight"
# Which fields of the configuration a tensor's shape, or its being there, follows from.
_FIELDS_OF = (
    (r"embed_tokens|lm_head", ("vocab_size", "hidden_size")),
    (
        r"q_proj|k_proj|v_proj|dense",
        ("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim"),
    ),
    (r"[qk]_layernorm", ("qk_layernorm", "head_dim")),
    (r"mlp", ("hidden_size", "intermediate_size")),
    (r"score", ("num_labels", "hidden_size")),
    (r"", ("hidden_size",)),
)
_NAMED_AT_ONCE = 5


@dataclass(frozen=True)
class Plan:
    """Which tensors of the file are read, and which of the model's none of them gives.

    Attributes:
        names: tensors of the file that the model uses.
        expected: the model's tensors and their shapes.
        missing: those that the file lacks; all of them the head's.
        bare: whether the model is a trunk alone, whose names have no `model.`.
    """

    names: set[str]
    expected: dict[str, torch.Size]
    missing: list[str]
    bare: bool

    @classmethod
    def make(
        cls, model: PhiPreTrainedModel, shards: Shards, layout: Layout, config_file: Path
    ) -> Plan:
        """Matches the file's tensors with the model's.

        Raises:
            CheckpointError: tensors of the trunk are missing, some are extra or have another shape or dtype.
        """
        config = model.config
        expected = {name: value.shape for name, value in model.state_dict().items()}
        bare = not any(name.startswith(BACKBONE_PREFIX) for name in expected)
        claims, extra = _claims(shards, layout, config, set(expected), bare)
        switches = (
            f"num_hidden_layers {config.num_hidden_layers}, qk_layernorm {config.qk_layernorm}"
        )
        if extra:
            raise CheckpointError(
                f"{shards.entries[extra[0]].file}: has tensors that the model of {config_file} "
                f"({switches}) does not have: {listed(extra)}"
            )
        for target, shape in expected.items():  # in the model's order, not the file's
            if target in claims:
                entry, got = claims[target]
                _check_is_float(entry)
                if got != shape:
                    raise CheckpointError(
                        f"{entry.file}: tensor {entry.name!r} must have shape {tuple(shape)} for "
                        f"{target}, as {config_file} has {_fields(target, config)}; got {tuple(got)}"
                    )
        tied = {EMBEDDING, OUTPUT_EMBEDDING} if config.tie_word_embeddings else set()
        given = set(claims) | (tied if tied & set(claims) else set())
        missing = [name for name in expected if name not in given]
        if lacking := [name for name in missing if not name.startswith(HEAD_PREFIXES)]:
            raise CheckpointError(
                f"{shards.listing}: lacks tensors that the model of {config_file} ({switches}) needs: "
                f"{listed(lacking)}"
            )
        return cls({entry.name for entry, _ in claims.values()}, expected, missing, bare)


def _claims(
    shards: Shards, layout: Layout, config: PhiConfig, expected: set[str], bare: bool
) -> tuple[dict[str, tuple[Entry, torch.Size]], list[str]]:
    """Which tensor of the file each of the model's comes from, with its shape; and the tensors of no use.

    Tensors of a head that this model does not have are neither.
    """
    claims: dict[str, tuple[Entry, torch.Size]] = {}
    extra: list[str] = []
    for entry in shards.entries.values():
        parts = _parts(entry, layout, config)
        if parts is None:
            extra.append(entry.name)
            continue
        for target, part in parts.items():
            target = in_model(target, bare)
            if target in claims:
                raise CheckpointError(
                    f"{entry.file}: tensors {claims[target][0].name!r} and {entry.name!r} must not both "
                    f"be there, each is {target}"
                )
            if target in expected:
                claims[target] = (entry, part.shape)
            elif not target.startswith(HEAD_PREFIXES):
                extra.append(entry.name)
    return claims, extra


def _parts(entry: Entry, layout: Layout, config: PhiConfig) -> dict[str, Tensor] | None:
    """What `convert` will make of a tensor, as `meta` tensors."""
    try:
        return layouts.convert(layout, entry.name, torch.empty(entry.shape, device="meta"), config)
    except ValueError as error:
        raise CheckpointError(f"{entry.file}: tensor {entry.name!r} {error}") from error


def vocabulary_rows(shards: Shards, layout: Layout, config: PhiConfig) -> int | None:
    """Rows of the embedding in the file, or of the head that it is tied to."""
    rows = {}
    for entry in shards.entries.values():
        for target, part in (_parts(entry, layout, config) or {}).items():
            if target in (EMBEDDING, OUTPUT_EMBEDDING) and part.ndim == 2:
                rows[target] = part.shape[0]
    return rows.get(EMBEDDING, rows.get(OUTPUT_EMBEDDING))


def _check_is_float(entry: Entry) -> None:
    if entry.dtype not in FLOAT_DTYPES:
        raise CheckpointError(
            f"{entry.file}: tensor {entry.name!r} must be one of {', '.join(FLOAT_DTYPES)}, "
            f"got {entry.dtype}"
        )


def in_model(target: str, bare: bool) -> str:
    """A tensor's name in the model, which for a trunk alone has no `model.`."""
    return target.removeprefix(BACKBONE_PREFIX) if bare else target


def _fields(target: str, config: PhiConfig) -> str:
    names = next(names for pattern, names in _FIELDS_OF if re.search(pattern, target))
    return ", ".join(f"{name} {getattr(config, name)}" for name in names)


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - _NAMED_AT_ONCE} more" if len(names) > _NAMED_AT_ONCE else ""
    return ", ".join(repr(name) for name in names[:_NAMED_AT_ONCE]) + more
