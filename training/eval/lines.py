"""The next line: how often it is guessed exactly, and how near the guess is."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rapidfuzz import fuzz

from training.corpus import Document
from training.eval.subject import Sampling, Subject
from training.sources import SEED

LINES = 500
CONTEXT = 2_000
SAMPLING = Sampling(new_tokens=48, stop=("\n",))


def draw(documents: Sequence[Document], count: int, seed: int) -> list[tuple[str, str]]:
    """Draw lines of code with what stands before them.

    A line has at least five characters, is no comment, is not the first ten of its file, and ends within
    100 characters.

    Returns:
        (prefix, line) for each: the prefix ends behind a line break and begins at one, at most
        ``CONTEXT`` characters before.
    """
    places = []
    for document in documents:
        lines = document.text.split("\n")
        for number, line in enumerate(lines[10:], start=10):
            code = line.strip()
            if 5 <= len(code) <= 100 and not code.startswith("#"):
                places.append((lines, number))
    chosen = random.Random(seed).sample(places, count)
    return [(_before(lines, number), lines[number]) for lines, number in chosen]


def _before(lines: list[str], number: int) -> str:
    first, size = number, 0
    while first > 0 and size + len(lines[first - 1]) + 1 <= CONTEXT:
        first -= 1
        size += len(lines[first]) + 1
    return "\n".join(lines[first:number]) + "\n"


def score(guess: str, line: str) -> tuple[bool, float]:
    """Compare the first line of a guess with the true one, spaces around them aside.

    Returns:
        Whether they are equal, and their edit similarity, 0 to 1: one less the insertions and deletions
        that turn one into the other over their lengths together (as in CodeXGLUE).
    """
    told, true = guess.split("\n", 1)[0].strip(), line.strip()
    return told == true, fuzz.ratio(told, true) / 100


def next_lines(subject: Subject, documents: Sequence[Document]) -> dict[str, float]:
    """Measure ``LINES`` held-out lines under greedy decoding."""
    drawn = draw(documents, LINES, SEED)
    guesses = subject.complete([prefix for prefix, _ in drawn], SAMPLING)
    scores = [score(guess, line) for [guess], (_, line) in zip(guesses, drawn, strict=True)]
    return {
        "lines": len(scores),
        "exact_match": round(sum(exact for exact, _ in scores) / len(scores), 4),
        "edit_similarity": round(sum(near for _, near in scores) / len(scores), 4),
    }
