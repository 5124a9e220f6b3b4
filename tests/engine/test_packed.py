"""The model in the box as the app runs it, packed on the CPU's own kernels: there company changes no bit of any number."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phi_model.engine import Engine
from phi_model.engine.loading import Loaded, load
from phi_model.request import CompletionRequest
from tests.engine.collect import Completion, all_quiet, complete, read

pytestmark = pytest.mark.native
ASSETS = Path(__file__).resolve().parents[2] / "assets" / "model"
WAYS = [
    ("float32", "int4"),
    ("bfloat16", None),
    ("bfloat16", "int8"),
    ("bfloat16", "int4"),
    ("bfloat16", "nf4"),
]
PROMPTS = (
    "def print_prime(n):\n",
    "NAMES = [\n" + "".join(f'    ("name_{i}", {i}),\n' for i in range(9)),
    "class Node:\n    def __init__(self, value, left=None, right=None):\n        self.value = value\n",
    "x",
)
Bits = list[tuple[list[int], list[float | None], str | None]]


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]}-{way[1]}")
def loaded(request: pytest.FixtureRequest) -> Loaded:
    dtype, quantization = request.param
    return load(ASSETS, dtype=dtype, device="cpu", quantization=quantization)


def requests() -> list[CompletionRequest]:
    fields = [
        {"temperature": 0.0},
        {"temperature": 0.0, "max_tokens": 48},
        {"temperature": 0.8, "top_p": 0.95, "n": 2},
        {"temperature": 1.0, "repetition_penalty": 1.2},
    ]
    return [
        CompletionRequest(
            **{"prompt": prompt, "max_tokens": 24, "seed": i, "logprobs": 1, **fields[i]}
        )
        for i, prompt in enumerate(PROMPTS)
    ]


def bits(choices: list[Completion]) -> Bits:
    """Tokens and log-probabilities as they are, to the last bit."""
    return [
        (choice.ids, [token.logprob for token in choice.tokens], choice.finish_reason)
        for choice in choices
    ]


def make(loaded: Loaded, **options: object) -> Engine:
    return Engine(loaded.model, loaded.tokenizer, **options)


async def test_company_chunks_and_drafts_change_no_bit(loaded: Loaded) -> None:
    plain = make(loaded, slots=1, speculation=False, prefill_chunk=512)
    alone = [bits(await read(plain.stream(request))) for request in requests()]
    plain.close()
    for options in (
        {"slots": 5, "speculation": False},
        {"slots": 5, "speculation": True, "prefill_chunk": 7},
        {"slots": 1, "speculation": True},
    ):
        engine = make(loaded, **options)
        found = await asyncio.gather(*(read(engine.stream(one)) for one in requests()))
        assert [bits(choices) for choices in found] == alone, options
        await all_quiet(engine)
        engine.close()


async def test_what_is_taken_up_again_is_what_would_be_computed(loaded: Loaded) -> None:
    """A prompt typed letter by letter, a completion that was accepted, a change in the middle."""
    warm = make(loaded, slots=2, speculation=False)
    text = PROMPTS[2] * 3
    prompts = [text, text + "r", text + "ret", text[:50] + "_" + text[50:]]
    fields = {"max_tokens": 6, "logprobs": 1}
    cached = []
    for number, prompt in enumerate(prompts):
        [choice] = await complete(warm, prompt, session="me", **fields)
        cached.append(choice.usage.cached_tokens)
        cold = make(loaded, slots=1, speculation=False)
        assert bits([choice]) == bits(await complete(cold, prompt, **fields))
        cold.close()
        if number == 0:
            prompts.append(text + choice.text)
    warm.close()
    assert cached[0] == 0
    assert all(cached[1:])
