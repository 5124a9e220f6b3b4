"""What lies between the model's logits and the choice of a token, and what ends a row."""

from __future__ import annotations

import torch
from torch import Tensor

from phi_model.generation.options import GenerationOptions
from phi_model.generation.prompt import Prompt
from phi_model.generation.stop import StopStrings
from phi_model.sampling import SamplingBatch, process_logits


class Scorer:
    """Penalties and filters of a call, over rows that all began as `prompt`.

    Args:
        prompt: the rows.
        options: what to apply.
        batch: its parameters, one element a row.
        columns: columns of the prompt, as `options` counts them.
        valid_vocab: ids from this one on are never sampled.
    """

    def __init__(
        self,
        prompt: Prompt,
        options: GenerationOptions,
        batch: SamplingBatch,
        valid_vocab: int | None = None,
    ) -> None:
        device = prompt.ids.device
        self.batch = batch
        self._prompt_ids = prompt.ids.shape[1]
        # The repetition penalty skips what pads a row on its left; n-grams do not, as in transformers.
        aligned = prompt.mask is not None and self._prompt_ids == prompt.columns
        self._padding = prompt.padding if aligned else None
        self._output_start = torch.full((prompt.ids.shape[0],), self._prompt_ids, device=device)
        self._ends = options.eos_token_id
        self._end_ids: Tensor | None = None
        self._least_new = options.least_length(prompt.columns) - prompt.columns
        # Beams that are sampled keep a token besides the end tokens, or a beam could have no way on.
        self._keep = max(len(options.eos_token_id), 1) + 1 if options.num_beams > 1 else 1
        self._valid_vocab = valid_vocab if options.do_sample else None

    def __call__(self, logits: Tensor, ids: Tensor) -> Tensor:
        """Scores (rows, vocab) of the token that follows `ids` (rows, length)."""
        history = None
        if self.batch.needs_history:
            history = ids
            if self._padding is not None:
                column = torch.arange(ids.shape[1], device=ids.device)
                history = ids.masked_fill(column < self._padding[:, None], -1)
        generated = ids.shape[1] - self._prompt_ids
        too_short = generated < self._least_new and len(self._ends) > 0
        return process_logits(
            logits,
            self.batch,
            history,
            output_start=self._output_start,
            valid_vocab=self._valid_vocab,
            ngram_history=ids,
            suppress=self._suppressed(logits) if too_short else None,
            min_tokens_to_keep=self._keep,
        )

    def _suppressed(self, logits: Tensor) -> Tensor:
        """The end tokens that the logits have: not -1, which ends nothing, nor one of a larger vocabulary."""
        if self._end_ids is None:
            there = [token for token in self._ends if 0 <= token < logits.shape[-1]]
            self._end_ids = torch.tensor(there, dtype=torch.long, device=logits.device)
        return self._end_ids


class Stopping:
    """Tells which rows end with their last token.

    Args:
        options: its `eos_token_id` ends a row.
        stop_strings: its strings do too.
        length: a row of this many ids ends.
        device: where the rows are.
    """

    def __init__(
        self,
        options: GenerationOptions,
        stop_strings: StopStrings | None,
        length: int,
        device: torch.device,
    ) -> None:
        self._end_ids = torch.tensor(options.eos_token_id, dtype=torch.long, device=device)
        self._stop_strings = stop_strings
        self._length = length
        self.fills = len(self._end_ids) > 0

    @property
    def reads_text(self) -> bool:
        """Whether the ids are copied to the host at every step."""
        return self._stop_strings is not None

    def __call__(self, ids: Tensor) -> Tensor:
        """(rows, length) ids -> (rows,) booleans."""
        if ids.shape[1] >= self._length:
            return torch.ones(ids.shape[0], dtype=torch.bool, device=ids.device)
        ended = torch.isin(ids[:, -1], self._end_ids)
        if self._stop_strings is not None:
            ended |= self._stop_strings(ids)
        return ended
