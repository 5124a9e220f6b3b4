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
    """A logical line: its first character's offset, its end, its indent in columns, its first word."""

    start: int
    end: int
    indent: int
    word: str


def _logical_lines(text: str) -> list[_Line]:
    """Split a text into logical lines, as far as Python's own tokenizer can read it."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[_Line] = []
    first: tokenize.TokenInfo | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                if first is not None:
                    row, column = first.start
                    end = min(starts[min(token.end[0], len(starts) - 1)], len(text))
                    if not token.string:  # Python closes the last line of a text by itself
                        end = len(text)
                    found.append(_Line(starts[row - 1], end, column, first.string))
                first = None
            elif token.type not in _SILENT and first is None:
                first = token
    except (tokenize.TokenError, SyntaxError):
        pass
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
    """Whether logical lines are one statement: a first line, and what is inside it or continues it."""
    head = lines[0]
    rest = lines[1:]
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
    lines = _logical_lines(text)
    readable = lines[-1].end if lines else 0
    unread = text[readable:]
    for keep in range(len(lines), 0, -1):
        dropped = lines[keep:]
        tail = dropped
        if unread.strip():
            head = unread.lstrip("\n")
            indent = len(head) - len(head.lstrip(" "))
            tail = [*dropped, _Line(readable, len(text), indent, "")]
        if tail and not _one_statement(tail):
            return None
        end = lines[keep - 1].end
        if end <= len(prompt):
            return None
        if _parses(text[:end]):
            return text[:end]
    return None
