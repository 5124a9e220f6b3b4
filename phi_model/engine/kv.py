"""Keys and values in static slots, and attention over them.

Not pages: one tensor of (slots, kv_heads, max_length, head_dim) a layer, and a sequence keeps its
slot from its first token to its last. A forward pass packs any number of segments (a prompt's chunk,
one decoded token, a drafted window) into one row of tokens; each attends to its own slot only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# From this many one-token segments on, one indexed store beats one copy a segment (measured).
INDEXED_STORE_FROM = 4
# What one attention call costs a CPU beside reading keys and values, as bytes read in that time
# (measured: 15 microseconds at 30 GB/s). Rows share a call while its padding costs less.
CALL_BYTES = 450_000

UNKNOWN = -1  # a token that was drawn on the device, and that the host has not seen


@dataclass(frozen=True)
class Segment:
    """Consecutive tokens of one sequence in a forward pass.

    Attributes:
        slot: index of the slot.
        start: position of the first token; the slot holds all before it.
        tokens: token ids; `UNKNOWN` only where the runner lags.
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
        self.dtype = dtype
        self.device = device
        self.token_bytes = 2 * kv_heads * head_dim * dtype.itemsize  # of one layer
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

    def clear(self, slot: int, position: int | None = None) -> None:
        """Zeroes a slot, or one position of it, so that no NaN of its sequence survives in it."""
        where = (slot,) if position is None else (slot, slice(None), position)
        for tensor in (*self.keys, *self.values):
            tensor[where].zero_()

    def view(self, segments: Sequence[Segment]) -> PackedSegments:
        """The ``past_key_values`` of one forward pass over these segments."""
        return PackedSegments(self, segments)


class Run(NamedTuple):
    """Segments that one attention call serves: one segment, or one-token segments in adjacent slots.

    Attributes:
        at: index of the first token in the packed row.
        tokens: number of tokens.
        slot: first slot.
        slots: number of slots, from there on.
        end: keys up to here are looked at.
        mask: what is added to the scores; None where nothing has to be.
        causal: plain causal attention.
    """

    at: int
    tokens: int
    slot: int
    slots: int
    end: int
    mask: Tensor | None
    causal: bool


class PackedSegments:
    """The cache of one forward pass: `PhiAttention` calls `attend` once a layer.

    Args:
        cache: the slots.
        segments: what the one row of the batch is made of, in order. One-token segments are fastest
            in the order of their slots.
    """

    def __init__(self, cache: SlotCache, segments: Sequence[Segment]) -> None:
        self._cache = cache
        self._segments = segments
        self._store: tuple[Tensor, Tensor] | None = None
        single = all(len(segment.tokens) == 1 for segment in segments)
        if single and len(segments) >= INDEXED_STORE_FROM:
            where = [[s.slot for s in segments], [s.start for s in segments]]
            slots, positions = torch.tensor(where, device=cache.device)
            self._store = (slots, positions)
        self._runs = self._plan()

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
        cache = self._cache
        keys, values = cache.keys[layer_idx], cache.values[layer_idx]
        dtype = query.dtype
        if dtype != cache.dtype:
            query = query.to(cache.dtype)
        if self._store is not None:
            slots, positions = self._store
            # (tokens, kv_heads, head_dim); an indexed store does not convert, a copy does.
            keys[slots, :, positions] = key[0].transpose(0, 1).to(cache.dtype)
            values[slots, :, positions] = value[0].transpose(0, 1).to(cache.dtype)
        else:
            at = 0
            for segment in self._segments:
                count = len(segment.tokens)
                where = (segment.slot, slice(None), slice(segment.start, segment.end))
                keys[where] = key[0, :, at : at + count]
                values[where] = value[0, :, at : at + count]
                at += count
        parts = []
        for run in self._runs:
            rows = query[:, :, run.at : run.at + run.tokens]
            held_keys = keys[run.slot : run.slot + run.slots, :, : run.end]
            held_values = values[run.slot : run.slot + run.slots, :, : run.end]
            if run.tokens == run.slots:
                # A token each: the heads of a group are the queries of its one key head.
                grouped = rows[0].transpose(0, 1).unflatten(1, (cache.kv_heads, -1))
                out = F.scaled_dot_product_attention(
                    grouped, held_keys, held_values, attn_mask=run.mask, scale=scaling
                )  # (slots, kv_heads, group, head_dim)
                parts.append(out.reshape(1, run.tokens, -1))
            else:
                out = F.scaled_dot_product_attention(
                    rows,
                    held_keys,
                    held_values,
                    attn_mask=run.mask,
                    is_causal=run.causal,
                    scale=scaling,
                    enable_gqa=rows.shape[1] != cache.kv_heads,
                )  # (1, heads, tokens, head_dim)
                parts.append(out.transpose(1, 2).reshape(1, run.tokens, -1))
        out = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        return out if dtype == cache.dtype else out.to(dtype)

    def _plan(self) -> list[Run]:
        runs: list[Run] = []
        at = index = 0
        while index < len(self._segments):
            first = self._segments[index]
            members = [first]
            while len(members[-1].tokens) == 1 and index + len(members) < len(self._segments):
                following = self._segments[index + len(members)]
                if len(following.tokens) > 1 or following.slot != members[-1].slot + 1:
                    break
                members.append(following)
            longest = max(segment.end for segment in members)
            waste = len(members) * longest - sum(segment.end for segment in members)
            if waste * self._cache.token_bytes > len(members) * CALL_BYTES:
                members = [first]
                longest = first.end
            tokens = sum(len(segment.tokens) for segment in members)
            mask, causal = self._mask(members, longest)
            runs.append(Run(at, tokens, first.slot, len(members), longest, mask, causal))
            at += tokens
            index += len(members)
        return runs

    def _mask(self, members: list[Segment], longest: int) -> tuple[Tensor | None, bool]:
        """The additive mask of a run, and whether plain causal attention does instead."""
        cache, first = self._cache, members[0]
        if len(members) > 1:
            if all(segment.end == longest for segment in members):
                return None, False
            ends = torch.tensor([segment.end for segment in members], device=cache.device)
            beyond = torch.arange(longest, device=cache.device) >= ends[:, None]
            mask = torch.zeros(beyond.shape, dtype=cache.dtype, device=cache.device)
            return mask.masked_fill_(beyond, -torch.inf)[
                :, None, None
            ], False  # (slots, 1, 1, keys)
        count = len(first.tokens)
        if count == 1 or first.start == 0:
            return None, count > 1
        mask = torch.full((count, first.end), -torch.inf, dtype=cache.dtype, device=cache.device)
        return mask.triu_(first.start + 1), False
