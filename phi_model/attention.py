"""Attention over a rectangular batch: which keys a query may see, and the two ways to compute it.

The masks and their meaning for rows that see nothing are those of transformers, so that padded positions agree
with it too: `sdpa` takes booleans and gives such a row zeros, `eager` adds the lowest number and gives it the mean.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

IMPLEMENTATIONS = ("sdpa", "eager")


def check_implementation(name: str) -> str:
    """`name`, if it is one that exists.

    Raises:
        ValueError: it does not.
    """
    if name not in IMPLEMENTATIONS:
        raise ValueError(
            f"attn_implementation must be one of {', '.join(IMPLEMENTATIONS)}, got {name!r}"
        )
    return name


def build_mask(
    attention_mask: Tensor | None,
    position_ids: Tensor,
    batch: int,
    past: int,
    has_cache: bool,
    device: torch.device,
) -> Tensor | None:
    """Which keys each query sees, or None where that is plain causality.

    Args:
        attention_mask: None, integers or booleans (batch, past + tokens) that are 0 at padding, or a finished mask
            (batch, 1 or heads, tokens, keys), which is returned as it is.
        position_ids: (1 or batch, tokens). With no mask and no cache, positions that do not rise by one begin a
            new packed sequence, and the attention is block-diagonal.
        batch: number of rows.
        past: number of tokens in the cache.
        has_cache: whether there is a cache, be it empty.
        device: where the mask is made.

    Returns:
        Booleans (1 or batch, 1, tokens, keys), True where a query sees a key; or None.

    Raises:
        ValueError: a mask of another number of dimensions.
    """
    if attention_mask is not None and attention_mask.ndim == 4:
        return attention_mask
    if attention_mask is not None and attention_mask.ndim != 2:
        raise ValueError(
            f"attention_mask must have 2 or 4 dimensions, got {attention_mask.ndim} "
            f"(shape {tuple(attention_mask.shape)})"
        )
    tokens = position_ids.shape[-1]
    keys = past + tokens
    key_index = torch.arange(keys, device=device)
    query_index = torch.arange(past, keys, device=device)
    causal = key_index <= query_index[:, None]  # (tokens, keys)

    if attention_mask is not None:
        seen = attention_mask.to(device=device, dtype=torch.bool)
        if seen.shape[-1] < keys:  # what the mask does not speak of is not there
            seen = F.pad(seen, (0, keys - seen.shape[-1]))
        seen = seen[:, :keys]
        if not bool(seen.all()):
            return causal & seen[:, None, None, :]
    elif not has_cache:
        first = position_ids[:, :1] - 1
        sequence = (torch.diff(position_ids, prepend=first, dim=-1) != 1).cumsum(-1)
        if bool((sequence[:, -1] != 0).any()):
            same = sequence[:, None, :, None] == sequence[:, None, None, :]
            return (causal & same).expand(batch, 1, tokens, keys)
    if tokens == 1 or past == 0:
        return None
    return causal[None, None]


def repeat_kv(x: Tensor, groups: int) -> Tensor:
    """(batch, kv_heads, tokens, head_dim) -> (batch, kv_heads * groups, tokens, head_dim)."""
    return x if groups == 1 else x.repeat_interleave(groups, dim=1)


def sdpa_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    scaling: float,
    dropout: float = 0.0,
) -> Tensor:
    """Torch's fused attention.

    Args:
        query: (batch, heads, tokens, head_dim).
        key, value: (batch, kv_heads, keys, head_dim).
        mask: as `build_mask` gives it; None means causal.
        scaling: factor of the scores.
        dropout: probability with which a weight is dropped.

    Returns:
        (batch, tokens, heads * head_dim).
    """
    batch, heads, tokens, _ = query.shape
    groups = heads // key.shape[1]
    shared_mask = mask is None or mask.shape[1] == 1
    if groups > 1 and tokens == 1 and shared_mask:
        # One query: the heads of a group become rows, and no key is copied.
        query = query.reshape(batch, key.shape[1], groups, -1)
    elif groups > 1:
        key, value = repeat_kv(key, groups), repeat_kv(value, groups)
    out = F.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=mask,
        dropout_p=dropout,
        is_causal=mask is None and tokens > 1,
        scale=scaling,
    )
    if groups > 1 and tokens == 1 and shared_mask:
        return out.reshape(batch, 1, -1)
    return out.transpose(1, 2).reshape(batch, tokens, -1)


def eager_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    scaling: float,
    dropout: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """The textbook's attention, which also gives its weights.

    The query is scaled before the product and the softmax is taken in float32: phi-2's scores overflow float16. So may
    scaled ones, and float16's product is taken in float32 as well.

    Args:
        As for `sdpa_attention`.

    Returns:
        (batch, tokens, heads * head_dim), and the weights (batch, heads, tokens, keys).
    """
    batch, heads, tokens, _ = query.shape
    groups = heads // key.shape[1]
    key, value = repeat_kv(key, groups), repeat_kv(value, groups)
    product = torch.float32 if query.dtype == torch.float16 else query.dtype
    scores = (query * scaling).to(product) @ key.transpose(2, 3).to(product)
    scores = scores.float()  # (batch, heads, tokens, keys)
    if mask is None and tokens > 1:
        mask = torch.ones(tokens, key.shape[2], dtype=torch.bool, device=query.device).tril()
    if mask is not None:
        if mask.dtype == torch.bool:
            lowest = torch.finfo(scores.dtype).min
            mask = torch.zeros_like(mask, dtype=scores.dtype).masked_fill(~mask, lowest)
        scores = scores + mask
    weights = scores.softmax(dim=-1).to(query.dtype)
    dropped = F.dropout(weights, p=dropout) if dropout else weights
    out = (dropped @ value).transpose(1, 2).reshape(batch, tokens, -1)
    return out, dropped
