"""Programs on the whole numbers up to a limit, or between two numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.textbook.exercise import Exercise
from training.textbook.families import reductions as r
from training.textbook.families.compose import compose, mixed
from training.textbook.families.numbers import KEEPS, MAKES
from training.textbook.families.parts import EVERY, Input
from training.textbook.vary import variants

HOW_MANY = 900
UP_TO = Input(
    "numbers from 1 to {n}", "number from 1 to {n}", "n limit maximum last", "int", "number i x num", "int",
    "The last number.", "", (1, 5, 6, 10, 12, 15, 20, 25, 30),
    loop="range(1, {p} + 1)", suffix="_up_to", elements=lambda n: [i for i in range(99) if 0 < i <= n],
)  # fmt: skip
BETWEEN = Input(
    "numbers from {start} to {end}", "number from {start} to {end}", "start low a first", "int",
    "number i x num", "int", "The first number.", "",
    ((1, 5), (3, 12), (10, 20), (-3, 4), (7, 7), (5, 1), (0, 15), (2, 30)),
    loop="range({p}, end + 1)", suffix="_between", more=("end", "high b last", "The last number."),
    elements=lambda pair: [i for i in range(-99, 99) if pair[0] <= i <= pair[1]],
)  # fmt: skip
BELOW = Input(
    "numbers below {n}", "number below {n}", "n limit bound maximum", "int", "number i x num", "int",
    "The numbers are smaller than this.", "", (1, 5, 6, 10, 13, 16, 21, 25, 31),
    loop="range({p})", suffix="_below", elements=lambda n: [i for i in range(99) if i < n],
)  # fmt: skip
REDUCTIONS = [
    r.SUM, r.COUNT, r.LIST, r.LIST, r.PRODUCT, r.PRINTED, r.PRINTED, r.YIELDED, r.LARGEST, r.SMALLEST, r.AVERAGE,
    r.MAPPING, r.JOINED, r.DESCENDING, r.PARTITION,
]  # fmt: skip
# "numbers of at least 5 from 1 to n" and the like read badly.
PLAIN = [keep for keep in KEEPS if keep.extra is None or keep.extra[0] == "divisor"]
DULL = ("positive", "negative", "zero")
PLAIN = [
    k for k in PLAIN if not any(word in k.before for word in DULL) and "between" not in k.after
]


def exercises(rng: random.Random) -> Iterator[Exercise]:
    """Yield the texts of this family."""
    made = 0
    for keep, make, reduce in mixed(rng, [EVERY, *PLAIN], MAKES, REDUCTIONS):
        for source in rng.sample([UP_TO, BETWEEN, BELOW], 2):
            program = compose("ranges", source, keep, make, reduce, rng)
            if program is None:
                continue
            for item in variants(program, rng, 1):
                yield item
                made += 1
        if made >= HOW_MANY:
            return
