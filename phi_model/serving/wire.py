"""How completions look on the wire: choices, log-probabilities, usage."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from phi_model.backend import Alternatives, Backend, CompletionChunk, TokenPiece, Usage
from phi_model.serving.protocol import Call

LOWEST_LOGPROB = -9999.0  # JSON has no -inf


class ChoiceWriter:
    """Turns the chunks of one choice into JSON objects.

    Args:
        call: what was asked.
        index: of the choice, over all prompts of the call.
        backend: names the tokens.
    """

    def __init__(self, call: Call, index: int, backend: Backend) -> None:
        self._call = call
        self._index = index
        self._backend = backend
        self._request = call.requests[index // call.requests[0].n]
        # An empty prompt became one token.
        prompt = self._request.prompt or (None,)
        self._echoed = len(prompt) if self._request.echo else 0
        self._offsets = _CharacterOffsets()
        self._first = True

    def write(self, chunk: CompletionChunk) -> dict[str, Any]:
        """The choice's JSON object for what a chunk adds."""
        call = self._call
        choice: dict[str, Any] = {
            "index": self._index,
            "text": chunk.text,
            "logprobs": None,
            "finish_reason": chunk.finish_reason,
        }
        if self._request.logprobs is not None:
            self._offsets.extend(chunk.text)
            choice["logprobs"] = self._logprobs(chunk.tokens)
        if call.return_pieces:
            choice["pieces"] = [self._piece(piece) for piece in chunk.tokens]
        skipped = min(self._echoed, len(chunk.tokens))
        self._echoed -= skipped
        if call.return_token_ids:
            choice["token_ids"] = [piece.id for piece in chunk.tokens[skipped:]]
            if self._first:
                choice["prompt_token_ids"] = list(self._request.prompt)
        self._first = False
        return choice

    def _logprobs(self, pieces: Iterable[TokenPiece]) -> dict[str, Any]:
        pieces = tuple(pieces)
        return {
            "tokens": [self._label(piece.id) for piece in pieces],
            "token_logprobs": [_number(piece.logprob) for piece in pieces],
            "top_logprobs": [self._top(piece) for piece in pieces],
            "text_offset": [self._offsets.at(piece.start) for piece in pieces],
        }

    def _top(self, piece: TokenPiece) -> dict[str, float] | None:
        if piece.logprob is None:
            return None
        # The chosen token is always among them, so there may be one more than asked for.
        top: dict[str, float] = {}
        for token, logprob in (*piece.top, (piece.id, piece.logprob)):
            # Parts of characters look alike; the more probable one keeps the name.
            top.setdefault(self._label(token), _number(logprob))
        return top

    def _piece(self, piece: TokenPiece) -> dict[str, Any]:
        """All that is known of a token: what the fields of the other APIs have no room for."""
        told: dict[str, Any] = {"id": piece.id, "start": piece.start, "end": piece.end}
        if piece.logprob is None:
            return told
        text = self._backend.token_text

        def rows(top: Alternatives) -> list[list[Any]]:
            return [[token, _number(logprob), text(token)] for token, logprob in top]

        return {
            **told,
            "text": text(piece.id),
            "logprob": _number(piece.logprob),
            "top": rows(piece.top),
            "sampler_logprob": _number(piece.sampler_logprob),
            "sampler_top": rows(piece.sampler_top),
            "removed_by": list(piece.removed_by),
            "removed": [list(row) for row in piece.removed],
        }

    def _label(self, token: int) -> str:
        if self._call.return_tokens_as_token_ids:
            return f"token_id:{token}"
        return self._backend.token_text(token)


class _CharacterOffsets:
    """Bytes of a growing text to characters. The positions asked for never go back."""

    def __init__(self) -> None:
        self._ahead = b""  # from the last position on
        self._byte = 0
        self._characters = 0  # that begin before the last position

    def extend(self, text: str) -> None:
        self._ahead += text.encode()

    def at(self, position: int) -> int:
        """The character that holds the byte at a position, or begins there."""
        passed = self._ahead[: position - self._byte]
        self._ahead = self._ahead[len(passed) :]
        self._byte += len(passed)
        self._characters += len(passed) - sum(_continues(byte) for byte in passed)
        inside = bool(self._ahead) and _continues(self._ahead[0])
        return self._characters - inside


def _continues(byte: int) -> bool:
    """Whether a byte of UTF-8 is a character's second or later one."""
    return byte & 0xC0 == 0x80


def _number(logprob: float | None) -> float | None:
    return None if logprob is None else max(logprob, LOWEST_LOGPROB)


def answer(call: Call, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A whole answer, or an event of a stream."""
    return {
        "id": call.id,
        "object": "text_completion",
        "created": call.created,
        "model": call.model,
        "choices": choices,
        **more,
    }


def usage_json(call: Call, usage: dict[int, Usage]) -> dict[str, Any]:
    """The call's usage from that of its choices: a prompt counts once, however many choices it has."""
    n = call.requests[0].n
    prompts = [one for index, one in usage.items() if index % n == 0]
    prompt = sum(one.prompt_tokens for one in prompts)
    completion = sum(one.completion_tokens for one in usage.values())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": sum(one.cached_tokens for one in prompts)},
    }


def event(data: dict[str, Any] | str) -> bytes:
    """One server-sent event. ASCII alone, because some readers take U+2028 for the end of a line."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return f"data: {text}\n\n".encode()
