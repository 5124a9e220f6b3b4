"""Clients that leave, servers that are slow, and many at once."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from phi_model.backend import BusyError
from phi_model.serving import Limits, sse
from phi_model.serving.collector import Collector
from phi_model.serving.protocol import parse_call
from tests.serving.scripted import Scripted, words
from tests.serving.server import eventually


def endless(request) -> Iterator[object]:
    """Tokens until somebody closes the stream."""
    at = 0
    while True:
        (chunk,) = words("x", finish=None)
        at += 1
        yield chunk
        yield 0.005


def abandon(url: str, **body: object) -> socket.socket:
    """Sends a request and gives the connection, whose answer nobody has read."""
    host, _, port = url.removeprefix("http://").partition(":")
    content = json.dumps({"prompt": "abc", **body}).encode()
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    connection = socket.create_connection((host, int(port)))
    connection.sendall(head.encode() + content)
    return connection


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("script", [endless, lambda r: [60.0]], ids=["drawing", "waiting"])
def test_a_client_that_goes_away_ends_the_backends_work(api, stream: bool, script) -> None:
    served = api(Scripted(script))
    connection = abandon(served.url, stream=stream)
    eventually(lambda: served.backend.open == 1)
    time.sleep(0.05)
    assert served.backend.open == 1
    connection.close()
    # The connection is looked at again at the latest when the stream's status line goes out.
    eventually(lambda: served.backend.open == 0, seconds=3)
    assert served.backend.closed == 1
    metrics = served.http.get("/metrics").text
    assert 'phi_requests_total{outcome="cancelled"} 1' in metrics
    assert "phi_requests_running 0" in metrics


def test_a_reader_that_stops_in_mid_stream_ends_it(api) -> None:
    served = api(Scripted(endless))
    with served.openai.completions.create(model="scripted", prompt="a", stream=True) as stream:
        assert next(iter(stream)).choices[0].text == "x"
    eventually(lambda: served.backend.open == 0)


def test_all_prompts_of_a_call_end_with_it(api) -> None:
    served = api(Scripted(endless))
    connection = abandon(served.url, prompt=["a", "b", "c"])
    eventually(lambda: served.backend.open == 3)
    connection.close()
    eventually(lambda: served.backend.open == 0)


def test_one_prompts_failure_ends_the_others(api) -> None:
    def script(request):
        return [0.05, RuntimeError("no")] if request.prompt == (98,) else endless(request)

    served = api(Scripted(script))
    assert served.post(prompt=["a", "b", "c"]).status_code == 500
    assert served.backend.open == 0


def test_fast_tokens_are_gathered_into_events(api) -> None:
    """500 tokens a second make at most an event in 40 ms, and the first one comes at once."""
    script = [step for i in range(100) for step in (*words("x", finish=None), 0.002)]
    served = api(Scripted(lambda r: [*script, 0.2, *words("y")]))
    started = time.perf_counter()
    arrivals: list[tuple[float, str]] = []
    with served.http.stream("POST", "/v1/completions", json={"prompt": "a", "stream": True}) as r:
        for line in r.iter_lines():
            if line.startswith("data: {"):
                text = json.loads(line[6:])["choices"][0]["text"]
                arrivals.append((time.perf_counter() - started, text))
    assert "".join(text for _, text in arrivals) == "x" * 100 + "y"
    assert arrivals[0][1] == "x"
    *drawn, _ = arrivals
    assert len(drawn) <= 2 + drawn[-1][0] / sse.EVENT_INTERVAL_S
    # The last event did not wait for its turn.
    assert arrivals[-1][0] - arrivals[-2][0] > 0.1


def test_a_silent_stream_is_kept_alive(api, monkeypatch) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_S", 0.1)
    served = api(Scripted(lambda r: [1.5, *words("x")]))
    answer = served.post(stream=True)
    assert answer.text.startswith(": still working\n\n")
    texts = [
        c.choices[0].text
        for c in served.openai.completions.create(model="scripted", prompt="a", stream=True)
    ]
    assert texts == ["x"]


def test_every_choice_has_a_first_event_at_once(api) -> None:
    def script(request):
        for index in range(3):
            yield from words("a", index=index, finish=None)
            yield 0.01
        yield 3.0
        for index in range(3):
            yield from words(index=index)

    served = api(Scripted(script))
    started = time.perf_counter()
    seen: dict[int, float] = {}
    for chunk in served.openai.completions.create(model="scripted", prompt="a", n=3, stream=True):
        seen.setdefault(chunk.choices[0].index, time.perf_counter() - started)
    assert set(seen) == {0, 1, 2}
    assert max(seen.values()) < 2.9  # before the second round


def test_later_prompts_wait_where_the_first_would_be_refused(api) -> None:
    """A call that has begun is finished, even if the waiting list fills up meanwhile."""
    refusals = [BusyError(1, 1), BusyError(1, 1)]

    def script(request):
        if request.prompt == (98,):
            yield 0.1
            if refusals:
                yield refusals.pop()
        yield from words(chr(request.prompt[0]))

    served = api(Scripted(script))
    answer = served.post(prompt=["a", "b"])
    assert [c["text"] for c in answer.json()["choices"]] == ["a", "b"]
    assert refusals == []


def test_many_clients_some_of_whom_leave(api) -> None:
    def script(request):
        for _ in range(20):
            yield from words("ab", finish=None)
            yield 0.005
        yield from words("!")

    served = api(Scripted(script))

    def one(i: int) -> str | None:
        if i % 3 == 0:
            body = {"prompt": "abc", "stream": True}
            with served.http.stream("POST", "/v1/completions", json=body) as response:
                next(response.iter_bytes())
            return None
        text = served.post(stream=i % 3 == 1).text
        if i % 3 == 2:
            return json.loads(text)["choices"][0]["text"]
        events = [e[6:] for e in text.split("\n\n") if e.startswith("data: {")]
        return "".join(json.loads(e)["choices"][0]["text"] for e in events)

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(one, range(48)))
    assert {t for t in texts if t is not None} == {"ab" * 20 + "!"}
    eventually(lambda: served.backend.open == 0)
    assert served.backend.closed == 48


def test_metrics_count_what_happened(api) -> None:
    steps: list[list[object]] = [
        words("ab"),
        [BusyError(3, 3)],
        [RuntimeError("no")],
        words("Xab", prompt=1),
    ]
    served = api(Scripted(lambda r: steps.pop(0)))
    served.post()
    served.post()
    served.post()
    served.post(prompt="X", echo=True, stream=True)
    served.post(temperature=-1)
    samples = dict(
        line.rsplit(" ", 1)
        for line in served.http.get("/metrics").text.splitlines()
        if not line.startswith("#")
    )
    for outcome, count in (("ok", 2), ("busy", 1), ("failed", 1), ("refused", 1), ("cancelled", 0)):
        assert samples[f'phi_requests_total{{outcome="{outcome}"}}'] == str(count)
    assert samples["phi_prompt_tokens_total"] == "4"
    assert samples["phi_prompt_cached_tokens_total"] == "2"
    assert samples["phi_completion_tokens_total"] == "4"
    assert samples["phi_first_token_seconds_count"] == "2"
    assert samples['phi_request_seconds_bucket{le="+Inf"}'] == "4"
    assert samples["phi_requests_waiting"] == "0"
    assert 'phi_model_info{name="scripted",revision="main",dtype="float32"' in " ".join(samples)


async def test_a_cancellation_that_comes_with_news_is_not_lost() -> None:
    """`asyncio.wait_for` lost it, and the backend worked on for a client that had gone."""
    backend = Scripted(lambda request: [60.0])
    call = await parse_call({"prompt": "a"}, backend, Limits(), None)
    collector = Collector(backend, call)
    waiter = asyncio.create_task(collector.wait(10))
    await asyncio.sleep(0.01)
    collector._news.set()
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await collector.close()
    assert backend.open == 0
