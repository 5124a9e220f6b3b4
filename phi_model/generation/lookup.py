"""Speculation by prompt lookup: the continuation of an earlier occurrence of the last tokens is tried in one step.

A drafted token is kept only if it is the token that is chosen there anyway, so the output is that of plain decoding
(Saxena 2023, "Prompt lookup decoding"; with counter-based noise this holds for sampling too).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from phi_model.config import PhiConfig
from phi_model.generation.runner import Runner


class NgramIndex:
    """Remembers where each n-gram of a sequence was followed by something, for sizes 1 to `max_size`."""

    def __init__(self, ids: Sequence[int], max_size: int) -> None:
        self._ids: list[int] = []
        self._max_size = max_size
        self._after: dict[tuple[int, ...], int] = {}
        for token in ids:
            self.append(token)

    def __len__(self) -> int:
        return len(self._ids)

    def append(self, token: int) -> None:
        """Adds a token: the n-grams that end before it now have a continuation."""
        end = len(self._ids)
        for size in range(1, min(self._max_size, end) + 1):
            self._after[tuple(self._ids[end - size :])] = end
        self._ids.append(token)

    def draft(self, count: int) -> list[int]:
        """Up to `count` tokens that followed the latest earlier occurrence of the longest matching end."""
        if count > 0:
            for size in range(min(self._max_size, len(self._ids)), 0, -1):
                start = self._after.get(tuple(self._ids[-size:]))
                if start is not None:
                    return self._ids[start : start + count]
        return []


class Speculation:
    """Stands in for `Runner.step`: runs a draft along with each token, and answers from it while the draft holds.

    Args:
        runner: decodes one row.
        ids: the prompt's tokens.
        draft_tokens: the most tokens drafted at once.
        max_ngram: the longest n-gram looked up.
        new_tokens: how many tokens may follow the prompt.
        config: dynamic and longrope rotate by the length of the sequence, so no draft may cross the trained length.
    """

    def __init__(
        self,
        runner: Runner,
        ids: Sequence[int],
        draft_tokens: int,
        max_ngram: int,
        new_tokens: int,
        config: PhiConfig,
    ) -> None:
        self._runner = runner
        self._index = NgramIndex(ids, max_ngram)
        self._draft_tokens = draft_tokens
        self._end = len(ids) + new_tokens
        self._trained = _trained_length(config)
        self._draft: list[int] = []
        self._logits: list[Tensor] = []

    def __call__(self, token: Tensor) -> Tensor:
        """(1, 1) token -> (1, vocab) logits after it."""
        value = int(token)
        self._index.append(value)
        if self._draft and self._draft[0] == value:
            self._draft.pop(0)
            return self._logits.pop(0)
        self._runner.rewind(len(self._draft))
        room = self._end - len(self._index) - 1  # the last token is never run
        if self._trained is not None:
            room = min(room, self._trained - len(self._index))
        self._draft = self._index.draft(min(self._draft_tokens, room))
        drafted = torch.tensor([self._draft], dtype=token.dtype, device=token.device)
        logits = self._runner.step(torch.cat([token, drafted], dim=1))
        first, *self._logits = logits.unbind(dim=1)
        return first


def _trained_length(config: PhiConfig) -> int | None:
    rope = config.rope_parameters
    if rope["rope_type"] == "longrope":
        return rope.get("original_max_position_embeddings") or config.max_position_embeddings
    return config.max_position_embeddings if rope["rope_type"] == "dynamic" else None
