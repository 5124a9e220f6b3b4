"""What one step computes for the sequences of a lane: a chunk of prompts, a decode pass, the drafts."""

from __future__ import annotations

from collections.abc import Callable

import torch

from phi_model.engine.kv import Segment
from phi_model.engine.sampler import SampleRow, score_prompt
from phi_model.engine.scheduler import Lane
from phi_model.engine.sequence import Choice, Job, Sequence
from phi_model.engine.speculation import Drafter
from phi_model.engine.stream import Wakeups
from phi_model.engine.transfer import to_device


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
        for row, choice in zip(rows, lane.runner.sample(logits, rows).choices(), strict=True):
            sequence = row.sequence
            if not choice.finite:
                self._overflowed(sequence)
                continue
            if sequence.job.request.echo and not sequence.generated:
                sequence.echo(self._wakeups)
            if sequence.room > 0:
                self._accept(sequence, choice)
            else:  # max_tokens=0: only the prompt was asked for
                sequence.finish("length", self._wakeups)
                self._finished(sequence)

    def decode(self, lane: Lane) -> None:
        """One decode pass over the active rows."""
        together = [sequence for sequence in lane.decoding if not lane.is_solo(sequence)]
        together.sort(key=lambda sequence: sequence.slot.index)  # adjacent slots attend together
        alone = [[sequence] for sequence in lane.decoding if lane.is_solo(sequence)]
        for group in ([together] if together else []) + alone:
            self._decode_group(lane, group)

    def _decode_group(self, lane: Lane, group: list[Sequence]) -> None:
        speculate = len(group) <= self.speculate_rows
        segments: list[Segment] = []
        rows: list[SampleRow] = []
        drafts: list[list[int]] = []
        for sequence in group:
            draft = self._draft(lane, sequence) if speculate else []
            slot = sequence.slot
            segments.append(Segment(slot.index, slot.length, [sequence.tokens[-1], *draft]))
            rows.append(SampleRow(sequence))
            rows += [SampleRow(sequence, tuple(draft[: i + 1])) for i in range(len(draft))]
            drafts.append(draft)
        choices = iter(lane.runner.decode(segments, rows).choices())
        for sequence, draft in zip(group, drafts, strict=True):
            window = [next(choices) for _ in range(len(draft) + 1)]
            self._verify(sequence, draft, window)

    def _draft(self, lane: Lane, sequence: Sequence) -> list[int]:
        # The last token drawn has to have a place in the window of its own.
        room = sequence.room - 1
        if lane.is_solo(sequence, ahead=self.draft_tokens):
            return []  # a longer window would change the rotation of its first tokens
        if sequence.drafter is None:
            sequence.drafter = Drafter(self.draft_tokens)
        return sequence.drafter.draft(sequence.tokens, room)

    def _verify(self, sequence: Sequence, draft: list[int], window: list[Choice]) -> None:
        """Keeps the drafted tokens up to the first that the sampler did not draw."""
        kept = 0
        for at, choice in enumerate(window):
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
