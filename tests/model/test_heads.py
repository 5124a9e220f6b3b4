"""The classification heads against transformers: pooling, losses, errors."""

from __future__ import annotations

import pytest
import torch

from tests.tiny import padded_mask, pair, random_ids

PAD = 0


def padded_ids(side: str) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Ids (3, 7) with the pad id where the mask is 0."""
    ids, mask = random_ids(3, 7), padded_mask(side, 3, 7)
    return (ids if mask is None else ids.masked_fill(mask == 0, PAD)), mask


@pytest.mark.parametrize("side", ["none", "left", "right"])
@pytest.mark.parametrize("architecture", ["mha", "gqa", "qk_layernorm"])
@torch.no_grad()
def test_sequence_classification_pools_the_last_token(architecture: str, side: str) -> None:
    theirs, ours = pair(architecture, "PhiForSequenceClassification", num_labels=5)
    ids, mask = padded_ids(side)
    want = theirs(ids, attention_mask=mask).logits
    got = ours(ids, attention_mask=mask).logits
    assert got.shape == (3, 5)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_last_token_is_told_by_id_not_by_mask() -> None:
    theirs, ours = pair(cls="PhiForSequenceClassification", num_labels=3)
    ids = random_ids(2, 6)
    ids[0, 3:] = PAD  # the mask says nothing of it
    ids[1] = PAD  # a row of padding only takes index 0
    torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_inputs_embeds_take_the_last_position() -> None:
    theirs, ours = pair(cls="PhiForSequenceClassification", num_labels=3)
    embeds = ours.get_input_embeddings()(padded_ids("right")[0])
    torch.testing.assert_close(
        ours(inputs_embeds=embeds).logits, theirs(inputs_embeds=embeds).logits, rtol=1e-4, atol=1e-5
    )


def test_a_batch_without_pad_token_is_refused() -> None:
    _, ours = pair(cls="PhiForSequenceClassification", pad_token_id=None)
    with pytest.raises(ValueError, match="pad_token_id"):
        ours(random_ids(2, 4))
    assert ours(random_ids(1, 4)).logits.shape == (1, 2)


LABELS = {
    "regression_one": (1, None, torch.tensor([0.5, -1.0, 2.0])),
    "regression_many": (3, "regression", torch.arange(9.0).view(3, 3)),
    "single": (4, None, torch.tensor([0, 3, 1])),
    "single_named": (4, "single_label_classification", torch.tensor([2, 2, 0])),
    "multi": (3, None, torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 1, 1]])),
    "multi_named": (3, "multi_label_classification", torch.tensor([[1.0, 0, 1]] * 3)),
}


@pytest.mark.parametrize("case", LABELS)
def test_sequence_losses(case: str) -> None:
    num_labels, problem_type, labels = LABELS[case]
    theirs, ours = pair(
        cls="PhiForSequenceClassification", num_labels=num_labels, problem_type=problem_type
    )
    ids, mask = padded_ids("right")
    want = theirs(ids, attention_mask=mask, labels=labels)
    got = ours(ids, attention_mask=mask, labels=labels)
    torch.testing.assert_close(got.loss, want.loss, rtol=1e-4, atol=1e-5)
    assert ours.config.problem_type == problem_type  # a request changes no configuration


def test_an_unknown_problem_type_is_named() -> None:
    _, ours = pair(cls="PhiForSequenceClassification", problem_type="ranking")
    with pytest.raises(ValueError, match=r"problem_type.*'ranking'"):
        ours(random_ids(1, 3), labels=torch.tensor([1]))


@pytest.mark.parametrize("side", ["none", "left", "right"])
@pytest.mark.parametrize("architecture", ["mha", "mqa"])
def test_token_classification(architecture: str, side: str) -> None:
    theirs, ours = pair(architecture, "PhiForTokenClassification", num_labels=4)
    ids, mask = padded_ids(side)
    labels = random_ids(3, 7, vocab_size=7) - 3
    labels[0, 2] = -100
    want = theirs(ids, attention_mask=mask, labels=labels)
    got = ours(ids, attention_mask=mask, labels=labels)
    torch.testing.assert_close(got.logits, want.logits, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(got.loss, want.loss, rtol=1e-4, atol=1e-5)
    assert "past_key_values" not in got.keys()  # noqa: SIM118


def test_causal_loss_ignores_masked_labels() -> None:
    theirs, ours = pair("tied")
    ids = random_ids(2, 9)
    labels = ids.clone()
    labels[0, :5] = -100
    want, got = theirs(ids, labels=labels).loss, ours(ids, labels=labels).loss
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


def test_causal_loss_is_float32_under_bfloat16() -> None:
    _, ours = pair()
    ids = random_ids(2, 9)
    assert ours.bfloat16()(ids, labels=ids).loss.dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_token_loss_is_float32_under_half_precision(dtype: torch.dtype) -> None:
    """It was computed in the logits' own dtype, where transformers goes to float32 first."""
    theirs, ours = pair(cls="PhiForTokenClassification", num_labels=4)
    ids = random_ids(2, 9)
    labels = ids % 4
    want = theirs.to(dtype)(ids, labels=labels).loss
    got = ours.to(dtype)(ids, labels=labels).loss
    assert got.dtype == want.dtype == torch.float32
    torch.testing.assert_close(got, want, rtol=1e-2, atol=1e-2)
