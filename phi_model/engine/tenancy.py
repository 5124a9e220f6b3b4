"""The model that is there: who holds on to it, and what is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from phi_model.backend import ModelInfo
from phi_model.engine.engine import Engine
from phi_model.engine.stream import CompletionStream
from phi_model.lease import UnavailableError
from phi_model.request import CompletionRequest

RETRY_AFTER_S = 5
POLL_S = 0.02
DRAIN_S = 900.0  # longer than any completion takes


@dataclass(frozen=True)
class ModelChoice:
    """A model and how to load it; see `Engine.from_pretrained`."""

    model: str
    dtype: str | None = None
    device: str | None = None
    quantization: str | None = None


@dataclass(frozen=True)
class Status:
    """What a person is told.

    Attributes:
        version: grows whenever another model is there, or none any more.
        info: of the model; of the last one where none is there.
        base: what it was made of, by its own configuration.
        choice: how it was loaded.
        loaded: whether a model is there.
        loading: the model that is being loaded.
        message: what happens with that.
        share: how much of it is done, where that is known.
        error: why the last change came to nothing.
    """

    version: int
    info: ModelInfo
    base: str | None
    choice: ModelChoice
    loaded: bool
    loading: str | None = None
    message: str = ""
    share: float | None = None
    error: str | None = None


@dataclass(eq=False)
class Tenant:
    """A model that is there, and how many calls hold on to it."""

    engine: Engine
    choice: ModelChoice
    leases: int = 0

    @property
    def active(self) -> int:
        """How many calls and requests still need it; once it is the tenant no more, it only falls."""
        # In this order: a call gives its lease back after its request was entered.
        return self.leases + self.engine.active

    def drain(self, told: Callable[[int], None] | None = None) -> None:
        """Waits until nothing needs it; what still runs after `DRAIN_S` is given up.

        Args:
            told: hears how many are left; what it raises ends the wait.
        """
        deadline = time.monotonic() + DRAIN_S
        while (left := self.active) and time.monotonic() < deadline:
            if told is not None:
                told(left)
            time.sleep(POLL_S)


class Tenancy:
    """A `phi_model.backend.Backend` over the model of the moment.

    Args:
        tenant: the first one.
    """

    def __init__(self, tenant: Tenant) -> None:
        # Re-entrant: a lease may be collected in the middle of anything.
        self._lock = threading.RLock()
        self._tenant: Tenant | None = tenant
        engine = tenant.engine
        self._status = Status(1, engine.info, engine.base, tenant.choice, loaded=True)

    @property
    def status(self) -> Status:
        """What is there, and what is under way."""
        return self._status

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """The engine of now, which stays open until the lease ends; see `phi_model.lease.leased`.

        Raises:
            UnavailableError: none is there.
        """
        with self._lock:
            tenant = self._tenant
            if tenant is None:
                raise self._unavailable()
            tenant.leases += 1
        try:
            yield tenant.engine
        finally:
            with self._lock:
                tenant.leases -= 1

    @property
    def engine(self) -> Engine | None:
        """The engine of now; None where none is there."""
        tenant = self._tenant
        return None if tenant is None else tenant.engine

    @property
    def info(self) -> ModelInfo:
        """The model; the last one, without memory, where none is there."""
        return self._status.info

    def stream(self, request: CompletionRequest, *, session: str | None = None) -> CompletionStream:
        """See `Engine.stream`; the stream ends on the model that it began on.

        Raises:
            UnavailableError: no model is there.
        """
        with self.lease() as engine:
            return engine.stream(request, session=session)

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """See `Engine.submit`.

        Raises:
            UnavailableError: no model is there.
        """
        with self.lease() as engine:
            return engine.submit(function)

    def count_tokens(self, text: str) -> int:
        """How many tokens a text makes."""
        with self.lease() as engine:
            return engine.count_tokens(text)

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text."""
        with self.lease() as engine:
            return engine.tokenize(text)

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        with self.lease() as engine:
            return engine.detokenize(ids)

    def token_text(self, token_id: int) -> str:
        """A token as text, for display."""
        with self.lease() as engine:
            return engine.token_text(token_id)

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        tenant = self._tenant
        return 0 if tenant is None else tenant.engine.waiting

    def _unavailable(self) -> UnavailableError:
        status = self._status
        if status.loading is None:
            return UnavailableError("No model is loaded", RETRY_AFTER_S)
        done = "" if status.share is None else f" ({status.share:.0%})"
        return UnavailableError(
            f"{status.loading} is being loaded{done}: try again in a moment", RETRY_AFTER_S
        )
