"""Training: packing, the head's loss, the schedule, and a resumed run that equals an unbroken one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from training.corpus import Document
from training.data import IGNORED, Batches, Stages, finish_texts, long_texts, pack
from training.filters import with_summaries
from training.loss import head_cross_entropy
from training.recipe import FIRST, SECOND, Recipe
from training.tokenizer import train_tokenizer
from training.train import CHECKPOINTS, Trainer

TINY = Recipe(
    hidden=64, layers=2, heads=1, intermediate=64, vocabulary=400, context=32, rows=4,
    steps=6, warmup_steps=2, decay_steps=3, bends=(),
)  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [f"def name{n}(value):\n    return value + {n}\n" * (1 + n % 5) for n in range(120)]


@pytest.fixture(scope="module")
def packed(texts) -> np.ndarray:
    return pack(texts, train_tokenizer(texts, 400), 0, TINY.context)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _trainer(packed: np.ndarray, workers: int = 2, **changes) -> Trainer:
    recipe = dataclasses.replace(TINY, **changes)
    return Trainer(recipe, Batches(packed, recipe.rows, 0, recipe.seed), 0, workers)


def _weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def _assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_every_token_is_packed_once_and_rows_begin_documents(texts, packed) -> None:
    tokenizer = train_tokenizer(texts, 400)
    pieces = []
    for text in texts:
        ids = [*tokenizer.encode(text).ids, 0]
        pieces += [ids[at : at + 33] for at in range(0, len(ids), 33)]
    filled = sum(len(piece) for piece in pieces)
    assert filled <= packed.size
    assert sorted(packed[packed != 0].tolist()) == sorted(i for p in pieces for i in p if i)
    starts = {tuple(piece[:8]) for piece in pieces}
    for row in packed.tolist():
        assert any(tuple(row[: len(start)]) == start for start in starts)


def test_a_batch_depends_on_the_step_alone(packed) -> None:
    one, other = Batches(packed, 4, 0, 7), Batches(packed, 4, 0, 7)
    step = one.steps_per_pass + 1
    for earlier in range(step):
        one.batch(earlier)
    for x, y in zip(one.batch(step), other.batch(step), strict=True):
        assert torch.equal(x, y)
    assert not torch.equal(one.batch(0)[0], Batches(packed, 4, 0, 8).batch(0)[0])


def test_a_pass_shows_each_row_once(packed) -> None:
    batches = Batches(packed, 1, 0, 7)
    seen = [tuple(batches.batch(step)[0][0].tolist()) for step in range(len(packed))]
    assert sorted(seen) == sorted(tuple(row[:-1]) for row in packed.tolist())


def test_targets_are_the_next_tokens_and_filler_is_ignored() -> None:
    rows = np.asarray([[5, 6, 0, 7, 0, 0, 0]], dtype=np.uint16)
    inputs, targets = Batches(rows, 1, 0, 1).batch(0)
    assert inputs.tolist() == [[5, 6, 0, 7, 0, 0]]
    assert targets.tolist() == [[6, 0, 7, 0, IGNORED, IGNORED]]


def test_the_finishing_set_takes_over_at_its_step(packed) -> None:
    first, second = Batches(packed, 4, 0, 1), Batches(packed, 4, 0, 2)
    stages = Stages((0, first), (3, second))
    for step, expected in ((2, first.batch(2)), (3, second.batch(0)), (5, second.batch(2))):
        for x, y in zip(stages.batch(step), expected, strict=True):
            assert torch.equal(x, y)


def test_the_finishing_set_has_bare_functions_and_whole_files() -> None:
    body = "    total = 0\n    for value in values:\n        total += value\n    return total\n"
    documents = [
        Document("p", "function", "p.py", f'def f{n}(values):\n    """Sum {n}."""\n{body}')
        for n in range(50)
    ] + [Document("p", "file", f"{n}.py", f'"""File {n}."""\n' * 10) for n in range(50)]
    chosen = finish_texts(documents, 0.6, 4000, seed=1)
    bare = [text for text in chosen if text.startswith("def ")]
    assert all(text.endswith(f"(values):\n{body}") for text in bare)
    assert sum(map(len, bare)) == pytest.approx(2400, abs=200)
    assert sum(map(len, chosen)) == pytest.approx(4000, abs=400)
    assert chosen == finish_texts(documents, 0.6, 4000, seed=1)
    assert chosen != finish_texts(documents, 0.6, 4000, seed=2)


def test_too_few_rows_for_a_batch_is_an_error(packed) -> None:
    with pytest.raises(ValueError, match="one batch needs 4 packed rows, got 3"):
        Batches(packed[:3], 4, 0, 1)


def test_the_head_loss_is_cross_entropy_with_its_gradients() -> None:
    torch.manual_seed(0)
    hidden = torch.randn(1500, 16, requires_grad=True)
    weight = torch.randn(50, 16, requires_grad=True)
    bias = torch.randn(50, requires_grad=True)
    targets = torch.randint(0, 50, (1500,))
    targets[::7] = IGNORED
    ours = head_cross_entropy(hidden, weight, bias, targets, torch.float32)
    got = torch.autograd.grad(ours, (hidden, weight, bias))
    plain = F.cross_entropy(hidden @ weight.t() + bias, targets, reduction="sum")
    expected = torch.autograd.grad(plain, (hidden, weight, bias))
    torch.testing.assert_close(ours, plain)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_the_rate_warms_up_stays_and_falls_to_zero() -> None:
    recipe = Recipe(steps=100, warmup_steps=10, decay_steps=40, bends=())
    rates = [recipe.rate(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:61] == [1.0] * 52
    assert rates[80] == pytest.approx(0.5)
    assert rates[100] == 0.0
    longer = dataclasses.replace(recipe, steps=200)
    assert [longer.rate(step) for step in range(60)] == rates[:60]


def test_a_decay_whose_end_was_moved_bends_once() -> None:
    first = Recipe(steps=100, warmup_steps=10, decay_steps=40, bends=())
    moved = Recipe(steps=140, warmup_steps=10, decay_steps=80, bends=((80, 0.5),))
    for step in range(81):
        assert moved.rate(step) == pytest.approx(first.rate(step))
    assert moved.rate(110) == pytest.approx(0.25)
    assert moved.rate(140) == 0.0


def test_three_steps_and_three_more_are_six(packed, tmp_path) -> None:
    whole = _trainer(packed)
    losses = [whole.train_step() for _ in range(6)]
    first = _trainer(packed)
    parts = [first.train_step() for _ in range(3)]
    first.save(tmp_path / CHECKPOINTS[0])
    second = _trainer(packed)
    second.load(tmp_path / CHECKPOINTS[0])
    assert second.step == 3
    assert second.model.lm_head.weight is second.model.model.embed_tokens.weight
    parts += [second.train_step() for _ in range(3)]
    assert parts == losses
    _assert_same(_weights(second), _weights(whole))


def test_the_number_of_workers_changes_nothing(packed) -> None:
    trainers = [_trainer(packed, workers=count) for count in (1, 3)]
    losses = [[trainer.train_step() for _ in range(2)] for trainer in trainers]
    assert losses[0] == losses[1]
    _assert_same(_weights(trainers[0]), _weights(trainers[1]))


def test_the_rows_together_have_the_gradient_of_the_batch(packed) -> None:
    trainer = _trainer(packed, bfloat16=False)
    inputs, targets = trainer.batches.batch(0)
    mean = trainer._accumulate(inputs, targets)
    grads = [p.grad.clone() for p in trainer._parameters]
    logits = trainer.model(input_ids=inputs, use_cache=False).logits
    plain = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
    expected = torch.autograd.grad(plain, trainer._parameters)
    assert mean == pytest.approx(plain.item(), rel=1e-5)
    for one, other in zip(grads, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_it_learns(packed) -> None:
    trainer = _trainer(packed, steps=40)
    losses = [trainer.train_step() for _ in range(40)]
    assert losses[0] == pytest.approx(np.log(400), abs=0.5)
    assert losses[-1] < losses[0] - 2


def test_a_checkpoint_of_another_recipe_is_refused(packed, tmp_path) -> None:
    _trainer(packed).save(tmp_path / CHECKPOINTS[0])
    _trainer(packed, steps=9, decay_steps=1).load(tmp_path / CHECKPOINTS[0])
    with pytest.raises(ValueError, match=r"muon_rate must be 0\.1 as in the recipe, got 0\.006"):
        _trainer(packed, muon_rate=0.1).load(tmp_path / CHECKPOINTS[0])


def test_the_second_stage_goes_on_from_the_first_one_s_weights(packed, tmp_path) -> None:
    first = _trainer(packed)
    first.train_step()
    first.save(tmp_path / CHECKPOINTS[0])
    second = _trainer(packed, context=64, seed=5, average=0.5)
    second.start_from(tmp_path / CHECKPOINTS[0])
    assert second.step == 0
    _assert_same(_weights(second), _weights(first))
    assert second.model.lm_head.weight is second.model.model.embed_tokens.weight
    state = second._muons[0].state_dict()["state"]
    for number, saved in first._muons[0].state_dict()["state"].items():
        assert torch.equal(state[number]["momentum_buffer"], saved["momentum_buffer"])


def test_the_average_follows_the_weights(packed, tmp_path) -> None:
    trainer = _trainer(packed, average=0.5)
    before = [p.detach().clone() for p in trainer._parameters]
    trainer.train_step()
    for mean, old, new in zip(trainer.average, before, trainer._parameters, strict=True):
        torch.testing.assert_close(mean, (old + new) / 2)
    trainer.save(tmp_path / CHECKPOINTS[1])
    again = _trainer(packed, average=0.5)
    again.load(tmp_path / CHECKPOINTS[1])
    again.use_average()
    for parameter, mean in zip(again._parameters, trainer.average, strict=True):
        assert torch.equal(parameter, mean)


def test_the_stages_are_of_one_model_and_their_steps_are_in_order() -> None:
    shape = ("hidden", "layers", "heads", "intermediate", "vocabulary")
    assert all(getattr(FIRST, name) == getattr(SECOND, name) for name in shape)
    assert FIRST.rows * FIRST.context == SECOND.rows * SECOND.context
    assert 0 < SECOND.long_from < SECOND.finish_from < SECOND.steps
    assert SECOND.rate(SECOND.steps) == 0.0


def test_docstrings_are_cut_to_their_summary() -> None:
    text = 'def f(x):\n    """Double it.\n\n    Args:\n        x: a number.\n    """\n    return 2 * x\n'
    assert with_summaries(text) == 'def f(x):\n    """Double it."""\n    return 2 * x\n'
    assert with_summaries('def f(x):\n    """Double it."""\n    return 2 * x\n') is None
    assert with_summaries('def f(x):\n    """Double\n    it.\n    """\n    return 2 * x\n') is None
    assert with_summaries("def f(:\n") is None


def test_long_rows_come_from_long_files() -> None:
    documents = [Document("p", "file", f"{n}.py", "x = 1\n" * n) for n in range(1, 40)]
    documents.append(Document("p", "function", "f.py", "y = 1\n" * 90))
    chosen = long_texts(documents, 120, 500, seed=1)
    assert all(len(text) >= 120 and text.startswith("x") for text in chosen)
    assert 500 <= sum(map(len, chosen)) < 800
    assert chosen == long_texts(documents, 120, 500, seed=1)
