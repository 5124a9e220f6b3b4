"""The remote backend over this project's own server and the model in assets/: it must be as good as the engine itself."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from phi_model.backend import CompletionChunk, Usage
from phi_model.engine import Engine
from phi_model.request import CompletionRequest, RequestError
from phi_model.serving import RemoteBackend, RemoteError, build_app
from tests.serving.server import eventually, serve

PROMPT = "def größer(a, b):\n    "


class Breaking:
    """An ASGI application that cuts its first streams off after some events, without an end."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.breaks: list[int] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/v1/completions":
            return await self.app(scope, receive, send)
        left = self.breaks.pop(0) if self.breaks else None

        async def hear() -> Any:
            message = await receive()
            if message["type"] == "http.request":
                self.bodies.append(message["body"])
            return message

        async def cut(message: Any) -> None:
            nonlocal left
            if left == 0:
                raise ConnectionError("cut off")
            if left is not None and message.get("body", b"").startswith(b"data: {"):
                left -= 1
            await send(message)

        try:
            await self.app(scope, hear, cut)
        except ConnectionError:
            # uvicorn closes the connection of an answer without an end.
            return None


@pytest.fixture(scope="module")
def breaking(engine: Engine) -> Breaking:
    return Breaking(build_app(engine, api_key="k"))


@pytest.fixture(scope="module")
def url(breaking: Breaking) -> Iterator[str]:
    with serve(breaking) as url:
        yield url


@pytest.fixture
def remote(url: str, monkeypatch) -> RemoteBackend:
    monkeypatch.setattr("phi_model.serving.remote_run.FIRST_PAUSE_S", 0.01)
    return RemoteBackend(f"{url}/v1/", api_key="k")


async def gather(backend: Any, request: CompletionRequest, **options: Any) -> list[CompletionChunk]:
    return [chunk async for chunk in backend.stream(request, **options)]


def whole(chunks: list[CompletionChunk]) -> dict[int, tuple[Any, ...]]:
    """Text, tokens and end of each choice."""
    told: dict[int, tuple[Any, ...]] = {}
    for chunk in chunks:
        text, tokens, finish = told.get(chunk.index, ("", (), None))
        assert finish is None
        told[chunk.index] = (text + chunk.text, tokens + chunk.tokens, chunk.finish_reason)
    return told


def usage_of(chunks: list[CompletionChunk]) -> dict[int, Usage]:
    return {c.index: c.usage for c in chunks if c.usage is not None}


@pytest.mark.parametrize(
    "asked",
    [
        {"temperature": 0},
        {"seed": 3, "n": 3, "top_p": 0.9},
        {"seed": 3, "stop": ("\n",), "top_k": 50, "min_p": 0.01, "repetition_penalty": 1.1},
        {"temperature": 0, "echo": True},
        {"seed": 4, "echo": True, "logprobs": 3},
        {"seed": 4, "logprobs": 5, "top_k": 3, "temperature": 0.7},
        {"seed": 4, "n": 2, "best_of": 3},
        {"seed": 4, "presence_penalty": 0.5, "frequency_penalty": 0.5, "logit_bias": {70: 2.0}},
        {"temperature": 0, "max_tokens": 0, "echo": True},
    ],
)
async def test_it_gives_what_the_engine_gives(engine, remote, asked) -> None:
    """Text, ids, byte spans, log-probabilities raw and after the samplers, reasons, counts."""
    request = CompletionRequest(**{"prompt": PROMPT, "max_tokens": 20, **asked})
    here, there = await gather(engine, request), await gather(remote, request)
    expected, got = whole(here), whole(there)
    assert {i: (text, end) for i, (text, _, end) in got.items()} == {
        i: (text, end) for i, (text, _, end) in expected.items()
    }
    for index, (_, tokens, _) in expected.items():
        mine = got[index][1]
        if request.echo and request.logprobs is None:
            # The prompt came back without asking the server; its tokens did not.
            tokens = tokens[len(tokens) - len(mine) :]
        assert [(t.id, t.start, t.end) for t in mine] == [(t.id, t.start, t.end) for t in tokens]
        for a, b in zip(mine, tokens, strict=True):
            assert a.logprob == pytest.approx(b.logprob, abs=1e-4)
            assert a.sampler_logprob == pytest.approx(b.sampler_logprob, abs=1e-4)
            assert [i for i, _ in a.top] == [i for i, _ in b.top]
            assert (a.removed_by, a.removed) == (b.removed_by, b.removed)
            finite = [row for row in b.sampler_top if row[1] != float("-inf")]
            assert [i for i, _ in a.sampler_top][: len(finite)] == [i for i, _ in finite]
            assert all(remote.token_text(i) == engine.token_text(i) for i, _ in a.top)
    for index, usage in usage_of(here).items():
        mine = usage_of(there)[index]
        for name in ("prompt_tokens", "completion_tokens", "cropped_tokens", "context_length"):
            assert getattr(mine, name) == getattr(usage, name), name
        assert request.seed is None or mine.seed == request.seed


async def test_a_broken_stream_is_resumed_exactly(engine, breaking, remote) -> None:
    """Breaks after the first event, after several, and before any; also where a stop string is half written."""
    for asked in (
        {"seed": 8, "max_tokens": 30},
        {"seed": 9, "max_tokens": 30, "stop": ("\n\n", "return"), "repetition_penalty": 1.1},
        {"seed": 9, "max_tokens": 30, "echo": True},
        {"temperature": 0, "max_tokens": 30, "logprobs": 2},
    ):
        request = CompletionRequest(prompt=PROMPT, **asked)
        expected = whole(await gather(engine, request))[0]
        breaking.breaks[:] = [1, 0, 0, 1]
        chunks = await gather(remote, request)
        # A short answer may not live to see all of them.
        assert len(breaking.breaks) <= 2
        got = whole(chunks)[0]
        assert got[0] == expected[0]
        assert got[2] == expected[2]
        if not request.echo:
            assert [(t.id, t.start, t.end) for t in got[1]] == [
                (t.id, t.start, t.end) for t in expected[1]
            ]
        assert usage_of(chunks)[0].completion_tokens > 0
        breaking.breaks.clear()


async def test_choices_go_on_after_a_break(breaking, remote) -> None:
    breaking.breaks[:] = [4]
    chunks = await gather(remote, CompletionRequest(prompt=PROMPT, n=3, seed=1, max_tokens=24))
    told = whole(chunks)
    assert breaking.breaks == []
    assert set(told) == {0, 1, 2}
    assert all(end in ("stop", "length") for _, _, end in told.values())
    assert len({text for text, _, _ in told.values()}) == 3
    assert all(usage.completion_tokens <= 24 for usage in usage_of(chunks).values())


async def test_it_gives_up_where_nothing_helps(breaking, remote) -> None:
    breaking.breaks[:] = [0] * 10
    with pytest.raises(RemoteError, match=r"failed 5 times"):
        await gather(remote, CompletionRequest(prompt=PROMPT))
    breaking.breaks[:] = [1, *[0] * 10]
    chunks = await gather(remote, CompletionRequest(prompt=PROMPT, max_tokens=40))
    assert chunks[0].text
    assert chunks[-1].finish_reason == "error"
    assert "failed 5 times" in chunks[-1].message
    assert chunks[-1].usage is not None
    breaking.breaks.clear()


async def test_a_long_prompt_is_cropped_as_the_engine_does(engine, remote) -> None:
    prompt = "".join(f"value_{i} = {i} * 2  # größer\n" for i in range(90))
    for given in (prompt, tuple(engine.tokenize(prompt))):
        request = CompletionRequest(prompt=given, temperature=0, max_tokens=8)
        here, there = await gather(engine, request), await gather(remote, request)
        if isinstance(given, str):
            assert whole(there)[0][0] == whole(here)[0][0]
            assert usage_of(there)[0].cropped_tokens == usage_of(here)[0].cropped_tokens > 0
        assert usage_of(there)[0].cropped_tokens > 0
    with pytest.raises(RequestError, match="below the context length of 1024"):
        await gather(remote, CompletionRequest(prompt="a", max_tokens=1024))


async def test_closing_hangs_up(engine, remote) -> None:
    (token,) = engine.tokenize("z")
    request = CompletionRequest(prompt="a", max_tokens=900, logit_bias={token: 100.0})
    stream = remote.stream(request)
    assert (await anext(stream)).text
    assert engine._worker.lane.table.free < 4
    await stream.aclose()
    await asyncio.to_thread(eventually, lambda: engine._worker.lane.table.free == 4)


async def test_a_newer_request_of_the_session_supersedes(engine, remote, url) -> None:
    (token,) = engine.tokenize("z")
    long = CompletionRequest(prompt="a", max_tokens=900, logit_bias={token: 100.0})
    short = CompletionRequest(prompt="a", max_tokens=2)
    elsewhere = RemoteBackend(url, api_key="k")
    for newer_at in (remote, elsewhere):
        older = remote.stream(long, session="tab")
        chunks = [await anext(older)]
        newer = await gather(newer_at, short, session="tab")
        assert newer[-1].finish_reason in ("stop", "length")
        chunks += [chunk async for chunk in older]
        assert chunks[-1].finish_reason == "cancelled"
        assert [c.finish_reason for c in chunks].count("cancelled") == 1
    await elsewhere.aclose()


async def test_sessions_reuse_what_the_server_holds(remote) -> None:
    request = CompletionRequest(prompt=PROMPT * 10, max_tokens=2, temperature=0)
    await gather(remote, request, session="reuse")
    again = usage_of(await gather(remote, request, session="reuse"))[0]
    assert again.cached_tokens == again.prompt_tokens - 1


def test_it_describes_the_model(engine, remote, url) -> None:
    expected = dataclasses.replace(engine.info, device=f"{url.removeprefix('http://')} (cpu)")
    assert remote.info == expected


def test_tokens(engine, remote) -> None:
    ids = engine.tokenize(PROMPT)
    assert remote.tokenize(PROMPT) == ids
    assert remote.count_tokens(PROMPT) == len(ids)
    assert remote.detokenize(ids) == PROMPT
    assert [remote.token_text(i) for i in ids] == [engine.token_text(i) for i in ids]


def test_what_cannot_work_is_said_at_once(url: str) -> None:
    with pytest.raises(RemoteError, match="answered 401"):
        RemoteBackend(url, api_key="wrong")
    with pytest.raises(RemoteError, match="cannot be reached"):
        RemoteBackend("http://127.0.0.1:9")
    with pytest.raises(ValueError, match="base_url"):
        RemoteBackend("localhost:8000")


async def test_a_refused_request_raises(url: str) -> None:
    other = RemoteBackend(url, model="gpt-4", api_key="k")
    with pytest.raises(RemoteError, match="gpt-4") as caught:
        await gather(other, CompletionRequest(prompt="a"))
    assert caught.value.status == 404
    await other.aclose()


def test_every_loop_has_its_own_connections(remote) -> None:
    request = CompletionRequest(prompt=PROMPT, max_tokens=3, temperature=0)
    texts = {whole(asyncio.run(gather(remote, request)))[0][0] for _ in range(3)}
    assert len(texts) == 1
