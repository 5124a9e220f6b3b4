"""Labelled texts from a CSV or JSON-lines file, checked line by line.

Sequences: columns `text` and `label`. Several labels of a row stand with a separator between them; for regression the
label is a number.

Tokens: columns `text` and `spans`, which is a JSON list of [start, end, "label"]: characters start to end (exclusive) of
the text. Spans must not overlap; what no span covers is "O". A file that ends in `.jsonl` has one object
{"text": ..., "spans": [...]} or {"text": ..., "label": ...} a line instead.
"""

from __future__ import annotations

import csv
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from phi_model import PhiTokenizer
from phi_model.model import IGNORED_LABEL

Problem = Literal[
    "single_label_classification", "multi_label_classification", "regression", "tokens"
]
OUTSIDE = "O"
Span = tuple[int, int, str]


class DataError(ValueError):
    """A line of the file that cannot be used; the message names file, row, column, rule and value."""

    def __init__(self, path: Path, row: int | None, column: str, rule: str, value: Any) -> None:
        """Row 1 is the header of a CSV and the first object of a JSON-lines file; None is the file as a whole."""
        place = f"{path}: " if row is None else f"{path}: row {row}: "
        shown = repr(value)
        super().__init__(
            f"{place}{column} must {rule}, got {shown if len(shown) <= 80 else shown[:77] + '...'}"
        )


@dataclass(frozen=True)
class Labelled:
    """A text with its labels, number, or spans."""

    text: str
    labels: tuple[str, ...] = ()
    value: float = 0.0
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Example:
    """What the model sees: token ids, and the target: a class, a row of 0 and 1, a number, or a class a token."""

    ids: list[int]
    target: int | float | list[int] | list[float]


def read(path: Path, problem: Problem, separator: str | None = None) -> list[Labelled]:
    """Read a file of labelled texts.

    Args:
        path: `.jsonl`, or else a CSV in UTF-8 with a header.
        problem: what the labels are.
        separator: between the labels of a row, for several labels.

    Raises:
        DataError: a row breaks a rule.
    """
    column = "spans" if problem == "tokens" else "label"
    found = []
    for row, said in _rows(path, column):
        text, value = said.get("text"), said.get(column)
        if not isinstance(text, str) or not text.strip():
            raise DataError(path, row, "text", "hold text", text)
        if problem == "tokens":
            found.append(Labelled(text, spans=_spans(path, row, text, value)))
        elif problem == "regression":
            found.append(Labelled(text, value=_number(path, row, value)))
        else:
            listed = _labels(path, row, value, separator if problem[0] == "m" else None)
            found.append(Labelled(text, labels=listed))
    if len(found) < 2:
        raise DataError(path, None, "the file", "hold at least 2 rows", len(found))
    return found


def _rows(path: Path, column: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            if path.suffix == ".jsonl":
                for row, line in enumerate(handle, 1):
                    try:
                        said = json.loads(line)
                    except json.JSONDecodeError:
                        raise DataError(path, row, "the line", "be a JSON object", line) from None
                    if not isinstance(said, dict):
                        raise DataError(path, row, "the line", "be a JSON object", said)
                    yield row, said
                return
            csv.field_size_limit(sys.maxsize)
            reader = csv.DictReader(handle)
            for name in ("text", column):
                if name not in (reader.fieldnames or []):
                    raise DataError(path, 1, "the header", f"name {name!r}", reader.fieldnames)
            for row, said in enumerate(reader, 2):
                if None in said:
                    raise DataError(
                        path, row, "the row", "have no more cells than the header", said[None]
                    )
                yield row, said
    except UnicodeDecodeError as error:
        raise DataError(path, None, "the file", "be UTF-8", str(error)) from None


def _labels(path: Path, row: int, value: Any, separator: str | None) -> tuple[str, ...]:
    if isinstance(value, list) and separator is not None:
        listed = value
    elif isinstance(value, str):
        listed = [value] if separator is None else [v for v in value.split(separator) if v.strip()]
    else:
        raise DataError(path, row, "label", "be text", value)
    if not all(isinstance(label, str) and label.strip() for label in listed):
        raise DataError(path, row, "label", "not be empty", value)
    return tuple(label.strip() for label in listed)


def _number(path: Path, row: int, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise DataError(path, row, "label", "be a finite number", value)
    return number


def _spans(path: Path, row: int, text: str, value: Any) -> tuple[Span, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            raise DataError(path, row, "spans", "be a JSON list", value) from None
    if not isinstance(value, list):
        raise DataError(path, row, "spans", "be a JSON list", value)
    spans: list[Span] = []
    for span in value:
        right = isinstance(span, list) and len(span) == 3 and all(type(v) is int for v in span[:2])
        if not right or not isinstance(span[2], str) or not span[2].strip():
            raise DataError(path, row, "spans", 'hold [start, end, "label"]', span)
        if not 0 <= span[0] < span[1] <= len(text):
            raise DataError(path, row, "spans", f"lie within 0 to {len(text)}", span)
        spans.append((span[0], span[1], span[2]))
    spans.sort()
    for (_, end, _), later in pairwise(spans):
        if later[0] < end:
            raise DataError(path, row, "spans", "not overlap", list(later))
    return tuple(spans)


def label_names(rows: Sequence[Labelled], problem: Problem) -> list[str]:
    """The labels, sorted; "O" first for tokens, and one unnamed number for regression."""
    if problem == "regression":
        return ["value"]
    if problem == "tokens":
        named = {label for row in rows for _, _, label in row.spans} - {OUTSIDE}
        return [OUTSIDE, *sorted(named)]
    return sorted({label for row in rows for label in row.labels})


def token_targets(
    text: str, offsets: Sequence[tuple[int, int]], classes: Sequence[int]
) -> list[int]:
    """The class of each token: that of its first character that is not a space.

    A token of spaces alone takes its first character's class. A token without characters of its own (a piece of
    a character) takes that of the character that it belongs to.

    Args:
        text: the text.
        offsets: (start, end) of each token.
        classes: a class for each character.
    """
    found = []
    for start, end in offsets:
        place = start
        while place < end and text[place].isspace():
            place += 1
        place = start if place == end else place
        found.append(classes[place] if place < len(classes) else IGNORED_LABEL)
    return found


def encode(
    rows: Sequence[Labelled],
    names: Sequence[str],
    problem: Problem,
    tokenizer: PhiTokenizer,
    limit: int,
) -> list[Example]:
    """Token ids, at most `limit` of them, with their targets."""
    index = {name: i for i, name in enumerate(names)}
    found = []
    for row in rows:
        encoded = tokenizer(row.text, return_offsets_mapping=True)
        ids = encoded["input_ids"][:limit]
        target: Any
        if problem == "tokens":
            classes = [0] * len(row.text)
            for start, end, label in row.spans:
                classes[start:end] = [index[label]] * (end - start)
            target = token_targets(row.text, encoded["offset_mapping"][:limit], classes)
        elif problem == "regression":
            target = row.value
        elif problem == "single_label_classification":
            target = index[row.labels[0]]
        else:
            target = [float(name in row.labels) for name in names]
        found.append(Example(ids, target))
    return found


def split(
    rows: Sequence[Labelled], share: float, seed: int
) -> tuple[list[Labelled], list[Labelled]]:
    """Shuffle and part off a validation set of at least one row."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    count = min(len(rows) - 1, max(1, round(share * len(rows))))
    return shuffled[count:], shuffled[:count]
