"""What one step computes for the sequences of a lane: a chunk of prompts, a decode pass, the drafts.

On a GPU the host's work on a decode pass (text, stops, delivery) is done while the next pass runs: what was drawn is
in flight for one step, and the next pass takes it where it was drawn, on the device. A row whose sequence turns out to
have ended in the meantime has run once for nothing; it wrote behind what its slot counts as held.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

from phi_model.engine.kv import UNKNOWN, Segment
from phi_model.engine.sampler import Draw, SampleRow, score_prompt
from phi_model.engine.scheduler import Lane
from phi_model.engine.sequence import Choice, Job, Sequence
from phi_model.engine.slots import Slot
from phi_model.engine.speculation import Drafter
from phi_model.engine.stream import Wakeups
from phi_model.engine.transfer import to_device


class Row(NamedTuple):
    """A sequence's part of a draw.

    Attributes:
        sequence: whose.
        slot: where it was; it is elsewhere, or nowhere, if the draw came too late.
        position: where the first of its tokens' keys and values went.
        draft: tokens drafted behind that one.
    """

    sequence: Sequence
    slot: Slot
    position: int
    draft: list[int]


class Flight(NamedTuple):
    """A draw that the host does not know yet.

    Attributes:
        draw: the tokens.
        rows: whose they are, in order.
        settle: takes a sequence's choices.
    """

    draw: Draw
    rows: list[Row]
    settle: Callable[[Row, list[Choice]], None]


class Stepper:
    """Computes and samples.

    Args:
        wakeups: callers to wake for what was delivered.
        prefill_chunk: prompt tokens a step computes at most.
        speculate_rows: drafts are made while at most this many rows decode; 0 turns them off.
        draft_tokens: the most tokens drafted for one row.
        finished: called with a sequence that has its finish reason.
        overflowed: called with a sequence whose logits are not finite.
    """

    def __init__(
        self,
        wakeups: Wakeups,
        *,
        prefill_chunk: int,
        speculate_rows: int,
        draft_tokens: int,
        finished: Callable[[Sequence], None],
        overflowed: Callable[[Sequence], None],
    ) -> None:
        self.speculate_rows = speculate_rows
        self.draft_tokens = draft_tokens
        self._wakeups = wakeups
        self._prefill_chunk = prefill_chunk
        self._finished = finished
        self._overflowed = overflowed

    def prefill(self, lane: Lane) -> None:
        """Computes at most one chunk of prompts, and the first tokens of those it completes."""
        plan = lane.plan_prefill(self._prefill_chunk)
        if not plan:
            return
        segments: list[Segment] = []
        wanted: list[int] = []
        spans: list[tuple[Sequence, int, int]] = []  # rows of the logits that are a sequence's
        at = 0
        for sequence, count in plan:
            start = sequence.slot.length
            segments.append(
                Segment(sequence.slot.index, start, sequence.tokens[start : start + count])
            )
            first = len(wanted)
            if sequence.scoring:
                wanted += range(at, at + count)
            elif count == sequence.pending:
                wanted.append(at + count - 1)
            spans.append((sequence, first, len(wanted)))
            at += count
        logits = lane.runner.run(segments, wanted)
        rows: list[SampleRow] = []
        sources: list[int] = []
        for (sequence, first, last), segment in zip(spans, segments, strict=True):
            sequence.slot.length = segment.end
            if sequence.scoring:
                self._score(sequence.job, segment, logits[first:last])
            if sequence.pending == 0:
                lane.prefilling.remove(sequence)
                lane.decoding.append(sequence)
                for member in (sequence, *self._fork(lane, sequence)):
                    rows.append(SampleRow(member))
                    sources.append(last - 1)
        if rows:
            self._first_tokens(lane, logits, rows, sources)

    def _score(self, job: Job, segment: Segment, logits: torch.Tensor) -> None:
        """Log-probabilities of the prompt's tokens that this segment's logits predict."""
        if not job.prompt_choices:
            job.prompt_choices.append(None)  # nothing comes before the first token
        predicted = job.prompt[segment.start + 1 : segment.end + 1]
        top = job.request.logprobs or 0
        job.prompt_choices += score_prompt(logits[: len(predicted)], predicted, top)

    def _fork(self, lane: Lane, leader: Sequence) -> list[Sequence]:
        """Places the other completions of the request, whose prompt the leader has computed."""
        siblings = [] if leader.index or leader.generated else leader.job.sequences[1:]
        placed = []
        for sibling in siblings:
            if sibling.lane is not None or sibling.finish_reason is not None:
                continue  # it has a place already: it waits, or it overflowed too
            if not lane.queue and lane.place(sibling, (), fork=True):
                sibling.retried = leader.retried
                placed.append(sibling)
            else:
                lane.wait(sibling)
        return placed

    def _first_tokens(
        self, lane: Lane, logits: torch.Tensor, rows: list[SampleRow], sources: list[int]
    ) -> None:
        if sources != list(range(logits.shape[0])):
            logits = logits[to_device(sources, logits.device)]
        places = [
            Row(row.sequence, row.sequence.slot, row.sequence.slot.length, []) for row in rows
        ]
        self._launch(lane, Flight(lane.runner.sample(logits, rows), places, self._begin))
        if any(row.sequence.job.scored for row in rows):
            self._settle(lane)

    def _begin(self, row: Row, choices: list[Choice]) -> None:
        """Takes the first token of a sequence."""
        sequence, [choice] = row.sequence, choices
        if not choice.finite:
            self._overflowed(sequence)
            return
        if sequence.job.request.echo and not sequence.generated:
            sequence.echo(self._wakeups)
        if sequence.room > 0:
            self._accept(sequence, choice)
        else:  # max_tokens=0: only the prompt was asked for
            sequence.finish("length", self._wakeups)
            self._finished(sequence)

    def decode(self, lane: Lane) -> None:
        """One decode pass over the active rows; on a GPU, the host's work on the pass before it."""
        together = [sequence for sequence in lane.decoding if not lane.is_solo(sequence)]
        together.sort(key=lambda sequence: sequence.slot.index)  # adjacent slots attend together
        alone = [[sequence] for sequence in lane.decoding if lane.is_solo(sequence)]
        earlier = len(lane.flights)
        waits = False
        for group in ([together] if together else []) + alone:
            waits = self._decode_group(lane, group) or waits
        self._settle(lane, keep=0 if waits else len(lane.flights) - earlier)
        if not lane.decoding:
            self._settle(lane)  # of those that nobody waits for any more

    def _decode_group(self, lane: Lane, group: list[Sequence]) -> bool:
        """Starts the pass over a group; returns whether its tokens are needed before the next pass."""
        speculate = len(group) <= self.speculate_rows
        segments: list[Segment] = []
        rows: list[SampleRow] = []
        places: list[Row] = []
        waits = False
        for sequence in group:
            slot = sequence.slot
            if sequence.room <= slot.flying:
                continue  # its last token is on the way
            draft = self._draft(lane, sequence) if speculate else []
            # Slot.length counts no token in flight; the first token's pass had the prompt's end as its start.
            start = len(sequence.tokens) - 1 + slot.flying
            last = UNKNOWN if slot.flying else sequence.tokens[-1]
            segments.append(Segment(slot.index, start, [last, *draft]))
            rows.append(SampleRow(sequence))
            rows += [SampleRow(sequence, tuple(draft[: i + 1])) for i in range(len(draft))]
            places.append(Row(sequence, slot, start, draft))
            # Log-probabilities look at the tokens so far.
            waits = waits or sequence.job.scored
            # So do drafts; where none was found, the next pass but one looks again, and half the passes need not wait.
            looks = speculate and not sequence.drafter.resting
            waits = waits or (looks and bool(draft or slot.flying))
        if rows:
            draw = lane.runner.decode(segments, rows)
            self._launch(lane, Flight(draw, places, self._verify))
        return waits

    def _draft(self, lane: Lane, sequence: Sequence) -> list[int]:
        if sequence.drafter is None:
            sequence.drafter = Drafter(self.draft_tokens)
        # The last token drawn has to have a place in the window of its own.
        room = sequence.room - 1
        if sequence.slot.flying:
            sequence.drafter.rest()
            return []
        if lane.is_solo(sequence, ahead=self.draft_tokens):
            return []  # a longer window would change the rotation of its first tokens
        return sequence.drafter.draft(sequence.tokens, room)

    def _launch(self, lane: Lane, flight: Flight) -> None:
        for row in flight.rows:
            row.slot.flying += 1
        lane.flights.append(flight)
        if not lane.runner.lags:
            self._settle(lane)

    def _settle(self, lane: Lane, keep: int = 0) -> None:
        """Takes what was drawn, but for the latest ``keep`` draws."""
        while len(lane.flights) > keep:
            flight = lane.flights.popleft()
            choices = flight.draw.choices()
            at = 0
            for row in flight.rows:
                window = choices[at : at + 1 + len(row.draft)]
                at += len(window)
                if row.sequence.slot is row.slot:
                    row.slot.flying -= 1
                    flight.settle(row, window)
                elif not all(choice.finite for choice in window):
                    lane.discard(row.slot, row.position)

    def _verify(self, row: Row, choices: list[Choice]) -> None:
        """Keeps the drafted tokens up to the first that the sampler did not draw."""
        sequence, draft = row.sequence, row.draft
        kept = 0
        for at, choice in enumerate(choices):
            if not choice.finite:
                self._overflowed(sequence)
                return
            sequence.slot.length += 1
            agrees = at < len(draft) and choice.token == draft[at]
            self._accept(sequence, choice)
            if sequence.finish_reason is not None or not agrees:
                break
            kept += 1
        if draft:
            sequence.drafter.report(len(draft), kept)

    def _accept(self, sequence: Sequence, choice: Choice) -> None:
        sequence.accept(choice, self._wakeups)
        if sequence.finish_reason is not None:
            self._finished(sequence)
