"""Where a suggestion should end: at a line, at a block, where the model is unsure, where the document goes on."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from phi_model.backend import TokenPiece

SCOPES = ("free", "block", "line")
# With 20 alternatives and the rest as one, entropy can reach ln(21) = 3.04 nats.
UNSURE_NATS = 2.3
SURE_TOKENS = 4  # the first tokens of a suggestion are always kept
MAX_OVERLAP = 400

_CONTINUES = re.compile(r"(elif|else|except|finally|case)\b|[)\]}]")
_OPENS = re.compile(r"(async def|def|class)\b|@")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _line_end(text: str) -> int | None:
    match = re.search(r"\S[^\n]*\n", text)
    return match.end() - 1 if match else None


def _block_end(before: str, text: str, over: bool) -> int | None:
    head_start = before.rfind("\n") + 1
    if not before[head_start:].strip():
        # A fresh line belongs to the line above it.
        above = before[:head_start].rstrip()
        head = above[above.rfind("\n") + 1 :]
        start = 0
        if not head.endswith(":"):
            # It may leave the block of the line above, and what comes is then measured by its own first line.
            lines = (before[head_start:] + text).split("\n")
            own = next((line for line in lines if line.strip()), None)
            if own is None:
                return None
            head = min(head, own, key=_indent) + "x"  # opens nothing
    else:
        newline = text.find("\n")
        if newline < 0:
            return None
        head = before[head_start:] + text[:newline]
        start = newline + 1
    floor, opened = _indent(head), head.rstrip().endswith(":")
    first = start == 0
    for match in re.finditer(r"[^\n]*(\n|$)", text[start:]):
        line = before[head_start:] + match[0] if first else match[0]
        first = False
        complete = match[0].endswith("\n") or over
        if not line.strip() or not complete:
            continue
        depth, code = _indent(line), line.lstrip()
        leaves = depth < floor or (opened and depth == floor)
        begins = depth == floor and _OPENS.match(code) and match.start() + start > 0
        if (leaves and not (depth == floor and _CONTINUES.match(code))) or begins:
            return len(text[: start + match.start()].rstrip())
    return None


def scope_end(scope: str, before: str, text: str, *, over: bool) -> int | None:
    """Where a suggestion leaves its scope.

    Args:
        scope: "line" ends with the first line that holds something, "block" at a dedent out of the block begun before
            the caret or at a new definition beside it, "free" nowhere.
        before: the text before the caret.
        text: the suggestion so far.
        over: whether no more of it comes.

    Returns:
        The suggestion's length within the scope, or None while nothing left it.
    """
    if scope == "line":
        return _line_end(text)
    return _block_end(before, text, over) if scope == "block" else None


def entropy(token: TokenPiece) -> float:
    """A lower bound, in nats, of the entropy where a token was drawn: unlisted tokens count as one."""
    shares = [math.exp(logprob) for _, logprob in token.top]
    rest = 1.0 - sum(shares)
    shares = [*shares, rest] if rest > 0 else shares
    return -sum(p * math.log(p) for p in shares if p > 0)


def unsure_at(tokens: Sequence[TokenPiece]) -> int | None:
    """The byte at which the model first hesitated between many tokens, or None."""
    for token in tokens[SURE_TOKENS:]:
        if token.top and entropy(token) > UNSURE_NATS:
            return token.start
    return None


def overlap_start(text: str, after: str) -> int:
    """How much of a finished suggestion is new, where the document goes on with `after` behind the caret."""
    rest, _, following = after.partition("\n")
    rest = rest.rstrip()
    if rest:
        line = text.split("\n", 1)[0].rstrip()
        if line.endswith(rest):
            return len(line) - len(rest)
    next_line = next((line for line in following.split("\n") if line.strip()), "")
    if len(next_line.strip()) >= 3:
        at = 0
        for number, line in enumerate(text.split("\n")):
            if number and line.rstrip() == next_line.rstrip():
                return len(text[:at].rstrip("\n"))
            at += len(line) + 1
    for length in range(min(len(text), len(after), MAX_OVERLAP), 0, -1):
        if text.endswith(after[:length]):
            return len(text) - length
    return len(text)
