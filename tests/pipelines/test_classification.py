"""The classification pipelines against transformers'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from phi_model import pipeline
from phi_model.pipelines.aggregation import STRATEGIES
from tests.pipelines.conftest import MODEL, save
from tests.ui.classify_heads import make as make_head

TEXTS = [
    "def f(x):\n    return x",
    "Hello World, my name is Ada Lovelace and I live in London.",
    "x=1",
    "日本 café 🙂   spaces",
]
HEADS: dict[str, dict[str, Any]] = {
    "two": {"num_labels": 2},
    "named": {
        "id2label": {0: "good", 1: "bad", 2: "odd"},
        "label2id": {"good": 0, "bad": 1, "odd": 2},
    },
    "one": {"num_labels": 1},
    "regression": {"num_labels": 1, "problem_type": "regression"},
    "several_regression": {"num_labels": 3, "problem_type": "regression"},
    "multi_label": {"num_labels": 4, "problem_type": "multi_label_classification"},
    "single_label": {"num_labels": 4, "problem_type": "single_label_classification"},
}
TAGS = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC", 5: "MISC"}


def assert_close(got: Any, want: Any) -> None:
    """Equal, but for the rounding of scores."""
    assert type(got) is type(want) or isinstance(want, float) or hasattr(want, "item"), (got, want)
    if isinstance(want, list):
        assert len(got) == len(want), (got, want)
        for g, w in zip(got, want, strict=True):
            assert_close(g, w)
    elif isinstance(want, dict):
        assert list(got) == list(want)
        for key in want:
            assert_close(got[key], want[key])
    elif isinstance(want, str | int):
        assert got == want
    else:
        assert got == pytest.approx(float(want), abs=1e-5)


def pair_of_pipes(task: str, folder, oracle_tokenizer, cls: str):
    theirs = transformers.pipeline(
        task,
        model=getattr(transformers, cls).from_pretrained(folder),
        tokenizer=oracle_tokenizer,
        device="cpu",
    )
    return theirs, pipeline(task, folder, device="cpu")


@pytest.fixture(scope="module", params=HEADS)
def sequence_pipes(request, tmp_path_factory, oracle_tokenizer):
    cls = "PhiForSequenceClassification"
    folder = save(tmp_path_factory.mktemp(request.param), cls, **HEADS[request.param])
    return pair_of_pipes("text-classification", folder, oracle_tokenizer, cls)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"top_k": 1},
        {"top_k": 2},
        {"top_k": None},
        {"function_to_apply": "sigmoid"},
        {"function_to_apply": "softmax", "top_k": None},
        {"function_to_apply": "none"},
        {"function_to_apply": "SIGMOID"},
        {"truncation": True, "max_length": 3},
    ],
    ids=str,
)
def test_text_classification(sequence_pipes, options) -> None:
    theirs, ours = sequence_pipes
    every = [TEXTS[0], TEXTS, TEXTS[:1], {"text": TEXTS[1]}]
    if "truncation" not in options:  # which half of a pair is cut first is not ours to say
        every.append([{"text": TEXTS[1], "text_pair": TEXTS[0]}])
    for inputs in every:
        assert_close(ours(inputs, **options), theirs(inputs, **options))


def test_text_classification_in_batches(sequence_pipes) -> None:
    ours = sequence_pipes[1]
    for size in (2, 4):
        assert_close(ours(TEXTS, batch_size=size, top_k=None), ours(TEXTS, top_k=None))


def test_top_k_given_at_construction(sequence_pipes) -> None:
    theirs, ours = sequence_pipes
    t = transformers.pipeline(
        "text-classification",
        model=theirs.model,
        tokenizer=theirs.tokenizer,
        device="cpu",
        top_k=None,
    )
    o = pipeline("text-classification", ours.model, ours.tokenizer, top_k=None)
    assert_close(o(TEXTS[0]), t(TEXTS[0]))
    assert_close(o(TEXTS), t(TEXTS))


def test_text_classification_errors(sequence_pipes) -> None:
    ours = sequence_pipes[1]
    for call, message in [
        (lambda: ours("x", function_to_apply="relu"), "function_to_apply must be one of"),
        (lambda: ours("x", top_k=0), "top_k must be None or an integer of at least 1, got 0"),
        (lambda: ours("x", topk=3), "no such option: topk"),
        (lambda: ours({"txt": "x"}), "inputs must be strings or"),
        (lambda: ours([3]), "inputs must be strings or"),
        (lambda: ours(["a", ""]), "inputs must hold at least one token each, got ''"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


@pytest.fixture(scope="module", params=range(4))
def token_pipes(request, tmp_path_factory, oracle_tokenizer):
    cls = "PhiForTokenClassification"
    folder = save(
        tmp_path_factory.mktemp("tokens"),
        cls,
        seed=request.param,
        id2label=TAGS,
        label2id={label: i for i, label in TAGS.items()},
    )
    return pair_of_pipes("token-classification", folder, oracle_tokenizer, cls)


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words")
@pytest.mark.parametrize("strategy", ["none", "simple", "first", "average", "max"])
@pytest.mark.parametrize("ignored", [None, [], ["O", "PER", "I-LOC"]], ids=str)
def test_token_classification(token_pipes, strategy, ignored) -> None:
    theirs, ours = token_pipes
    options = {"aggregation_strategy": strategy}
    if ignored is not None:
        options["ignore_labels"] = ignored
    for inputs in (TEXTS[0], TEXTS, TEXTS[1:2]):
        assert_close(ours(inputs, **options), theirs(inputs, **options))


# transformers does not know weights that this package packed.
SHIPPED = sorted(
    path.parent
    for path in (MODEL.parent / "heads").glob("*/config.json")
    if "quantization_config" not in json.loads(path.read_text())
)
CODE = [
    'class Point:\n    """A point."""\n\n    def norm(self) -> float:\n        return (self.x ** 2) ** 0.5  # café\n',
    "@cached\ndef f(x, *, y=None):\n    print(f'{x!r}: {y}', \"unclosed\n",
]


@pytest.fixture(scope="module", params=["made here", *SHIPPED], ids=lambda each: Path(each).name)
def code_head(request, tmp_path_factory):
    """A head on the embedded model's trunk, and those in the box."""
    if isinstance(request.param, Path):
        return request.param
    return make_head(tmp_path_factory.mktemp("roles"), tuple(TAGS.values()), tokens=True)


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words")
def test_heads_on_the_embedded_model_agree_on_code(code_head, oracle_tokenizer) -> None:
    [cls] = json.loads((code_head / "config.json").read_text())["architectures"]
    task = "token-classification" if "Token" in cls else "text-classification"
    theirs = transformers.pipeline(
        task,
        model=getattr(transformers, cls).from_pretrained(code_head, dtype=torch.float32),
        tokenizer=oracle_tokenizer,
        device="cpu",
    )
    ours = pipeline(task, code_head, device="cpu", dtype="float32")
    if task == "text-classification":
        assert_close(ours(CODE, top_k=None), theirs(CODE, top_k=None))
        return
    for strategy in STRATEGIES:
        want = theirs(CODE, aggregation_strategy=strategy)
        assert_close(ours(CODE, aggregation_strategy=strategy), want)


def test_token_classification_in_batches(token_pipes) -> None:
    ours = token_pipes[1]
    assert_close(ours(TEXTS, batch_size=3), ours(TEXTS))


def test_token_classification_text_with_a_special_token(token_pipes) -> None:
    theirs, ours = token_pipes
    text = "a b<|endoftext|>c d"
    for strategy in ("none", "simple"):
        assert_close(
            ours(text, aggregation_strategy=strategy), theirs(text, aggregation_strategy=strategy)
        )


def test_token_classification_of_nothing(token_pipes) -> None:
    ours = token_pipes[1]
    assert ours("") == []
    assert ours([]) == []
    assert_close(ours(["", TEXTS[0]], batch_size=2), [[], ours(TEXTS[0])])


def test_token_classification_errors(token_pipes) -> None:
    ours = token_pipes[1]
    with pytest.raises(ValueError, match="aggregation_strategy must be one of none, simple"):
        ours("x", aggregation_strategy="best")
    with pytest.raises(ValueError, match="no such option: strid"):
        ours("x", strid=3)
