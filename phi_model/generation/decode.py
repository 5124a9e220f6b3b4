"""One token after the other: greedy decoding and sampling, plain or with prompt lookup."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from phi_model.generation.prompt import Prompt
from phi_model.generation.runner import Runner
from phi_model.generation.scoring import Scorer, Stopping
from phi_model.sampling import sample

# An accelerator runs ahead of the host this many tokens; what lies behind the last row's end is cut off.
STEPS_BETWEEN_CHECKS = 8


class TokenLoop:
    """Decodes all rows in step; a finished row is filled up with the pad token.

    Args:
        runner: has not seen the prompt yet.
        prompt: the rows.
        scorer: penalties and filters.
        stopping: what ends a row.
        new_tokens: the most tokens that follow the prompt.
        pad: fills finished rows, or None where no end token is known.
        advance: gives the logits after a token; `Runner.step` unless a draft is run along.
    """

    def __init__(
        self,
        runner: Runner,
        prompt: Prompt,
        scorer: Scorer,
        stopping: Stopping,
        new_tokens: int,
        pad: int | None,
        advance: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self._runner = runner
        self._prompt = prompt
        self._scorer = scorer
        self._stopping = stopping
        self._new_tokens = new_tokens
        # Without an end token a row that met a stop string goes on, as in transformers.
        self._pad = pad if stopping.fills else None
        self._advance = advance or (lambda token: runner.step(token)[:, -1])
        rows, length = prompt.ids.shape
        self._ids = prompt.ids.new_empty(rows, length + new_tokens)
        self._ids[:, :length] = prompt.ids
        self._used = torch.zeros((), dtype=torch.long, device=prompt.ids.device)

    def result(self) -> Tensor:
        """(rows, prompt + new) ids, up to the end of the row that ended last."""
        return self._ids[:, : self._prompt.ids.shape[1] + int(self._used)]

    def tokens(self, every_step: bool = True) -> Iterator[Tensor]:
        """Yields (rows,) ids as they are chosen.

        Args:
            every_step: look after each token whether all rows have ended. On an accelerator that costs a wait; without it
                a few tokens behind the end are computed and yielded.
        """
        start = self._prompt.ids.shape[1]
        running = torch.ones(self._ids.shape[0], dtype=torch.bool, device=self._ids.device)
        logits = self._runner.prefill()
        for generated in range(self._new_tokens):
            column = start + generated
            scores = self._scorer(logits, self._ids[:, :column])
            tokens = sample(scores, self._scorer.batch, self._prompt.lengths + generated)
            if self._pad is not None:
                tokens = tokens.where(running, self._pad)
            self._ids[:, column] = tokens
            self._used += running.any()
            yield tokens
            running = running & ~self._stopping(self._ids[:, : column + 1])
            look = every_step or generated % STEPS_BETWEEN_CHECKS == 0
            if generated + 1 == self._new_tokens or (look and not bool(running.any())):
                return
            logits = self._advance(tokens[:, None])
