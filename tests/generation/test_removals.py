"""Which filter removed which token: told exactly, and without a change to what is drawn from."""

from __future__ import annotations

import math

import pytest
import torch

from phi_model.removals import Trace
from phi_model.sampling import SamplingBatch, SamplingParams, process_logits

# Probabilities 0.4, 0.3, 0.15, 0.1, 0.04 and 0.01; ids 6 and 7 are none of the tokenizer's.
LOGITS = torch.tensor([[0.4, 0.3, 0.15, 0.1, 0.04, 0.01, 0.9, 0.9]]).log()
VALID = 6


def told(*params: SamplingParams, history: list[list[int]] | None = None):
    """The names of the filters, each row's counts, and by which filter each id was removed."""
    logits = LOGITS.expand(len(params), -1)
    batch = SamplingBatch.from_params(list(params))
    past = None if history is None else torch.tensor(history)
    starts = torch.zeros(len(params), dtype=torch.int64)
    trace = Trace()
    scores = process_logits(logits[:, :VALID], batch, past, output_start=starts, trace=trace)
    untraced = process_logits(logits[:, :VALID], batch, past, output_start=starts)
    assert torch.equal(scores, untraced)
    ids = torch.arange(LOGITS.shape[1]).expand(len(params), -1)
    found = trace.removals(ids, VALID, LOGITS.shape[1])
    names = [*found.filters, None]
    counts = [
        {name: count for name, count in zip(found.filters, row, strict=True) if count}
        for row in found.counts.tolist()
    ]
    return counts, [[names[i] for i in row] for row in found.removed_by.tolist()]


@pytest.mark.parametrize(
    ("params", "name", "removed"),
    [
        ({"top_k": 2}, "top_k", {2, 3, 4, 5}),
        ({"top_p": 0.8}, "top_p", {3, 4, 5}),
        ({"min_p": 0.3}, "min_p", {3, 4, 5}),
        # Surprises 0.92, 1.2, 1.9, 2.3, 3.2 and 4.6 round an entropy of 1.42 nats: 1 and 2 are the nearest.
        ({"typical_p": 0.4}, "typical_p", {0, 3, 4, 5}),
        ({"logit_bias": {1: -math.inf}}, "logit_bias", {1}),
    ],
)
def test_each_filter_answers_for_what_it_removed(params, name, removed):
    counts, by = told(SamplingParams(**params))
    assert counts == [{"unknown": 2, name: len(removed)}]
    assert by == [
        ["unknown" if i >= VALID else name if i in removed else None for i in range(len(by[0]))]
    ]


def test_a_repeated_ngram_is_told():
    counts, by = told(SamplingParams(no_repeat_ngram_size=2), history=[[0, 3, 1, 0]])
    assert counts == [{"unknown": 2, "no_repeat_ngram_size": 1}]
    assert by[0][3] == "no_repeat_ngram_size"


def test_each_filter_sees_what_those_before_it_left_and_each_row_its_own():
    counts, by = told(
        SamplingParams(top_k=4, top_p=0.8, min_p=0.5),
        SamplingParams(temperature=2, min_p=0.45),
        SamplingParams(),
    )
    # Of the four left, 0.42, 0.32, 0.16 and 0.11: the first three reach 0.8, and then 0.18 is less than half of 0.48.
    assert counts[0] == {"unknown": 2, "top_k": 2, "top_p": 1, "min_p": 1}
    assert by[0] == [None, None, "min_p", "top_p", "top_k", "top_k", "unknown", "unknown"]
    # At temperature 2 shares go by their square roots: 0.45 of the best one's is what 0.2 of it was before.
    assert by[1] == [None, None, None, None, "min_p", "min_p", "unknown", "unknown"]
    assert counts[2] == {"unknown": 2}


def test_with_no_filter_only_unknown_ids_are_gone():
    assert told(SamplingParams()) == ([{"unknown": 2}], [[None] * VALID + ["unknown"] * 2])
