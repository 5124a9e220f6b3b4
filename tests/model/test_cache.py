"""The caches: same logits as without, growth, crop, selection, limits."""

from __future__ import annotations

import pytest
import torch

from phi_model import DynamicCache, StaticCache
from tests.tiny import pair, random_ids


def static(model: torch.nn.Module, rows: int, room: int = 64) -> StaticCache:
    return StaticCache(model.config, max_batch_size=rows, max_cache_len=room)


@pytest.mark.parametrize("kind", ["dynamic", "static"])
@pytest.mark.parametrize("architecture", ["mha", "gqa", "linear"])
@torch.no_grad()
def test_token_by_token_equals_all_at_once(architecture: str, kind: str) -> None:
    _, ours = pair(architecture)
    ids = random_ids(2, 40)
    cache = DynamicCache() if kind == "dynamic" else static(ours, 2)
    steps = [ours(ids[:, :3], past_key_values=cache).logits]
    steps += [ours(ids[:, i : i + 1], past_key_values=cache).logits for i in range(3, 40)]
    whole = ours(ids, use_cache=False).logits
    torch.testing.assert_close(torch.cat(steps, dim=1), whole, rtol=1e-4, atol=1e-5)
    assert cache.get_seq_length() == 40


@pytest.mark.parametrize("kind", ["dynamic", "static"])
@torch.no_grad()
def test_crop_rewinds(kind: str) -> None:
    _, ours = pair()
    ids = random_ids(1, 12)
    cache = DynamicCache() if kind == "dynamic" else static(ours, 1)
    ours(ids, past_key_values=cache)
    cache.crop(5)
    again = ours(ids[:, 5:], past_key_values=cache).logits
    torch.testing.assert_close(
        again, ours(ids, use_cache=False).logits[:, 5:], rtol=1e-4, atol=1e-5
    )
    cache.crop(-2)
    assert cache.get_seq_length() == 10


@pytest.mark.parametrize("kind", ["dynamic", "static"])
@torch.no_grad()
def test_rows_are_selected_and_repeated(kind: str) -> None:
    _, ours = pair()
    ids = random_ids(2, 7)
    cache = DynamicCache() if kind == "dynamic" else static(ours, 2)
    ours(ids, past_key_values=cache)
    cache.reorder(torch.tensor([1, 0]))
    cache.repeat_interleave(2)
    following = random_ids(4, 2, seed=5)
    got = ours(following, past_key_values=cache).logits
    rows = ids[[1, 1, 0, 0]]
    want = ours(torch.cat((rows, following), dim=1), use_cache=False).logits[:, 7:]
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_a_full_static_cache_says_so() -> None:
    _, ours = pair()
    cache = static(ours, 1, room=4)
    ours(random_ids(1, 4), past_key_values=cache)
    with pytest.raises(ValueError, match=r"max_cache_len is 4, but 5"):
        ours(random_ids(1, 1), past_key_values=cache)
    with pytest.raises(ValueError, match=r"max_batch_size is 1, but 2"):
        ours(random_ids(2, 1), past_key_values=static(ours, 1))
    cache.reset()
    assert cache.get_seq_length() == 0
    assert cache.get_max_cache_shape() == 4


def test_gradients_flow_through_a_cache_in_use() -> None:
    _, ours = pair()
    ids = random_ids(1, 6)
    first = ours(ids[:, :3], use_cache=True)
    second = ours(ids[:, 3:], past_key_values=first.past_key_values)
    second.logits.sum().backward()
    assert ours.model.layers[0].self_attn.k_proj.weight.grad.abs().sum() > 0


@torch.no_grad()
def test_layers_can_be_read() -> None:
    theirs, ours = pair("gqa")
    ids = random_ids(2, 5)
    want, got = theirs(ids).past_key_values, ours(ids).past_key_values
    assert len(got) == 3
    for layer in range(3):
        torch.testing.assert_close(got[layer][0], want.layers[layer].keys, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(got[layer][1], want.layers[layer].values, rtol=1e-4, atol=1e-5)
