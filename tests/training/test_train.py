"""Training: packing, the head's loss, the schedule, and a resumed run that equals an unbroken one."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from training.corpus import Document
from training.data import IGNORED, Batches, Mixed, Stages, finish_texts, mixed, pack
from training.export import losses_of, minutes_of
from training.filters import with_summaries
from training.loss import head_cross_entropy
from training.muon import Float32Muon, orthogonalise
from training.recipe import RECIPE, Recipe
from training.tokenizer import train_tokenizer
from training.train import CHECKPOINT, Trainer

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
        [(inputs, targets)] = stages.pieces(step)
        assert torch.equal(inputs, expected[0])
        assert torch.equal(targets, expected[1])


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
    first.save(tmp_path / CHECKPOINT)
    second = _trainer(packed)
    second.load(tmp_path / CHECKPOINT)
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
    mean = trainer._accumulate(list(zip(inputs.split(1), targets.split(1), strict=True)))
    grads = [p.grad.clone() for p in trainer._parameters]
    logits = trainer.model(input_ids=inputs, use_cache=False).logits
    plain = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
    expected = torch.autograd.grad(plain, trainer._parameters)
    assert mean == pytest.approx(plain.item(), rel=1e-5)
    for one, other in zip(grads, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_muon_in_float32_steps_as_torch_s_does() -> None:
    torch.manual_seed(0)
    for shape in ((24, 40), (40, 24)):
        start = torch.randn(shape)
        ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
        said = {"lr": 0.02, "weight_decay": 0.1, "adjust_lr_fn": "match_rms_adamw"}
        pair = Float32Muon([ours], **said), torch.optim.Muon([theirs], **said)
        for _ in range(3):
            grad = torch.randn(shape)
            for parameter, optimizer in zip((ours, theirs), pair, strict=True):
                parameter.grad = grad.clone()
                optimizer.step()
        moved = (theirs - start).norm()
        assert (ours - theirs).norm() < 0.03 * moved  # theirs rounds to bfloat16
        assert pair[0].state_dict()["state"][0].keys() == pair[1].state_dict()["state"][0].keys()


def test_orthogonalised_singular_values_are_near_one() -> None:
    torch.manual_seed(1)
    values = torch.linalg.svdvals(orthogonalise(torch.randn(30, 50)))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_it_learns(packed) -> None:
    trainer = _trainer(packed, steps=40)
    losses = [trainer.train_step() for _ in range(40)]
    assert losses[0] == pytest.approx(np.log(400), abs=0.5)
    assert losses[-1] < losses[0] - 2


def test_a_checkpoint_of_another_recipe_is_refused(packed, tmp_path) -> None:
    _trainer(packed).save(tmp_path / CHECKPOINT)
    _trainer(packed, steps=9, decay_steps=1).load(tmp_path / CHECKPOINT)
    with pytest.raises(ValueError, match=r"muon_rate must be 0\.1 as in the recipe, got 0\.006"):
        _trainer(packed, muon_rate=0.1).load(tmp_path / CHECKPOINT)


def test_a_run_in_bfloat16_goes_on_in_float32(packed, tmp_path) -> None:
    """A checkpoint is of float32 weights, whatever the products are in."""
    first = _trainer(packed)
    first.train_step()
    first.save(tmp_path / CHECKPOINT)
    second = _trainer(packed, bfloat16=False)
    second.load(tmp_path / CHECKPOINT)
    _assert_same(_weights(second), _weights(first))
    assert second.train_step() == pytest.approx(first.train_step(), rel=0.01)


def test_the_working_weights_are_the_rounded_ones(packed) -> None:
    trainer = _trainer(packed)
    batches = Batches(packed, 4, 0, 1)
    for _ in range(3):
        trainer.train_step()
    exact = _trainer(packed, bfloat16=False)
    exact.model.load_state_dict(_weights(trainer))
    loss = exact.evaluate(batches, 2)
    assert trainer.evaluate(batches, 2) == pytest.approx(loss, rel=2e-3)
    before = [weight.clone() for weight in trainer._working]
    trainer.train_step()
    trainer._round()
    for old, new, master in zip(before, trainer._working, trainer._masters, strict=True):
        assert new.dtype == torch.bfloat16
        assert torch.equal(new, master.bfloat16())
        assert new.ndim == 1 or not torch.equal(old, new)


def test_a_mixed_batch_has_every_set_s_rows_in_pieces(packed, texts) -> None:
    short = pack(texts, train_tokenizer(texts, 400), 0, 16, seed=3)
    sets = Batches(short, 6, 0, 1), Batches(packed, 2, 0, 2)
    pieces = Mixed(*sets).pieces(5)
    shown = [[inputs for inputs, _ in pieces if inputs.shape[1] == length] for length in (16, 32)]
    for found, batches in zip(shown, sets, strict=True):
        assert torch.equal(torch.cat(found), batches.batch(5)[0])
    trainer = Trainer(TINY, Mixed(*sets), 0)
    assert trainer.train_step() == pytest.approx(np.log(400), abs=0.5)


def test_pieces_have_a_worker_s_measure_of_tokens() -> None:
    rows = np.arange(40 * 257, dtype=np.uint16).reshape(40, 257)
    pieces = Batches(rows, 10, 0, 1).pieces(0)
    assert [tuple(inputs.shape) for inputs, _ in pieces] == [(4, 256), (4, 256), (2, 256)]


def test_shuffled_rows_hold_the_same_documents(texts) -> None:
    tokenizer = train_tokenizer(texts, 400)
    plain, mixed = (pack(texts, tokenizer, 0, 256, seed) for seed in (None, 4))
    assert [sorted(row) for row in plain.tolist()] == [sorted(row) for row in mixed.tolist()]
    assert not np.array_equal(plain, mixed)
    assert np.array_equal(mixed, pack(texts, tokenizer, 0, 256, 4))


@pytest.mark.parametrize(("share", "short", "whole"), [(0.0, 0, 4), (0.25, 2, 3), (1.0, 8, 0)])
def test_the_textbook_has_its_share_of_a_batch(packed, texts, share, short, whole) -> None:
    book = pack(texts, train_tokenizer(texts, 400), 0, 16, seed=3)
    recipe = dataclasses.replace(TINY, textbook_context=16)
    shapes = [inputs.shape for inputs, _ in mixed(packed, book, recipe, share, 0).pieces(1)]
    found = {length: sum(n for n, size in shapes if size == length) for length in (16, 32)}
    assert found == {16: short, 32: whole}


def test_the_recipe_s_finish_is_its_decay() -> None:
    assert RECIPE.finish_from == RECIPE.steps - RECIPE.decay_steps
    assert RECIPE.rate(RECIPE.finish_from) == 1.0
    assert RECIPE.rate(RECIPE.steps) == 0.0


def test_docstrings_are_cut_to_their_summary() -> None:
    text = 'def f(x):\n    """Double it.\n\n    Args:\n        x: a number.\n    """\n    return 2 * x\n'
    assert with_summaries(text) == 'def f(x):\n    """Double it."""\n    return 2 * x\n'
    assert with_summaries('def f(x):\n    """Double it."""\n    return 2 * x\n') is None
    assert with_summaries('def f(x):\n    """Double\n    it.\n    """\n    return 2 * x\n') is None
    assert with_summaries("def f(:\n") is None


def test_a_log_of_an_interrupted_run_counts_each_step_once(tmp_path) -> None:
    entries = [{"step": step, "loss": 9 - step / 100, "seconds": 30} for step in range(1, 260)]
    entries[249]["held_out"] = 7.0
    again = [{**entry, "loss": 5.0} for entry in entries[240:]]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(entry) + "\n" for entry in entries[:248] + again))
    assert minutes_of(log) == pytest.approx(259 / 2)
    losses = losses_of(log)
    assert list(losses) == [*map(str, range(1, 11)), "250", "259"]
    assert (losses["3"], losses["250"], losses["259"]) == ([8.97], [5.0, 7.0], [5.0])
