"""Recorded passes over a chunk of one prompt: on a GPU, starting its hundreds of kernels takes longer than running them."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from phi_model.engine.graphs import Graph, Recorder
from phi_model.engine.kv import Segment, SlotCache
from phi_model.engine.transfer import fill

# Tokens of a recorded pass: a keystroke's, and a long prompt's. A chunk takes the smallest that holds it.
CHUNKS = (16, 64, 128, 256)


class SlotChunk:
    """The cache of a recorded pass over consecutive tokens of one slot.

    Args:
        cache: the slots.
        slots: (tokens,) int64: the sequence's slot, and a spare one for the tokens that fill up the chunk.
        positions: (tokens,) int64, rising by one; 0 for those that fill up.
        span: positions are below this; what lies behind is not read.
    """

    def __init__(self, cache: SlotCache, slots: Tensor, positions: Tensor, span: int) -> None:
        self._cache = cache
        self._slots, self._positions = slots, positions
        self._span = span
        columns = torch.arange(span, device=positions.device)
        self._seen = columns <= positions[:, None]  # (tokens, span)
        self._nothing = (columns > positions.amax())[:, None]  # (span, 1)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """The most tokens that a token may look at."""
        return self._span

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """Stores the new keys and values and attends to the slot.

        Args:
            layer_idx: index of the layer.
            query: (1, heads, tokens, head_dim), rotated, not scaled.
            key, value: (1, kv_heads, tokens, head_dim), the key rotated.
            scaling: factor of the scores.

        Returns:
            (1, tokens, heads * head_dim).
        """
        cache = self._cache
        for held, new in ((cache.keys[layer_idx], key), (cache.values[layer_idx], value)):
            held[self._slots, :, self._positions] = new[0].transpose(0, 1).to(cache.dtype)
        return self._look(layer_idx, query, scaling)

    def _look(self, layer_idx: int, query: Tensor, scaling: float) -> Tensor:
        """Attends to what is stored."""
        cache = self._cache
        own = []
        for held in (cache.keys[layer_idx], cache.values[layer_idx]):
            slot = held[:, :, : self._span].index_select(0, self._slots[:1])
            # A masked NaN is still a NaN after the product with its zero weight.
            own.append(slot.masked_fill_(self._nothing, 0.0))  # (1, kv_heads, span, head_dim)
        out = F.scaled_dot_product_attention(
            query.to(cache.dtype),
            *own,
            attn_mask=self._seen,
            scale=scaling,
            enable_gqa=query.shape[1] != cache.kv_heads,
        )  # (1, heads, tokens, head_dim)
        return out.transpose(1, 2).flatten(2).to(query.dtype)


class _Recording(NamedTuple):
    """A recorded chunk and its input: (3, tokens + 1) int64, ids, positions and slots; last, which token's logits."""

    inputs: Tensor
    graph: Graph


class ChunkPasses:
    """Runs chunks of prompts.

    Args:
        model: a causal LM, as for `EagerRunner`.
        cache: the slots.
        spare: index of the slot that no sequence has.
        recorder: makes the recordings.
        view: the cache of a pass.
    """

    def __init__(
        self,
        model: Any,
        cache: SlotCache,
        spare: int,
        recorder: Recorder,
        view: type[SlotChunk] = SlotChunk,
    ) -> None:
        self._model, self._cache, self._view = model, cache, view
        self._spare, self._recorder = spare, recorder
        self._recordings: dict[tuple[int, int], _Recording] = {}

    def run(self, segment: Segment, span: int) -> Tensor:
        """Computes the segment's keys and values.

        Args:
            segment: at most as many tokens as the largest chunk.
            span: positions that are looked at; at least the segment's end.

        Returns:
            (1, vocab) float32, the logits behind its last token.
        """
        count = len(segment.tokens)
        size = next(size for size in CHUNKS if count <= size)
        inputs, graph = self.recording(size, span)
        spare = size - count
        fill(
            inputs,
            [
                [*segment.tokens, *[0] * spare, count - 1],
                [*range(segment.start, segment.end), *[0] * spare, 0],
                [*[segment.slot] * count, *[self._spare] * spare, 0],
            ],
        )
        graph.replay()
        return graph.outputs[0].clone()  # the next chunk overwrites it

    def recording(self, size: int, span: int) -> _Recording:
        """The recording for so many tokens and positions, made where it is not there."""
        known = self._recordings.get((size, span))
        if known is None:
            inputs = torch.zeros(3, size + 1, dtype=torch.int64, device=self._cache.keys[0].device)
            inputs[2] = self._spare  # the first runs must not touch what is in use
            graph = self._recorder.record(lambda: self._pass(inputs, span))
            known = self._recordings[size, span] = _Recording(inputs, graph)
        return known

    def _pass(self, inputs: Tensor, span: int) -> tuple[Tensor]:
        ids, positions, slots = inputs[:, :-1]
        hidden = self._model.model(
            input_ids=ids[None],
            position_ids=positions[None],
            past_key_values=self._view(self._cache, slots, positions, span),
        ).last_hidden_state[0]  # (tokens, hidden)
        last = hidden.index_select(0, inputs[0, -1:])
        return (self._model.lm_head(last).float(),)
