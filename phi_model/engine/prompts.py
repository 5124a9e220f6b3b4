"""The ids of prompts that are typed: what a session's last prompt had too is not encoded again.

A prompt is cut at ends of lines, which no token reaches across, and each piece is encoded apart. What a session sent is
kept for that session alone: how long an encoding takes must not tell anyone what another one wrote.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

# Behind a character that is surely no white space, before one that is.
_CUT = re.compile(r"(?<=[!-~])(?=\r?\n)")
PIECE = 256  # characters of a piece, at least
LONGEST = 1 << 16  # characters of a prompt that is kept
SESSIONS = 64


class PromptEncoder:
    """Encodes for an engine.

    Args:
        tokenizer: its tokenizer; pieces are only encoded apart where its `splits_at_lines` is true.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._encode = tokenizer.encode
        self._splits = getattr(tokenizer, "splits_at_lines", False)
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, dict[str, list[int]]] = OrderedDict()

    def encode(self, text: str, session: Hashable = None) -> list[int]:
        """The ids of a text, which are those of the tokenizer.

        Args:
            text: the prompt.
            session: whose it is; None remembers nothing.
        """
        if session is None or not self._splits or not PIECE < len(text) <= LONGEST:
            return list(self._encode(text))
        with self._lock:
            known = self._known.get(session, {})
        pieces = cut(text)
        found = {piece: known.get(piece) or self._encode(piece) for piece in pieces}
        with self._lock:
            self._known[session] = found
            self._known.move_to_end(session)
            if len(self._known) > SESSIONS:
                self._known.popitem(last=False)
        return [token for piece in pieces for token in found[piece]]


def cut(text: str) -> list[str]:
    """Pieces of at least `PIECE` characters, but for the last, that can be encoded apart."""
    pieces, start = [], 0
    while found := _CUT.search(text, start + PIECE):
        pieces.append(text[start : found.end()])
        start = found.end()
    return [*pieces, text[start:]]
