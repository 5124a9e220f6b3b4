"""Races between completions of one tab and of several."""

import asyncio
from itertools import pairwise

import gradio as gr
import pytest

from tests.ui.scripted import ScriptedBackend
from tests.ui.test_growing import read
from ui.completer import Completer
from ui.components import Prompt
from ui.controls import Controls
from ui.sessions import Run, Sessions, batches

TEXT = "".join(f"line {n}\n" for n in range(60))
VALUES = {
    "max_tokens": 512,
    "temperature": 0.2,
    "seed": "7",
    "n": 1,
    "top_p": 0.95,
    "top_k": 0,
    "min_p": 0,
    "typical_p": 1,
    "repetition_penalty": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "no_repeat_ngram_size": 0,
    "stop": "",
}
OPTIONS = {"colour": False, "confident": False, "scope": "free"}


class Tab:
    """As much of `gr.Request` and `gr.EventData` as the handlers read."""

    def __init__(self, name: str) -> None:
        self.session_hash = name

    def stopping(self, request: str) -> "Tab":
        self._data = {"id": request}
        return self

    def editing(self, before: str, n: int = 1) -> "Tab":
        self._data = {"before": before, "n": n}
        return self

    def asking(self, text: str, request: str, *values: object) -> "Tab":
        self._data = {"text": text, "cursor": len(text), "request": request, "values": values}
        return self


def completer(backend: ScriptedBackend) -> Completer:
    return Completer(backend, Controls(dict.fromkeys(VALUES), dict.fromkeys(OPTIONS)))


async def collect(updates, limit: float = 5.0) -> list:
    async def run() -> list:
        return [update async for update in updates]

    return await asyncio.wait_for(run(), limit)


def ask(page: Completer, tab: str, request: str, text: str = "def f():\n", **changed):
    values = {**VALUES, **OPTIONS, **changed}
    return page.complete(Prompt(text, len(text), request), Tab(tab), *values.values())


async def test_a_completion_grows_and_ends_with_its_figures():
    updates = await collect(ask(completer(ScriptedBackend(TEXT, delay=0.002)), "a", "1"))
    texts = [ghost["choices"][0]["text"] for ghost, _ in updates]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert texts[-1] == TEXT
    assert [ghost["done"] for ghost, _ in updates] == [False] * (len(updates) - 1) + [True]
    status = updates[-1][1]
    facts = {fact["label"]: fact["value"] for fact in status["facts"]}
    assert status["message"].startswith("Finished: the text")
    assert facts["seed"] == "7"
    assert facts["context"] == f"{9 + len(TEXT) // 4 + bool(len(TEXT) % 4)} / 1,024"
    assert set(facts) >= {"tokens", "tokens/s", "first token"}


async def test_a_page_sends_its_prompt_and_values_with_the_event():
    page = completer(ScriptedBackend(TEXT, delay=0.002))
    values = {**VALUES, **OPTIONS, "seed": "11"}
    asking = Tab("a").asking("def f():\n", "1", *values.values())
    updates = await collect(page.ask(asking, asking))
    logs = [log for log, _ in updates]
    assert all(later.startswith(earlier) for earlier, later in pairwise(logs))
    ghost = read(logs[-1])
    assert (ghost["id"], ghost["choices"][0]["text"], ghost["done"]) == ("1", TEXT, True)
    assert {"label": "seed", "value": "11"}.items() <= updates[-1][1]["facts"][-1].items()
    # The figures go out when they are new, not with each piece of text.
    assert sum(status != gr.skip() for _, status in updates) < len(updates)


async def test_the_prompt_is_measured_and_the_answer_says_to_which_edit():
    page = completer(ScriptedBackend(TEXT))
    measured = await page.measure(Tab("a").editing("x = 1\n", n=7))
    assert measured == {"tokens": 6, "limit": 1024, "n": 7}


async def test_max_tokens_is_named_as_the_reason():
    updates = await collect(ask(completer(ScriptedBackend(TEXT)), "a", "1", max_tokens=5))
    assert updates[-1][1]["message"] == "Finished: max tokens reached"


async def test_a_newer_request_of_a_tab_supersedes_the_older_and_leaves_other_tabs_alone():
    backend = ScriptedBackend(TEXT, delay=0.01)
    page = completer(backend)
    older = asyncio.create_task(collect(ask(page, "a", "1")))
    other = asyncio.create_task(collect(ask(page, "b", "2")))
    await asyncio.sleep(0.1)
    newer = asyncio.create_task(collect(ask(page, "a", "3")))
    superseded = await older
    # Its last word would overwrite the newer one's status.
    assert not superseded[-1][0]["done"]
    assert (await newer)[-1][0]["choices"][0]["text"] == TEXT
    assert (await other)[-1][0]["choices"][0]["text"] == TEXT
    assert backend.cancelled == 1
    assert backend.running == 0


async def test_stop_ends_the_own_request_alone_and_keeps_its_text():
    backend = ScriptedBackend(TEXT, delay=0.01)
    page = completer(backend)
    mine = asyncio.create_task(collect(ask(page, "a", "1")))
    other = asyncio.create_task(collect(ask(page, "b", "1")))
    await asyncio.sleep(0.15)
    page.stop(Tab("a").stopping("1"), Tab("a"))
    stopped = await mine
    assert stopped[-1][1]["message"] == "Stopped"
    assert 0 < len(stopped[-1][0]["choices"][0]["text"]) < len(TEXT)
    assert (await other)[-1][0]["choices"][0]["text"] == TEXT


async def test_a_stop_that_overtakes_its_request_still_stops_it():
    backend = ScriptedBackend(TEXT, delay=0.01)
    page = completer(backend)
    page.stop(Tab("a").stopping("1"), Tab("a"))
    updates = await collect(ask(page, "a", "1"), limit=1)
    assert updates[-1][1]["message"] == "Stopped"
    assert backend.running == 0


async def test_a_late_stop_of_an_older_request_does_not_stop_the_newer():
    page = completer(ScriptedBackend(TEXT))
    await collect(ask(page, "a", "1"))
    newer = asyncio.create_task(collect(ask(page, "a", "2")))
    page.stop(Tab("a").stopping("1"), Tab("a"))
    assert (await newer)[-1][0]["choices"][0]["text"] == TEXT


async def test_a_closed_tab_cancels_the_request():
    backend = ScriptedBackend(TEXT, delay=0.01)
    updates = ask(completer(backend), "a", "1")
    for _ in range(3):
        await anext(updates)
    await updates.aclose()
    assert (backend.running, backend.cancelled) == (0, 1)


async def test_silence_is_filled_so_that_a_closed_tab_is_noticed():
    async def silent():
        await asyncio.sleep(0.5)
        yield 1

    got = [batch async for batch in batches(silent(), Run("1"), heartbeat=0.05)]
    assert got[-1] == [1]
    assert 4 <= len(got) - 1 <= 12
    assert not any(got[:-1])


async def test_a_flood_is_gathered_into_ticks():
    async def flood():
        for n in range(1000):
            await asyncio.sleep(0.0005)
            yield n

    started = asyncio.get_running_loop().time()
    got = [batch async for batch in batches(flood(), Run("1"), tick=0.03)]
    took = asyncio.get_running_loop().time() - started
    assert [n for batch in got for n in batch] == list(range(1000))
    assert len(got) <= took / 0.03 + 2


async def test_the_last_batch_does_not_wait_for_its_tick():
    async def short():
        yield 1
        await asyncio.sleep(0.02)
        yield 2

    assert await collect(batches(short(), Run("1"), tick=60)) == [[1], [2]]


@pytest.mark.parametrize("error", [ValueError("boom"), RuntimeError("late")])
async def test_what_came_before_an_error_is_kept(error):
    async def broken():
        yield 1
        raise error

    arriving = batches(broken(), Run("1"))
    assert await anext(arriving) == [1]
    with pytest.raises(type(error)):
        await anext(arriving)


def test_stops_that_find_nothing_are_not_kept_for_ever():
    sessions = Sessions()
    for n in range(5000):
        sessions.stop("a", str(n))
    assert len(sessions._stopped_early) <= 1024


async def test_a_cancellation_that_comes_with_news_is_not_lost():
    """`asyncio.wait_for` lost it, and the stream ran on with nobody listening."""

    async def silent():
        await asyncio.sleep(60)
        yield "never"

    run = Run("1")
    reader = asyncio.create_task(anext(batches(silent(), run, heartbeat=10)))
    await asyncio.sleep(0.01)
    run.wake.set()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(reader, 5)
