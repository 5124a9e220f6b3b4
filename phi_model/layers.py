"""One block of a Phi model: attention and MLP beside each other, as in GPT-J."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from phi_model.activations import ACTIVATIONS
from phi_model.attention import eager_attention, sdpa_attention
from phi_model.cache import AttendingCache, Cache
from phi_model.config import PhiConfig
from phi_model.rope import apply_rotary

if TYPE_CHECKING:
    from phi_model.quantization.linear import PackedLinear


class PhiAttention(nn.Module):
    """Multi-head attention with grouped keys and values and a partial rotary embedding."""

    def __init__(self, config: PhiConfig, layer_idx: int) -> None:
        super().__init__()
        self.config = config
        self.layer_idx = layer_idx
        self.head_dim = config.head_dim
        self.scaling = self.head_dim**-0.5
        width, kv_width = (
            heads * self.head_dim
            for heads in (config.num_attention_heads, config.num_key_value_heads)
        )
        self.q_proj = nn.Linear(config.hidden_size, width)
        self.k_proj = nn.Linear(config.hidden_size, kv_width)
        self.v_proj = nn.Linear(config.hidden_size, kv_width)
        self.dense = nn.Linear(width, config.hidden_size)
        self.qk_layernorm = config.qk_layernorm
        if config.qk_layernorm:
            self.q_layernorm = nn.LayerNorm(self.head_dim, eps=config.layer_norm_eps)
            self.k_layernorm = nn.LayerNorm(self.head_dim, eps=config.layer_norm_eps)

    def forward(
        self,
        hidden: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        cache: Cache | AttendingCache | None,
        want_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(batch, tokens, hidden) -> the same shape, and the weights where wanted."""
        query, key, value = self.q_proj(hidden), self.k_proj(hidden), self.v_proj(hidden)
        out, weights = self.attend(query, key, value, cos, sin, mask, cache, want_weights)
        return self.dense(out), weights

    def attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        cache: Cache | AttendingCache | None,
        want_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Attention over projected (batch, tokens, heads * head_dim), before the output projection."""
        batch, tokens, _ = query.shape
        shape = (batch, tokens, -1, self.head_dim)
        query = query.view(shape).transpose(1, 2)  # (batch, heads, tokens, head_dim)
        key = key.view(shape).transpose(1, 2)  # (batch, kv_heads, tokens, head_dim)
        value = value.view(shape).transpose(1, 2)
        if self.qk_layernorm:
            query, key = self.q_layernorm(query), self.k_layernorm(key)
        query, key = apply_rotary(query, cos, sin), apply_rotary(key, cos, sin)

        if cache is not None and hasattr(cache, "attend"):
            return cache.attend(self.layer_idx, query, key, value, self.scaling), None
        if cache is not None:
            key, value = cache.update(key, value, self.layer_idx)
        dropout = self.config.attention_dropout if self.training else 0.0
        weights = None
        if want_weights or self.config._attn_implementation == "eager":
            out, weights = eager_attention(query, key, value, mask, self.scaling, dropout)
        else:
            out = sdpa_attention(query, key, value, mask, self.scaling, dropout)
        return out, weights if want_weights else None


class PhiMLP(nn.Module):
    """Two linears with the activation between."""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[config.hidden_act]
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, tokens, hidden) -> the same shape."""
        return self.fc2(self.activation(self.fc1(hidden)))


class PhiDecoderLayer(nn.Module):
    """Attention and MLP beside each other on one normalised input.

    `phi_model.quantization` may replace the six linears by two products: `enter` for those that read the normalised
    input, `leave` for the two whose outputs are added.
    """

    def __init__(self, config: PhiConfig, layer_idx: int) -> None:
        super().__init__()
        self.self_attn = PhiAttention(config, layer_idx)
        self.mlp = PhiMLP(config)
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        self.enter: PackedLinear | None = None
        self.leave: PackedLinear | None = None

    def forward(
        self,
        hidden: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        cache: Cache | AttendingCache | None,
        want_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(batch, tokens, hidden) -> the same shape, and the attention weights where wanted."""
        normed = self.input_layernorm(hidden)
        if self.enter is not None and self.leave is not None:
            joined = self.enter(normed)
            if not want_weights and hasattr(cache, "attend_joined"):
                return self.leave(cache.attend_joined(self, joined, cos, sin)) + hidden, None
            query, key, value, inner = joined.split(self.enter.widths, dim=-1)
            attended, weights = self.self_attn.attend(
                query, key, value, cos, sin, mask, cache, want_weights
            )
            return self.leave(attended, self.mlp.activation(inner)) + hidden, weights
        attended, weights = self.self_attn(normed, cos, sin, mask, cache, want_weights)
        attended = self.resid_dropout(attended)
        return attended + self.resid_dropout(self.mlp(normed)) + hidden, weights
