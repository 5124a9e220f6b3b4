"""The model with its cache, mask and positions, advanced by tokens."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from phi_model.cache import Cache, DynamicCache, StaticCache
from phi_model.generation.options import GenerationOptions
from phi_model.generation.prompt import Prompt


def make_cache(
    model: Any, options: GenerationOptions, rows: int, columns: int, embeds: bool
) -> Cache | None:
    """The cache that `cache_implementation` names, with room for `columns` tokens; None without `use_cache`.

    With embeddings for a prompt there is always one: they cannot be run again with the tokens behind them.
    """
    if not options.use_cache and not embeds:
        return None
    if options.cache_implementation == "static":
        return StaticCache(model.config, rows, columns, device=model.device, dtype=model.dtype)
    return DynamicCache()


class Runner:
    """Feeds rows to the model and keeps what the next tokens need.

    Args:
        model: a causal LM.
        prompt: the rows.
        cache: where keys and values are kept; tokens that it holds already are not run again. None runs the whole
            sequence for every token.
        room: the most columns there will ever be.
    """

    def __init__(self, model: Any, prompt: Prompt, cache: Cache | None, room: int) -> None:
        self._model = model
        self._prompt = prompt
        self._cache = cache
        self._mask: Tensor | None = None
        if prompt.mask is not None:
            self._mask = prompt.mask.new_ones(prompt.mask.shape[0], room)
            self._mask[:, : prompt.columns] = prompt.mask
        last = prompt.positions[:, -1:]
        after = torch.arange(1, room - prompt.columns + 1, device=last.device)
        self._positions = torch.cat([prompt.positions, last + after], dim=1)  # (rows, room)
        self._columns = 0
        self._ids: Tensor | None = None  # what has been run, kept only where there is no cache

    def prefill(self) -> Tensor:
        """Runs the prompt; gives the logits (rows, vocab) after its last token."""
        prompt = self._prompt
        past = 0 if self._cache is None else self._cache.get_seq_length()
        if past >= prompt.columns:
            raise ValueError(
                f"past_key_values must hold fewer tokens than the prompt's {prompt.columns}, got {past}"
            )
        self._columns = past
        if prompt.embeds is not None:
            return self._forward(prompt.columns, 1, inputs_embeds=prompt.embeds[:, past:])[:, -1]
        return self.step(prompt.ids[:, past:], keep=1)[:, -1]

    def step(self, tokens: Tensor, keep: int | None = None) -> Tensor:
        """Runs tokens (rows, n) that follow what has been run; gives the logits after each, or after the last `keep`."""
        columns = self._columns + tokens.shape[1]
        keep = tokens.shape[1] if keep is None else keep
        if self._cache is None:
            tokens = tokens if self._ids is None else torch.cat([self._ids, tokens], dim=1)
            self._ids = tokens
        return self._forward(columns, keep, input_ids=tokens)

    def rewind(self, tokens: int) -> None:
        """Forgets the last tokens that were run."""
        if tokens:
            self._columns -= tokens
            self._cache.crop(self._columns)

    def reorder(self, rows: Tensor) -> None:
        """Row i continues what row `rows[i]` was; rows of one prompt only, so that mask and positions stay."""
        if self._cache is not None:
            self._cache.reorder(rows)
        else:
            self._ids = self._ids[rows]

    def _forward(self, columns: int, keep: int, **inputs: Tensor) -> Tensor:
        first = 0 if self._cache is None else self._columns
        output = self._model(
            **inputs,
            attention_mask=None if self._mask is None else self._mask[:, :columns],
            position_ids=self._positions[:, first:columns],
            past_key_values=self._cache,
            use_cache=self._cache is not None,
            logits_to_keep=keep,
            return_dict=True,
        )
        self._columns = columns
        return output.logits
