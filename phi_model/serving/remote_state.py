"""What a run over a remote server works with: the server, and what came of each choice."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import httpx

from phi_model.backend import FinishReason
from phi_model.request import CompletionRequest
from phi_model.serving.remote_wire import PieceReader


class Prepared(NamedTuple):
    """A request as the server will see it.

    Attributes:
        request: what to send.
        cropped: tokens that were cut off its prompt on the left.
        echo: the text to give back first; empty where there is none, or the server does it.
    """

    request: CompletionRequest
    cropped: int = 0
    echo: str = ""


class Server(Protocol):
    """What a run must know of the server."""

    url: str
    model: str | None
    plain: bool  # it refuses extensions
    final_ids: bool  # it gives a token's id when its text is final, and not before
    context_length: int

    def client(self) -> httpx.AsyncClient:
        """A client for the running event loop."""
        ...

    def learn(self, token: int | None, text: str) -> int:
        """See `PieceReader`."""
        ...

    async def prepare(self, request: CompletionRequest) -> Prepared:
        """Crops the prompt to what the server takes."""
        ...


@dataclass
class Choice:
    """What came of one choice so far."""

    pieces: PieceReader
    text: str = ""
    ids: list[int] = field(default_factory=list)
    ids_whole: bool = True  # every event told its ids
    drawn: int = 0
    finish: FinishReason | None = None
    message: str | None = None
    told: bool = False  # the chunk with the finish reason is sent
    first: float | None = None
    last: float | None = None

    def add(self, text: str, ids: list[int] | None, pieces: int) -> None:
        """Takes what an event brought."""
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.text += text
        if ids is None:
            self.ids_whole = False
            # An event is a token, on servers that say no more.
            self.drawn += pieces or 1
        else:
            self.ids += ids
            self.drawn += len(ids)
