"""Stop strings on token ids, with the semantics of transformers.

A stop string may begin in the prompt, but it must end inside the last token: at least one byte of that token belongs to it,
and what follows it in the token does not matter. Special tokens count as their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from phi_model.byte_level import token_to_bytes


class StopStrings:
    """Tells which rows of ids end with their last token.

    Args:
        tokenizer: its `convert_ids_to_tokens` names a token.
        strings: the stop strings.

    Raises:
        ValueError: there is no tokenizer.
    """

    def __init__(self, tokenizer: Any, strings: Sequence[str]) -> None:
        if tokenizer is None:
            raise ValueError(f"tokenizer must be given with stop_strings={list(strings)!r}")
        self._tokenizer = tokenizer
        self._stops = [s.encode() for s in strings]
        self._longest = max(len(s) for s in self._stops)
        self._bytes: dict[int, bytes | None] = {}

    def __call__(self, ids: Tensor) -> Tensor:
        """(rows, length) ids -> (rows,) booleans."""
        # No token but an empty one is shorter than a byte, so that many tokens hold every match.
        tails = ids[:, -self._longest :].tolist()
        return torch.tensor([self._ends(tail) for tail in tails], device=ids.device)

    def _ends(self, tail: list[int]) -> bool:
        last = self._text(tail[-1])
        if not last:
            return False
        before = b""
        for token in reversed(tail[:-1]):
            text = self._text(token)
            if text is None or len(before) >= self._longest - 1:
                break
            before = text + before
        text = before + last
        # The earliest start with which the match still reaches into the last token.
        return any(text.find(s, max(0, len(before) - len(s) + 1)) >= 0 for s in self._stops)

    def _text(self, token_id: int) -> bytes | None:
        """The token's bytes, or None for an id that the tokenizer does not know, across which nothing matches."""
        if token_id not in self._bytes:
            token = self._tokenizer.convert_ids_to_tokens(token_id) if token_id >= 0 else None
            self._bytes[token_id] = None if token is None else token_to_bytes(token)
        return self._bytes[token_id]
