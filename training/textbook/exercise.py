"""One text of the textbook."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """A program with the checks that it passes.

    Attributes:
        topic: module of the textbook that it comes from.
        names: what it defines at the top level, the main thing first.
        text: source; ends with one newline.
        checks: doctests that hold behind it; a program's own output is not part of them.
    """

    topic: str
    names: tuple[str, ...]
    text: str
    checks: str

    @property
    def name(self) -> str:
        """The name of what it is about."""
        return self.names[0]

    @property
    def kind(self) -> str:
        """``function`` where it is one function or class alone, otherwise ``file``."""
        body = ast.parse(self.text).body
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return "function" if len(body) == 1 and isinstance(body[0], kinds) else "file"


def exercise(topic: str, text: str, checks: str, main: str | None = None) -> Exercise:
    """Make an exercise; its names are read from the text."""
    defined = [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    ]
    first = main or (defined[0] if defined else topic)
    names = (first, *(name for name in defined if name != first))
    return Exercise(topic, names, text, checks)
