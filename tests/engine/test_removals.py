"""The engine tells of each token which filter removed its alternatives."""

from __future__ import annotations

import asyncio

import torch

from phi_model.engine import Engine
from tests.engine.collect import complete
from tests.engine.mock import VOCAB, ByteTokenizer
from tests.tiny import pair


async def test_each_filter_is_told_what_it_removed() -> None:
    """Beside a greedy one, and one that asks for no alternatives; the counts leave what is drawn from."""
    _, ours = pair(vocab_size=VOCAB + 3)
    engine = Engine(ours, ByteTokenizer(), slots=4)
    [sampled], [greedy], [counted] = await asyncio.gather(
        complete(engine, "abc", max_tokens=4, temperature=1, top_k=3, min_p=0.999, logprobs=5),
        complete(engine, "abc", max_tokens=4, temperature=0, top_k=3, logprobs=5),
        complete(engine, "abc", max_tokens=4, temperature=1, top_k=3, logprobs=0),
    )
    for token in sampled.tokens:
        assert token.removed == (("unknown", 3), ("top_k", VOCAB - 3), ("min_p", 2))
        names = [name for name in token.removed_by if name != "unknown"]
        assert names == [None, "min_p", "min_p", "top_k", "top_k"][: len(names)]
        assert token.sampler_top == ((token.id, 0.0),)
    for token in greedy.tokens:
        assert token.removed == (("unknown", 3), ("temperature", VOCAB - 1))
        assert token.removed_by.count(None) == 1
        assert (token.sampler_logprob, token.sampler_top) == (0.0, ((token.id, 0.0),))
    assert all((token.removed, token.removed_by) == ((), ()) for token in counted.tokens)
    engine.close()


async def test_an_alternative_is_struck_where_the_samplers_have_none_of_it() -> None:
    _, ours = pair(vocab_size=VOCAB + 3)
    engine = Engine(ours, ByteTokenizer(), slots=4)
    [choice] = await complete(
        engine, "abc", max_tokens=12, top_p=0.02, typical_p=0.9, temperature=0.8, seed=1, logprobs=9
    )
    logits = ours(torch.tensor([[*b"abc", *choice.ids]])).logits[0, 2:]
    for row, token in zip(logits, choice.tokens, strict=False):
        left = {i for i, _ in token.sampler_top}
        for (i, _), by in zip(token.top, token.removed_by, strict=True):
            assert (by is None) == (i in left)
            assert (by == "unknown") == (i >= VOCAB)
        assert [i for i, _ in token.top] == row.topk(9).indices.tolist()
    engine.close()
