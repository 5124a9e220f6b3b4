"""What the engine draws, against the distribution that the model and the filters give: chi-square tests.

The seeds are fixed, so a test gives the same counts on every run.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
import torch

from phi_model.engine import Engine
from phi_model.request import CompletionRequest
from phi_model.sampling import SamplingBatch, process_logits
from tests.engine.collect import read
from tests.engine.mock import END, VOCAB, ByteTokenizer
from tests.generation.test_sampling import chi_square_p_value
from tests.tiny import pair

PROMPT = b"abcdabcdabc"  # every pair of letters has occurred before: there is always a draft
LETTERS = dict.fromkeys(b"abcd", 100.0)  # all others are out of reach, so that each has counts
CHOICES, REQUESTS = 16, 160


def probabilities(model: Any, tokens: list[int], params: CompletionRequest) -> torch.Tensor:
    """Of the four letters behind these tokens: (4,) float64."""
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[:, -1].float()
    batch = SamplingBatch.from_params([params], seeds=[0], rows=[0])
    history = torch.tensor([tokens])
    start = torch.tensor([len(PROMPT)])
    scores = process_logits(logits, batch, history, output_start=start)
    return scores[0].double().softmax(-1)[list(LETTERS)]


@pytest.mark.parametrize("speculation", [False, True])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"temperature": 0.6},
        {"temperature": 1.5, "top_k": 3},
        {"top_p": 0.8},
        {"min_p": 0.5},
        {"typical_p": 0.9},
        {"repetition_penalty": 1.02, "presence_penalty": 0.5, "frequency_penalty": 0.4},
    ],
    ids=str,
)
async def test_three_tokens_follow_their_joint_distribution(
    fields: dict[str, Any], speculation: bool
) -> None:
    """From the prompt's pass, and from decode passes with drafted windows or without."""
    _, model = pair(vocab_size=VOCAB, max_position_embeddings=64, eos_token_id=END)
    engine = Engine(model, ByteTokenizer(), slots=CHOICES, speculation=speculation)
    common = {"prompt": tuple(PROMPT), "max_tokens": 3, "logit_bias": LETTERS, "n": CHOICES}
    asked = [CompletionRequest(seed=seed, **common, **fields) for seed in range(REQUESTS)]
    counts: Counter[tuple[int, ...]] = Counter()
    for request in asked:
        counts.update(tuple(choice.ids) for choice in await read(engine.stream(request)))
    await asyncio.to_thread(engine.close)
    assert sum(counts.values()) == CHOICES * REQUESTS

    expected: dict[tuple[int, ...], float] = {(): 1.0}
    for _ in range(3):
        longer = {}
        for drawn, share in expected.items():
            found = probabilities(model, [*PROMPT, *drawn], asked[0])
            for letter, probability in zip(LETTERS, found.tolist(), strict=True):
                if probability:
                    longer[(*drawn, letter)] = share * probability
        expected = longer
    assert set(counts) <= set(expected)
    assert len(expected) > 1
    each = torch.tensor([counts[drawn] for drawn in expected])
    assert chi_square_p_value(each, torch.tensor(list(expected.values()))) > 1e-4
