"""All texts of the textbook, in a fixed order."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Iterator
from functools import cache
from itertools import islice

from training.textbook import families, topics
from training.textbook.exercise import Exercise
from training.textbook.notation import Program, parse
from training.textbook.vary import variants

FAMILY = 40


@cache
def programs() -> tuple[Program, ...]:
    """Return the hand-written programs of all topics."""
    found: list[Program] = []
    for module in pkgutil.iter_modules(topics.__path__):
        text = importlib.import_module(f"{topics.__name__}.{module.name}").PROGRAMS
        found += parse(module.name, text)
    return tuple(found)


def exercises(
    seed: int = 0, only: str | None = None, each: int | None = None
) -> Iterator[Exercise]:
    """Yield every text of the textbook, each once.

    Args:
        seed: decides which variants are written; the same seed gives the same texts.
        only: a topic or family, where not all are wanted.
        each: at most so many texts of a base program, and ``FAMILY`` times as many of a family; all
            where not given.
    """
    seen: set[str] = set()
    for position, program in enumerate(programs()):
        if only not in (None, program.topic):
            continue
        rng = random.Random(f"{seed}:{program.topic}:{program.main}:{position}")
        for item in variants(program, rng, each):
            if item.text not in seen:
                seen.add(item.text)
                yield item
    for module in pkgutil.iter_modules(families.__path__):
        if only not in (None, module.name):
            continue
        family = importlib.import_module(f"{families.__name__}.{module.name}")
        make = getattr(family, "exercises", None)
        if make is None:
            continue
        for item in islice(make(random.Random(f"{seed}:{module.name}")), each and FAMILY * each):
            if item.text not in seen:
                seen.add(item.text)
                yield item
