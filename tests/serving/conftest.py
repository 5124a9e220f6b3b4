"""Servers and clients of these tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI

from phi_model.backend import Backend
from phi_model.engine import Engine
from phi_model.serving import build_app
from tests.serving.server import serve

MODEL = Path(__file__).resolve().parents[2] / "assets" / "model"
SLOTS = 4


@dataclass
class Api:
    """A served backend and two clients of it."""

    backend: Any
    url: str
    http: httpx.Client
    openai: OpenAI

    def post(self, **body: Any) -> httpx.Response:
        """A completion; the prompt is "abc" unless said."""
        return self.http.post("/v1/completions", json={"prompt": "abc", **body})


@contextlib.contextmanager
def api_over(backend: Backend, key: str = "any", **options: Any) -> Iterator[Api]:
    """Serves a backend with the options of `build_app`."""
    with (
        serve(build_app(backend, **options)) as url,
        httpx.Client(base_url=url, timeout=30) as http,
        OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=30) as openai,
    ):
        yield Api(backend, url, http, openai)


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    """The model in assets/, in float32: a batch gives bit for bit what its rows give alone."""
    engine = Engine.from_pretrained(
        MODEL, dtype="float32", device="cpu", slots=SLOTS, name="embedded", max_waiting=8
    )
    yield engine
    engine.close()


@pytest.fixture
def api() -> Iterator[Callable[..., Api]]:
    """Serves backends until the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda backend, **options: stack.enter_context(api_over(backend, **options))
