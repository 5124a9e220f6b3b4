"""The CPU's attention kernel against torch's operations, and that company and chunks change nothing."""

from __future__ import annotations

import copy

import pytest
import torch

import phi_model
from phi_model.engine.kv import Segment, SlotCache
from phi_model.engine.native_kv import HEAD_DIMS, NativeSlotCache, native_takes
from phi_model.engine.runner import EagerRunner
from phi_model.quantization import optimize_for_inference
from tests import tiny

pytestmark = pytest.mark.native
SIZES = {"layers": 1, "slots": 3, "max_length": 200, "device": torch.device("cpu")}
# Whole prompts, then decoded tokens, a drafted window and a chunk in one pass.
PASSES = (
    [Segment(1, 0, range(70))],
    [Segment(0, 0, range(13)), Segment(1, 70, range(1)), Segment(2, 0, range(130))],
    [Segment(0, 13, range(1)), Segment(1, 71, range(5)), Segment(2, 130, range(40))],
)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(architecture: str, **changes):
    sizes = {"hidden_size": 128, "intermediate_size": 192, **changes}
    _, config = tiny.configs(architecture, **sizes)
    model = phi_model.PhiForCausalLM(config).eval()
    tiny.randomise(model)
    return model


@pytest.mark.parametrize("head_dim", HEAD_DIMS)
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (7, 1)])
@pytest.mark.parametrize(
    ("dtype", "error"), [(torch.float32, 1e-6), (torch.bfloat16, 6e-3)], ids=["float32", "bfloat16"]
)
def test_attention_equals_torchs(head_dim, heads, kv_heads, dtype, error):
    sizes = {**SIZES, "kv_heads": kv_heads, "head_dim": head_dim}
    plain, native = SlotCache(**sizes, dtype=torch.float32), NativeSlotCache(**sizes, dtype=dtype)
    for index, segments in enumerate(PASSES):
        tokens = sum(len(segment.tokens) for segment in segments)
        query = draw(1, heads, tokens, head_dim, seed=index).to(dtype)
        key, value = draw(2, 1, kv_heads, tokens, head_dim, seed=index + 9).to(dtype)
        wanted = plain.view(segments).attend(0, query, key, value, 0.2).float()
        out = native.view(segments).attend(0, query, key, value, 0.2)
        assert out.dtype == dtype
        assert (out.float() - wanted).norm() <= error * wanted.norm()


@pytest.mark.parametrize("head_dim", HEAD_DIMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
def test_what_others_left_behind_is_never_seen(head_dim, dtype):
    """A slot that was used before may hold what is no number behind the tokens that count."""
    sizes = {**SIZES, "kv_heads": 2, "head_dim": head_dim, "dtype": dtype}
    clean, used = NativeSlotCache(**sizes), NativeSlotCache(**sizes)
    for tensor in (*used.keys, *used.values):
        tensor.fill_(float("nan"))
    for index, segments in enumerate(PASSES):
        tokens = sum(len(segment.tokens) for segment in segments)
        query, key, value = draw(3, 1, 2, tokens, head_dim, seed=index).to(dtype)
        wanted = clean.view(segments).attend(0, query, key, value, 0.2)
        assert wanted.isfinite().all()
        assert torch.equal(used.view(segments).attend(0, query, key, value, 0.2), wanted)


def test_scores_far_apart_give_weights_of_zero():
    """Scores that lie hundreds apart: what e to their power cannot hold is zero, and the result is the highest one's value."""
    sizes = {**SIZES, "kv_heads": 1, "head_dim": 64, "dtype": torch.float32}
    cache = NativeSlotCache(**sizes)
    key = torch.zeros(1, 1, 100, 64)
    key[..., 0] = 200 - torch.arange(100) * 2.0
    value, query = draw(1, 1, 100, 64), torch.ones(1, 1, 100, 64)
    out = cache.view([Segment(0, 0, range(100))]).attend(0, query, key, value, 1.0)
    weights = (-2 * torch.arange(100.0)).softmax(0)
    assert (out[0, -1] - weights @ value[0, 0]).norm() <= 1e-5
    assert out.isfinite().all()


@pytest.mark.parametrize("architecture", ["mha", "gqa", "mqa", "qk_layernorm", "relu", "tied"])
def test_a_model_gives_what_it_gives_without_the_kernel(architecture):
    """Rotation, store, attention and activation in one call, against the model's own forward pass."""
    model = build(architecture)
    ids = tiny.random_ids(1, 40)
    with torch.inference_mode():
        wanted = model(ids).logits[0].float()
        packed = optimize_for_inference(copy.deepcopy(model))
        assert native_takes(packed)
        runner = EagerRunner(packed, slots=2, max_length=64, valid_vocab=99)
        assert isinstance(runner.cache, NativeSlotCache)
        whole = runner.run([Segment(0, 0, ids[0].tolist())])
    assert (whole - wanted).norm() <= 3e-6 * wanted.norm()


@pytest.mark.parametrize("method", ["int8", "int4", "nf4"])
@pytest.mark.parametrize("sizes", [(160, 200), (128, 200), (160, 192)], ids=str)
def test_inputs_that_do_not_fill_their_groups(method, sizes, monkeypatch):
    """Between the columns that count lie some that are multiplied by zero: they must be numbers."""
    model = build("mha", hidden_size=sizes[0], intermediate_size=sizes[1], num_attention_heads=2)
    packed = optimize_for_inference(model, method)
    ids = tiny.random_ids(1, 20)
    empty = torch.empty
    monkeypatch.setattr(
        torch, "empty", lambda *shape, **kind: empty(*shape, **kind).fill_(torch.nan)
    )
    with torch.inference_mode():
        wanted = packed(ids).logits[0].float()
        runner = EagerRunner(packed, slots=1, max_length=32, valid_vocab=99)
        found = runner.run([Segment(0, 0, ids[0].tolist())])
    assert (found - wanted).norm() <= 1e-5 * wanted.norm()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_company_and_chunks_change_no_bit(dtype):
    """Of the kernel: the same token, alone or among others, in one chunk or in several."""
    heads, kv_heads, head_dim = 6, 2, 64
    sizes = {**SIZES, "kv_heads": kv_heads, "head_dim": head_dim, "dtype": dtype}
    query = draw(1, heads, 150, head_dim).to(dtype)
    key, value = draw(2, 1, kv_heads, 150, head_dim, seed=1).to(dtype)

    def part(first: int, last: int) -> tuple[torch.Tensor, ...]:
        return tuple(x[:, :, first:last] for x in (query, key, value))

    whole = NativeSlotCache(**sizes)
    wanted = whole.view([Segment(0, 0, range(150))]).attend(0, *part(0, 150), 0.125)
    pieces = NativeSlotCache(**sizes)
    found = []
    for first, last in [(0, 65), (65, 66), (66, 70), (70, 128), (128, 129), (129, 150)]:
        others = draw(3, 1, heads, 3, head_dim, seed=first).to(dtype)
        joined = [
            torch.cat((a, b[:, : a.shape[1]]), dim=2)
            for a, b in zip(part(first, last), others, strict=True)
        ]
        segments = [Segment(2, first, range(last - first)), Segment(1, 0, range(3))]
        found.append(pieces.view(segments).attend(0, *joined, 0.125)[:, :-3])
    assert torch.equal(torch.cat(found, dim=1), wanted)


def test_number_of_threads_changes_nothing():
    sizes = {**SIZES, "kv_heads": 8, "head_dim": 64, "dtype": torch.float32}
    inputs = [draw(1, 8, 190, 64, seed=seed) for seed in range(3)]
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            view = NativeSlotCache(**sizes).view([Segment(1, 0, range(190))])
            found.append(view.attend(0, *inputs, 0.125))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*found)


def test_copy_and_clear():
    sizes = {**SIZES, "kv_heads": 2, "head_dim": 16, "dtype": torch.float32}
    cache = NativeSlotCache(**sizes)
    prompt = [draw(1, 2, 100, 16, seed=seed) for seed in range(3)]
    cache.view([Segment(0, 0, range(100))]).attend(0, *prompt, 0.25)
    cache.copy(0, 2, 77)
    last = [draw(1, 2, 1, 16, seed=seed) for seed in range(5, 8)]
    copied = cache.view([Segment(2, 77, range(1))]).attend(0, *last, 0.25)
    own = cache.view([Segment(0, 77, range(1))]).attend(0, *last, 0.25)
    assert torch.equal(copied, own)
    cache.clear(0)
    assert all(tensor[0].eq(0).all() for tensor in (*cache.keys, *cache.values))
    assert cache.keys[0][2].ne(0).any()


def test_what_is_not_finite_stays_so():
    """An overflow must be seen, by whoever looks at it and by nobody else."""
    sizes = {**SIZES, "kv_heads": 1, "head_dim": 16, "dtype": torch.float32}
    for bad in (float("nan"), float("inf")):
        query, key, value = (draw(1, 1, 8, 16, seed=seed) for seed in range(3))
        query, key[0, 0, 3, 5] = query.abs(), bad
        segments = [Segment(0, 0, range(4)), Segment(1, 0, range(4))]
        out = NativeSlotCache(**sizes).view(segments).attend(0, query, key, value, 0.25)[0]
        assert not out[3].isfinite().all()
        assert out[4:].isfinite().all()


def test_models_that_the_kernel_is_not_made_for():
    assert not native_takes(build("mha"))  # not packed
    narrow = optimize_for_inference(build("mha", num_attention_heads=16))
    assert narrow.config.head_dim not in HEAD_DIMS
    assert not native_takes(narrow)
    runner = EagerRunner(narrow, slots=1, max_length=16, valid_vocab=99)
    assert type(runner.cache) is SlotCache
    assert runner.run([Segment(0, 0, [1, 2, 3])]).isfinite().all()
