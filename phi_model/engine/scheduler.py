"""Who runs next: the waiting list, and the sequences in their slots.

Nothing here touches a tensor. Only the worker's thread calls it, except for what is said otherwise.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from phi_model.backend import BusyError
from phi_model.engine.sequence import Job, Sequence
from phi_model.engine.slots import Claim, Slot, SlotTable

if TYPE_CHECKING:
    from phi_model.engine.runner import EagerRunner
    from phi_model.engine.step import Flight


class Lane:
    """A runner, its slots and the sequences in them.

    Args:
        runner: what computes.
        slots: number of slots that the runner has.
        solo_from: prompts longer than this many tokens are computed whole and alone (rope types
            whose frequencies depend on the length); None where none has to be.
    """

    def __init__(self, runner: EagerRunner, slots: int, solo_from: int | None = None) -> None:
        self.runner = runner
        self.table = SlotTable(slots)
        self.prefilling: list[Sequence] = []  # in the order of admission
        self.decoding: list[Sequence] = []
        self.queue: deque[Sequence] = deque()  # admitted requests' sequences without a slot yet
        self.flights: deque[Flight] = deque()  # draws that the host has not seen
        self.solo_from = solo_from

    @property
    def idle(self) -> bool:
        """Nothing runs or waits here."""
        return not (self.prefilling or self.decoding or self.queue)

    def is_solo(self, sequence: Sequence, ahead: int = 0) -> bool:
        """Whether the sequence's length, ``ahead`` tokens from now, changes its frequencies."""
        return self.solo_from is not None and len(sequence.tokens) + ahead > self.solo_from

    def wait(self, sequence: Sequence) -> None:
        """Puts a sequence of an admitted request on the list for the next idle slot."""
        sequence.lane = self
        self.queue.append(sequence)

    def place(self, sequence: Sequence, public: Iterable[list[int]], *, fork: bool = False) -> bool:
        """Gives a sequence a slot, with what is known of its tokens in it.

        Args:
            sequence: one without a slot.
            public: prompts that sessions may share.
            fork: the leader of the same request has just computed the whole prompt: take all of it
                and its logits, and decode from there.

        Returns:
            False when every slot is busy.
        """
        job = sequence.job
        # A retry distrusts what is held; an echo with log-probabilities needs every logit.
        reuse = fork or not (sequence.retried or sequence.scoring or self.is_solo(sequence))
        claim: Claim | None = self.table.claim(
            sequence.tokens,
            job.session,
            lasting=job.lasting,
            public=public,
            reuse=reuse,
            whole=fork,
        )
        if claim is None:
            return False
        sequence.slot, sequence.lane = claim.slot, self
        if not sequence.generated:
            # What the other completions copy is their own request's work, not an earlier one's.
            sequence.cached = job.sequences[0].cached if sequence.index else claim.cached
        if claim.source is not None:
            self.runner.cache.copy(claim.source.index, claim.slot.index, claim.cached)
        if fork:
            self.decoding.append(sequence)
        else:
            self.prefilling.append(sequence)
        return True

    def remove(self, sequence: Sequence, *, keep: bool = True) -> None:
        """Takes a sequence out, wherever it is, and gives its slot back.

        Args:
            sequence: one of this lane.
            keep: what the slot holds may be taken up again; False zeroes it.
        """
        for members in (self.decoding, self.prefilling, self.queue):
            if sequence in members:
                members.remove(sequence)
        slot = sequence.slot
        sequence.slot = sequence.lane = None
        if slot is not None:
            if not keep:
                self.runner.cache.clear(slot.index)
            self.table.release(slot, keep=keep and not self.is_solo(sequence))

    def discard(self, slot: Slot, position: int) -> None:
        """Zeroes what a pass for a sequence that had ended left in its slot, unless that is overwritten."""
        if not slot.busy or position >= slot.length + slot.flying:
            self.runner.cache.clear(slot.index, position)

    def plan_prefill(self, budget: int) -> list[tuple[Sequence, int]]:
        """Shares one chunk: which sequences compute how many tokens in this step.

        The oldest gets at least half of it, so that none starves; the rest goes to the shortest
        first, so that a keystroke does not wait for a long prompt.
        """
        if not self.prefilling:
            return []
        oldest, *others = self.prefilling
        if self.is_solo(oldest):
            return [(oldest, oldest.pending)]
        others = [sequence for sequence in others if not self.is_solo(sequence)]
        reserved = min(oldest.pending, budget // 2 if others else budget)
        left = budget - reserved
        plan = []
        for sequence in sorted(others, key=lambda one: one.pending):
            count = min(sequence.pending, left)
            if count == 0:
                break
            plan.append((sequence, count))
            left -= count
        plan.append((oldest, min(oldest.pending, reserved + left)))
        return plan


class Scheduler:
    """Admission: a bounded waiting list, one running request a session.

    Args:
        lane: where new requests go.
        max_waiting: how many may wait beyond those that idle slots will take at once.
    """

    def __init__(self, lane: Lane, max_waiting: int) -> None:
        self.lane = lane
        self.max_waiting = max_waiting
        self.waiting: deque[Job] = deque()
        self.jobs: list[Job] = []  # admitted and not ended
        self.public: list[list[int]] = []
        self._sessions: dict[Hashable, Job] = {}
        self._lock = threading.Lock()
        self._not_admitted: dict[int, Job] = {}
        self._free = lane.table.free

    def reserve(self, job: Job) -> None:
        """Takes a place in the waiting list, from any thread.

        Raises:
            BusyError: the list is full. An older request of the same session does not count: it is
                about to be superseded.
        """
        with self._lock:
            ahead = sum(job.session != other.session for other in self._not_admitted.values())
            if ahead >= self.max_waiting + self._free:
                raise BusyError(ahead, self.max_waiting)
            self._not_admitted[id(job)] = job

    def depth(self) -> int:
        """How many requests wait for admission, from any thread."""
        with self._lock:
            return len(self._not_admitted)

    def enter(self, job: Job) -> Job | None:
        """Puts a reserved request on the waiting list; returns the one that it supersedes."""
        older = self._sessions.get(job.session)
        self._sessions[job.session] = job
        self.waiting.append(job)
        return older

    def admit(self) -> list[Job]:
        """Moves requests from the waiting list into idle slots; returns them."""
        lane, admitted = self.lane, []
        while lane.queue and lane.place(lane.queue[0], self.public):
            lane.queue.popleft()
        while self.waiting and not lane.queue and lane.table.free:
            job = self.waiting.popleft()
            self.jobs.append(job)
            lane.place(job.sequences[0], self.public)
            admitted.append(job)
            self._settle(job)
        return admitted

    def drop(self, job: Job) -> None:
        """Forgets a request that ended or was cancelled."""
        if job in self.waiting:
            self.waiting.remove(job)
        if job in self.jobs:
            self.jobs.remove(job)
        if self._sessions.get(job.session) is job:
            del self._sessions[job.session]
        self._settle(job)

    def update_free(self) -> None:
        """Publishes the number of idle slots to `reserve`; called once a step."""
        free = max(self.lane.table.free - len(self.lane.queue), 0)
        if free != self._free:
            with self._lock:
                self._free = free

    def _settle(self, job: Job) -> None:
        with self._lock:
            self._not_admitted.pop(id(job), None)
            self._free = max(self.lane.table.free - len(self.lane.queue), 0)
