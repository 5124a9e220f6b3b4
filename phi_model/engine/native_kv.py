"""Keys and values in static slots on a CPU with AVX-512 or AVX2, and the kernel of `attention.c` over them.

One call does what lies between a layer's two matrix products: rotation, store, attention, activation. In torch's own
operations that is 30 of them, which cost a third of a token's time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from phi_model.activations import ACTIVATIONS
from phi_model.engine.kv import Segment, SlotCache
from phi_model.engine.native_layers import LANES, TYPES, Attend, NativeLayers, takes
from phi_model.quantization import is_packed, native

if TYPE_CHECKING:
    from phi_model.layers import PhiDecoderLayer

KEYS = 64  # positions of a block, as in attention.c
HEAD_DIMS = (16, 32, 64, 80, 96, 128)  # that the kernel is made for
TILE_DIMS = 32  # a multiple of this goes to tiles
# Less work than this, in multiplications, is over before a second thread has begun.
ALONE = 1 << 18
_GELU_COST = 20


def make_cache(model: Any, *, slots: int, max_length: int, dtype: torch.dtype) -> SlotCache:
    """The slots of a model: in the kernel's order where it can be had, else torch's.

    Args:
        model: the causal LM.
        slots: number of sequences that fit.
        max_length: tokens a slot holds.
        dtype: of keys and values where torch attends.
    """
    config = model.config
    shape = {
        "layers": config.num_hidden_layers,
        "kv_heads": config.num_key_value_heads,
        "head_dim": config.head_dim,
        "slots": slots,
        "max_length": max_length,
        "device": model.device,
    }
    if not native_takes(model):
        return SlotCache(**shape, dtype=dtype)
    return NativeSlotCache(**shape, dtype=dtype)


def native_takes(model: Any) -> bool:
    """Whether the kernel is made for such a model on this machine."""
    return (
        model.device.type == "cpu"
        and isinstance(model, torch.nn.Module)
        and is_packed(model)
        and model.dtype in TYPES
        and model.config.head_dim in HEAD_DIMS
        and native.load() is not None
    )


class NativeSlotCache(SlotCache):
    """The keys and values of every slot, in the order of `attention.c`.

    Args:
        layers, kv_heads, head_dim, slots, max_length, dtype, device: as for `SlotCache`.
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
        self.max_length = max_length
        self.kv_heads, self.head_dim = kv_heads, head_dim
        self.dtype, self.device = dtype, device
        self.token_bytes = 2 * kv_heads * head_dim * dtype.itemsize
        self.tiles = (
            dtype == torch.bfloat16
            and head_dim % TILE_DIMS == 0
            and bool(native.load().phi_attends_in_tiles())
        )
        self.blocks = -(-max_length // KEYS)
        keys = (slots, kv_heads, self.blocks, head_dim, KEYS)
        values = (slots, kv_heads, self.blocks * KEYS, head_dim)
        self.keys = [torch.zeros(keys, dtype=dtype, device=device) for _ in range(layers)]
        self.values = [torch.zeros(values, dtype=dtype, device=device) for _ in range(layers)]
        self._layers: NativeLayers | None = None

    def native_layers(self, layers: Sequence[PhiDecoderLayer]) -> NativeLayers | None:
        """All layers as one call over these slots, or None where they are none that it is made for."""
        if self._layers is None or not self._layers.are_of(layers):
            if not takes(layers):
                return None
            self._layers = NativeLayers(layers, self.keys, self.values)
        return self._layers

    def copy(self, source: int, target: int, length: int) -> None:
        """Copies the first ``length`` tokens of one slot to another."""
        for tensor in self.keys:
            tensor[target, :, : -(-length // KEYS)] = tensor[source, :, : -(-length // KEYS)]
        for tensor in self.values:
            # In tiles two positions lie together; the second is written before it is seen.
            tensor[target, :, : length + length % 2] = tensor[source, :, : length + length % 2]

    def view(self, segments: Sequence[Segment]) -> NativeSegments:
        """The ``past_key_values`` of one forward pass over these segments."""
        return NativeSegments(self, segments)


class NativeSegments:
    """The cache of one forward pass.

    Args:
        cache: the slots.
        segments: what the one row of the batch is made of, in order.
    """

    rotary_dtype = torch.float32

    def __init__(self, cache: NativeSlotCache, segments: Sequence[Segment]) -> None:
        self._cache = cache
        self._segments = segments
        rows: list[tuple[int, ...]] = []
        places: list[tuple[int, int]] = []
        self._keys = 0  # that all queries look at
        for segment in segments:
            count = len(segment.tokens)
            rows.append((segment.slot, segment.start, len(places), count))
            places += [(segment.slot, at) for at in range(segment.start, segment.end)]
            self._keys += count * segment.end
        # Kept here: the kernel only has their addresses.
        self._arrays = torch.tensor(rows), torch.tensor(places)
        self._call = Attend(
            segments=self._arrays[0].data_ptr(),
            places=self._arrays[1].data_ptr(),
            tokens=len(places),
            count=len(rows),
            kv_heads=cache.kv_heads,
            head_dim=cache.head_dim,
            blocks=cache.blocks,
            cache_type=TYPES[cache.dtype],
            tiles=cache.tiles,
        )

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Tokens held by the fullest of the segments' slots."""
        return max((segment.start for segment in self._segments), default=0)

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """As `PackedSegments.attend`."""
        parts = [x[0].transpose(0, 1).flatten(1).to(value.dtype) for x in (query, key, value)]
        joined = torch.cat(parts, dim=1)  # (tokens, all heads)
        out = torch.empty_like(parts[0])[None]
        self._run(layer_idx, joined, None, out, scaling, query.shape[1], 0, 0)
        return out

    def run_layers(
        self, layers: Sequence[PhiDecoderLayer], hidden: Tensor, cos: Tensor, sin: Tensor
    ) -> Tensor | None:
        """All layers of a packed bfloat16 model in one call.

        Args:
            layers: of the trunk.
            hidden: (1, tokens, width).
            cos, sin: (1, 1, tokens, rotary_dim) float32.

        Returns:
            As a layer after the other gives it, or None where one call is not made for them.
        """
        if hidden.dtype != torch.bfloat16 or self._cache.dtype != torch.bfloat16:
            return None
        native_layers = self._cache.native_layers(layers)
        if native_layers is None:
            return None
        widths = layers[0].enter.widths
        self._call.threads = self._threads(widths[0] // self._cache.head_dim, widths[3])
        return native_layers.run(hidden, cos, sin, self._call)

    def _threads(self, heads: int, inner: int) -> int:
        """Threads that the work between two products is worth."""
        work = (
            2 * self._keys * heads * self._cache.head_dim + _GELU_COST * self._call.tokens * inner
        )
        return 1 if work < ALONE else torch.get_num_threads()

    def attend_joined(
        self, layer: PhiDecoderLayer, joined: Tensor, cos: Tensor, sin: Tensor
    ) -> Tensor:
        """All that lies between the two products of a packed layer.

        Args:
            layer: whose.
            joined: (1, tokens, all widths of `layer.enter`), float32 or bfloat16; queries and keys are changed in place
                where the layer normalises them.
            cos, sin: (1, 1, tokens, rotary_dim) float32.

        Returns:
            What `layer.leave` multiplies: (1, tokens, columns).
        """
        attention, widths = layer.self_attn, layer.enter.widths
        filled = layer.leave.filled
        if attention.qk_layernorm:
            query, key, _ = joined.split((widths[0], widths[1], sum(widths[2:])), dim=-1)
            for part, norm in ((query, attention.q_layernorm), (key, attention.k_layernorm)):
                heads = part.unflatten(-1, (-1, self._cache.head_dim))
                heads.copy_(norm(heads))
        # What fills up a group is multiplied by zero, and must be a number.
        make = torch.empty if filled == [widths[0], widths[3]] else torch.zeros
        out = make(1, joined.shape[1], sum(filled), dtype=joined.dtype)
        heads = widths[0] // self._cache.head_dim
        activation = layer.mlp.activation
        known = activation is ACTIVATIONS["gelu_new"] and widths[3] % LANES == 0
        inner = widths[3] if known else 0
        self._run(
            attention.layer_idx,
            joined,
            (cos, sin),
            out,
            attention.scaling,
            heads,
            inner,
            filled[0],
        )
        if not known:
            out[..., filled[0] : filled[0] + widths[3]] = activation(joined[..., -widths[3] :])
        return out

    def _run(
        self,
        layer_idx: int,
        joined: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        out: Tensor,
        scaling: float,
        heads: int,
        inner: int,
        inner_at: int,
    ) -> None:
        cache, call = self._cache, self._call
        call.read(joined, rotation, heads, inner)
        call.out, call.out_stride, call.inner_at = out.data_ptr(), out.shape[-1], inner_at
        call.keys, call.values = (
            cache.keys[layer_idx].data_ptr(),
            cache.values[layer_idx].data_ptr(),
        )
        call.scaling = scaling
        call.threads = self._threads(heads, inner)
        native.load().phi_attend(ctypes.byref(call))
