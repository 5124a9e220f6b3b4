"""The heads that the tab can use: those in the box, and any other by name; loaded once, the least used dropped."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from phi_model.sharing import LoadedHead, load_head
from ui.classify.runner import Runner

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "heads"
MAX_HEADS = 4
MAX_BYTES = 4 * 2**30  # of heads that share nothing; the one in use may be larger


def shipped() -> dict[str, Path]:
    """The heads in the box, by name."""
    return {file.parent.name: file.parent for file in sorted(FOLDER.glob("*/config.json"))}


class Loading:
    """A head on its way.

    Attributes:
        future: of the head.
        message: what happens now.
        share: how much is done, where it is known.
    """

    def __init__(self) -> None:
        self.future: Future[LoadedHead] = Future()
        self.message = "Loading"
        self.share: float | None = None

    def tell(self, message: str, share: float | None) -> None:
        """Takes the loader's word."""
        self.message, self.share = message, share


class Heads:
    """Loads heads on a thread of its own, one at a time, and keeps the last ones used.

    Args:
        runner: knows the model in memory, whose weights they share where they can.
        boxed: heads by short names; None: those in the box.
        allowed: gives what the name of another checkpoint stands for, or raises a ValueError that says why it may not be
            used; None: no other may be.
        capacity: most heads kept.
    """

    def __init__(
        self,
        runner: Runner,
        boxed: Mapping[str, Path] | None = None,
        *,
        allowed: Callable[[str], str] | None = None,
        capacity: int = MAX_HEADS,
    ) -> None:
        self.boxed = dict(shipped() if boxed is None else boxed)
        self._allowed = allowed
        self._runner = runner
        self._capacity = capacity
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, LoadedHead] = OrderedDict()
        self._loading: dict[str, Loading] = {}
        self._thread = ThreadPoolExecutor(1, "phi-load-head")

    @property
    def kept(self) -> list[str]:
        """The names of the heads in memory, the least recently used first."""
        with self._lock:
            return list(self._kept)

    def load(self, name: str) -> Loading:
        """Gives a head that is there, or has it loaded; two who ask for the same one wait for the same load.

        Raises:
            ValueError: the name is empty, or it may not be used.
        """
        name = name.strip()
        if not name:
            raise ValueError(
                "Checkpoint must be a folder or a hub id such as org/name; it is empty."
            )
        source: str | Path | None = self.boxed.get(name)
        if source is None:
            if self._allowed is None:
                known = ", ".join(self.boxed) or "it has none"
                raise ValueError(f"Checkpoint must be one of this server's own ({known}).")
            source = self._allowed(name)
        resident = self._runner.resident
        with self._lock:
            head = self._kept.get(name)
            if head is not None and head.fits(resident):
                self._kept.move_to_end(name)
                ready = Loading()
                ready.future.set_result(head)
                return ready
            self._kept.pop(name, None)
            loading = self._loading.get(name)
            if loading is None:
                loading = self._loading[name] = Loading()
                self._thread.submit(self._load, name, source, loading)
            return loading

    def _load(self, name: str, source: str | Path, loading: Loading) -> None:
        try:
            head = load_head(source, self._runner.resident, loading.tell)
        except BaseException as error:
            with self._lock:
                del self._loading[name]
            loading.future.set_exception(error)
            return
        with self._lock:
            del self._loading[name]
            self._kept[name] = head
            while len(self._kept) > 1 and (
                len(self._kept) > self._capacity or self._bytes() > MAX_BYTES
            ):
                self._kept.popitem(last=False)
        loading.future.set_result(head)

    def _bytes(self) -> int:
        return sum(head.model.memory_bytes() for head in self._kept.values())
