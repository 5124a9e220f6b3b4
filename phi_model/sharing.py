"""Loads a classification head, on the weights of a model that is in memory where they are the same."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from phi_model.checkpoint import CONFIG_FILE, load_pretrained, read_json
from phi_model.config import PhiConfig
from phi_model.errors import CheckpointError
from phi_model.heads import PhiForSequenceClassification, PhiForTokenClassification
from phi_model.hub import PathLike, Source
from phi_model.model import PhiModel
from phi_model.pretrained import PhiPreTrainedModel
from phi_model.quantization import is_packed, optimize_for_inference
from phi_model.shards import FLOAT_DTYPES, Shards, find
from phi_model.tokenizer import PhiTokenizer

Progress = Callable[[str, "float | None"], None]
KINDS: dict[str, type[PhiForSequenceClassification] | type[PhiForTokenClassification]] = {
    "ForSequenceClassification": PhiForSequenceClassification,
    "ForTokenClassification": PhiForTokenClassification,
}
HEAD_WEIGHTS = ("score.weight", "classifier.weight")
# What of a configuration a trunk's result depends on, beside its weights.
TRUNK_FIELDS = (
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "hidden_act",
    "layer_norm_eps",
    "qk_layernorm",
    "rope_parameters",
    "max_position_embeddings",
)


class LenderGoneError(RuntimeError):
    """The model whose weights a head shares is not in memory any more."""


class BorrowedTrunk(nn.Module):
    """Another model's trunk: none of this one's parameters, and no reason to keep that one alive."""

    def __init__(self, trunk: PhiModel) -> None:
        super().__init__()
        self._trunk = weakref.ref(trunk)

    @property
    def trunk(self) -> PhiModel | None:
        """The trunk, while its owner lives."""
        return self._trunk()

    def forward(self, **inputs: Any) -> Any:
        """Runs it.

        Raises:
            LenderGoneError: its owner is gone.
        """
        trunk = self._trunk()
        if trunk is None:
            raise LenderGoneError(
                "The model whose weights this head shares was exchanged; try again."
            )
        return trunk(**inputs)


@dataclass(frozen=True)
class LoadedHead:
    """A head that is ready to classify.

    Attributes:
        name: what it was asked for by.
        model: the head, and its trunk or a borrowed one.
        tokenizer: the checkpoint's.
        lender: the trunk whose weights it shares; None where it has its own.
    """

    name: str
    model: PhiForSequenceClassification | PhiForTokenClassification
    tokenizer: PhiTokenizer
    lender: weakref.ref[PhiModel] | None

    @property
    def labels(self) -> list[str]:
        """The labels in the order of the scores."""
        names = self.model.config.id2label
        return [names[index] for index in range(self.model.config.num_labels)]

    @property
    def labels_tokens(self) -> bool:
        """Whether it labels tokens, not whole texts."""
        return isinstance(self.model, PhiForTokenClassification)

    @property
    def shared(self) -> bool:
        """Whether it runs on another model's weights."""
        return self.lender is not None

    def fits(self, resident: Any) -> bool:
        """Whether what it borrowed, if anything, is still the resident model's."""
        if self.lender is None:
            return True
        trunk = self.lender()
        return trunk is not None and trunk is getattr(resident, "model", None)


def load_head(
    path_or_repo: PathLike, resident: Any = None, progress: Progress | None = None
) -> LoadedHead:
    """Loads a checkpoint with a classification head.

    Args:
        path_or_repo: a folder, or a hub id, which may end in ``@revision``.
        resident: a model in memory. Where its trunk's tensors are those of the checkpoint, byte for byte, they are
            shared; they are compared one at a time, so that they never are in memory twice.
        progress: told what happens, and the finished share where it is known.

    Raises:
        CheckpointError: the files are no Phi checkpoint with such a head; the message names the file.
    """
    tell = progress or (lambda message, share: None)
    name = str(path_or_repo)
    tell(f"Reading {Path(name).name}", None)
    source = Source.of(path_or_repo)
    config_file = source.file(CONFIG_FILE)
    source = source.pinned(config_file)
    values = read_json(config_file)
    cls = _class_of(config_file, values)
    shards = find(source)
    if not any(entry.endswith(HEAD_WEIGHTS) for entry in shards.entries):
        raise CheckpointError(
            f"{shards.listing}: must hold {' or '.join(HEAD_WEIGHTS)}, the head's weights, got none of them"
        )
    tokenizer = PhiTokenizer.from_pretrained(name)
    if isinstance(resident, PhiPreTrainedModel) and isinstance(resident.base_model, PhiModel):
        tell(f"Comparing {Path(name).name} with the model in memory", None)
        trunk = resident.base_model
        if _same_settings(cls, values, trunk) and _same_weights(shards, trunk):
            model = _borrowing(cls, values, shards, trunk)
            return LoadedHead(name, model, tokenizer, weakref.ref(trunk))
    device = resident.device if isinstance(resident, PhiPreTrainedModel) else "cpu"

    def weights(done: int, total: int) -> None:
        tell(f"Loading {Path(name).name}", done / max(total, 1))

    model = load_pretrained(cls, path_or_repo, device=device, progress=weights)
    if model.device.type == "cpu" and not is_packed(model):
        tell("Packing the weights for this processor", None)
        optimize_for_inference(model)
    return LoadedHead(name, model, tokenizer, None)


def _class_of(
    file: Path, values: dict[str, Any]
) -> type[PhiForSequenceClassification] | type[PhiForTokenClassification]:
    names = values.get("architectures") or []
    for name in names:
        for ending, cls in KINDS.items():
            if str(name).endswith(ending):
                return cls
    raise CheckpointError(
        f"{file}: architectures must name a Phi…{' or Phi…'.join(KINDS)}, got {names!r}"
    )


def _same_settings(cls: type[PhiPreTrainedModel], values: dict[str, Any], trunk: PhiModel) -> bool:
    try:
        config = cls.config_class.from_dict(values)
    except (TypeError, ValueError):
        return False  # loading it says what is wrong
    return all(getattr(config, name) == getattr(trunk.config, name) for name in TRUNK_FIELDS)


def _same_weights(shards: Shards, trunk: PhiModel) -> bool:
    """Whether the file's trunk is the one in memory: the same tensors, dtypes and numbers."""
    owners: list[tuple[str, nn.Module]] = [
        ("model.embed_tokens.", trunk.embed_tokens),
        ("model.final_layernorm.", trunk.final_layernorm),
        *((f"model.layers.{i}.", layer) for i, layer in enumerate(trunk.layers)),
    ]
    seen = set()
    for prefix, owner in owners:
        expected = owner.state_dict(prefix=prefix)  # packed ones come unpacked, a layer at a time
        for name, tensor in expected.items():
            entry = shards.entries.get(name)
            if entry is None or entry.shape != tuple(tensor.shape):
                return False
            if FLOAT_DTYPES.get(entry.dtype) != tensor.dtype:
                return False
        dtype = trunk.dtype
        for entry, tensor in shards.read(set(expected), dtype, torch.device("cpu")):
            if not torch.equal(tensor, expected[entry.name].to("cpu", dtype)):
                return False
        seen |= set(expected)
    others = {name for name in shards.entries if name.startswith("model.")} - seen
    return all("rotary_emb" in name for name in others)


def _borrowing(
    cls: type[PhiForSequenceClassification] | type[PhiForTokenClassification],
    values: dict[str, Any],
    shards: Shards,
    trunk: PhiModel,
) -> Any:
    config: PhiConfig = cls.config_class.from_dict(values)
    with torch.device("meta"):
        model = cls(config)
    model.model = BorrowedTrunk(trunk)
    names = {name for name in shards.entries if name.startswith(("score.", "classifier."))}
    dtype, device = trunk.dtype, trunk.device
    state = {
        entry.name.replace("classifier.", "score."): tensor
        for entry, tensor in shards.read(names, dtype, device)
    }
    for name, expected in model.state_dict().items():
        got = state.get(name)
        if got is None or got.shape != expected.shape:
            raise CheckpointError(
                f"{shards.listing}: tensor {name!r} must have shape {tuple(expected.shape)}, "
                f"got {None if got is None else tuple(got.shape)}"
            )
    model.load_state_dict(state, assign=True)
    return model.eval()
