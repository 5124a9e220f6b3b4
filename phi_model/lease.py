"""One model for one call from its beginning to its end, where a backend may change its model in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable

from phi_model.backend import Backend


class UnavailableError(RuntimeError):
    """No model is there to complete right now: one is being loaded, or none is.

    Attributes:
        retry_after_s: when to ask again, in seconds.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@runtime_checkable
class Leasing(Protocol):
    """A backend whose model may change, such as `phi_model.engine.resident.Resident`."""

    def lease(self) -> AbstractContextManager[Backend]:
        """The backend of the model that is there now; that one stays until the lease ends.

        Raises:
            UnavailableError: there is none.
        """
        ...


@contextmanager
def leased(backend: Backend) -> Iterator[Backend]:
    """The backend for one call: with it, tokens are counted, drawn and named by one and the same model.

    Args:
        backend: any; one that is not `Leasing` is its own lease.

    Raises:
        UnavailableError: see `Leasing.lease`.
    """
    if not isinstance(backend, Leasing):
        yield backend
        return
    with backend.lease() as current:
        yield current
