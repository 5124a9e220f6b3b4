"""From the arguments of `generate` to rows that can be decoded: mask, positions, padding."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from phi_model.generation.options import GenerationOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prompt:
    """The rows to continue, on the model's device.

    Attributes:
        ids: (rows, length) int64, padding included. With `embeds` it may have fewer columns, or none.
        embeds: (rows, columns, hidden) to be run instead of `ids`, or None.
        mask: (rows, columns) int64, 0 at padding, or None where nothing is padded.
        positions: (rows, columns) int64 taken from the mask.
        padding: (rows,) int64, columns before the first token of each row.
        lengths: (rows,) int64, tokens of each row without padding.
    """

    ids: Tensor
    embeds: Tensor | None
    mask: Tensor | None
    positions: Tensor
    padding: Tensor
    lengths: Tensor

    @property
    def columns(self) -> int:
        """Columns that the model sees, padding included."""
        return self.positions.shape[1]


def prepare_prompt(
    model: Any,
    input_ids: Tensor | None,
    attention_mask: Tensor | None,
    inputs_embeds: Tensor | None,
    options: GenerationOptions,
) -> Prompt:
    """Checks the inputs, infers what is missing, and repeats each row as often as the decoding needs it.

    Raises:
        ValueError: the inputs contradict each other or the model; the message names the argument.
    """
    device = model.device
    if input_ids is None and inputs_embeds is None:
        if options.bos_token_id is None:
            raise ValueError("input_ids must be given: the model has no bos_token_id to begin with")
        input_ids = torch.tensor([[options.bos_token_id]], device=device)
        attention_mask = None
    if inputs_embeds is not None:
        _check_embeds(model, inputs_embeds)
        if input_ids is None:
            input_ids = torch.empty(inputs_embeds.shape[0], 0, dtype=torch.long, device=device)
    _check_ids(model, input_ids, inputs_embeds)
    ids = input_ids.to(device=device, dtype=torch.long)
    seen = ids if inputs_embeds is None else inputs_embeds
    if attention_mask is None:
        mask = infer_mask(ids, options) if inputs_embeds is None else None
        if mask is None:
            mask = torch.ones(seen.shape[:2], dtype=torch.long, device=device)
    else:
        if attention_mask.shape != seen.shape[:2]:
            raise ValueError(
                f"attention_mask must have the shape {tuple(seen.shape[:2])} of the input, "
                f"got {tuple(attention_mask.shape)}"
            )
        mask = attention_mask.to(device=device, dtype=torch.long)
    if bool((mask[:, -1] == 0).any()):
        logger.warning("generate: rows are padded on the right, so they continue their padding")
    return _expand(ids, inputs_embeds, mask, options.rows_per_prompt)


def infer_mask(ids: Tensor, options: GenerationOptions) -> Tensor | None:
    """A mask that hides pad tokens, where the pad token is told apart from every end token; else None."""
    pad = options.pad
    if pad is None or pad in options.eos_token_id:
        return None
    mask = (ids != pad).long()
    return None if bool(mask.all()) else mask


def _expand(ids: Tensor, embeds: Tensor | None, mask: Tensor, times: int) -> Prompt:
    if times > 1:
        ids, mask = (t.repeat_interleave(times, dim=0) for t in (ids, mask))
        embeds = None if embeds is None else embeds.repeat_interleave(times, dim=0)
    positions = (mask.cumsum(dim=-1) - 1).masked_fill(mask == 0, 0)
    return Prompt(
        ids=ids,
        embeds=embeds,
        mask=None if bool((mask == 1).all()) else mask,
        positions=positions,
        padding=(mask != 0).int().argmax(dim=1),
        lengths=(mask != 0).sum(dim=1),
    )


def _check_ids(model: Any, ids: Tensor, embeds: Tensor | None) -> None:
    if not isinstance(ids, Tensor) or ids.ndim != 2:
        shape = tuple(ids.shape) if isinstance(ids, Tensor) else type(ids).__name__
        raise ValueError(f"input_ids must be a tensor of shape (batch, tokens), got {shape}")
    if ids.is_floating_point():
        raise ValueError(f"input_ids must hold integers, got {ids.dtype}")
    if embeds is None and 0 in ids.shape:
        raise ValueError(f"input_ids must hold at least one token, got shape {tuple(ids.shape)}")
    if embeds is not None and ids.shape[0] != embeds.shape[0]:
        raise ValueError(
            f"input_ids must have the {embeds.shape[0]} rows of inputs_embeds, got {ids.shape[0]}"
        )
    vocab = model.config.vocab_size
    if ids.numel() and (int(ids.min()) < 0 or int(ids.max()) >= vocab):
        raise ValueError(
            f"input_ids must be between 0 and {vocab - 1}, got {int(ids.min())} to {int(ids.max())}"
        )


def _check_embeds(model: Any, embeds: Tensor) -> None:
    hidden = model.config.hidden_size
    if embeds.ndim != 3 or embeds.shape[2] != hidden or 0 in embeds.shape:
        raise ValueError(
            f"inputs_embeds must have the shape (batch, tokens, {hidden}), got {tuple(embeds.shape)}"
        )
