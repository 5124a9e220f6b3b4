"""Work in bounded pieces: a generator that yields calls, each at most one forward pass, and is sent their results.

Whoever owns the model decides where and when a call runs: `run` does it at once, an engine between two of its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Result = TypeVar("Result")
Passes = Generator[Callable[[], Any], Any, Result]


def run(passes: Passes[Result]) -> Result:
    """Runs every call where it is, and gives the generator's result."""
    value = None
    while True:
        try:
            call = passes.send(value)
        except StopIteration as end:
            return end.value
        value = call()
