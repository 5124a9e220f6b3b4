"""All texts of the textbook, in a fixed order."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Iterator
from functools import cache

from training.textbook import families, topics
from training.textbook.exercise import Exercise
from training.textbook.notation import Program, parse
from training.textbook.vary import variants


@cache
def programs() -> tuple[Program, ...]:
    """Return the hand-written programs of all topics."""
    found: list[Program] = []
    for module in pkgutil.iter_modules(topics.__path__):
        text = importlib.import_module(f"{topics.__name__}.{module.name}").PROGRAMS
        found += parse(module.name, text)
    return tuple(found)


def exercises(seed: int = 0) -> Iterator[Exercise]:
    """Yield every text of the textbook, each once.

    Args:
        seed: decides which variants are written; the same seed gives the same texts.
    """
    seen: set[str] = set()
    for position, program in enumerate(programs()):
        rng = random.Random(f"{seed}:{program.topic}:{program.main}:{position}")
        for item in variants(program, rng):
            if item.text not in seen:
                seen.add(item.text)
                yield item
    for module in pkgutil.iter_modules(families.__path__):
        family = importlib.import_module(f"{families.__name__}.{module.name}")
        make = getattr(family, "exercises", None)
        if make is None:
            continue
        for item in make(random.Random(f"{seed}:{module.name}")):
            if item.text not in seen:
                seen.add(item.text)
                yield item
