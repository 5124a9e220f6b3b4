"""Triton kernels for what lies between a layer's two products when every row is one token in a slot.

Three launches a layer: rotate and store; attend, the keys of a row split over many programs, or one row would keep only
as many of the GPU's multiprocessors busy as it has heads; join the parts and activate the MLP's half.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def rotate_and_store(
    joined,  # (rows, width): queries, keys, values of all heads, and more
    cos,  # (rows, ROTARY) float32
    sin,
    slots,  # (rows,) int64
    positions,
    query,  # (rows, HEADS, DIM), written
    keys,  # (slots, KV_HEADS, length, DIM), written at each row's place
    values,
    width,
    slot_stride,
    head_stride,
    HEADS: tl.constexpr,
    KV_HEADS: tl.constexpr,
    DIM: tl.constexpr,
    ROTARY: tl.constexpr,
    PADDED: tl.constexpr,
):
    """One program a row and head; keys and values go to their slots, queries to a tensor of their own."""
    row = tl.program_id(0)
    head = tl.program_id(1)
    at = tl.arange(0, PADDED)
    inside = at < DIM
    source = joined + row.to(tl.int64) * width + head * DIM
    x = tl.load(source + at, mask=inside, other=0.0).to(tl.float32)
    if head < HEADS + KV_HEADS:
        rotated = at < ROTARY
        first = at < ROTARY // 2
        partner = tl.where(first, at + ROTARY // 2, at - ROTARY // 2)
        other = tl.load(source + partner, mask=rotated, other=0.0).to(tl.float32)
        c = tl.load(cos + row * ROTARY + at, mask=rotated, other=1.0)
        s = tl.load(sin + row * ROTARY + at, mask=rotated, other=0.0)
        x = x * c + tl.where(first, -other, other) * s
    if head < HEADS:
        own = query + (row.to(tl.int64) * HEADS + head) * DIM
        tl.store(own + at, x.to(query.dtype.element_ty), mask=inside)
    else:
        place = tl.load(slots + row) * slot_stride + tl.load(positions + row) * DIM
        if head < HEADS + KV_HEADS:
            key = keys + place + (head - HEADS) * head_stride
            tl.store(key + at, x.to(keys.dtype.element_ty), mask=inside)
        else:
            value = values + place + (head - HEADS - KV_HEADS) * head_stride
            tl.store(value + at, x.to(values.dtype.element_ty), mask=inside)


@triton.jit
def attend_part(
    query,  # (rows, HEADS, DIM)
    keys,  # (slots, KV_HEADS, length, DIM)
    values,
    slots,  # (rows,) int64
    positions,
    parts,  # (rows, HEADS, SPLITS, DIM) float32, written: weighted values of a part of the keys
    peaks,  # (rows, HEADS, SPLITS) float32, written: the part's highest score
    sums,  # (rows, HEADS, SPLITS) float32, written: the sum of its weights
    slot_stride,
    head_stride,
    scaling,
    HEADS: tl.constexpr,
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    PADDED: tl.constexpr,
    SPLITS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """One program a row, head and part of the row's keys; a part that has none says so by a sum of zero."""
    row = tl.program_id(0)
    head = tl.program_id(1)
    split = tl.program_id(2)
    at = tl.arange(0, PADDED)
    inside = at < DIM
    length = (tl.load(positions + row) + 1).to(tl.int32)
    blocks = (length + BLOCK - 1) // BLOCK
    share = (blocks + SPLITS - 1) // SPLITS * BLOCK
    begin = split * share
    end = tl.minimum(begin + share, length)
    place = tl.load(slots + row) * slot_stride + (head // GROUP) * head_stride
    one = (row.to(tl.int64) * HEADS + head) * DIM
    q = tl.load(query + one + at, mask=inside, other=0.0).to(tl.float32) * scaling
    peak = -float("inf")
    total = 0.0
    acc = tl.zeros((PADDED,), dtype=tl.float32)
    for start in range(begin, end, BLOCK):
        where = start + tl.arange(0, BLOCK)
        held = where < end
        tile = place + where[:, None] * DIM + at[None, :]
        # What is not held is never loaded: a NaN behind the end of a sequence does no harm.
        mask = held[:, None] & inside[None, :]
        k = tl.load(keys + tile, mask=mask, other=0.0).to(tl.float32)
        scores = tl.where(held, tl.sum(k * q[None, :], axis=1), -float("inf"))
        higher = tl.maximum(peak, tl.max(scores, axis=0))
        weights = tl.exp(scores - higher)
        fade = tl.exp(peak - higher)
        v = tl.load(values + tile, mask=mask, other=0.0).to(tl.float32)
        acc = acc * fade + tl.sum(v * weights[:, None], axis=0)
        total = total * fade + tl.sum(weights, axis=0)
        peak = higher
    part = (row * HEADS + head) * SPLITS + split
    tl.store(parts + part.to(tl.int64) * DIM + at, acc, mask=inside)
    tl.store(peaks + part, peak)
    tl.store(sums + part, total)


@triton.jit
def join_parts(
    parts,  # as `attend_part` wrote them
    peaks,
    sums,
    joined,  # (rows, width); the MLP's half begins at column `inner_from`
    out,  # (rows, out_width), written: heads, and the activated half from column `inner_to` on
    width,
    out_width,
    inner_from,
    inner_to,
    inner,
    HEADS: tl.constexpr,
    DIM: tl.constexpr,
    PADDED: tl.constexpr,
    SPLITS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """One program a row and head, and one for every `BLOCK` columns of the MLP's half."""
    row = tl.program_id(0).to(tl.int64)
    what = tl.program_id(1)
    if what < HEADS:
        split = tl.arange(0, SPLITS)
        at = tl.arange(0, PADDED)
        first = (row * HEADS + what) * SPLITS
        peak = tl.load(peaks + first + split)
        weight = tl.exp(peak - tl.max(peak, axis=0))
        total = tl.sum(weight * tl.load(sums + first + split), axis=0)
        inside = (at < DIM)[None, :]
        tile = (first + split)[:, None] * DIM + at[None, :]
        part = tl.load(parts + tile, mask=inside, other=0.0)
        x = tl.sum(part * weight[:, None], axis=0) / total
        tl.store(out + row * out_width + what * DIM + at, x.to(out.dtype.element_ty), mask=at < DIM)
    else:
        # Triton wants a name to mean one type in both branches.
        column = (what - HEADS) * BLOCK + tl.arange(0, BLOCK)
        there = column < inner
        half = tl.load(joined + row * width + inner_from + column, mask=there, other=0.0)
        z = half.to(tl.float32)
        # GELU by tanh (Hendrycks and Gimpel 2016): (1 + tanh(u)) / 2 is the logistic function of 2 u.
        u = 0.7978845608028654 * (z + 0.044715 * z * z * z)
        z = z / (1.0 + tl.exp(-2.0 * u))
        target = out + row * out_width + inner_to + column
        tl.store(target, z.to(out.dtype.element_ty), mask=there)
