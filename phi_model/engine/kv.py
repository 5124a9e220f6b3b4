"""Keys and values in static slots, and attention over them.

Not pages: one tensor of (slots, kv_heads, max_length, head_dim) a layer, and a sequence keeps its
slot from its first token to its last. A forward pass packs any number of segments (a prompt's chunk,
one decoded token, a drafted window) into one row of tokens; each attends to its own slot only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# From this many one-token segments on, one indexed store beats one copy a segment (measured).
INDEXED_STORE_FROM = 4


@dataclass(frozen=True)
class Segment:
    """Consecutive tokens of one sequence in a forward pass.

    Attributes:
        slot: index of the slot.
        start: position of the first token; the slot holds all before it.
        tokens: token ids.
    """

    slot: int
    start: int
    tokens: Sequence[int]

    @property
    def end(self) -> int:
        """Position behind the last token."""
        return self.start + len(self.tokens)


class SlotCache:
    """The keys and values of every slot.

    Args:
        layers, kv_heads, head_dim: shape of the model.
        slots: number of sequences that fit.
        max_length: tokens a slot holds.
        dtype, device: of the tensors.
    """

    def __init__(
        self,
        *,
        layers: int,
        kv_heads: int,
        head_dim: int,
        slots: int,
        max_length: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        shape = (slots, kv_heads, max_length, head_dim)
        self.max_length = max_length
        self.kv_heads = kv_heads
        # Zeros, not garbage: a masked NaN is still a NaN after the product with its zero weight.
        self.keys = [torch.zeros(shape, dtype=dtype, device=device) for _ in range(layers)]
        self.values = [torch.zeros(shape, dtype=dtype, device=device) for _ in range(layers)]

    @property
    def memory_bytes(self) -> int:
        """Size of all slots."""
        return sum(t.numel() * t.element_size() for t in (*self.keys, *self.values))

    def copy(self, source: int, target: int, length: int) -> None:
        """Copies the first ``length`` tokens of one slot to another."""
        for tensor in (*self.keys, *self.values):
            tensor[target, :, :length] = tensor[source, :, :length]

    def clear(self, slot: int) -> None:
        """Zeroes a slot, so that no NaN of its sequence survives in it."""
        for tensor in (*self.keys, *self.values):
            tensor[slot].zero_()

    def view(self, segments: Sequence[Segment]) -> PackedSegments:
        """The ``past_key_values`` of one forward pass over these segments."""
        return PackedSegments(self, segments)


class PackedSegments:
    """The cache of one forward pass: `PhiAttention` calls `attend` once a layer.

    Args:
        cache: the slots.
        segments: what the one row of the batch is made of, in order.
    """

    def __init__(self, cache: SlotCache, segments: Sequence[Segment]) -> None:
        self._cache = cache
        self._segments = segments
        self._single = all(len(segment.tokens) == 1 for segment in segments)
        self._masks: list[Tensor | None] = []
        self._store: tuple[Tensor, Tensor] | None = None
        device = cache.keys[0].device
        if self._single and len(segments) >= INDEXED_STORE_FROM:
            self._store = (
                torch.tensor([segment.slot for segment in segments], device=device),
                torch.tensor([segment.start for segment in segments], device=device),
            )
        if not self._single:
            self._masks = [self._mask(segment) for segment in segments]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Tokens held by the fullest of the segments' slots."""
        return max((segment.start for segment in self._segments), default=0)

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """Stores the new keys and values and attends, each segment to its own slot.

        Args:
            layer_idx: index of the layer.
            query: (1, heads, tokens, head_dim), rotated, not scaled.
            key, value: (1, kv_heads, tokens, head_dim), the key rotated.
            scaling: factor of the scores.

        Returns:
            (1, tokens, heads * head_dim).
        """
        keys, values = self._cache.keys[layer_idx], self._cache.values[layer_idx]
        tokens = query.shape[2]
        if self._store is not None:
            slots, positions = self._store
            keys[slots, :, positions] = key[0].transpose(0, 1)  # (tokens, kv_heads, head_dim)
            values[slots, :, positions] = value[0].transpose(0, 1)
        else:
            at = 0
            for segment in self._segments:
                count = len(segment.tokens)
                held = keys[segment.slot, :, segment.start : segment.end]
                held.copy_(key[0, :, at : at + count])
                held = values[segment.slot, :, segment.start : segment.end]
                held.copy_(value[0, :, at : at + count])
                at += count
        if self._single:
            parts = [
                self._attend_one(segment, query[:, :, at : at + 1], keys, values, scaling)
                for at, segment in enumerate(self._segments)
            ]
        else:
            parts, at = [], 0
            for segment, mask in zip(self._segments, self._masks, strict=True):
                count = len(segment.tokens)
                rows = query[:, :, at : at + count]
                if count == 1:
                    parts.append(self._attend_one(segment, rows, keys, values, scaling))
                else:
                    parts.append(self._attend_many(segment, mask, rows, keys, values, scaling))
                at += count
        out = parts[0] if len(parts) == 1 else torch.cat(parts, dim=2)
        return out.transpose(1, 2).reshape(1, tokens, -1)

    def _attend_one(
        self, segment: Segment, query: Tensor, keys: Tensor, values: Tensor, scaling: float
    ) -> Tensor:
        """One token over its past; the heads of a group are the queries of its one key head."""
        _, heads, _, head_dim = query.shape
        slot, end = segment.slot, segment.end
        grouped = query.reshape(1, self._cache.kv_heads, -1, head_dim)
        out = F.scaled_dot_product_attention(
            grouped, keys[slot : slot + 1, :, :end], values[slot : slot + 1, :, :end], scale=scaling
        )
        return out.reshape(1, heads, 1, head_dim)

    def _attend_many(
        self,
        segment: Segment,
        mask: Tensor | None,
        query: Tensor,
        keys: Tensor,
        values: Tensor,
        scaling: float,
    ) -> Tensor:
        slot, end = segment.slot, segment.end
        return F.scaled_dot_product_attention(
            query,
            keys[slot : slot + 1, :, :end],
            values[slot : slot + 1, :, :end],
            attn_mask=mask,
            is_causal=mask is None,
            scale=scaling,
            enable_gqa=query.shape[1] != self._cache.kv_heads,
        )

    def _mask(self, segment: Segment) -> Tensor | None:
        """Additive mask (tokens, end) of a segment with a past; None where plain causal will do."""
        count = len(segment.tokens)
        if segment.start == 0 or count == 1:
            return None
        keys = self._cache.keys[0]
        mask = torch.full((count, segment.end), -torch.inf, dtype=keys.dtype, device=keys.device)
        return mask.triu_(segment.start + 1)
