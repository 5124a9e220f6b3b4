"""Whether a sample, whose end may be cut off, is Python up to its last complete statement."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass

_SILENT = {
    tokenize.NL,
    tokenize.COMMENT,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_CONTINUES = ("else", "elif", "except", "finally", "case")


@dataclass(frozen=True)
class _Line:
    """A logical line.

    Attributes:
        end: offset of the character behind it.
        indent: columns in front of it.
        word: its first token.
        closed: whether it is whole and opens nothing: what follows cannot make a mistake in it right.
    """

    end: int
    indent: int
    word: str
    closed: bool


def _logical_lines(text: str) -> list[_Line] | None:
    """Split a text into logical lines; the last may be unfinished. None where indents contradict."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[_Line] = []
    first = last = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                if first is not None and last is not None:
                    # Python closes the last line of a text by itself, with an empty string.
                    whole = bool(token.string)
                    end = starts[token.end[0]] if whole else len(text)
                    closed = whole and last.string != ":" and first.string != "@"
                    found.append(_Line(end, first.start[1], first.string, closed))
                first = None
            elif token.type not in _SILENT:
                first, last = first or token, token
    except IndentationError:
        return None
    except (tokenize.TokenError, SyntaxError):
        pass
    unread = text[found[-1].end if found else 0 :].lstrip("\n")
    if unread.strip():
        found.append(_Line(len(text), len(unread) - len(unread.lstrip(" ")), "", False))
    return found


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _one_statement(lines: list[_Line]) -> bool:
    """Whether logical lines are one interrupted statement: its head, what is inside, what continues it."""
    head, rest = lines[0], lines[1:]
    if lines[-1].closed and head.word not in ("try", "match"):
        return False
    if head.word == "@":
        while rest and rest[0].word == "@" and rest[0].indent == head.indent:
            rest = rest[1:]
        rest = rest[1:]
    return all(
        line.indent > head.indent or (line.indent == head.indent and line.word in _CONTINUES)
        for line in rest
    )


def cut_at_last_statement(prompt: str, completion: str) -> str | None:
    """Cut a sample at its last complete statement.

    Only the one statement that the end of the sample interrupts may go: a mistake further up is not cut
    away. Something must remain of the completion.

    Args:
        prompt: the text given.
        completion: the text sampled; it may stop anywhere.

    Returns:
        Prompt and completion up to the cut, which ``ast`` parses, or None where there is no such cut.
    """
    text = prompt + completion
    if not completion.strip():
        return None
    if _parses(text):
        return text
    lines = _logical_lines(text) or []
    for keep in range(len(lines) - 1, 0, -1):
        end = lines[keep - 1].end
        if end <= len(prompt):
            return None
        if _one_statement(lines[keep:]) and _parses(text[:end]):
            return text[:end]
    return None
