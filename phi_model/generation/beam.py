"""Beam search, token for token that of transformers 5.

Each prompt has `beams` running rows and as many finished ones. A step scores all continuations of the running rows, takes the
best few (or draws them without replacement), and splits them: those that end compete for a place among the finished, under
the length penalty; the others run on. The order of floating-point operations is the oracle's, because ties and the great
negative numbers that mark an empty place decide what is returned when few rows end.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from phi_model.generation.options import GenerationOptions
from phi_model.generation.prompt import Prompt
from phi_model.generation.runner import Runner
from phi_model.generation.scoring import Scorer, Stopping
from phi_model.noise import gumbel_noise

_NEVER = -1.0e9


@dataclass
class _Beams:
    """Rows of each prompt: ids (prompts, n, room), scores (prompts, n), how many ids are generated, whether they ended."""

    ids: Tensor
    scores: Tensor
    lengths: Tensor
    ended: Tensor

    def take(self, index: Tensor) -> _Beams:
        """The rows at `index` (prompts, m) of each prompt."""
        return _Beams(
            self.ids.gather(1, index[:, :, None].expand(-1, -1, self.ids.shape[2])),
            *(t.gather(1, index) for t in (self.scores, self.lengths, self.ended)),
        )

    def __add__(self, other: _Beams) -> _Beams:
        mine, theirs = vars(self), vars(other)
        return _Beams(**{name: torch.cat([mine[name], theirs[name]], dim=1) for name in mine})


class BeamSearch:
    """One call of beam search.

    Args:
        runner: decodes `num_beams` rows for each prompt.
        prompt: those rows.
        options: beams, penalties, what to return.
        scorer: penalties, and filters when sampling.
        stopping: what ends a row.
        new_tokens: the most tokens that follow the prompt.
        seed: where the noise of sampled beams comes from.
    """

    def __init__(
        self,
        runner: Runner,
        prompt: Prompt,
        options: GenerationOptions,
        scorer: Scorer,
        stopping: Stopping,
        new_tokens: int,
        seed: int,
    ) -> None:
        self._runner, self._prompt, self._options = runner, prompt, options
        self._scorer, self._stopping, self._seed = scorer, stopping, seed
        self._new_tokens = new_tokens
        self._beams = options.num_beams
        # Enough candidates that as many as there are beams do not end, should the best all be end tokens.
        self._candidates = max(2, 1 + len(options.eos_token_id)) * self._beams

    def run(self) -> Tensor:
        """(prompts * num_return_sequences, length) ids, the best first for each prompt."""
        running, finished = self._start()
        improvable = torch.ones(len(running.ids), 1, dtype=torch.bool, device=running.ids.device)
        logits = self._runner.prefill()
        for generated in range(self._new_tokens):
            candidates, parents = self._continue(running, logits, generated)
            finished = self._finish(finished, candidates, improvable, generated + 1)
            alive = candidates.scores + candidates.ended.float() * _NEVER
            chosen = alive.topk(self._beams).indices
            running = candidates.take(chosen)
            running.scores = alive.gather(1, chosen)
            improvable = improvable & self._can_improve(running, finished, generated + 1)
            full = self._options.early_stopping is True and bool(finished.ended.all())
            if not bool(improvable.any()) or full or bool(candidates.ended.all()):
                break
            self._runner.reorder(parents.gather(1, chosen).flatten())
            column = self._prompt.ids.shape[1] + generated
            logits = self._runner.step(running.ids[:, :, column].reshape(-1, 1))[:, -1]
        best = finished.take(
            torch.arange(self._options.num_return_sequences, device=finished.ids.device).expand(
                len(finished.ids), -1
            )
        )
        length = self._prompt.ids.shape[1] + int(best.lengths.max())
        return best.ids.flatten(0, 1)[:, :length]

    def _start(self) -> tuple[_Beams, _Beams]:
        ids = self._prompt.ids
        rows, length = ids.shape
        prompts = rows // self._beams
        room = torch.full(
            (rows, length + self._new_tokens), self._fill(), dtype=torch.long, device=ids.device
        )
        room[:, :length] = ids
        room = room.view(prompts, self._beams, -1)
        scores = torch.full((prompts, self._beams), _NEVER, device=ids.device)
        zeros = torch.zeros(prompts, self._beams, dtype=torch.long, device=ids.device)
        finished = _Beams(room, scores, zeros, zeros.bool())
        # The rows of a prompt are all the same: only the first may be continued.
        first = scores.clone()
        first[:, 0] = 0.0
        return _Beams(room.clone(), first, zeros, zeros.bool()), finished

    def _fill(self) -> int:
        """What follows the end of a row. A pad token of 0 gives way to the end token here, as it does in the oracle."""
        options = self._options
        if options.eos_token_id:
            return options.pad_token_id or options.eos_token_id[0]
        return -1 if options.pad is None else options.pad

    def _continue(self, running: _Beams, logits: Tensor, generated: int) -> tuple[_Beams, Tensor]:
        """The best continuations (prompts, candidates), and the row of the cache that each of them continues."""
        prompts = len(running.ids)
        column = self._prompt.ids.shape[1] + generated
        log_probs = logits.float().log_softmax(dim=-1)
        log_probs = self._scorer(log_probs, running.ids[:, :, :column].flatten(0, 1))
        vocab = log_probs.shape[-1]
        total = log_probs.view(prompts, self._beams, vocab) + running.scores[:, :, None]
        total = total.flatten(1)  # (prompts, beams * vocab)
        if self._options.do_sample:
            index = (
                (total + self._noise(prompts, total.shape[1], generated))
                .topk(self._candidates)
                .indices
            )
            scores = total.gather(1, index)
        else:
            scores, index = total.topk(self._candidates)
        parent = index // vocab
        candidates = running.take(parent)
        candidates.scores = scores
        candidates.ids[:, :, column] = index % vocab
        candidates.lengths = torch.full_like(parent, generated + 1)
        ended = self._stopping(candidates.ids[:, :, : column + 1].flatten(0, 1))
        candidates.ended = ended.view(prompts, -1)
        offset = torch.arange(prompts, device=parent.device)[:, None] * self._beams
        return candidates, parent + offset

    def _noise(self, prompts: int, width: int, generated: int) -> Tensor:
        device = self._prompt.ids.device
        rows = torch.arange(prompts, device=device)
        positions = self._prompt.lengths[:: self._beams] + generated
        return gumbel_noise(
            torch.full_like(rows, self._seed), rows, positions, torch.arange(width, device=device)
        )

    def _finish(
        self, finished: _Beams, candidates: _Beams, improvable: Tensor, length: int
    ) -> _Beams:
        """The finished rows, after those of the best candidates that ended have competed for a place."""
        ended = candidates.ended.clone()
        ended[:, self._beams :] = False  # the others are there only so that enough can run on
        scores = candidates.scores / (length**self._options.length_penalty)
        full = finished.ended.all(dim=1, keepdim=True) & (self._options.early_stopping is True)
        scores = scores + full.float() * _NEVER
        scores = scores + (~improvable).float() * _NEVER
        scores = scores + (~ended) * _NEVER
        merged = finished + _Beams(candidates.ids, scores, candidates.lengths, ended)
        return merged.take(merged.scores.topk(self._beams).indices)

    def _can_improve(self, running: _Beams, finished: _Beams, length: int) -> Tensor:
        """(prompts, 1): whether the best running row may yet beat the worst finished one."""
        options = self._options
        if options.early_stopping == "never" and options.length_penalty > 0.0:
            length = self._new_tokens
        best = running.scores[:, :1] / (length**options.length_penalty)
        worst = torch.where(finished.ended, finished.scores.amin(dim=1, keepdim=True), _NEVER)
        return (best > worst).any(dim=-1, keepdim=True)
