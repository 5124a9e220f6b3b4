"""A backend that follows a script, for races that a real model would not repeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from phi_model.backend import BusyError, CompletionChunk, ModelInfo, TokenPiece, Usage
from phi_model.request import CompletionRequest


class ScriptedBackend:
    """Sends `text` in pieces of four characters, `delay` seconds apart.

    Attributes:
        running: how many streams are open.
        cancelled: how many were closed before their end.
        requests: what was asked, in order.
    """

    info = ModelInfo("scripted", None, 10_500_000, "float32", "cpu", 42_000_000, 1024, 512)

    def __init__(self, text: str = "", *, delay: float = 0.0, prefill: float = 0.0) -> None:
        self.text = text
        self.delay = delay
        self.prefill = prefill
        self.busy: BusyError | None = None
        self.failure: Exception | None = None
        self.running = 0
        self.cancelled = 0
        self.requests: list[CompletionRequest] = []

    async def stream(
        self, request: CompletionRequest, *, session: str | None = None
    ) -> AsyncIterator[CompletionChunk]:
        self.requests.append(request)
        if self.busy:
            raise self.busy
        self.running += 1
        complete = False
        try:
            await asyncio.sleep(self.prefill)
            pieces = [self.text[i : i + 4] for i in range(0, len(self.text), 4)]
            pieces = pieces[: request.max_tokens]
            at = 0
            for number, piece in enumerate(pieces):
                await asyncio.sleep(self.delay)
                if self.failure and number == 2:
                    raise self.failure
                size = len(piece.encode())
                token = TokenPiece(number, at, at + size)
                at += size
                yield CompletionChunk(0, piece, (token,))
            prompt = len(request.prompt)
            usage = Usage(
                prompt, 0, 0, len(pieces), 1024, int(request.seed or 0), 0.0, 0.01, 0.01, 0.1
            )
            reason = "length" if len(pieces) == request.max_tokens else "stop"
            complete = True
            yield CompletionChunk(0, "", (), reason, usage)
        finally:
            self.running -= 1
            self.cancelled += not complete

    def count_tokens(self, text: str) -> int:
        return len(text)

    def tokenize(self, text: str) -> list[int]:
        return [ord(c) for c in text]

    def token_text(self, token_id: int) -> str:
        return chr(token_id)

    async def aclose(self) -> None:
        return None
