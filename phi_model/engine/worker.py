"""The thread that owns the model, and its step."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

import torch

from phi_model.engine.kv import Segment
from phi_model.engine.sampler import SampleRow, score_prompt
from phi_model.engine.scheduler import Lane, Scheduler
from phi_model.engine.sequence import Choice, Job, Sequence
from phi_model.engine.speculation import Drafter
from phi_model.engine.stream import Wakeups

log = logging.getLogger(__name__)

NOT_FINITE = "the model computed numbers that are not finite"


class Worker:
    """Runs steps until it is closed.

    A step: take new requests and cancellations; admit into slots; at most one chunk of prompts; one
    decode pass over the active rows; deliver.

    Args:
        lane: the runner and its slots.
        make_precise: builds the float32 lane in which overflowed requests are retried; None when
            the model is float32 already.
        max_waiting: bound of the waiting list.
        prefill_chunk: prompt tokens a step computes at most.
        speculate_rows: drafts are made while at most this many rows decode; 0 turns them off.
        draft_tokens: the most tokens drafted for one row.
    """

    def __init__(
        self,
        lane: Lane,
        *,
        make_precise: Callable[[], Lane] | None,
        max_waiting: int,
        prefill_chunk: int,
        speculate_rows: int,
        draft_tokens: int,
    ) -> None:
        self.lane = lane
        self.precise: Lane | None = None
        self.scheduler = Scheduler(lane, max_waiting)
        self.speculate_rows = speculate_rows
        self.draft_tokens = draft_tokens
        self._make_precise = make_precise
        self._prefill_chunk = prefill_chunk
        # Re-entrant, unlike a lock or an event: a stream may be collected in the middle of a put.
        self._inbox: queue.SimpleQueue[tuple[str, Job | None]] = queue.SimpleQueue()
        self._wakeups = Wakeups()
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._closed = False

    # Called from any thread.

    def submit(self, job: Job) -> None:
        """Hands a request to the thread, which starts with the first one.

        Raises:
            BusyError: the waiting list is full.
            RuntimeError: the worker is closed.
        """
        with self._start_lock:
            if self._closed:
                raise RuntimeError("the engine is closed")
            self.scheduler.reserve(job)
            self._inbox.put(("submit", job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="phi-engine", daemon=True)
                self._thread.start()

    def cancel(self, job: Job) -> None:
        """Ends a request within one step. Callable even inside the garbage collector."""
        self._inbox.put(("cancel", job))

    def close(self) -> None:
        """Ends every request as "cancelled" and the thread with them; returns when it is gone."""
        with self._start_lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._inbox.put(("close", None))
            thread.join()

    # The thread.

    def _run(self) -> None:
        with torch.inference_mode():
            while self.take_messages(block=self.idle):
                try:
                    self.step()
                except Exception as error:
                    # One broken step must not take the process's only engine with it.
                    log.exception("a step of the engine failed")
                    self._fail_all(error)
            for job in [*self.scheduler.jobs, *self.scheduler.waiting]:
                self._cancel(job)
            self._wakeups.flush()

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing waits."""
        precise_idle = self.precise is None or self.precise.idle
        return self.lane.idle and precise_idle and not self.scheduler.waiting

    def take_messages(self, block: bool = False) -> bool:
        """Takes what callers sent; waits for it when ``block`` is true.

        Returns:
            False when the worker has to end.
        """
        while True:
            try:
                kind, job = self._inbox.get(block=block)
            except queue.Empty:
                return True
            block = False
            if job is None:
                return False
            if kind == "cancel":
                self._cancel(job)
            else:
                older = self.scheduler.enter(job)
                if older is not None:
                    self._cancel(older)
            self._wakeups.flush()

    def step(self) -> None:
        """Admits, computes and delivers once."""
        now = time.perf_counter()
        for job in self.scheduler.admit():
            job.admitted = now
        self._prefill(self.lane)
        self._decode(self.lane)
        if self.precise is not None:
            self._step_precise(self.precise)
        self.scheduler.update_free()
        self._wakeups.flush()

    def _step_precise(self, lane: Lane) -> None:
        while lane.queue and lane.place(lane.queue[0], ()):
            lane.queue.popleft()
        self._prefill(lane)
        self._decode(lane)
        if lane.idle:
            self.precise = None  # its slots are memory that nobody needs now

    def _prefill(self, lane: Lane) -> None:
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
            if sibling.finish_reason is not None:
                continue
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
            logits = logits[torch.tensor(sources, device=logits.device)]
        for row, choice in zip(rows, lane.runner.sample(logits, rows), strict=True):
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
                self._leave(sequence)

    def _decode(self, lane: Lane) -> None:
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
        choices = iter(lane.runner.decode(segments, rows))
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
            self._leave(sequence)

    def _leave(self, sequence: Sequence, *, keep: bool = True) -> None:
        sequence.lane.remove(sequence, keep=keep)
        if sequence.job.finish_if_done(self._wakeups):
            self.scheduler.drop(sequence.job)

    def _overflowed(self, sequence: Sequence) -> None:
        """Retries a sequence in float32; ends it as "error" when that was float32 already."""
        log.warning("%s at position %d", NOT_FINITE, len(sequence.tokens))
        if self._make_precise is None or sequence.lane is self.precise:
            sequence.finish("error", self._wakeups, message=f"{NOT_FINITE}, in float32 too")
            self._leave(sequence, keep=False)
            return
        sequence.lane.remove(sequence, keep=False)
        if self.precise is None:
            self.precise = self._make_precise()
        if sequence.scoring:
            sequence.job.prompt_choices.clear()
        sequence.retried = True
        self.precise.wait(sequence)

    def _cancel(self, job: Job) -> None:
        if job.ended:
            return
        self._take_out(job)
        for sequence in job.sequences:
            if sequence.finish_reason is None:
                sequence.finish("cancelled", self._wakeups)
        job.finish_if_done(self._wakeups)
        self.scheduler.drop(job)

    def _take_out(self, job: Job, *, keep: bool = True) -> None:
        for sequence in job.sequences:
            if sequence.lane is not None:
                sequence.lane.remove(sequence, keep=keep)

    def _fail_all(self, error: Exception) -> None:
        for job in [*self.scheduler.jobs]:
            job.ended = True
            self._take_out(job, keep=False)
            self._wakeups.add(job.channel.end(error))
            self.scheduler.drop(job)
        self._wakeups.flush()
