"""ZeroGPU: the real `spaces` package with a stand-in for the service behind it (see `zero_api`), and no GPU."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from gradio_client import Client

from phi_model.engine import Engine
from phi_model.engine.loading import Loaded
from phi_model.request import CompletionRequest, RequestError
from tests.serving.scripted import Scripted, words
from tests.share.programs import started
from ui.share.zero import ZeroBackend, prepare, seconds, wanted

PROMPT = "def add(a, b):\n"


def fake_loaded(engine: Engine) -> Loaded:
    """What `load` gives, around the weights that the engine runs."""
    model = SimpleNamespace(
        num_parameters=lambda: 7,
        memory_bytes=lambda: 28,
        dtype="torch.float16",
        device=SimpleNamespace(type="cuda"),
        config=SimpleNamespace(max_position_embeddings=64, vocab_size=99),
    )
    return SimpleNamespace(
        model=model, tokenizer=engine._tokenizer, name="m", revision=None, quantization=None, fingerprint="f"
    )  # fmt: skip


def test_one_request_at_a_time_goes_to_the_forked_process(tmp_path) -> None:
    """The engine's thread would not live on in it: the process makes an engine of its own, and keeps it."""
    environment = {
        "HOME": str(tmp_path),
        "SPACE_ID": "ada/phi",
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": "0",
        "OMP_NUM_THREADS": "1",
        "PHI_NATIVE": "0",
    }
    body = {"prompt": PROMPT, "max_tokens": 12, "temperature": 0}
    command = [sys.executable, "-m", "tests.share.zero_api", "app", "--device", "cpu"]
    with (
        started(command, environment) as (address, said),
        httpx.Client(base_url=address, timeout=120) as http,
    ):
        first = http.post("/v1/completions", json=body).json()
        assert first["choices"][0]["text"].strip()
        again = http.post("/v1/completions", json=body).json()
        assert again["choices"][0]["text"] == first["choices"][0]["text"]
        refused = http.post("/v1/completions", json={"prompt": PROMPT, "n": 8})
        assert refused.status_code == 400
        refused = http.post(
            "/v1/completions", json={"prompt": PROMPT, "logit_bias": {"8191": 1, "9999": 1}}
        )
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "logit_bias")
        with http.stream(
            "POST", "/v1/completions", json={**body, "max_tokens": 200, "stream": True}
        ) as stream:
            next(stream.iter_lines())  # and it is left
        page = Client(address, verbose=False)
        assert page.predict(body, api_name="/completion") == [first["choices"][0]["text"]]
    text = "".join(said)
    assert text.count("device API: /startup-report") == 1
    assert text.count("device API: /schedule") == text.count("device API: /release") == 5
    assert text.count("device API: /allow") == 1  # one process served them all


async def test_where_no_gpu_is_given_its_words_are_passed_on(engine: Engine) -> None:
    def gpu(task, duration):
        def refuse(request, session) -> Iterator[None]:
            raise gr.Error(
                "You have exceeded your free ZeroGPU quota (30s requested vs. 12s left)."
            )
            yield

        return refuse

    backend = ZeroBackend(fake_loaded(engine), gpu)
    chunks = [chunk async for chunk in backend.stream(CompletionRequest(prompt="x", n=2))]
    assert [(chunk.index, chunk.finish_reason) for chunk in chunks] == [(0, "error"), (1, "error")]
    assert "exceeded your free ZeroGPU quota" in chunks[0].message
    assert (backend.info.device, backend.info.dtype) == ("cuda (ZeroGPU)", "float16")


async def test_a_stream_that_is_left_closes_the_generator_and_errors_cross_over(
    engine: Engine,
) -> None:
    inner = Scripted(lambda request: [step for text in words(*"abcdef") for step in (0.02, text)])
    backend = ZeroBackend(fake_loaded(engine), lambda task, duration: task, engine=lambda _: inner)
    stream = backend.stream(CompletionRequest(prompt="x"))
    assert (await anext(stream)).text == "a"
    await stream.aclose()
    for _ in range(500):
        if inner.closed:
            break
        await asyncio.sleep(0.01)
    assert (inner.open, inner.closed) == (0, 1)
    failing = Scripted(lambda request: [RequestError("prompt", "shorter", 5)])
    backend = ZeroBackend(
        fake_loaded(engine), lambda task, duration: task, engine=lambda _: failing
    )
    with pytest.raises(RequestError, match="prompt must be shorter, got 5"):
        await anext(backend.stream(CompletionRequest(prompt="x")))
    assert backend.count_tokens(PROMPT) == engine.count_tokens(PROMPT)
    ids = backend.tokenize(PROMPT)
    assert backend.detokenize(ids) == PROMPT
    assert [backend.token_text(i) for i in ids] == [engine.token_text(i) for i in ids]


def test_only_on_such_a_space() -> None:
    assert wanted({"SPACES_ZERO_GPU": "true"})
    assert not wanted({"SPACE_ID": "a/b"})
    assert prepare({"SPACE_ID": "a/b"}) is None
    assert seconds(CompletionRequest(prompt="x", max_tokens=1), None) == 15
    assert seconds(CompletionRequest(prompt="x", max_tokens=256, n=4), None) == 60
