"""The one model of a process, which may be exchanged while others' streams go on.

The new model is loaded beside the old one where both fit into memory: new requests then go to the new one from one
moment to the next, and the old one is closed when its last stream has ended. Where they do not fit, new requests are
told to come back, the streams end, the old model is freed, and the new one is loaded; should that fail, the old one
is loaded again.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch

from phi_model.engine.engine import Engine
from phi_model.engine.loading import Progress, examine
from phi_model.engine.memory import check_room, free_bytes, reclaim
from phi_model.engine.tenancy import POLL_S, ModelChoice, Status, Tenancy, Tenant

__all__ = ["ModelChoice", "Resident", "Status", "SwitchingError"]

# What the choice of a model can cause; anything else is a fault of ours.
LOAD_ERRORS = (ValueError, OSError, RuntimeError, MemoryError)
_CACHE_FOLDER = re.compile(r"\S+/snapshots/[0-9a-f]{40}/")

log = logging.getLogger(__name__)


class SwitchingError(RuntimeError):
    """Another change of the model is under way."""


class _Cancelled(Exception):
    pass


class _Switch:
    """A change under way.

    Attributes:
        vacated: whether the old model had to go first.
    """

    def __init__(self, choice: ModelChoice) -> None:
        self.choice = choice
        self.cancelled = threading.Event()
        self.vacated = False


class Resident(Tenancy):
    """A `phi_model.backend.Backend` whose model can be exchanged.

    Args:
        choice: the first model.
        names: names to go by, of models whose own name is a path.
        public_prefixes: texts of the app's own examples; see `Engine.register_public_prefix`.
        progress: told how the first model's loading goes.
        free_memory: how many bytes a device has left.
        options: further arguments of `Engine`, for every model.

    Raises:
        CheckpointError: the first model's files are not a usable Phi checkpoint.
        ValueError: a value of the choice is out of its range.
    """

    def __init__(
        self,
        choice: ModelChoice,
        *,
        names: Mapping[str, str] | None = None,
        public_prefixes: Sequence[str] = (),
        progress: Progress | None = None,
        free_memory: Callable[[torch.device], int] = free_bytes,
        **options: Any,
    ) -> None:
        self._names = dict(names or {})
        self._prefixes = tuple(public_prefixes)
        self._free_memory = free_memory
        self._options = options
        self._switch: _Switch | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._leaving: list[Tenant] = []
        super().__init__(Tenant(self._load(choice, progress), choice))

    def switch(self, choice: ModelChoice) -> None:
        """Begins to load another model, and returns at once; `status` tells how it goes.

        Raises:
            SwitchingError: another change is under way.
            RuntimeError: this is closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the backend is closed")
            if self._switch is not None:
                raise SwitchingError(f"{self._name(self._switch.choice)} is being loaded already")
            switch = self._switch = _Switch(choice)
            self._tell("Looking for it", None)
            self._thread = threading.Thread(
                target=self._change, args=(switch,), name="phi-switch", daemon=True
            )
            self._thread.start()

    def cancel(self) -> None:
        """Gives up the change that is under way, if one is; where no model is left, the old one is loaded again."""
        with self._lock:
            switch = self._switch
            if switch is None:
                return
            switch.cancelled.set()
            if switch.vacated:
                self._tell("Cancelling", None)
            else:
                # A download may hang: nobody has to wait for its thread to notice.
                self._end(switch, None)

    def unload(self) -> None:
        """Takes the model away as soon as its streams have ended; `switch` brings one back.

        Raises:
            SwitchingError: a change is under way.
        """
        with self._lock:
            if self._switch is not None:
                raise SwitchingError(f"{self._name(self._switch.choice)} is being loaded")
            if self._tenant is None:
                return
            old, self._tenant = [self._tenant], None
            status = self._status
            self._status = replace(
                status,
                version=status.version + 1,
                info=replace(status.info, memory_bytes=0),
                loaded=False,
                error=None,
            )
        self._retire(old)

    def wait(self, timeout: float | None = None) -> Status:
        """Waits for the end of the change that is under way, and gives the status then."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._status

    def close(self) -> None:
        """Ends every request as "cancelled", and any change; returns when the engines are gone."""
        with self._lock:
            self._closed = True
            if self._switch is not None:
                self._switch.cancelled.set()
            tenant, self._tenant = self._tenant, None
            leaving = [*self._leaving, *([tenant] if tenant else [])]
        for each in leaving:
            each.engine.close()

    async def aclose(self) -> None:
        """As `close`, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    # The thread of a change.

    def _change(self, switch: _Switch) -> None:
        error: str | None = None
        try:
            self._admit(switch, self._prepare(switch))
        except _Cancelled:
            pass
        except LOAD_ERRORS as problem:
            # Where the machine keeps a file is nobody's business.
            said = _CACHE_FOLDER.sub("", str(problem))
            said = said.replace(switch.choice.model, self._name(switch.choice))
            error = " ".join(said.split()) or type(problem).__name__
        except Exception as problem:
            log.exception("%s could not be loaded", switch.choice.model)
            error = f"The server failed to load it ({type(problem).__name__}); its log says why"
        with self._lock:
            self._end(switch, error)

    def _prepare(self, switch: _Switch) -> Engine:
        """The new engine, the old one gone only if there is no room for both."""
        choice = switch.choice
        told = self._teller(switch)
        found = examine(
            choice.model,
            dtype=choice.dtype,
            device=choice.device,
            quantization=choice.quantization,
            progress=told,
        )
        tenant, free = self._tenant, self._free_memory(found.device)
        if found.needed_bytes > free and self._leaving:
            self._await_leaving(told)
            free = self._free_memory(found.device)
        if found.needed_bytes <= free:
            return self._load(choice, told)
        if tenant is not None and torch.device(tenant.engine.info.device) == found.device:
            free += tenant.engine.info.memory_bytes
        check_room(found.needed_bytes, free, found.device)
        assert tenant is not None
        self._vacate(switch, tenant)
        old, gone = tenant.choice, weakref.ref(tenant.engine)
        del tenant
        reclaim(gone)
        try:
            return self._load(choice, told)
        except BaseException as problem:
            # The weights read so far are in its frames.
            traceback.clear_frames(problem.__traceback__)
            reclaim()
            self._restore(switch, old, problem)
            raise

    def _await_leaving(self, told: Progress) -> None:
        """Waits until the models that were taken away before have ended their streams."""
        for tenant in [*self._leaving]:
            tenant.drain(lambda left: told(f"Waiting for {left} running requests", None))
        while self._leaving:
            told("Waiting for memory", None)
            time.sleep(POLL_S)

    def _vacate(self, switch: _Switch, tenant: Tenant) -> None:
        """Sends new requests away, lets the running ones end, and frees the model."""
        with self._lock:
            if switch.cancelled.is_set() or self._closed:
                raise _Cancelled
            switch.vacated = True
            self._tenant = None
            self._status = replace(self._status, loaded=False)
        told = self._teller(switch)
        try:
            tenant.drain(lambda left: told(f"Waiting for {left} running requests", None))
        except _Cancelled:
            with self._lock:
                closed = self._closed
                if not closed:
                    self._tenant = tenant
                    self._status = replace(self._status, loaded=True)
            if closed:
                tenant.engine.close()
            raise
        tenant.engine.close()

    def _restore(self, switch: _Switch, old: ModelChoice, problem: BaseException) -> None:
        with self._lock:
            self._tell("Loading the last model again", None)
        try:
            self._admit(switch, self._load(old, None), old)
        except LOAD_ERRORS as error:
            log.exception("the last model could not be loaded again")
            message = f"{problem}; the last model could not be loaded again"
            raise RuntimeError(message) from error

    def _retire(self, old: list[Tenant]) -> None:
        """Closes an engine once its streams have ended, on a thread of its own.

        Args:
            old: has it alone and is emptied, so that no caller's variable keeps it.
        """
        with self._lock:
            self._leaving.append(old[0])
        threading.Thread(target=self._leave, args=(old,), name="phi-leaving", daemon=True).start()

    def _leave(self, old: list[Tenant]) -> None:
        tenant = old.pop()
        tenant.drain()
        tenant.engine.close()
        with self._lock, suppress(ValueError):
            self._leaving.remove(tenant)
        gone = weakref.ref(tenant.engine)
        del tenant
        reclaim(gone)

    def _admit(self, switch: _Switch, engine: Engine, choice: ModelChoice | None = None) -> None:
        """Lets the requests to a new engine, and the old one go."""
        with self._lock:
            refused = self._closed or (choice is None and switch.cancelled.is_set())
            if not refused:
                old = [self._tenant] if self._tenant is not None else []
                self._tenant = Tenant(engine, choice or switch.choice)
                self._status = replace(
                    self._status,
                    version=self._status.version + 1,
                    info=engine.info,
                    base=engine.base,
                    choice=choice or switch.choice,
                    loaded=True,
                )
        if refused:
            engine.close()
            raise _Cancelled
        if old:
            self._retire(old)

    def _load(self, choice: ModelChoice, progress: Progress | None) -> Engine:
        name = self._names.get(choice.model)
        engine = Engine.from_pretrained(
            choice.model,
            dtype=choice.dtype,
            device=choice.device,
            quantization=choice.quantization,
            progress=progress,
            **({"name": name} if name else {}),
            **self._options,
        )
        for text in self._prefixes:
            engine.register_public_prefix(text)
        reclaim()  # what reading and packing took
        return engine

    def _teller(self, switch: _Switch) -> Progress:
        def told(message: str, share: float | None) -> None:
            with self._lock:
                if switch.cancelled.is_set() or self._closed:
                    raise _Cancelled
                self._tell(message, share)

        return told

    # Under the lock.

    def _tell(self, message: str, share: float | None) -> None:
        assert self._switch is not None
        choice = self._switch.choice
        self._status = replace(
            self._status,
            loading=self._name(choice),
            message=message.replace(choice.model, self._name(choice)),
            share=share,
            error=None,
        )

    def _end(self, switch: _Switch, error: str | None) -> None:
        if self._switch is switch:
            self._switch = None
            self._status = replace(self._status, loading=None, message="", share=None, error=error)

    def _name(self, choice: ModelChoice) -> str:
        return self._names.get(choice.model, choice.model)
