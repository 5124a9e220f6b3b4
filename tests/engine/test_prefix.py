"""What a slot keeps for the next request, for whom, and the left crop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from phi_model.engine import Engine
from phi_model.engine.context import crop_start
from phi_model.engine.slots import SlotTable, common_prefix
from tests.engine.collect import all_quiet, complete, until
from tests.engine.mock import ByteTokenizer, MockModel, expected_tokens
from tests.tiny import pair


@pytest.fixture
def model() -> MockModel:
    return MockModel()


@pytest.fixture
def engine(model: MockModel) -> Iterator[Engine]:
    engine = Engine(model, ByteTokenizer(), slots=3, speculation=False)
    yield engine
    engine.close()


@pytest.mark.parametrize("length", range(9))
def test_common_prefix(length: int) -> None:
    a = [1] * 8
    b = a[:length] + [2] * (8 - length)
    for limit in range(10):
        assert common_prefix(a, b, limit) == min(length, limit)
        assert common_prefix(a, b[:5], limit) == min(length, limit, 5)


async def test_keystrokes_cost_only_what_changed(model: MockModel, engine: Engine) -> None:
    text = "def print_prime(n):"
    for end in range(10, len(text) + 1):
        [choice] = await complete(engine, text[:end], session="me", max_tokens=4)
        assert choice.ids == expected_tokens(list(text[:end].encode()), 4)
        if end > 10:
            # All but the new character; the completion in between did not match it.
            assert choice.usage.cached_tokens >= end - 2
    prefills = [f[0] for f in model.forwards if f[0][2] > 1]
    assert len(prefills) == 1 + sum(count > 1 for _, _, count in prefills[1:])
    assert prefills[0] == (0, 0, 10)
    assert all(count <= 2 for _, _, count in prefills[1:])
    assert {slot for f in model.forwards for slot, _, _ in f} == {0}


async def test_accepting_the_completion_reuses_it(engine: Engine) -> None:
    [first] = await complete(engine, "def f", session="me", max_tokens=6)
    [second] = await complete(engine, "def f" + first.text + "!", session="me", max_tokens=4)
    # The last token drawn was never run through the model.
    assert second.usage.cached_tokens == len("def f") + 5


async def test_the_same_prompt_again_computes_its_last_token(engine: Engine) -> None:
    await complete(engine, "def f(x):", session="me")
    [choice] = await complete(engine, "def f(x):", session="me")
    assert choice.usage.cached_tokens == len("def f(x):") - 1


async def test_an_edit_in_the_middle_rewinds(engine: Engine) -> None:
    await complete(engine, "abcdefghij", session="me", max_tokens=4)
    [choice] = await complete(engine, "abcdeXghij", session="me", max_tokens=4)
    assert choice.usage.cached_tokens == 5
    assert choice.ids == expected_tokens(list(b"abcdeXghij"), 4)


async def test_nothing_crosses_sessions(model: MockModel, engine: Engine) -> None:
    prompt = "a secret prompt"
    await complete(engine, prompt, session="me")
    for session in ("you", None, None):
        before = len(model.forwards)
        [choice] = await complete(engine, prompt, session=session)
        assert choice.usage.cached_tokens == 0
        assert model.forwards[before][0][1:] == (0, len(prompt))
    [mine] = await complete(engine, prompt, session="me")
    assert mine.usage.cached_tokens == len(prompt) - 1


@pytest.mark.parametrize("running", [False, True])
async def test_what_a_session_sent_changes_no_pass_of_another(running: bool) -> None:
    """Time is passes and the tokens in them: a prompt, a part of it and more of it cost a stranger what they cost on an
    engine that has seen nothing, whether its owner is still at it or not."""
    secret = "a secret prompt of some length"
    costs = []
    for seen in (True, False):
        model = MockModel()
        engine = Engine(model, ByteTokenizer(), slots=8, speculation=False)
        owner = None
        if seen:
            if running:  # after two passes the owner goes on only as the strangers do
                model.gate = threading.Semaphore(2)
            owner = asyncio.create_task(complete(engine, secret, session="me", max_tokens=90))
            await until(lambda: len(model.forwards) >= 2)  # noqa: B023
            if not running:
                await owner
        cost = []
        for prompt in (secret, secret[:12], secret + ", and more"):
            for session in (None, f"stranger {prompt}"):
                before = len(model.forwards)
                task = asyncio.create_task(complete(engine, prompt, session=session, max_tokens=3))
                while model.gate is not None and not task.done():
                    passes = len(model.forwards)
                    model.gate.release()
                    await until(lambda: len(model.forwards) > passes)  # noqa: B023
                [choice] = await task
                assert choice.usage.cached_tokens == 0
                new = [segment for one in model.forwards[before:] for segment in one]
                cost += [(start, n) for slot, start, n in new if not seen or slot != 0]
        costs.append(cost)
        if model.gate is not None:
            assert not owner.done()
            model.gate.release(200)
            await owner
        await asyncio.to_thread(engine.close)
    assert costs[0] == costs[1]


async def test_public_examples_are_shared_and_no_token_more(engine: Engine) -> None:
    public = "def print_prime(n):"
    engine.register_public_prefix(public)
    await complete(engine, public + " # my secret", session="me")
    [choice] = await complete(engine, public + " # my secret", session="you")
    assert choice.usage.cached_tokens == len(public)
    assert choice.ids == expected_tokens(list((public + " # my secret").encode()), 16)
    [part] = await complete(engine, public[:10] + "!", session="third")
    assert part.usage.cached_tokens == 10


async def test_a_busy_slot_can_be_copied_from(model: MockModel) -> None:
    """Two requests of the app's example at once: the second copies what the first has so far."""
    engine = Engine(model, ByteTokenizer(), slots=2, prefill_chunk=64)
    public = "def print_prime(n):"
    engine.register_public_prefix(public)
    first = asyncio.create_task(complete(engine, public, max_tokens=80))
    while len(model.forwards) < 3:
        await asyncio.sleep(0.0005)
    [second] = await complete(engine, public, max_tokens=5)
    assert second.usage.cached_tokens == len(public) - 1
    assert second.ids == expected_tokens(list(public.encode()), 5)
    await first
    await all_quiet(engine)
    engine.close()


async def test_the_least_recently_used_slot_goes_first(model: MockModel, engine: Engine) -> None:
    for session in ("a", "b", "c"):
        await complete(engine, f"prompt of {session}", session=session)
    await complete(engine, "prompt of a", session="a")
    await complete(engine, "something else", session="d")  # takes b's
    assert (await complete(engine, "prompt of a", session="a"))[0].usage.cached_tokens > 0
    assert (await complete(engine, "prompt of c", session="c"))[0].usage.cached_tokens > 0
    assert (await complete(engine, "prompt of b", session="b"))[0].usage.cached_tokens == 0


async def test_requests_without_a_session_do_not_evict_sessions(engine: Engine) -> None:
    for session in ("a", "b"):
        await complete(engine, f"prompt of {session}", session=session)
    for index in range(5):
        await complete(engine, f"script {index}")
    for session in ("a", "b"):
        [choice] = await complete(engine, f"prompt of {session}", session=session)
        assert choice.usage.cached_tokens == len("prompt of a") - 1


def test_claims_of_a_full_table() -> None:
    table = SlotTable(1)
    claim = table.claim([1, 2, 3], "me", lasting=True)
    assert claim is not None
    assert table.claim([1, 2], "you", lasting=True) is None
    table.release(claim.slot)
    assert table.free == 1
    with pytest.raises(ValueError, match="slots"):
        SlotTable(0)


def ends_line(token: int) -> bool:
    return token == ord("\n")


def test_crop_moves_in_jumps_to_line_starts() -> None:
    text = list("".join(f"line {i:03}\n" for i in range(60)).encode())  # 9 tokens a line
    starts = [crop_start(text[:size], 100, ends_line) for size in range(1, len(text))]
    assert starts[:100] == [0] * 100
    for size, start in enumerate(starts, 1):
        assert 0 < size - start <= 100
        assert start % 9 == 0
    # Jumps of 25: while the prompt grows by a jump, the crop stays where it is.
    assert len(set(starts)) <= len(text) / 25 + 1


def test_crop_without_lines_and_with_hardly_any_room() -> None:
    assert crop_start([1] * 30, 20, ends_line) == 10
    assert crop_start([1] * 30, 1, ends_line) == 29
    assert crop_start([1], 1, ends_line) == 0
    assert crop_start([10] * 5, 2, ends_line) == 3


async def test_a_prompt_that_outgrows_the_context_still_reuses(engine: Engine) -> None:
    """Typing at the end of a long document: the crop is reported and most keystrokes are cheap."""
    document = "".join(f"x{i} = {i}\n" for i in range(60))
    cheap = 0
    for extra in range(40):
        prompt = document + "y" * extra
        [choice] = await complete(engine, prompt, session="me", max_tokens=8)
        usage = choice.usage
        assert usage.prompt_tokens + usage.cropped_tokens == len(prompt)
        assert 0 < usage.prompt_tokens <= 120
        kept = prompt.encode()[usage.cropped_tokens :]
        assert prompt.encode()[usage.cropped_tokens - 1 :][:1] == b"\n"
        assert choice.ids == expected_tokens(list(kept), 8)
        cheap += usage.cached_tokens >= usage.prompt_tokens - 2
    assert cheap >= 37


async def test_reuse_gives_the_tokens_of_a_cold_engine() -> None:
    """On a real forward pass: rewound, copied and fresh slots agree."""
    _, phi = pair(vocab_size=257, max_position_embeddings=256, eos_token_id=256)
    warm = Engine(phi, ByteTokenizer(), slots=2, prefill_chunk=16)
    cold_ids, warm_ids = [], []
    text = "for i in range(10):\n    print(i)\n"
    prompts = [text[:end] for end in range(5, len(text), 3)] + [text[:10] + "j" + text[11:]]
    for prompt in prompts:
        [choice] = await complete(warm, prompt, session="me", max_tokens=12)
        warm_ids.append(choice.ids)
        cold = Engine(phi, ByteTokenizer(), slots=1)
        cold_ids.append((await complete(cold, prompt, max_tokens=12))[0].ids)
        cold.close()
    assert warm_ids == cold_ids
    assert choice.usage.cached_tokens == 10
    warm.close()
