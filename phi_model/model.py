"""Phi (Textbooks Are All You Need, arXiv:2306.11644; phi-1.5, arXiv:2309.05463; phi-2, Microsoft 2023).

Facts of the architecture:
- Decoder-only; attention and MLP run in parallel on one layer norm (GPT-J's block): `x + attn(ln(x)) + mlp(ln(x))`.
- Rotary position embedding on the first part of each head (half in phi-1 and phi-1.5, 32 of 80 in phi-2).
- All linears have biases, the output head too; layer norms have both parameters.
- GELU by tanh; optional layer norm of queries and keys per head; optional tied embeddings; MHA, GQA or MQA.

Module names are transformers' own, so a checkpoint's tensors need no renaming.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phi_model.activations import ACTIVATIONS
from phi_model.attention import build_mask, check_implementation, eager_attention, sdpa_attention
from phi_model.cache import AttendingCache, Cache, DynamicCache
from phi_model.config import PhiConfig
from phi_model.devices import Device, mapped_device
from phi_model.outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from phi_model.rope import RotaryEmbedding, apply_rotary

if TYPE_CHECKING:
    from phi_model.quantization.linear import PackedLinear

IGNORED_LABEL = -100
Model = TypeVar("Model", bound="PhiPreTrainedModel")


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


class PhiPreTrainedModel(nn.Module):
    """What all Phi models share: configuration, loading, saving, initial weights."""

    base_model_prefix = "model"
    config_class = PhiConfig

    def __init__(self, config: PhiConfig) -> None:
        super().__init__()
        check_implementation(config._attn_implementation)
        self.config = config

    @classmethod
    def from_pretrained(
        cls: type[Model],
        pretrained_model_name_or_path: str | Path,
        *,
        revision: str | None = None,
        dtype: torch.dtype | str | None = None,
        device: torch.device | str | None = None,
        attn_implementation: str = "sdpa",
        quantization: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        device_map: Device | Mapping[str, Device] = None,
        **config_overrides: Any,
    ) -> Model:
        """Loads a folder or a hub repository, in `eval()`.

        Args:
            pretrained_model_name_or_path: a folder, or `org/name`, or `org/name@revision`.
            revision: branch, tag or commit of the repository.
            dtype: None keeps the dtype of the tensors in the file.
            device: where the weights go; None means the CPU.
            attn_implementation: "sdpa" or "eager".
            quantization: how the linears' weights are packed; None leaves them as they are.
            token, cache_dir, local_files_only: as huggingface_hub has them.
            device_map: transformers' name for `device`; "auto" is the GPU where there is one.
            **config_overrides: fields of the configuration to replace, `num_labels` for instance.

        Raises:
            CheckpointError: the files do not make such a model; the message names file and tensor.
            ValueError: an argument is out of its range.
            TypeError: an argument is neither one of these nor a field of the configuration.
        """
        from phi_model.checkpoint import load_pretrained

        if device_map is not None:
            if device is not None:
                raise ValueError(f"device_map must be None with device={device!r}")
            device = mapped_device(device_map)
        return load_pretrained(
            cls,
            pretrained_model_name_or_path,
            revision=revision,
            dtype=dtype,
            device=device,
            attn_implementation=attn_implementation,
            quantization=quantization,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            **config_overrides,
        )

    def save_pretrained(
        self, save_directory: str | Path, max_shard_size: int | str = "5GB"
    ) -> None:
        """Writes config and safetensors that transformers reads back."""
        from phi_model.saving import save_pretrained

        save_pretrained(self, save_directory, max_shard_size=max_shard_size)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights."""
        return next(p.dtype for p in self.parameters() if p.is_floating_point())

    @property
    def base_model(self) -> PhiModel:
        """The trunk without its head."""
        return getattr(self, self.base_model_prefix, self)

    def get_input_embeddings(self) -> nn.Embedding:
        """The token embedding."""
        return self.base_model.embed_tokens

    def num_parameters(self) -> int:
        """How many numbers the model has; tied ones count once."""
        packed = sum(getattr(module, "packed_numbers", 0) for module in self.modules())
        return packed + sum(p.numel() for p in self.parameters())

    def memory_bytes(self) -> int:
        """Memory of the weights, packed ones included."""
        packed = sum(getattr(module, "packed_bytes", 0) for module in self.modules())
        return packed + sum(p.nbytes for p in self.parameters())

    def set_attn_implementation(self, name: str) -> None:
        """Switches between "sdpa" and "eager"."""
        self.config._attn_implementation = check_implementation(name)

    def tie_weights(self) -> None:
        """Shares the weights that the configuration says are one."""

    @torch.no_grad()
    def init_weights(self) -> None:
        """Draws new weights: normal with `initializer_range` for matrices, zero biases."""
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.normal_(std=self.config.initializer_range)
            if isinstance(module, nn.Linear) and module.bias is not None:
                module.bias.zero_()
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight[module.padding_idx].zero_()
            if isinstance(module, nn.LayerNorm):
                module.reset_parameters()
        self.tie_weights()


class PhiModel(PhiPreTrainedModel):
    """The trunk: token ids to normalised hidden states."""

    base_model_prefix = ""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__(config)
        pad = config.pad_token_id
        known_pad = (
            pad if pad is not None and -config.vocab_size <= pad < config.vocab_size else None
        )
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size, known_pad)
        self.layers = nn.ModuleList(
            PhiDecoderLayer(config, layer_idx) for layer_idx in range(config.num_hidden_layers)
        )
        self.final_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.embed_dropout = nn.Dropout(config.embd_pdrop)
        self.rotary_emb = RotaryEmbedding(config)
        self.init_weights()

    @property
    def base_model(self) -> PhiModel:
        """The trunk is its own base."""
        return self

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | AttendingCache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        cache_position: Tensor | None = None,
        return_dict: bool | None = None,
    ) -> BaseModelOutputWithPast | tuple[Any, ...]:
        """Runs the trunk.

        Args:
            input_ids: (batch, tokens); exactly one of it and `inputs_embeds`.
            attention_mask: (batch, past + tokens), 0 at padding; or (batch, 1, tokens, keys), added as it is when it
                holds numbers.
            position_ids: (batch, tokens) or (1, tokens); None counts on from the cache and never looks at the mask.
            past_key_values: the tokens already seen; changed in place.
            inputs_embeds: (batch, tokens, hidden).
            use_cache: whether a cache is made when none is given; None asks the configuration.
            output_attentions: return each layer's weights, computed eagerly.
            output_hidden_states: return the states between the layers.
            cache_position: accepted for the documented signature; the cache knows its length.
            return_dict: False gives a tuple.

        Raises:
            ValueError: both or neither of `input_ids` and `inputs_embeds`.
        """
        if (input_ids is None) == (inputs_embeds is None):
            given = "neither" if input_ids is None else "both"
            raise ValueError(
                f"exactly one of input_ids and inputs_embeds must be given, got {given}"
            )
        config = self.config
        want_weights = _asked(output_attentions, config.output_attentions)
        want_states = _asked(output_hidden_states, config.output_hidden_states)
        hidden = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds

        cache = past_key_values
        if cache is None and _asked(use_cache, config.use_cache):
            cache = DynamicCache()
        attends = cache is not None and hasattr(cache, "attend")
        past = 0 if cache is None or attends else cache.get_seq_length()
        if position_ids is None:
            if attends:
                raise ValueError("position_ids must be given with a cache that attends by itself")
            position_ids = torch.arange(past, past + hidden.shape[1], device=hidden.device)[None]
        mask = None
        if not attends:
            mask = build_mask(
                attention_mask,
                position_ids,
                hidden.shape[0],
                past,
                cache is not None,
                hidden.device,
            )
        rotary_dtype = getattr(cache, "rotary_dtype", hidden.dtype)
        cos, sin = self.rotary_emb(position_ids, rotary_dtype)
        hidden = self.embed_dropout(hidden)

        states, attentions = [], []
        for layer in self.layers:
            if want_states:
                states.append(hidden)
            hidden, weights = layer(hidden, cos, sin, mask, cache, want_weights)
            attentions.append(weights)
        hidden = self.final_layernorm(hidden)
        output = BaseModelOutputWithPast(
            last_hidden_state=hidden,
            past_key_values=cache,
            hidden_states=(*states, hidden) if want_states else None,
            attentions=tuple(attentions) if want_weights else None,
        )
        return output if _asked(return_dict, config.return_dict) else output.to_tuple()


class PhiForCausalLM(PhiPreTrainedModel):
    """The trunk and a head over the vocabulary."""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__(config)
        self.model = PhiModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size)
        self.init_weights()

    def tie_weights(self) -> None:
        """Makes the head's weight the embedding's, where the configuration says so."""
        if self.config.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | AttendingCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        cache_position: Tensor | None = None,
        logits_to_keep: int | Tensor = 0,
        return_dict: bool | None = None,
    ) -> CausalLMOutputWithPast | tuple[Any, ...]:
        """Runs trunk and head.

        Args:
            As for `PhiModel.forward`, and:
            labels: (batch, tokens) ids; each position is scored on the next one's label, -100 is left out.
            logits_to_keep: how many last positions the head is run for (0: all), or their indices (1-D).

        Returns:
            `logits` (batch, kept tokens, vocabulary) in the model's dtype; `loss` in float32.
        """
        trunk = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            cache_position=cache_position,
            return_dict=True,
        )
        keep = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(trunk.last_hidden_state[:, keep])
        loss = None
        if labels is not None:
            following = F.pad(labels, (0, 1), value=IGNORED_LABEL)[:, 1:].to(logits.device)
            loss = F.cross_entropy(
                logits.float().flatten(0, 1), following.flatten(), ignore_index=IGNORED_LABEL
            )
        output = CausalLMOutputWithPast(
            loss=loss,
            logits=logits,
            past_key_values=trunk.past_key_values,
            hidden_states=trunk.hidden_states,
            attentions=trunk.attentions,
        )
        return output if _asked(return_dict, self.config.return_dict) else output.to_tuple()

    def generate(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        **options: Any,
    ) -> Tensor:
        """Continues the rows of `input_ids`; see `phi_model.generation.generate` for the options."""
        from phi_model.generation import generate

        return generate(self, input_ids, attention_mask, **options)


def _asked(argument: bool | None, default: bool) -> bool:
    return default if argument is None else argument
