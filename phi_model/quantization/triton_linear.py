"""Triton kernels for products with weights in few bits, in the layout of `formats.Quantized`.

A product goes over parts of the columns, `PART` at a time, that share a scale: the codes are multiplied as the small
numbers that they are, and scale and zero are applied to the part's sum.
"""

from __future__ import annotations

import triton
import triton.language as tl

INT8 = tl.constexpr(0)
INT4 = tl.constexpr(1)
NF4 = tl.constexpr(2)


@triton.jit
def few_rows(
    x,  # (m, k)
    codes,  # (n, k) int8, or (n, k / 2) uint8: the even column in the low half
    scale,  # (n, groups) bfloat16
    zero,  # (n, groups) bfloat16; INT4 only
    table,  # (16,) float32; NF4 only
    bias,  # (n,) float32, or anything without BIASED
    out,  # (m, n), written
    m,
    n,
    k,
    FORMAT: tl.constexpr,
    GROUP: tl.constexpr,
    PART: tl.constexpr,
    PARTS: tl.constexpr,  # taken at once
    ROWS: tl.constexpr,  # at least m
    BLOCK: tl.constexpr,
    BIASED: tl.constexpr,
):
    """One program for `BLOCK` outputs of all rows: reads each code once."""
    output = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    exists = output < n
    line = output.to(tl.int64)
    which = tl.arange(0, PARTS)
    row = tl.arange(0, ROWS)
    acc = tl.zeros((ROWS, BLOCK), dtype=tl.float32)
    WIDE: tl.constexpr = PART if FORMAT == INT8 else PART // 2
    at = tl.arange(0, WIDE)
    for first in range(0, k // PART, PARTS):
        part = first + which
        inside = part * PART < k
        held = exists[:, None] & inside[None, :]  # (BLOCK, PARTS)
        group = line[:, None] * (k // GROUP) + (part * PART // GROUP)[None, :]
        factor = tl.load(scale + group, mask=held, other=0.0).to(tl.float32)
        shift = factor
        if FORMAT == INT4:
            shift = tl.load(zero + group, mask=held, other=0.0).to(tl.float32)
        place = part[:, None] * WIDE + at[None, :]  # (PARTS, WIDE)
        stride = k if FORMAT == INT8 else k // 2
        code = tl.load(
            codes + line[:, None, None] * stride + place[None, :, :],
            mask=held[:, :, None],
            other=0,
        )
        low = code
        high = code
        if FORMAT == INT8:
            low = code.to(tl.float32)
        elif FORMAT == INT4:
            low = (code & 15).to(tl.float32) - 8.0
            high = (code >> 4).to(tl.float32) - 8.0
        else:
            low = tl.load(table + (code & 15).to(tl.int32))
            high = tl.load(table + (code >> 4).to(tl.int32))
        for index in tl.static_range(ROWS):
            # Compared as a vector: the interpreter makes no mask of a scalar.
            own = (inside & (which * 0 + index < m))[:, None]
            source = x + index * k
            if FORMAT == INT8:
                even = tl.load(source + place, mask=own, other=0.0).to(tl.float32)
                product = tl.sum(low * even[None, :, :], axis=2) * factor
            else:
                even = tl.load(source + 2 * place, mask=own, other=0.0).to(tl.float32)
                odd = tl.load(source + 2 * place + 1, mask=own, other=0.0).to(tl.float32)
                product = tl.sum(low * even[None, :, :] + high * odd[None, :, :], axis=2) * factor
                if FORMAT == INT4:
                    product += shift * tl.sum(even + odd, axis=1)[None, :]
            sums = tl.sum(product, axis=1)  # (BLOCK,)
            acc += tl.where((row == index)[:, None], sums[None, :], 0.0)
    if BIASED:
        acc += tl.load(bias + output, mask=exists, other=0.0)[None, :]
    target = out + row.to(tl.int64)[:, None] * n + output[None, :]
    tl.store(target, acc.to(out.dtype.element_ty), mask=(row < m)[:, None] & exists[None, :])


@triton.jit
def many_rows(
    x,  # as for `few_rows`, in bfloat16 or float16: the codes are exact in both
    codes,
    scale,
    zero,
    table,
    bias,
    out,
    m,
    n,
    k,
    FORMAT: tl.constexpr,
    GROUP: tl.constexpr,
    PART: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
    BIASED: tl.constexpr,
):
    """One program for `ROWS` rows and `BLOCK` outputs, on the matrix units."""
    output = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    exists = output < n
    line = output.to(tl.int64)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    given = (row < m)[:, None]
    source = x + row.to(tl.int64)[:, None] * k
    acc = tl.zeros((ROWS, BLOCK), dtype=tl.float32)
    kind = x.dtype.element_ty
    WIDE: tl.constexpr = PART if FORMAT == INT8 else PART // 2
    at = tl.arange(0, WIDE)
    stride = k if FORMAT == INT8 else k // 2
    for part in range(0, k // PART):
        group = line * (k // GROUP) + part * PART // GROUP
        factor = tl.load(scale + group, mask=exists, other=0.0).to(tl.float32)
        place = part * WIDE + at
        # (WIDE, BLOCK): the weights' rows are the product's columns.
        code = tl.load(
            codes + line[None, :] * stride + place[:, None], mask=exists[None, :], other=0
        )
        if FORMAT == INT8:
            whole = tl.load(source + place[None, :], mask=given, other=0.0)
            acc += tl.dot(whole, code.to(kind)) * factor[None, :]
        else:
            even = tl.load(source + 2 * place[None, :], mask=given, other=0.0)
            odd = tl.load(source + 2 * place[None, :] + 1, mask=given, other=0.0)
            if FORMAT == INT4:
                low = ((code & 15).to(tl.float32) - 8.0).to(kind)
                high = ((code >> 4).to(tl.float32) - 8.0).to(kind)
                shift = tl.load(zero + group, mask=exists, other=0.0).to(tl.float32)
                total = tl.sum(even.to(tl.float32) + odd.to(tl.float32), axis=1)
                acc += total[:, None] * shift[None, :]
            else:
                low = tl.load(table + (code & 15).to(tl.int32)).to(kind)
                high = tl.load(table + (code >> 4).to(tl.int32)).to(kind)
            acc += (tl.dot(even, low) + tl.dot(odd, high)) * factor[None, :]
    if BIASED:
        acc += tl.load(bias + output, mask=exists, other=0.0)[None, :]
    target = out + row.to(tl.int64)[:, None] * n + output[None, :]
    tl.store(target, acc.to(out.dtype.element_ty), mask=given & exists[None, :])
