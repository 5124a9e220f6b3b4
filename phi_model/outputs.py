"""What a forward pass returns: fields by name, or their tuple without those that are None."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor

from phi_model.cache import Cache


@dataclass
class ModelOutput:
    """Fields by attribute, by name (`out["logits"]`) or by place among those that are not None."""

    def to_tuple(self) -> tuple[Any, ...]:
        """The fields in their order, without those that are None."""
        return tuple(self[name] for name in self.keys())

    def keys(self) -> list[str]:
        """The names of the fields that are not None."""
        return [field.name for field in fields(self) if getattr(self, field.name) is not None]

    def values(self) -> tuple[Any, ...]:
        """Same as `to_tuple`."""
        return self.to_tuple()

    def items(self) -> list[tuple[str, Any]]:
        """Pairs of name and value."""
        return [(name, self[name]) for name in self.keys()]

    def get(self, name: str, default: Any = None) -> Any:
        """The field `name`, or `default` where it is None or unknown."""
        value = getattr(self, name, None)
        return default if value is None else value

    def __getitem__(self, key: str | int | slice) -> Any:
        if not isinstance(key, str):
            return self.to_tuple()[key]
        if key not in (field.name for field in fields(self)):
            raise KeyError(key)
        return getattr(self, key)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())


@dataclass
class BaseModelOutputWithPast(ModelOutput):
    """`last_hidden_state` (batch, tokens, hidden); the others as asked for.

    `hidden_states`: the embeddings, then each layer's output, the last one normalised: layers + 1 tensors of
    (batch, tokens, hidden). `attentions`: a tensor (batch, heads, tokens, keys) per layer.
    """

    last_hidden_state: Tensor | None = None
    past_key_values: Cache | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class CausalLMOutputWithPast(ModelOutput):
    """`logits` (batch, kept tokens, vocabulary); `loss` where labels were given."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    past_key_values: Cache | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class SequenceClassifierOutputWithPast(ModelOutput):
    """`logits` (batch, labels); `loss` where labels were given."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    past_key_values: Cache | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class TokenClassifierOutput(ModelOutput):
    """`logits` (batch, tokens, labels); `loss` where labels were given."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None
