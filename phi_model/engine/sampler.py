"""One draw for every row of a step, on the device, and one copy of the results to the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from phi_model.engine.sequence import Choice, Sequence
from phi_model.engine.transfer import Arriving, batch_to_device, to_device
from phi_model.removals import GREEDY, Removals, Trace
from phi_model.sampling import SamplingBatch, process_logits, sample, token_logprobs


class SampleRow(NamedTuple):
    """A position to draw.

    Attributes:
        sequence: whose.
        drafted: unverified tokens between the sequence's last one and this position.
    """

    sequence: Sequence
    drafted: tuple[int, ...] = ()

    @property
    def position(self) -> int:
        """Absolute index of the token to draw; the noise is drawn from it."""
        return len(self.sequence.tokens) + len(self.drafted)


class Draw:
    """Tokens drawn on the device, on their way to the host.

    Args:
        tokens: (rows,) int64, on the device.
        arriving: what the host needs to know of them.
        read: makes the choices of it.
    """

    def __init__(
        self,
        tokens: Tensor,
        arriving: Arriving,
        read: Callable[[list[list[float]]], list[Choice]],
    ) -> None:
        self.tokens = tokens
        self._arriving = arriving
        self._read = read

    def choices(self) -> list[Choice]:
        """What was drawn; waits until the device is there."""
        return self._read(self._arriving.tolist())


class Sampler:
    """Draws tokens; keeps the parameters' tensors while the same sequences go on.

    Args:
        valid: ids from here on are unknown to the tokenizer and never drawn.
        device: where the logits are.
    """

    def __init__(self, valid: int, device: torch.device) -> None:
        self._valid = valid
        self._device = device
        self._sequences: list[Sequence] = []
        self._batch: SamplingBatch | None = None

    def draw(self, logits: Tensor, rows: list[SampleRow]) -> Draw:
        """Draws one token a row, without waiting for the device.

        Args:
            logits: (rows, vocab) float32, the model's own.
            rows: what each row of the logits stands for.
        """
        batch = self._parameters(rows)
        history, output_start = self._history(rows) if batch.needs_history else (None, None)
        scores = process_logits(logits[:, : self._valid], batch, history, output_start=output_start)
        positions = to_device([row.position for row in rows], self._device)
        tokens = sample(scores, batch, positions)
        return self.report(logits, scores, tokens, outcome(tokens, logits), rows)

    def report(
        self, logits: Tensor, scores: Tensor, tokens: Tensor, found: Tensor, rows: list[SampleRow]
    ) -> Draw:
        """Sends what was drawn to the host, with the log-probabilities that were asked for.

        Args:
            logits: (rows, vocab) float32, the model's own.
            scores: (rows, valid) float32, what was drawn from.
            tokens: (rows,) what was drawn.
            found: (rows, 2) what `outcome` says of them.
            rows: as for `draw`.
        """
        if any(row.sequence.job.scored for row in rows):
            return self._with_logprobs(logits, scores, tokens, found, rows)
        return Draw(tokens, Arriving(found), _plain_choices)

    def _with_logprobs(
        self,
        logits: Tensor,
        scores: Tensor,
        tokens: Tensor,
        found: Tensor,
        rows: list[SampleRow],
    ) -> Draw:
        columns = [found]
        wanted = [
            (row.sequence.job.request.logprobs or 0) if row.sequence.job.scored else -1
            for row in rows
        ]
        top = max(wanted)
        batch = self._parameters(rows)
        if batch.any_greedy:
            rest = torch.arange(scores.shape[1], device=scores.device) != tokens[:, None]
            scores = scores.masked_fill(rest & batch.greedy[:, None], -torch.inf)
        raw = token_logprobs(logits, tokens, top)
        drawn = token_logprobs(scores, tokens, top)
        top = raw.top.shape[1]
        low = drawn.top.shape[1]
        for found in (raw, drawn):
            columns += [found.chosen[:, None].double(), found.top_ids.double(), found.top.double()]
        filters: tuple[str, ...] = ()
        if top:
            removals = self._removals(logits, scores, raw.top_ids, rows)
            filters = removals.filters
            columns += [removals.counts.double(), removals.removed_by.double()]

        def choices(host: list[list[float]]) -> list[Choice]:
            return [
                _scored_choice(row, count, top, low, filters)
                for row, count in zip(host, wanted, strict=True)
            ]

        return Draw(tokens, Arriving(torch.cat(columns, dim=1)), choices)

    def _removals(
        self, logits: Tensor, left: Tensor, ids: Tensor, rows: list[SampleRow]
    ) -> Removals:
        """Filters anew, for those who look: the draw need not keep what each filter left."""
        batch = self._parameters(rows)
        history, output_start = self._history(rows) if batch.needs_history else (None, None)
        known, trace = logits[:, : self._valid], Trace()
        process_logits(known, batch, history, output_start=output_start, trace=trace)
        if batch.any_greedy:
            trace.note(GREEDY, left)
        return trace.removals(ids, known.shape[1], logits.shape[1])

    def _parameters(self, rows: list[SampleRow]) -> SamplingBatch:
        sequences = [row.sequence for row in rows]
        if self._batch is None or sequences != self._sequences:
            self._sequences = sequences
            batch = SamplingBatch.from_params(
                [sequence.job.request for sequence in sequences],
                rows=[sequence.index for sequence in sequences],
                seeds=[sequence.job.seed for sequence in sequences],
            )
            self._batch = batch_to_device(batch, self._device)
        return self._batch

    def _history(self, rows: list[SampleRow]) -> tuple[Tensor, Tensor]:
        """Tokens so far, -1 behind them, and where the generated ones begin: (rows, longest), (rows,)."""
        histories = [[*row.sequence.tokens, *row.drafted] for row in rows]
        longest = max(map(len, histories))
        padded = [history + [-1] * (longest - len(history)) for history in histories]
        starts = [len(row.sequence.job.prompt) for row in rows]
        return to_device(padded, self._device), to_device(starts, self._device)


def score_prompt(logits: Tensor, tokens: list[int], top: int) -> list[Choice]:
    """Log-probabilities of given tokens, for an echoed prompt.

    Args:
        logits: (tokens, vocab) float32; row i is what the model said before token i.
        tokens: the tokens that came.
        top: number of alternatives.
    """
    chosen = torch.tensor(tokens, device=logits.device)
    found = token_logprobs(logits, chosen, top)
    return [
        Choice(token, True, logprob, tuple(zip(ids, values, strict=True)))
        for token, logprob, ids, values in zip(
            tokens, found.chosen.tolist(), found.top_ids.tolist(), found.top.tolist(), strict=True
        )
    ]


def outcome(tokens: Tensor, logits: Tensor) -> Tensor:
    """Token and sum of the logits, float64 (rows, 2): the sum is a number iff every logit is one."""
    return torch.stack((tokens.double(), logits.sum(dim=-1).double()), dim=1)


def _plain_choices(host: list[list[float]]) -> list[Choice]:
    return [Choice(int(token), total - total == 0) for token, total in host]


def _scored_choice(
    row: list[float], count: int, top: int, low: int, filters: tuple[str, ...]
) -> Choice:
    """A row of the columns that `_with_logprobs` sends: `top` raw alternatives, `low` processed ones."""
    token, total, *rest = row
    finite = total - total == 0
    if count < 0:
        return Choice(int(token), finite)
    first, second = rest[: 1 + 2 * top], rest[1 + 2 * top :]
    third = second[1 + 2 * low :]
    names = (*filters, None)
    best = _pairs(first[1 : 1 + top], first[1 + top :], count)
    return Choice(
        int(token),
        finite,
        first[0],
        best,
        second[0],
        _pairs(second[1 : 1 + low], second[1 + low : 1 + 2 * low], count),
        tuple([names[int(at)] for at in third[len(filters) :][: len(best)]]),
        tuple([(n, int(c)) for n, c in zip(filters, third, strict=False) if c and count]),
    )


def _pairs(ids: list[float], values: list[float], count: int) -> tuple[tuple[int, float], ...]:
    """The first alternatives; a filtered token (-inf) is none."""
    best = zip(ids[:count], values[:count], strict=True)
    return tuple((int(token), value) for token, value in best if value != float("-inf"))
