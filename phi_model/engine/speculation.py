"""Drafts by prompt lookup: what followed the last tokens the last time they occurred.

Code repeats itself, so a window of drafted tokens is verified in one forward pass. A drafted token is
kept only if it is the very token that the sampler draws at its position; whether a draft is good
changes the speed and never the output.
"""

from __future__ import annotations

LONGEST_NGRAM = 3
SHORTEST_NGRAM = 2
FIRST_WINDOW = 4
# After a window of which nothing was kept, this many steps go by without a draft, then twice as many.
FIRST_PAUSE = 2
LONGEST_PAUSE = 64


class Drafter:
    """Drafts for one sequence; it learns how much drafting pays there.

    Args:
        longest: the most tokens a window may hold.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._window = min(FIRST_WINDOW, longest)
        self._index: dict[tuple[int, ...], int] = {}
        self._indexed = 0  # n-grams that end before this position are in the index
        self._pause = FIRST_PAUSE
        self._skip = 0

    def draft(self, tokens: list[int], room: int) -> list[int]:
        """Proposes what may follow.

        Args:
            tokens: the sequence so far; only ever appended to between calls.
            room: the most tokens to propose.

        Returns:
            The tokens that followed the latest earlier occurrence of the last n-gram, longest first;
            none where there was no such occurrence.
        """
        if self._skip > 0:
            self._skip -= 1
            return []
        self._extend(tokens)
        for size in range(LONGEST_NGRAM, SHORTEST_NGRAM - 1, -1):
            if len(tokens) > size:
                follows = self._index.get(tuple(tokens[-size:]))
                if follows is not None:
                    count = min(self._window, room)
                    return tokens[follows : follows + count] if count > 0 else []
        return []

    @property
    def resting(self) -> bool:
        """Whether no draft will be made at the next step."""
        return self._skip > 0

    def rest(self) -> None:
        """Lets a step go by without looking for a draft."""
        self._skip = max(self._skip - 1, 0)

    def report(self, drafted: int, kept: int) -> None:
        """Says how many of the drafted tokens were kept: the window doubles or shrinks."""
        if drafted == 0:
            return
        if kept == drafted:
            self._window = min(self._window * 2, self._longest)
        else:
            self._window = max(
                min(self._window, kept + 1), min(FIRST_WINDOW, self._longest) // 2, 1
            )
        if kept == 0:
            self._skip, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        else:
            self._pause = FIRST_PAUSE

    def _extend(self, tokens: list[int]) -> None:
        # The n-gram at the very end is left out: it would find itself.
        for end in range(max(self._indexed, SHORTEST_NGRAM), len(tokens)):
            for size in range(SHORTEST_NGRAM, LONGEST_NGRAM + 1):
                if end >= size:
                    self._index[tuple(tokens[end - size : end])] = end
        self._indexed = len(tokens)
