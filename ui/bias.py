"""The logit bias as people write it: one token on each line, by its id or by its text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from phi_model.request import RequestError
from ui.share.checks import FIELDS

Bias = list[
    tuple[int | str, float]
]  # a token, by its id or its text, and what is added to its logit
Tokenize = Callable[[str], list[int]]

# ui/editor/src/settings.js reads the same lines.
_LINE = re.compile(
    r"""[ \t]*(?:([0-9]{1,9})|("(?:[^"\\]|\\.)*"))[ \t]*:"""
    r"""[ \t]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)[ \t]*"""
)


def text_lines(text: str | None) -> list[str]:
    """The lines of a box that are not blank; only what a keyboard's Enter makes ends one."""
    return [line for line in re.split(r"\r\n|\r|\n", text or "") if line]


def read_bias(text: str | None) -> Bias:
    """The biases of a text: `id: bias` or `"text": bias` on each line, the text quoted as in JSON.

    Raises:
        RequestError: a line is neither, a number is out of its range, or there are too many.
    """
    rule = FIELDS["logit_bias"]
    limit, most, length = rule["limit"], rule["max"], rule["length"]
    biases: Bias = []
    for line in text_lines(text):
        if not line.strip(" \t"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            wanted = 'lines of a token id, or of a text in "quotes", a colon and a number'
            raise RequestError("logit_bias", wanted, line)
        identity, quoted, number = match.groups()
        bias = float(number)
        if abs(bias) > limit:
            wanted = f"lines with numbers from -{limit} to {limit}"
            raise RequestError("logit_bias", wanted, line)
        biases.append((_piece(quoted, length) if identity is None else int(identity), bias))
    if len(biases) > most:
        raise RequestError("logit_bias", f"at most {most} lines", f"{len(biases)} lines")
    return biases


def _piece(quoted: str, length: int) -> str:
    try:
        piece = json.loads(quoted)
        piece.encode()  # half a surrogate pair is no text
    except ValueError as error:
        raise RequestError("logit_bias", "texts quoted as in JSON", quoted) from error
    if not 1 <= len(piece) <= length:
        raise RequestError("logit_bias", f"texts of 1 to {length} characters", piece)
    return piece


def bias_of_ids(biases: Sequence[tuple[int | str, float]], tokenize: Tokenize) -> dict[int, float]:
    """The biases by token id.

    Args:
        biases: see `read_bias`.
        tokenize: gives the ids of a text.

    Raises:
        RequestError: a text is not one token.
    """
    table: dict[int, float] = {}
    for token, bias in biases:
        if isinstance(token, str):
            ids = tokenize(token)
            if len(ids) != 1:
                rule = f"of texts that are one token; this one makes {len(ids)}"
                raise RequestError("logit_bias", rule, token)
            token = ids[0]
        table[token] = bias
    return table
