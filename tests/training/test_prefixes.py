"""The rows that teach a language after each of their tokens."""

from __future__ import annotations

import random

import pytest
import torch

from phi_model import PhiTokenizer
from training.finetune import start
from training.finetune_loop import Options
from training.heads.prefixes import FULL_WEIGHT, Prefixes, PrefixFitter, prefix_rows
from training.heads.projects import LANGUAGES
from training.heads.rules import exceeds
from training.heads.snippets import Snippet
from training.heads.train import HEADS
from training.sources import MODEL_DIR

PLAIN = "export function add(a, b) {\n  const sum = a + b;\n  log(sum);\n  return sum;\n}\n"
LATE = "export function add(a, b) {\n  return a + b;\n}\n\nlet total: number = add(1, 2);\n"


def _rows(label: str, text: str, count: int) -> list[Prefixes]:
    names = [language.name for language in LANGUAGES]
    tokenizer = PhiTokenizer.from_pretrained(HEADS / "language")
    made = [Snippet(label, "train", "p", "f", text)] * count
    return prefix_rows(made, names, tokenizer, random.Random(1))


def test_before_a_superset_shows_the_answer_is_the_smaller_language() -> None:
    """TypeScript with no type yet is JavaScript."""
    names = [language.name for language in LANGUAGES]
    tokenizer = PhiTokenizer.from_pretrained(HEADS / "language")
    ids = tokenizer(LATE)["input_ids"]
    whole = [row for row in _rows("TypeScript", LATE, 40) if len(row.ids) > len(ids) - 3]
    assert len({row.first for row in whole}) == 1
    assert {(names[row.before], names[row.target]) for row in whole} == {
        ("JavaScript", "TypeScript")
    }
    before = tokenizer.decode(ids[: whole[0].first - 1])
    after = tokenizer.decode(ids[: whole[0].first])
    assert not exceeds("TypeScript", before)
    assert exceeds("TypeScript", after)
    assert {(row.first, row.before) for row in _rows("JavaScript", LATE, 9)} == {
        (1, names.index("JavaScript"))
    }
    assert all(row.first > len(row.ids) for row in _rows("TypeScript", PLAIN, 9))


def test_an_open_comment_shows_no_language() -> None:
    """Its end is yet to come, and with it the comment would not count."""
    tokenizer = PhiTokenizer.from_pretrained(HEADS / "language")
    text = "int add(int a, int b);\n/* a class template of namespace std */\nint sub(int a);\nclass Sum {\n};"
    ids = tokenizer(text)["input_ids"]
    firsts = {row.first for row in _rows("C++", text, 40) if len(row.ids) == len(ids)}
    assert len(firsts) == 1
    assert "*/" in tokenizer.decode(ids[: firsts.pop()])


def test_the_loss_is_that_of_every_prefix_alone() -> None:
    names = ["a", "b"]
    model = start(MODEL_DIR, "single_label_classification", names, 1, 0).train()
    options = Options(tokens=256, bfloat16=False, workers=1)
    fitter = PrefixFitter(model, "single_label_classification", options)
    rows = [Prefixes([5, 6, 7, 8, 9, 10], 0, 4, 1), Prefixes([9, 8, 7], 1, 1, 1)]
    model.model.eval()  # no chance, while the fitter still asks for every prefix
    loss, last, _ = fitter.forward(rows)
    total, weights = 0.0, 0.0
    for row in rows:
        for length in range(1, len(row.ids) + 1):
            logits = model(input_ids=torch.tensor([row.ids[:length]]), use_cache=False).logits
            weight = length / FULL_WEIGHT
            target = torch.tensor([row.before if length < row.first else row.target])
            total += weight * torch.nn.functional.cross_entropy(logits, target).item()
            weights += weight
    assert loss.item() == pytest.approx(total / weights, rel=1e-5)
    assert fitter.weight(rows) == pytest.approx(weights, rel=1e-6)
    assert last.shape == (2, 2)
