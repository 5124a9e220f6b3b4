"""A backend that does what a test says, for what a real model cannot be made to do: fail, hang, be busy, be slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from phi_model.backend import CompletionChunk, ModelInfo, TokenPiece, Usage
from phi_model.request import CompletionRequest

CONTEXT = 64
SPECIAL = 256


def usage(prompt: int = 3, completion: int = 2, cached: int = 1) -> Usage:
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=cached,
        cropped_tokens=0,
        completion_tokens=completion,
        context_length=CONTEXT,
        seed=7,
        queue_s=0.0,
        prefill_s=0.0,
        first_token_s=0.0,
        decode_s=0.0,
    )


def words(
    *texts: str, index: int = 0, finish: str | None = "stop", prompt: int = 3
) -> list[CompletionChunk]:
    """A choice that gives these texts, a chunk and a byte-token a byte each."""
    chunks: list[CompletionChunk] = []
    at = 0
    for text in texts:
        raw = text.encode()
        tokens = tuple(TokenPiece(byte, at + i, at + i + 1) for i, byte in enumerate(raw))
        at += len(raw)
        chunks.append(CompletionChunk(index, text, tokens))
    if finish is not None:
        chunks.append(CompletionChunk(index, "", (), finish, usage(prompt, at)))
    return chunks


@dataclass
class Scripted:
    """See `Backend`. A step of a script is a chunk, seconds to wait, or an exception to raise."""

    script: Callable[[CompletionRequest], Sequence[Any]]
    name: str = "scripted"

    def __post_init__(self) -> None:
        self.requests: list[CompletionRequest] = []
        self.sessions: list[str | None] = []
        self.open = 0
        self.closed = 0
        self.waiting = 0

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            self.name, "main", 7, "float32", "cpu", 28, CONTEXT, SPECIAL + 1, quantization=None
        )

    async def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        self.requests.append(request)
        self.sessions.append(session)
        self.open += 1
        try:
            for step in self.script(request):
                if isinstance(step, int | float):
                    await asyncio.sleep(step)
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
        finally:
            self.open -= 1
            self.closed += 1

    def tokenize(self, text: str) -> list[int]:
        return list(text.encode())

    def count_tokens(self, text: str) -> int:
        return len(text.encode())

    def detokenize(self, ids: Sequence[int]) -> str:
        return bytes(i for i in ids if i < SPECIAL).decode(errors="replace")

    def token_text(self, token_id: int) -> str:
        return self.detokenize([token_id])

    async def aclose(self) -> None:
        pass
