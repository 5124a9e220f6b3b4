"""The page and its API over the embedded model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phi_model.engine import Engine
from tests.serving.server import serve
from ui.server import create_app

ROOT = Path(__file__).resolve().parents[2]


class Kept:
    """A backend that outlives the application over it.

    Args:
        backend: whose all but the end it has.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    async def aclose(self) -> None:
        """Nothing ends."""


@contextlib.contextmanager
def page_over(backend: Any, **options: Any) -> Iterator[str]:
    """Serves the page and its API over a backend, with the options of `create_app`; gives its address."""
    with serve(create_app(Kept(backend), **options), lifespan="on") as address:
        yield address


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    """In float32, so that it draws the same in every process."""
    engine = Engine.from_pretrained(
        ROOT / "assets" / "model", dtype="float32", device="cpu", slots=2, name="Embedded Phi"
    )
    yield engine
    engine.close()
