"""The roles of Python's characters, as Pygments gives them for an intact file, and files cut and broken."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from pygments.lexers import PythonLexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String

ROLES = (
    "O", "keyword", "constant", "namespace", "function", "class", "decorator", "builtin", "name",
    "string", "escape", "docstring", "comment", "number", "operator", "punctuation",
)  # fmt: skip
OUTSIDE = ROLES.index("O")
_BY_TYPE = (
    (Keyword.Constant, "constant"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Operator, "operator"),
    (Punctuation, "punctuation"),
    (Comment, "comment"),
    (Number, "number"),
    (String.Doc, "docstring"),
    (String.Escape, "escape"),
    (String.Interpol, "escape"),
    (String, "string"),
    (Name.Namespace, "namespace"),
    (Name.Function, "function"),
    (Name.Class, "class"),
    (Name.Decorator, "decorator"),
    (Name.Builtin, "builtin"),
    (Name.Exception, "builtin"),
    (Name, "name"),
    (Error, "O"),
)
QUOTES = ("'''", '"""', "'", '"')
DAMAGES = ("intact", "middle", "unclosed", "cut", "dropped")


def character_roles(text: str) -> list[int]:
    """A role for each character of a text, by Pygments' Python lexer; O for space outside of strings and comments.

    Spaces and line ends within a string, docstring or comment have its role.
    """
    roles: list[int] = []
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        name = next((role for type_, role in _BY_TYPE if kind in type_), "O")
        role = ROLES.index(name)
        inside = name in ("string", "docstring", "comment", "escape")
        roles += [role if inside or not c.isspace() else OUTSIDE for c in value]
    return roles


@dataclass(frozen=True)
class Piece:
    """Some text, perhaps broken, and the role that each character has in the intact file."""

    text: str
    roles: Sequence[int]
    damage: str


def damage(text: str, roles: Sequence[int], kind: str, rng: random.Random) -> Piece:
    """A piece of a file, broken in one way.

    Args:
        text: an intact file.
        roles: of its characters.
        kind: "intact" begins at a line that stands at the left and is not within a string; "middle" begins anywhere, even in
            a string; "unclosed" is an intact piece that lacks one quote; "cut" has each line end
            early with a chance of one in eight; "dropped" lacks a line in eight.
        rng: chooses the place.
    """
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    count = rng.randint(10, 60)
    if kind == "middle":
        begin = rng.randrange(max(1, len(text) - 200))
    else:
        inside = {ROLES.index("string"), ROLES.index("docstring")}
        good = [
            start
            for start, line in zip(starts, lines, strict=False)
            if line[:1] not in " \t\n)]}" and (start == 0 or roles[start - 1] not in inside)
        ]
        begin = rng.choice(good[: max(1, len(good) * 9 // 10)] or [0])
    first = next(i for i, start in enumerate(starts) if start > begin or start == len(text)) - 1
    end = starts[min(len(lines), first + count)]
    keep = [True] * len(text)
    if kind == "unclosed":
        _drop_quote(text, roles, begin, end, keep, rng)
    elif kind in ("cut", "dropped"):
        for line in range(first, min(len(lines), first + count)):
            if rng.random() < 0.125:
                size = starts[line + 1] - starts[line] - 1
                cut = starts[line] + (rng.randint(0, size) if kind == "cut" else 0)
                last = starts[line + 1] - (1 if kind == "cut" else 0)
                keep[cut:last] = [False] * (last - cut)
    places = [i for i in range(begin, end) if keep[i]]
    return Piece("".join(text[i] for i in places), [roles[i] for i in places], kind)


def _drop_quote(
    text: str, roles: Sequence[int], begin: int, end: int, keep: list[bool], rng: random.Random
) -> None:
    """Leave out one opening or closing quote, or one of a triple, of a string or docstring."""
    inside = {ROLES.index("string"), ROLES.index("docstring")}
    edges = [
        i
        for i in range(begin, end)
        if text[i] in "'\"" and roles[i] in inside
        and (i + 1 >= len(text) or roles[i + 1] not in inside or (i and roles[i - 1] not in inside))
    ]  # fmt: skip
    if edges:
        keep[rng.choice(edges)] = False
