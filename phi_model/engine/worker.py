"""The thread that owns the model, and its step."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import torch

from phi_model.engine.jobs import Jobs
from phi_model.engine.scheduler import Lane, Scheduler
from phi_model.engine.sequence import Job, Sequence
from phi_model.engine.step import Stepper
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
        prefill_chunk, speculate_rows, draft_tokens: see `Stepper`.
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
        self.jobs = Jobs()
        self._make_precise = make_precise
        # Re-entrant, unlike a lock or an event: a stream may be collected in the middle of a put.
        self._inbox: queue.SimpleQueue[tuple[str, Job | None]] = queue.SimpleQueue()
        self._wakeups = Wakeups()
        self._stepper = Stepper(
            self._wakeups,
            prefill_chunk=prefill_chunk,
            speculate_rows=speculate_rows,
            draft_tokens=draft_tokens,
            finished=self._leave,
            overflowed=self._overflowed,
        )
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
            self._start()

    def call(self, function: Callable[[], Any]) -> Future[Any]:
        """Runs a function on the thread, between two steps; see `Engine.submit`.

        Raises:
            RuntimeError: the worker is closed.
        """
        with self._start_lock:
            if self._closed:
                raise RuntimeError("the engine is closed")
            future = self.jobs.add(function)
            self._inbox.put(("call", None))
            self._start()
        return future

    def _start(self) -> None:
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
        device = self.lane.runner.device
        if device.type == "cuda":
            torch.cuda.set_device(device)  # a thread's own setting
        with torch.inference_mode():
            while True:
                try:
                    if not self.take_messages(block=self.idle and not self.jobs):
                        break
                    self.step()
                    self.jobs.run_next()
                except Exception as error:
                    # One broken step must not take the process's only engine with it.
                    self._fail_all(error)
                    log.exception("a step of the engine failed")
            for job in [*self.scheduler.jobs, *self.scheduler.waiting]:
                self._cancel(job)
            self.jobs.close()
            self._wakeups.flush(force=True)

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
            if kind == "close":
                return False
            if kind == "call" or job is None:
                continue
            if kind == "cancel":
                self._cancel(job)
            else:
                older = self.scheduler.enter(job)
                if older is not None:
                    self._cancel(older)
            self._wakeups.flush(force=True)

    def step(self) -> None:
        """Admits, computes and delivers once."""
        now = time.perf_counter()
        for job in self.scheduler.admit():
            job.admitted = now
        # A chunk of a prompt may take long: what was computed before it goes out first.
        self._wakeups.flush(force=bool(self.lane.prefilling))
        self._stepper.prefill(self.lane)
        self._wakeups.flush()  # a first token need not wait for the second
        self._stepper.decode(self.lane)
        if self.precise is not None:
            self._step_precise(self.precise)
        self.scheduler.update_free()
        self._wakeups.flush(force=self.idle)

    def _step_precise(self, lane: Lane) -> None:
        while lane.queue and lane.place(lane.queue[0], ()):
            lane.queue.popleft()
        self._stepper.prefill(lane)
        self._stepper.decode(lane)
        self._free_precise()

    def _free_precise(self) -> None:
        """Lets the float32 lane go where nobody needs the memory of its slots."""
        if self.precise is not None and self.precise.idle:
            self.precise = None

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
        self._free_precise()
        job.finish_if_done(self._wakeups)
        self.scheduler.drop(job)

    def _take_out(self, job: Job, *, keep: bool = True) -> None:
        for sequence in job.sequences:
            if sequence.lane is not None:
                sequence.lane.remove(sequence, keep=keep)

    def _fail_all(self, error: Exception) -> None:
        for lane in (self.lane, self.precise):
            if lane is not None:
                lane.flights.clear()
        for job in [*self.scheduler.jobs]:
            job.ended = True
            self._take_out(job, keep=False)
            self._wakeups.add(job.channel.end(error))
            self.scheduler.drop(job)
        self._free_precise()
        self._wakeups.flush(force=True)
