"""Phi (Textbooks Are All You Need, arXiv:2306.11644; phi-1.5, arXiv:2309.05463; phi-2, Microsoft 2023).

Facts of the architecture:
- Decoder-only; attention and MLP run in parallel on one layer norm (GPT-J's block): `x + attn(ln(x)) + mlp(ln(x))`.
- Rotary position embedding on the first part of each head (half in phi-1 and phi-1.5, 32 of 80 in phi-2).
- All linears have biases, the output head too; layer norms have both parameters.
- GELU by tanh; optional layer norm of queries and keys per head; optional tied embeddings; MHA, GQA or MQA.

Module names are transformers' own, so a checkpoint's tensors need no renaming.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phi_model.attention import build_mask
from phi_model.cache import AttendingCache, Cache, DynamicCache
from phi_model.config import PhiConfig
from phi_model.layers import PhiDecoderLayer
from phi_model.outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from phi_model.pretrained import PhiPreTrainedModel
from phi_model.rope import RotaryEmbedding

IGNORED_LABEL = -100


class PhiModel(PhiPreTrainedModel):
    """The trunk: token ids to normalised hidden states."""

    base_model_prefix = ""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__(config)
        pad = config.pad_token_id
        known_pad = (
            pad if pad is not None and -config.vocab_size <= pad < config.vocab_size else None
        )
        # Not drawn here: `init_weights` does, and on "meta" torch would load its compiler for it, which takes a second.
        self.embed_tokens = nn.Embedding.from_pretrained(
            torch.empty(config.vocab_size, config.hidden_size), freeze=False, padding_idx=known_pad
        )
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
        layers = self.layers
        if hasattr(cache, "run_layers") and not want_states and not want_weights:
            done = cache.run_layers(layers, hidden, cos, sin)
            if done is not None:
                hidden, layers = done, ()
        for layer in layers:
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
