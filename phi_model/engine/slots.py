"""Which slot holds which tokens, for whom, and which one the next request gets.

A slot outlives its request: what it holds can be taken up by the next request of the same session.
Nothing here touches a tensor; `phi_model.engine.kv` holds the keys and values themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


def common_prefix(a: Sequence[int], b: Sequence[int], limit: int) -> int:
    """Length of the longest common prefix of two token lists, at most ``limit``.

    Compares slices (at C speed) and halves the interval: prompts are thousands of tokens long.
    """
    low, high = 0, min(len(a), len(b), limit)
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


@dataclass
class Slot:
    """Room for one sequence.

    Attributes:
        index: row of the cache's tensors.
        tokens: the sequence; the first ``length`` of them have their keys and values in the slot.
        length: number of tokens held.
        session: whose tokens they are; never shown to another session.
        lasting: the session may come back (a request without a session does not).
        flying: tokens drawn on the device for its sequence that the host has not seen.
        busy: a sequence is using it.
        last_used: when it was last given back, as a running number.
    """

    index: int
    tokens: list[int] = field(default_factory=list)
    length: int = 0
    flying: int = 0
    session: Hashable = None
    lasting: bool = False
    busy: bool = False
    last_used: int = 0

    def reusable(self, tokens: Sequence[int], session: Hashable, limit: int, public: int) -> int:
        """How many leading tokens of ``tokens`` a request of ``session`` may take from here."""
        if self.length == 0:
            return 0
        own = self.session is not None and self.session == session
        bound = min(self.length, limit if own else min(limit, public))
        return common_prefix(self.tokens, tokens, bound) if bound else 0


class Claim(NamedTuple):
    """A slot for a sequence, and how much of the prompt needs no computing.

    Attributes:
        slot: the slot, already marked busy.
        cached: tokens at the start whose keys and values are there.
        source: copy those from this slot first; None when they are in ``slot`` itself.
    """

    slot: Slot
    cached: int
    source: Slot | None


class SlotTable:
    """The slots of one cache.

    Args:
        count: how many; at least 1.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"slots: must be at least 1, got {count}")
        self.slots = [Slot(index) for index in range(count)]
        self._clock = 0

    @property
    def free(self) -> int:
        """Number of slots that no sequence is using."""
        return sum(not slot.busy for slot in self.slots)

    def claim(
        self,
        tokens: list[int],
        session: Hashable,
        *,
        lasting: bool,
        public: Iterable[Sequence[int]] = (),
        reuse: bool = True,
        whole: bool = False,
    ) -> Claim | None:
        """Takes a slot for ``tokens``, the one with the longest common prefix if there is a choice.

        The last token is not taken from a slot: its logits have to be computed.

        Args:
            tokens: prompt (and what was generated of it, in a retry); the slot keeps this list.
            session: whose request it is.
            lasting: whether the session may come back.
            public: prompts whose tokens may be shared between sessions: the app's own examples.
            reuse: False computes everything anew.
            whole: take the last token too; the caller has its logits.

        Returns:
            The claim, or None when every slot is busy.
        """
        idle = [slot for slot in self.slots if not slot.busy]
        if not idle:
            return None
        limit = len(tokens) - (not whole) if reuse else 0
        shared = max((common_prefix(known, tokens, limit) for known in public), default=0)
        found = {s.index: s.reusable(tokens, session, limit, shared) for s in self.slots}
        source = max(self.slots, key=lambda slot: found[slot.index])
        cached = found[source.index]
        own = [s for s in idle if s.session == session and found[s.index] > 0]
        if own:
            slot = max(own, key=lambda slot: found[slot.index])
        else:
            # Slots of requests without a session go first: nobody comes back for them.
            slot = min(idle, key=lambda slot: (slot.lasting, slot.last_used))
        if found[slot.index] == cached:
            source = slot
        slot.tokens, slot.length, slot.flying = tokens, cached, 0
        slot.session, slot.lasting, slot.busy = session, lasting, True
        return Claim(slot, cached, None if source is slot or cached == 0 else source)

    def release(self, slot: Slot, *, keep: bool = True) -> None:
        """Gives a slot back; what it holds stays reusable when ``keep`` is true."""
        self._clock += 1
        slot.busy, slot.last_used = False, self._clock
        if not keep:
            slot.tokens, slot.length, slot.session, slot.lasting = [], 0, None, False

    def forget(self) -> None:
        """Drops what idle slots hold (the model behind them changed)."""
        for slot in self.slots:
            if not slot.busy:
                self.release(slot, keep=False)
