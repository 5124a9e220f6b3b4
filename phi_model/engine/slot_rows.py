"""Attention of single tokens over static slots, with no shape that depends on a value: it can be recorded."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from phi_model.engine.kv import SlotCache


class SlotRows:
    """The cache of a recorded forward pass: every row is one token, at a place that a tensor tells.

    Rows of one slot, a drafted window, see each other: all are stored before any attends.

    Args:
        cache: the slots.
        slots: (rows,) int64, where each row's sequence is.
        positions: (rows,) int64, the row's place in it.
        span: positions are below this; what lies behind is not read.
    """

    def __init__(self, cache: SlotCache, slots: Tensor, positions: Tensor, span: int) -> None:
        self._cache = cache
        self._slots, self._positions = slots, positions
        self._span = span
        held = torch.arange(span, device=positions.device) <= positions[:, None]
        self._held = held  # (rows, span)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """The most tokens that a row may look at."""
        return self._span

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """Stores the new keys and values and attends, each row to its own slot.

        Args:
            layer_idx: index of the layer.
            query: (1, heads, rows, head_dim), rotated, not scaled.
            key, value: (1, kv_heads, rows, head_dim), the key rotated.
            scaling: factor of the scores.

        Returns:
            (1, rows, heads * head_dim).
        """
        cache, slots = self._cache, self._slots
        keys, values = cache.keys[layer_idx], cache.values[layer_idx]
        for held, new in ((keys, key), (values, value)):
            held[slots, :, self._positions] = new[0].transpose(0, 1).to(cache.dtype)
        nothing = ~self._held[:, None, :, None]
        # Zeros where nothing is held: a masked NaN is still a NaN after the product with its zero weight.
        own_keys, own_values = (
            held[:, :, : self._span].index_select(0, slots).masked_fill_(nothing, 0.0)
            for held in (keys, values)
        )  # (rows, kv_heads, span, head_dim)
        grouped = query[0].transpose(0, 1).unflatten(1, (cache.kv_heads, -1)).to(cache.dtype)
        out = F.scaled_dot_product_attention(
            grouped, own_keys, own_values, attn_mask=self._held[:, None, None], scale=scaling
        )  # (rows, kv_heads, group, head_dim)
        return out.reshape(1, out.shape[0], -1).to(query.dtype)
