"""Encoded texts: truncation and padding with the meaning that transformers gives the arguments, and what a call returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Encoding
from torch import Tensor

SIDES = ("right", "left")
PADDINGS = ("longest", "max_length", "do_not_pad")
TRUNCATIONS = ("longest_first", "only_first", "do_not_truncate")


@dataclass(frozen=True)
class Row:
    """One encoded text: a value of each list for each token."""

    ids: list[int]
    attention: list[int]
    special: list[int]
    offsets: list[tuple[int, int]]

    @classmethod
    def of(cls, encoding: Encoding) -> Row:
        """The tokens of the library's encoding."""
        return cls(
            encoding.ids, encoding.attention_mask, encoding.special_tokens_mask, encoding.offsets
        )

    def truncated(self, length: int, side: str) -> Row:
        """At most `length` tokens: text is cut at `side`, what the template put around it stays.

        Raises:
            ValueError: the template alone is longer.
        """
        excess = len(self.ids) - length
        if excess <= 0:
            return self
        before = _run(self.special)
        after = _run(self.special[before:][::-1])
        if length < before + after:
            raise ValueError(
                f"max_length must leave room for the {before + after} tokens that the tokenizer adds, "
                f"got {length}"
            )
        first = before if side == "left" else len(self.ids) - after - excess
        return Row(
            *(
                values[:first] + values[first + excess :]
                for values in (self.ids, self.attention, self.special, self.offsets)
            )
        )

    def padded(self, length: int, side: str, pad_id: int) -> Row:
        """At least `length` tokens."""
        gap = max(0, length - len(self.ids))
        padding = ([pad_id] * gap, [0] * gap, [1] * gap, [(0, 0)] * gap)
        own = (self.ids, self.attention, self.special, self.offsets)
        return Row(
            *(
                mine + more if side == "right" else more + mine
                for mine, more in zip(own, padding, strict=True)
            )
        )


class BatchEncoding(dict[str, Any]):
    """What a tokenizer returns: `input_ids`, `attention_mask` and what else was asked for, also as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the encoding has no {name!r}") from None

    def to(self, device: torch.device | str) -> BatchEncoding:
        """The same with its tensors on `device`."""
        return BatchEncoding(
            {
                key: value.to(device) if isinstance(value, Tensor) else value
                for key, value in self.items()
            }
        )


def as_tensor(name: str, rows: list[list[Any]]) -> Tensor:
    """Rows of one length as a tensor (rows, length).

    Raises:
        ValueError: their lengths differ.
    """
    if len({len(row) for row in rows}) > 1:
        raise ValueError(
            f"return_tensors='pt' needs rows of one length, got {name} of {[len(row) for row in rows]}: "
            "pass padding=True or truncation=True"
        )
    return torch.tensor(rows, dtype=torch.long)


def truncation_limit(
    truncation: bool | str | None, max_length: int | None, model_max_length: int | None
) -> int | None:
    """To how many tokens texts are cut; None for not at all.

    Raises:
        ValueError: an argument is out of its range.
    """
    if max_length is not None and max_length < 1:
        raise ValueError(f"max_length must be at least 1, got {max_length}")
    strategy = {True: "longest_first", False: "do_not_truncate", None: "do_not_truncate"}.get(
        truncation, truncation
    )
    if strategy not in TRUNCATIONS:
        raise ValueError(
            f"truncation must be a bool or one of {', '.join(TRUNCATIONS)}, got {truncation!r}"
        )
    if strategy == "do_not_truncate":
        return None
    return model_max_length if max_length is None else max_length


def padded_length(
    padding: bool | str, max_length: int | None, multiple: int | None, rows: list[Row]
) -> int | None:
    """To how many tokens rows are padded; None for not at all.

    Raises:
        ValueError: an argument is out of its range.
    """
    strategy = {True: "longest", False: "do_not_pad"}.get(padding, padding)
    if strategy not in PADDINGS:
        raise ValueError(f"padding must be a bool or one of {', '.join(PADDINGS)}, got {padding!r}")
    if multiple is not None and multiple < 1:
        raise ValueError(f"pad_to_multiple_of must be at least 1, got {multiple}")
    if strategy == "do_not_pad" or (strategy == "max_length" and max_length is None):
        return None
    longest = max((len(row.ids) for row in rows), default=0)
    length = longest if strategy == "longest" else max_length
    return math.ceil(length / multiple) * multiple if multiple else length


def _run(flags: list[int]) -> int:
    """How many of the first flags are set."""
    return next((index for index, flag in enumerate(flags) if not flag), len(flags))
