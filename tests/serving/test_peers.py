"""The remote backend over servers that are not ours: what each leaves out, adds, or does wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from phi_model.backend import BusyError, CompletionChunk
from phi_model.request import CompletionRequest
from phi_model.serving import RemoteBackend, RemoteError, remote_run
from tests.serving.server import serve

Answer = Callable[[dict[str, Any]], Any]


class Peer:
    """A server that answers with what a test has put in, one after the other."""

    def __init__(self, *answers: Any, tokenizes: bool = False, models: Any = None) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.app = FastAPI()
        listed = models or {"data": [{"id": "peer", "object": "model", "owned_by": "them"}]}

        @self.app.get("/v1/models")
        async def list_models() -> Any:
            return listed

        @self.app.post("/v1/completions")
        async def complete(request: Request) -> Any:
            self.bodies.append(await request.json())
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return answer if isinstance(answer, Response) else answer(self.bodies[-1])

        if tokenizes:

            @self.app.post("/tokenize")
            async def tokenize(request: Request) -> Any:
                ids = list((await request.json())["prompt"].encode())
                return {"count": len(ids), "max_model_len": 64, "tokens": ids}


def sse(*events: Any, done: bool = True, pause: float = 0.0, crlf: bool = False) -> Answer:
    """A stream of these events: objects, lines as they are, and seconds of silence."""
    end = "\r\n" if crlf else "\n"

    async def body() -> Any:
        for event in events:
            if isinstance(event, float):
                await asyncio.sleep(event)
                continue
            text = (
                event
                if isinstance(event, str)
                else f"data: {json.dumps(event, ensure_ascii=False)}"
            )
            yield text + end * 2
            await asyncio.sleep(pause)
        if done:
            yield f"data: [DONE]{end * 2}"

    return lambda request: StreamingResponse(body(), media_type="text/event-stream")


def event(text: str, finish: str | None = None, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "text": text, "finish_reason": finish, **more}]}


def counted(prompt: int, completion: int) -> dict[str, Any]:
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


@pytest.fixture
def over(monkeypatch) -> Iterator[Callable[..., RemoteBackend]]:
    monkeypatch.setattr(remote_run, "FIRST_PAUSE_S", 0.01)
    with contextlib.ExitStack() as stack:

        def backend(peer: Peer, **options: Any) -> RemoteBackend:
            return RemoteBackend(stack.enter_context(serve(peer.app)), **options)

        yield backend


async def gather(backend: RemoteBackend, **asked: Any) -> list[CompletionChunk]:
    request = CompletionRequest(**{"prompt": "abc", **asked})
    return [chunk async for chunk in backend.stream(request)]


def text_of(chunks: list[CompletionChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


async def test_the_finish_reason_ends_a_stream_without_done(over, monkeypatch) -> None:
    """transformers serve sends no [DONE]; some servers then leave the connection open."""
    monkeypatch.setattr(remote_run, "USAGE_WAIT_S", 0.1)
    for after in ((), (60.0,)):
        peer = Peer(sse(event("a"), event("b", "stop"), *after, done=False))
        chunks = await asyncio.wait_for(gather(over(peer)), 10)
        assert text_of(chunks) == "ab"
        assert chunks[-1].finish_reason == "stop"
        assert chunks[-1].usage.completion_tokens == 2
        assert len(peer.bodies) == 1


async def test_a_server_that_refuses_extensions_gets_none(over) -> None:
    """transformers serve answers 422 to every field that it does not know."""

    def answer(body: dict[str, Any]) -> Response:
        unknown = set(body) - {
            "model",
            "prompt",
            "max_tokens",
            "temperature",
            "top_p",
            "seed",
            "stream",
        }
        if unknown:
            return JSONResponse({"detail": f"Unexpected fields: {sorted(unknown)}"}, 422)
        return sse(event("x", "length"), done=False)(body)

    peer = Peer(answer)
    backend = over(peer)
    assert text_of(await gather(backend)) == "x"
    assert text_of(await gather(backend)) == "x"
    # Learnt once.
    assert len(peer.bodies) == 3
    # What the person asked for is not dropped in silence.
    with pytest.raises(RemoteError, match="does not understand top_k"):
        await gather(backend, top_k=5)
    with pytest.raises(RemoteError, match="Unexpected fields"):
        await gather(over(Peer(answer)), top_k=5)
    assert text_of(await gather(backend, top_k=-1)) == "x"


async def test_a_stream_without_ids_is_resumed_by_text(over) -> None:
    peer = Peer(
        sse(event("one "), event("two "), done=False),
        sse(event("three", "stop"), counted(5, 1)),
    )
    chunks = await gather(over(peer), prompt="say: ", max_tokens=10, echo=True)
    assert text_of(chunks) == "say: one two three"
    first, second = peer.bodies
    assert "echo" not in first
    assert second["prompt"] == "say: one two "
    assert second["max_tokens"] == 8
    assert second["seed"] == first["seed"]
    usage = chunks[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (3, 3)


async def test_ids_that_run_ahead_of_the_text_are_not_resumed_from(over) -> None:
    """vLLM names a token at once, though a stop string may hold its text back."""
    broken = sse(
        event("ab", token_ids=[1, 2], prompt_token_ids=[7, 8]), event("", token_ids=[3]), done=False
    )
    peer = Peer(broken, sse(event("c", "stop", token_ids=[3])))
    assert text_of(await gather(over(peer), stop="cd")) == "abc"
    assert peer.bodies[1]["prompt"] == "abcab"
    peer = Peer(broken, sse(event("c", "stop", token_ids=[3])))
    await gather(over(peer))
    assert peer.bodies[1]["prompt"] == [7, 8, 1, 2, 3]
    assert peer.bodies[1]["max_tokens"] == 13


async def test_a_break_behind_the_last_token_asks_for_no_more(over) -> None:
    peer = Peer(sse(event("ab", token_ids=[1, 2], prompt_token_ids=[7]), done=False))
    chunks = await gather(over(peer), max_tokens=2)
    assert (text_of(chunks), chunks[-1].finish_reason) == ("ab", "length")
    assert len(peer.bodies) == 1


async def test_busy_and_broken_servers_are_asked_again(over) -> None:
    good = sse(event("x", "stop"))
    for bad in (
        PlainTextResponse("Request dropped due to backpressure", 503),
        JSONResponse({"error": {"message": "slow down"}}, 429, headers={"Retry-After": "0"}),
        PlainTextResponse("oops", 500),
        PlainTextResponse("", 200),
        sse({"error": {"message": "full", "code": 429}}),
        sse("data: {half"),
        sse(event("", "abort")),
    ):
        peer = Peer(bad, good)
        assert text_of(await gather(over(peer))) == "x"
        assert len(peer.bodies) == 2


async def test_retry_after_is_honoured(over) -> None:
    busy = JSONResponse({"error": {"message": "slow down"}}, 429, headers={"Retry-After": "0.4"})
    backend = over(Peer(busy, sse(event("x", "stop"))))
    started = asyncio.get_running_loop().time()
    await gather(backend)
    assert asyncio.get_running_loop().time() - started >= 0.4


async def test_a_server_that_stays_busy_is_busy(over) -> None:
    peer = Peer(PlainTextResponse("Request dropped", 503))
    with pytest.raises(BusyError, match="Request dropped"):
        await gather(over(peer))
    assert len(peer.bodies) == remote_run.ATTEMPTS


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (JSONResponse({"error": {"message": "too long", "param": "prompt"}}, 400), 400, "too long"),
        (JSONResponse({"detail": [{"msg": "bad field"}]}, 400), 400, "bad field"),
        (PlainTextResponse("who are you", 403), 403, "who are you"),
        (PlainTextResponse("", 404), 404, "no more"),
        (sse({"error": {"message": "no memory", "code": 500}}), 500, "no memory"),
        (sse({"error": "plain words"}), None, "plain words"),
        (sse("data: [1]"), None, "no JSON object"),
        (sse(event("x", index=3)), None, "choice 3"),
        (sse(event("x", pieces=[{"id": 1}])), None, "another form"),
    ],
)
async def test_other_errors_are_raised_at_once(over, answer, status, text) -> None:
    peer = Peer(answer)
    with pytest.raises(RemoteError, match=text) as caught:
        await gather(over(peer))
    assert caught.value.status == status
    assert len(peer.bodies) == 1


async def test_an_error_after_some_text_ends_the_choice(over) -> None:
    peer = Peer(sse(event("ab"), {"error": {"message": "no memory", "code": 500}}))
    chunks = await gather(over(peer))
    assert text_of(chunks) == "ab"
    assert chunks[-1].finish_reason == "error"
    assert "no memory" in chunks[-1].message


async def test_a_hung_server_is_given_up_on(over) -> None:
    peer = Peer(sse(event("ab"), 60.0), sse(event("c", "stop")))
    chunks = await gather(over(peer, read_timeout=0.3))
    assert text_of(chunks) == "abc"
    assert len(peer.bodies) == 2


async def test_signs_of_life_are_not_silence(over) -> None:
    peer = Peer(sse(*[": ping"] * 6, event("x", "stop"), pause=0.15))
    assert text_of(await gather(over(peer, read_timeout=0.4))) == "x"
    assert len(peer.bodies) == 1


async def test_lines_end_only_where_http_says(over) -> None:
    text = "a\u2028b\u0085c\x0bd\r\n"
    for crlf in (False, True):
        assert text_of(await gather(over(Peer(sse(event(text, "stop"), crlf=crlf))))) == text


async def test_openai_logprobs_become_pieces(over) -> None:
    """Alternatives known by their text alone get negative ids; offsets may count from the prompt on."""
    first = {
        "tokens": ["é", "b"],
        "token_logprobs": [-0.5, -9999.0],
        "top_logprobs": [{"é": -0.5, "x": -1.0}, {"x": -0.1, "b": -9999.0}],
        "text_offset": [3, 4],
    }
    second = {"tokens": ["c"], "token_logprobs": [-1.0], "top_logprobs": None, "text_offset": [5]}
    peer = Peer(
        sse(event("éb", logprobs=first, token_ids=[40, 41]), event("c", "stop", logprobs=second))
    )
    backend = over(peer)
    chunks = await gather(backend, logprobs=2)
    pieces = [piece for chunk in chunks for piece in chunk.tokens]
    assert [(p.start, p.end) for p in pieces] == [(0, 2), (2, 3), (3, 4)]
    assert [p.id for p in pieces[:2]] == [40, 41]
    assert pieces[2].id < 0
    assert [p.logprob for p in pieces] == [-0.5, float("-inf"), -1.0]
    assert pieces[0].top[0] == (40, -0.5)
    unknown = pieces[0].top[1][0]
    assert unknown < 0
    assert backend.token_text(unknown) == "x"
    assert pieces[1].top[0][0] == unknown
    assert backend.token_text(41) == "b"


async def test_ids_alone_make_pieces_too(over) -> None:
    peer = Peer(sse(event("ab", token_ids=[1, 2]), event("c", "stop", token_ids=[3])))
    pieces = [p for c in await gather(over(peer)) for p in c.tokens]
    assert [(p.id, p.start, p.end) for p in pieces] == [(1, 0, 0), (2, 0, 2), (3, 2, 3)]


async def test_what_is_sent(over) -> None:
    peer = Peer(sse(event("x", "stop")))
    await gather(over(peer), seed=5, logit_bias={3: 1.0}, stop="\n", top_k=7, n=1)
    body = dict(peer.bodies[0])
    assert body == {
        "model": "peer",
        "prompt": "abc",
        "max_tokens": 16,
        "temperature": 1.0,
        "top_p": 1.0,
        "seed": 5,
        "stream": True,
        "stop": ["\n"],
        "logit_bias": {"3": 1.0},
        "top_k": 7,
        "min_p": 0.0,
        "typical_p": 1.0,
        "repetition_penalty": 1.0,
        "no_repeat_ngram_size": 0,
        "stream_options": {"include_usage": True},
        "return_token_ids": True,
        "return_pieces": True,
    }


async def test_a_server_without_tokenize(over) -> None:
    """Token counts are estimates then, and a long prompt is the server's to judge."""
    peer = Peer(sse(event("x", "stop")))
    backend = over(peer, context_length=20)
    assert backend.info.context_length == 20
    assert backend.count_tokens("x" * 32) == 10
    assert text_of(await gather(backend, prompt="y" * 100)) == "x"
    assert peer.bodies[0]["prompt"] == "y" * 100
    with pytest.raises(RemoteError, match="404"):
        backend.tokenize("x")


async def test_a_prompt_is_cropped_by_the_servers_own_tokens(over) -> None:
    peer = Peer(sse(event("x", "stop")), tokenizes=True)
    chunks = await gather(over(peer, context_length=64), prompt="y" * 100, max_tokens=14)
    kept = peer.bodies[0]["prompt"]
    assert set(kept) == {ord("y")}
    assert len(kept) <= 50
    assert chunks[-1].usage.cropped_tokens == 100 - len(kept)


def test_models(over) -> None:
    listed = {"data": [{"id": "a", "max_model_len": 77}, {"id": "b"}]}
    assert over(Peer(None, models=listed)).info.context_length == 77
    assert over(Peer(None, models=listed), model="b").info.context_length == 2048
    assert over(Peer(None, models=listed), model="alias").info.name == "alias"
    with pytest.raises(RemoteError, match="no models"):
        over(Peer(None, models={"data": []}))
