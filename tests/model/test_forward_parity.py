"""The forward pass against transformers: every architecture switch, mask, cache and output."""

from __future__ import annotations

import pytest
import torch
import transformers
from transformers.activations import ACT2FN

import phi_model
from phi_model.activations import ACTIVATIONS
from tests.tiny import ARCHITECTURES, CLASSES, configs, padded_mask, pair, random_ids

TOLERANCE = {"rtol": 1e-4, "atol": 2e-5}


def assert_close(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert ours.dtype == theirs.dtype
    torch.testing.assert_close(ours, theirs, **TOLERANCE)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_logits_with_padding_and_cache(architecture: str, implementation: str) -> None:
    """Prompt, then two steps on the cache, for each padding: logits agree at every position."""
    for side in ("none", "left", "right"):
        # Anew each time: transformers' dynamic rope remembers the longest sequence it has seen.
        theirs, ours = pair(architecture, attn_implementation=implementation)
        ids, mask = random_ids(3, 11), padded_mask(side, 3, 11)
        want = theirs(ids, attention_mask=mask)
        got = ours(ids, attention_mask=mask)
        assert_close(got.logits, want.logits)
        for step, width in enumerate((1, 3)):
            ids = random_ids(3, width, seed=step + 1)
            if mask is not None:
                mask = torch.cat((mask, torch.ones(3, width, dtype=mask.dtype)), dim=1)
            want = theirs(ids, attention_mask=mask, past_key_values=want.past_key_values)
            got = ours(ids, attention_mask=mask, past_key_values=got.past_key_values)
            assert_close(got.logits, want.logits)
        assert got.past_key_values.get_seq_length() == want.past_key_values.get_seq_length() == 15


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("architecture", ["mha", "gqa", "tied", "qk_layernorm"])
@torch.no_grad()
def test_hidden_states_and_attentions(cls: str, architecture: str) -> None:
    theirs, ours = pair(architecture, cls, "eager", num_labels=3)
    ids, mask = random_ids(2, 7), padded_mask("left", 2, 7)
    options = {"attention_mask": mask, "output_hidden_states": True, "output_attentions": True}
    want, got = theirs(ids, **options), ours(ids, **options)
    for name in ("hidden_states", "attentions"):
        assert len(got[name]) == len(want[name])
        for a, b in zip(got[name], want[name], strict=True):
            assert_close(a, b)
    assert list(got.keys()) == list(want.keys())
    assert_close(got[0], want[0])


@pytest.mark.parametrize("cls", CLASSES)
@torch.no_grad()
def test_tuple_leaves_out_none(cls: str) -> None:
    theirs, ours = pair(cls=cls, num_labels=3)
    ids = random_ids(1, 5)
    want = theirs(ids, return_dict=False)
    got = ours(ids, return_dict=False)
    assert isinstance(got, tuple)
    assert len(got) == len(want)
    assert_close(got[0], want[0])


@torch.no_grad()
def test_attentions_under_sdpa_are_computed_eagerly() -> None:
    """transformers returns none there and warns; we return what was asked for."""
    _, ours = pair(attn_implementation="sdpa")
    _, eager = pair(attn_implementation="eager")
    ids = random_ids(2, 6)
    got = ours(ids, output_attentions=True).attentions
    want = eager(ids, output_attentions=True).attentions
    assert len(got) == 3
    for a, b in zip(got, want, strict=True):
        assert_close(a, b)


@pytest.mark.parametrize("architecture", ["mha", "dynamic", "longrope", "yarn"])
@torch.no_grad()
def test_position_ids(architecture: str) -> None:
    ids = random_ids(2, 5)
    for positions in (
        torch.arange(5)[None] + 7,
        torch.tensor([[0, 0, 1, 2, 3], [3, 4, 5, 6, 7]]),
        torch.tensor([[0, 1, 2, 3, 4]]),
    ):
        theirs, ours = pair(architecture)
        mask = torch.ones_like(ids)
        want = theirs(ids, attention_mask=mask, position_ids=positions)
        assert_close(ours(ids, attention_mask=mask, position_ids=positions).logits, want.logits)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@torch.no_grad()
def test_packed_sequences_are_block_diagonal(implementation: str) -> None:
    theirs, ours = pair(attn_implementation=implementation)
    ids = random_ids(2, 8)
    for positions in (
        [[0, 1, 2, 0, 1, 0, 1, 2]],
        [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 0, 1, 2, 3, 0, 1]],
    ):
        position_ids = torch.tensor(positions)
        options = {"position_ids": position_ids, "use_cache": False}
        got = ours(ids, **options).logits
        assert_close(got, theirs(ids, **options).logits)
    # The last row's second block alone gives what it gave in the pack.
    alone = ours(ids[1:, 2:6], use_cache=False).logits
    assert_close(got[1:, 2:6], alone)
    # With a cache the same positions are no pack.
    options = {"position_ids": torch.tensor([[0, 1, 2, 0, 1, 0, 1, 2]]), "use_cache": True}
    assert_close(ours(ids, **options).logits, theirs(ids, **options).logits)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@torch.no_grad()
def test_float_mask_is_added_as_it_is(implementation: str) -> None:
    theirs, ours = pair("gqa", attn_implementation=implementation)
    ids = random_ids(2, 6)
    generator = torch.Generator().manual_seed(3)
    mask = torch.randn(2, 1, 6, 6, generator=generator)
    mask = mask.masked_fill(~torch.ones(6, 6, dtype=torch.bool).tril(), torch.finfo().min)
    assert_close(ours(ids, attention_mask=mask).logits, theirs(ids, attention_mask=mask).logits)


@pytest.mark.parametrize("keep", [1, 3, 0, torch.tensor([0, 4]), torch.tensor([2])])
@torch.no_grad()
def test_logits_to_keep(keep: int | torch.Tensor) -> None:
    theirs, ours = pair()
    ids = random_ids(2, 6)
    want = theirs(ids, logits_to_keep=keep).logits
    got = ours(ids, logits_to_keep=keep).logits
    assert_close(got, want)


@pytest.mark.parametrize("cls", CLASSES)
@torch.no_grad()
def test_inputs_embeds(cls: str) -> None:
    theirs, ours = pair(cls=cls)
    ids = random_ids(2, 6)
    embeds = ours.get_input_embeddings()(ids)
    assert_close(ours(inputs_embeds=embeds)[0], theirs(inputs_embeds=embeds)[0])


@pytest.mark.parametrize("cls", CLASSES)
def test_exactly_one_input(cls: str) -> None:
    _, ours = pair(cls=cls)
    ids = random_ids(1, 3)
    with pytest.raises(ValueError, match=r"input_ids and inputs_embeds.*neither"):
        ours()
    with pytest.raises(ValueError, match=r"input_ids and inputs_embeds.*both"):
        ours(ids, inputs_embeds=ours.get_input_embeddings()(ids))


@torch.no_grad()
def test_use_cache_and_config_switches() -> None:
    theirs, ours = pair(use_cache=False, output_hidden_states=True)
    ids = random_ids(1, 4)
    want, got = theirs(ids), ours(ids)
    assert got.past_key_values is None
    assert want.past_key_values is None
    assert len(got.hidden_states) == len(want.hidden_states) == 4
    assert ours(ids, use_cache=True).past_key_values.get_seq_length() == 4


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@torch.no_grad()
def test_half_precision(dtype: torch.dtype, implementation: str) -> None:
    """Half precision stays as near to the float32 truth as transformers' does."""
    theirs, ours = pair("gqa", attn_implementation=implementation)
    ids, mask = random_ids(2, 9), padded_mask("left", 2, 9)
    truth = theirs(ids, attention_mask=mask).logits
    theirs_half = theirs.to(dtype)(ids, attention_mask=mask).logits.float()
    ours_half = ours.to(dtype)(ids, attention_mask=mask).logits
    assert ours_half.dtype == dtype
    seen = mask.bool()
    error = (ours_half.float() - truth)[seen].abs().max()
    assert error <= 1.5 * (theirs_half - truth)[seen].abs().max() + 1e-3


@pytest.mark.parametrize("bias", [120.0, 600.0])
@pytest.mark.parametrize("want_weights", [False, True])
@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@torch.no_grad()
def test_float16_scores_do_not_overflow(
    implementation: str, want_weights: bool, bias: float
) -> None:
    """phi-2's scores pass 65,504 before they are scaled: a plain float16 product gave infinities.

    With 600 they pass it after the scaling too: eager attention, and so `output_attentions`, gave NaN.
    """
    _, ours = pair(attn_implementation=implementation)
    for layer in ours.model.layers:
        layer.self_attn.q_proj.bias.fill_(bias)
        layer.self_attn.k_proj.bias.fill_(bias)
    query = torch.full((8,), bias, dtype=torch.float16)
    assert (query @ query).isinf()
    output = ours.half()(random_ids(2, 6), output_attentions=want_weights)
    assert output.logits.isfinite().all()
    for weights in output.attentions or ():
        torch.testing.assert_close(weights.float().sum(-1), torch.ones(2, 4, 6), rtol=0, atol=1e-2)


PARAMETRIC = {"prelu", "xielu"}  # have weights of their own, which no Phi checkpoint holds


@pytest.mark.parametrize("name", sorted(set(ACT2FN) - PARAMETRIC))
def test_activations_are_transformers(name: str) -> None:
    """`gelu_10`, `laplace`, `linear` and `sqrtsoftplus` were refused."""
    x = torch.linspace(-12, 12, 301)
    torch.testing.assert_close(ACTIVATIONS[name](x), ACT2FN[name](x), rtol=1e-5, atol=1e-6)


def test_rope_stays_float32_under_half() -> None:
    theirs_config, ours_config = configs("yarn")
    ours = phi_model.PhiModel(ours_config).half()
    positions = torch.tensor([[2043, 2044]])
    cos, sin = ours.rotary_emb(positions, torch.float32)
    oracle = transformers.PhiModel(theirs_config).rotary_emb
    want_cos, want_sin = oracle(torch.zeros(1), positions)
    torch.testing.assert_close(cos[:, 0], want_cos, rtol=0, atol=1e-6)
    torch.testing.assert_close(sin[:, 0], want_sin, rtol=0, atol=1e-6)
    inv_freq, _ = ours.rotary_emb.frequencies(torch.device("cpu"))
    assert inv_freq.dtype == torch.float32


@pytest.mark.parametrize("architecture", ["dynamic", "longrope"])
@torch.no_grad()
def test_length_dependent_rope_keeps_no_state(architecture: str) -> None:
    """A long request must not change what a short one after it gets."""
    _, ours = pair(architecture)
    short, long = random_ids(1, 5), random_ids(1, 40)
    before = ours(short).logits
    ours(long)
    assert torch.equal(ours(short).logits, before)


@torch.no_grad()
def test_batch_equals_single() -> None:
    _, ours = pair("gqa")
    ids = random_ids(4, 9)
    together = ours(ids).logits
    for row in range(4):
        assert_close(together[row : row + 1], ours(ids[row : row + 1]).logits)


def test_gradients_agree() -> None:
    theirs, ours = pair("gqa_qk_layernorm")
    ids = random_ids(2, 8)
    theirs(ids, labels=ids).loss.backward()
    ours(ids, labels=ids).loss.backward()
    want = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, want[name].grad, rtol=1e-3, atol=1e-5)


def test_dropout_acts_in_training_only() -> None:
    _, ours = pair(resid_pdrop=0.5, embd_pdrop=0.5, attention_dropout=0.5)
    ids = random_ids(1, 6)
    assert torch.equal(ours(ids).logits, ours(ids).logits)
    ours.train()
    assert not torch.equal(ours(ids).logits, ours(ids).logits)
