"""Programs on the words of a text."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.families import reductions as r
from training.textbook.families.compose import compose, mixed
from training.textbook.families.parts import Input
from training.textbook.families.words import KEEPS, MAKES
from training.textbook.vary import variants

HOW_MANY = 700
TEXT = Input(
    "words", "word", "text sentence s line", "str", "word w item", "str", "Words with spaces between them.",
    "in {text}",
    (
        "", "tea", "the quick brown fox", "to be or not to be", "Anna likes apples and oranges", "one two three",
        "A big elephant ate an apple", "HELLO big World", "she sells sea shells", "level noon and radar",
        "I like python 3", "time and tide wait", "Rome was not built in a day", "my data model is here",
    ),
    loop="{p}.split()", suffix="_in_text", elements=lambda text: [w for w in text.split(" ") if w],
)  # fmt: skip
REDUCTIONS = [
    r.SUM, r.COUNT, r.COUNT, r.LIST, r.LIST, r.FIRST, r.DISTINCT, r.SORTED, r.MAPPING, r.JOINED, r.PRINTED, r.HISTOGRAM,
    r.ANY, r.ALL, r.WITHOUT, r.AVERAGE, r.LARGEST,
]  # fmt: skip
WHOLE = [keep for keep in KEEPS if keep.before not in ("empty", "non-empty")]


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    made = 0
    for keep, make, reduce in mixed(rng, WHOLE, MAKES, REDUCTIONS):
        program = compose("text_words", TEXT, keep, make, reduce, rng)
        if program is None:
            continue
        for item in variants(program, rng, 1):
            yield item
            made += 1
        if made >= HOW_MANY:
            return
