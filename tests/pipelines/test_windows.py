"""Heads over texts of any length: in passes of a bounded size, with the scores of the pipelines."""

from __future__ import annotations

import pytest
import torch

from phi_model import (
    PhiForSequenceClassification,
    PhiForTokenClassification,
    PhiTokenizer,
    pipeline,
)
from phi_model.passes import run
from phi_model.pipelines.aggregation import STRATEGIES, Aggregator
from phi_model.windows import classify_texts, classify_tokens, windows
from tests.pipelines.conftest import MODEL, save
from tests.pipelines.test_classification import HEADS, TAGS, TEXTS, assert_close

LONG = "\n".join(f"value_{i} = compute({i}, 'text {i}')" for i in range(60))


@pytest.fixture(scope="module")
def tokenizer() -> PhiTokenizer:
    return PhiTokenizer.from_pretrained(MODEL)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory) -> PhiForTokenClassification:
    labels = {"id2label": TAGS, "label2id": {label: i for i, label in TAGS.items()}}
    folder = save(tmp_path_factory.mktemp("tagger"), "PhiForTokenClassification", **labels)
    return PhiForTokenClassification.from_pretrained(folder)


@pytest.mark.parametrize(("tokens", "size"), [(1, 4), (4, 4), (5, 4), (100, 16), (9, 1)])
def test_windows_cover_a_text_once(tokens, size):
    found = list(windows(tokens, size))
    assert [place for _, end, new in found for place in range(new, end)] == list(range(tokens))
    assert all(end - start <= size and start <= new for start, end, new in found)
    assert all(end - start == size for start, end, _ in found[:-1])


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("chunk", [5, 256])
def test_texts_get_the_scores_of_the_pipeline(tmp_path, tokenizer, kind, chunk) -> None:
    folder = save(tmp_path, "PhiForSequenceClassification", **HEADS[kind])
    model = PhiForSequenceClassification.from_pretrained(folder)
    names = model.config.id2label
    pipe = pipeline("text-classification", model, tokenizer, top_k=None)
    for got, want in zip(
        run(classify_texts(model, tokenizer, TEXTS, chunk=chunk)), pipe(TEXTS), strict=True
    ):
        scores = {names[index]: score for index, score in enumerate(got.scores)}
        assert scores == pytest.approx({row["label"]: row["score"] for row in want}, abs=1e-5)
        assert got.windows == 1


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("chunk", [5, 256])
def test_tokens_get_the_labels_of_the_pipeline(tagger, tokenizer, strategy, chunk) -> None:
    aggregate = Aggregator(tagger.config.id2label, tokenizer)
    pipe = pipeline("token-classification", tagger, tokenizer, aggregation_strategy=strategy)
    got = run(classify_tokens(tagger, tokenizer, TEXTS, chunk=chunk))
    assert_close([aggregate(row.tokens, strategy, ["O"]) for row in got], pipe(TEXTS))


def test_long_texts_are_read_in_windows(tmp_path, tagger, tokenizer) -> None:
    ids = tokenizer.encode(LONG)
    size = tagger.config.max_position_embeddings
    assert len(ids) > 3 * size
    parts = list(windows(len(ids), size))
    [got] = run(classify_tokens(tagger, tokenizer, [LONG], chunk=48))
    assert got.windows == len(parts)
    assert [LONG[token.start : token.end] for token in got.tokens] == [
        LONG[start:end]
        for start, end in tokenizer(LONG, return_offsets_mapping=True).offset_mapping
    ]
    want = []
    for start, end, new in parts:
        logits = tagger(torch.tensor([ids[start:end]])).logits[0]
        want.append(logits.softmax(dim=-1)[new - start :])
    torch.testing.assert_close(
        torch.stack([token.scores for token in got.tokens]), torch.cat(want), atol=1e-5, rtol=0
    )
    folder = save(tmp_path, "PhiForSequenceClassification", **HEADS["named"])
    model = PhiForSequenceClassification.from_pretrained(folder)
    [scored] = run(classify_texts(model, tokenizer, [LONG], chunk=48))
    mean = sum(
        (end - new) * model(torch.tensor([ids[start:end]])).logits[0].softmax(dim=-1)
        for start, end, new in parts
    ) / len(ids)
    assert scored.scores == pytest.approx(mean.tolist(), abs=1e-5)
    assert (scored.windows, scored.tokens) == (len(parts), len(ids))


def test_a_chunk_never_exceeds_the_context(tagger, tokenizer) -> None:
    size = tagger.config.max_position_embeddings
    text = tokenizer.decode(tokenizer.encode(LONG)[: size + size // 2])
    [wide] = run(classify_tokens(tagger, tokenizer, [text], chunk=4 * size))
    [narrow] = run(classify_tokens(tagger, tokenizer, [text], chunk=size // 2))
    assert wide.windows == narrow.windows > 1
    for one, other in zip(wide.tokens, narrow.tokens, strict=True):
        torch.testing.assert_close(one.scores, other.scores, atol=1e-5, rtol=0)


def test_no_pass_is_longer_than_a_chunk(tagger, tokenizer, monkeypatch) -> None:
    seen = []
    forward = type(tagger.model).forward

    def counted(self, input_ids, **kwargs):
        seen.append(input_ids.numel())
        return forward(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(type(tagger.model), "forward", counted)
    run(classify_tokens(tagger, tokenizer, [*TEXTS * 5, LONG], chunk=32))
    assert max(seen) <= 32
    assert len(seen) < 5 * len(TEXTS) + len(tokenizer.encode(LONG)) // 16  # short ones share a pass


def test_a_text_of_nothing_is_refused(tagger, tokenizer) -> None:
    with pytest.raises(ValueError, match="texts must hold at least one token each, got ''"):
        run(classify_tokens(tagger, tokenizer, ["a", ""], chunk=32))
