"""Attention of single tokens over static slots by the kernels of `triton_attention`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from phi_model.activations import ACTIVATIONS
from phi_model.engine import triton_attention as kernels
from phi_model.engine.kv import SlotCache
from phi_model.engine.prefill import SlotChunk
from phi_model.engine.slot_rows import SlotRows

if TYPE_CHECKING:
    from phi_model.layers import PhiDecoderLayer

logger = logging.getLogger(__name__)

KEYS = 64  # that a program looks at in one go
COLUMNS = 1024  # of the MLP's half that a program activates
# A row's keys are split until there are so many programs for each multiprocessor.
PROGRAMS_EACH = 4
MOST_SPLITS = 16
MULTIPROCESSORS = 132  # where they cannot be counted: those of an H100


class TritonRows(SlotRows):
    """As `SlotRows`, and reads no more keys than a row has, whatever the span.

    Args:
        cache, slots, positions, span: as for `SlotRows`.
    """

    rotary_dtype = torch.float32

    def __init__(self, cache: SlotCache, slots: Tensor, positions: Tensor, span: int) -> None:
        self._cache = cache
        self._slots, self._positions = slots, positions
        self._span = span

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """As `SlotRows.attend`."""
        cache = self._cache
        for held, new in ((cache.keys[layer_idx], key), (cache.values[layer_idx], value)):
            held[self._slots, :, self._positions] = new[0].transpose(0, 1).to(cache.dtype)
        rows = query[0].transpose(0, 1).contiguous()  # (rows, heads, head_dim)
        out = torch.empty(1, rows.shape[0], rows[0].numel(), dtype=value.dtype, device=rows.device)
        self._attend(layer_idx, rows, scaling, out, None, 0, 0)
        return out

    def attend_joined(
        self, layer: PhiDecoderLayer, joined: Tensor, cos: Tensor, sin: Tensor
    ) -> Tensor:
        """All that lies between the two products of a packed layer.

        Args:
            layer: whose.
            joined: (1, rows, all widths of `layer.enter`); queries and keys are changed in place where the layer
                normalises them.
            cos, sin: (1, 1, rows, rotary_dim) float32.

        Returns:
            What `layer.leave` multiplies: (1, rows, columns).
        """
        attention, widths = layer.self_attn, layer.enter.widths
        filled = layer.leave.filled
        query = _rotate_and_store(
            self._cache, layer, joined, cos, sin, self._slots, self._positions
        )
        out = _input_of_leave(layer, joined)
        known = layer.mlp.activation is ACTIVATIONS["gelu_new"]
        inner = widths[3] if known else 0
        scaling = attention.scaling
        self._attend(attention.layer_idx, query, scaling, out, joined, inner, filled[0])
        if not known:
            activated = layer.mlp.activation(joined[..., -widths[3] :])
            out[..., filled[0] : filled[0] + widths[3]] = activated
        return out

    def _attend(
        self,
        layer_idx: int,
        query: Tensor,
        scaling: float,
        out: Tensor,
        joined: Tensor | None,
        inner: int,
        inner_to: int,
    ) -> None:
        """Attends for (rows, heads, head_dim), and activates the last ``inner`` columns of ``joined``."""
        cache = self._cache
        rows, heads, dim = query.shape
        keys, values = cache.keys[layer_idx], cache.values[layer_idx]
        splits = _splits(rows * heads, cache.max_length, query.device)
        parts = torch.empty(rows, heads, splits, dim, device=query.device)
        peaks = torch.empty(rows, heads, splits, device=query.device)
        sums = torch.empty_like(peaks)
        padded = _power_of_two(dim)
        kernels.attend_part[(rows, heads, splits)](
            query,
            keys,
            values,
            self._slots,
            self._positions,
            parts,
            peaks,
            sums,
            keys.stride(0),
            keys.stride(1),
            scaling,
            HEADS=heads,
            GROUP=heads // cache.kv_heads,
            DIM=dim,
            PADDED=padded,
            SPLITS=splits,
            BLOCK=KEYS,
            num_warps=4,
        )
        width = 0 if joined is None else joined.shape[-1]
        kernels.join_parts[(rows, heads + -(-inner // COLUMNS))](
            parts,
            peaks,
            sums,
            query if joined is None else joined,
            out,
            width,
            out.shape[-1],
            width - inner,
            inner_to,
            inner,
            HEADS=heads,
            DIM=dim,
            PADDED=padded,
            SPLITS=splits,
            BLOCK=COLUMNS,
            num_warps=4,
        )


class TritonChunk(SlotChunk):
    """As `SlotChunk`, with rotation and store in one launch a layer."""

    rotary_dtype = torch.float32

    def attend_joined(
        self, layer: PhiDecoderLayer, joined: Tensor, cos: Tensor, sin: Tensor
    ) -> Tensor:
        """As `TritonRows.attend_joined`, for consecutive tokens."""
        attention, widths, filled = layer.self_attn, layer.enter.widths, layer.leave.filled
        query = _rotate_and_store(
            self._cache, layer, joined, cos, sin, self._slots, self._positions
        )
        rotated = query.transpose(0, 1)[None]  # (1, heads, tokens, head_dim)
        out = _input_of_leave(layer, joined)
        out[..., : widths[0]] = self._look(attention.layer_idx, rotated, attention.scaling)
        activated = layer.mlp.activation(joined[..., -widths[3] :])
        out[..., filled[0] : filled[0] + widths[3]] = activated
        return out


def _rotate_and_store(
    cache: SlotCache,
    layer: PhiDecoderLayer,
    joined: Tensor,
    cos: Tensor,
    sin: Tensor,
    slots: Tensor,
    positions: Tensor,
) -> Tensor:
    """Keys and values of `joined` to their places; the rotated queries: (rows, heads, head_dim)."""
    attention, widths = layer.self_attn, layer.enter.widths
    dim, kv_heads = attention.head_dim, cache.kv_heads
    heads = widths[0] // dim
    if attention.qk_layernorm:
        query, key, _ = joined.split((widths[0], widths[1], sum(widths[2:])), dim=-1)
        for part, norm in ((query, attention.q_layernorm), (key, attention.k_layernorm)):
            each = part.unflatten(-1, (-1, dim))
            each.copy_(norm(each))
    rows, width = joined.shape[1:]
    rotated = joined.new_empty(rows, heads, dim)
    keys, values = cache.keys[attention.layer_idx], cache.values[attention.layer_idx]
    kernels.rotate_and_store[(rows, heads + 2 * kv_heads)](
        joined,
        cos.contiguous(),
        sin.contiguous(),
        slots,
        positions,
        rotated,
        keys,
        values,
        width,
        keys.stride(0),
        keys.stride(1),
        HEADS=heads,
        KV_HEADS=kv_heads,
        DIM=dim,
        ROTARY=cos.shape[-1],
        PADDED=_power_of_two(dim),
        num_warps=1,
    )
    return rotated


def _input_of_leave(layer: PhiDecoderLayer, joined: Tensor) -> Tensor:
    """Room for what `layer.leave` multiplies: (1, rows, columns)."""
    widths, filled = layer.enter.widths, layer.leave.filled
    # Columns that only fill up a format's groups meet zero weights, and must be numbers.
    make = torch.empty if filled == [widths[0], widths[3]] else torch.zeros
    return make(1, joined.shape[1], sum(filled), dtype=joined.dtype, device=joined.device)


def agrees(heads: int, kv_heads: int, head_dim: int, dtype: torch.dtype, device: str) -> bool:
    """Whether the kernels, compiled for this device, compute what torch does; the log says where not.

    Args:
        heads, kv_heads, head_dim: shape of the model.
        dtype: of its keys and values.
        device: where.
    """
    generator = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(device, dtype)

    places = torch.tensor([[2, 0, 2], [69, 0, 70]], device=device)
    query, key, value = (noise(1, count, 3, head_dim) for count in (heads, kv_heads, kv_heads))
    held = noise(3, kv_heads, 96, head_dim)
    found = []
    try:
        for view in (SlotRows, TritonRows):
            cache = SlotCache(
                layers=1,
                kv_heads=kv_heads,
                head_dim=head_dim,
                slots=3,
                max_length=96,
                dtype=dtype,
                device=torch.device(device),
            )
            cache.keys[0].copy_(held)
            cache.values[0].copy_(held)
            rows = view(cache, *places, 96)
            found.append(rows.attend(0, query, key, value, head_dim**-0.5).float())
        torch.testing.assert_close(*found, atol=0.03, rtol=0.03)
    except Exception as error:  # whatever a compiler may raise: torch's operations do as well
        logger.warning("torch attends instead of the Triton kernels: %s", error)
        return False
    return True


def _splits(programs: int, length: int, device: torch.device) -> int:
    """Into how many parts the keys of a row are split: a power of two."""
    processors = MULTIPROCESSORS
    if device.type == "cuda":
        processors = torch.cuda.get_device_properties(device).multi_processor_count
    wanted = PROGRAMS_EACH * processors // max(programs, 1)
    most = min(MOST_SPLITS, -(-length // KEYS))
    return 1 << max(min(wanted, most), 1).bit_length() - 1


def _power_of_two(number: int) -> int:
    return 1 << (number - 1).bit_length()
