"""A CSV file of texts: read row by row, every row kept, those that cannot be classified with the reason."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ui.classify.answer import Answer, TextAnswer

DELIMITERS = ",;\t"
TEXT_COLUMNS = ("text", "code", "content", "prompt", "snippet", "input")
CANCELLED = "not classified: cancelled"


@dataclass(frozen=True)
class Limits:
    """What of a file is read.

    Attributes:
        rows: most rows.
        file_bytes: most bytes.
        characters: most characters of a text.
    """

    rows: int = 100_000
    file_bytes: int = 50_000_000
    characters: int = 100_000


PUBLIC_LIMITS = Limits(rows=2_000, file_bytes=2_000_000, characters=8_000)


@dataclass(frozen=True)
class Row:
    """A row of a file.

    Attributes:
        number: counted from 1, without the header.
        cells: as many as the header has.
        text: what is to be classified.
        error: why it cannot be; empty where it can.
    """

    number: int
    cells: list[str]
    text: str
    error: str = ""


class Table:
    """A CSV file: UTF-8, a header, cells parted by commas, semicolons or tabs.

    Args:
        path: the file.
        limits: what of it is read.

    Raises:
        ValueError: it is too large, empty, or its header is broken.
    """

    def __init__(self, path: str | Path, limits: Limits) -> None:
        self._path = Path(path)
        self._limits = limits
        size = self._path.stat().st_size
        if size > limits.file_bytes:
            raise ValueError(f"File must be at most {limits.file_bytes:,} bytes; it has {size:,}.")
        with self._open() as file:
            first = file.readline()
        self.delimiter = max(DELIMITERS, key=first.count)
        with self._open() as file:
            try:
                self.header = next(self._reader(file), [])
            except csv.Error as error:
                raise ValueError(f"Header must be a row of column names; {error}.") from error
        if not any(name.strip() for name in self.header):
            raise ValueError("Header must be a row of column names; it is empty.")
        for name in self.header:
            if self.header.count(name) > 1:
                raise ValueError(f"Header must name each column once; {name!r} is there twice.")
            if not _is_unicode(name):
                raise ValueError("File must be UTF-8; its header is not.")

    @property
    def likely(self) -> str:
        """The column that probably holds the texts."""
        named = {name.strip().lower(): name for name in reversed(self.header)}
        return next((named[name] for name in TEXT_COLUMNS if name in named), self.header[0])

    def count(self) -> int:
        """How many rows there are.

        Raises:
            ValueError: more than the limit.
        """
        total = 0
        for total, _ in enumerate(self._records(), 1):
            if total > self._limits.rows:
                raise ValueError(
                    f"Row {total:,} is one too many: a file may have {self._limits.rows:,} rows."
                )
        return total

    def rows(self, column: str) -> Iterator[Row]:
        """All rows, in their order.

        Raises:
            ValueError: there is no such column.
        """
        if column not in self.header:
            names = ", ".join(self.header)
            raise ValueError(f"Column must be one of {names}; it is {column!r}.")
        at = self.header.index(column)
        for number, record in enumerate(self._records(), 1):
            yield self._row(number, record, at)

    def _row(self, number: int, record: list[str] | csv.Error, at: int) -> Row:
        width = len(self.header)
        if isinstance(record, csv.Error):
            return Row(number, [""] * width, "", f"cannot be read: {record}")
        cells = [cell.encode("utf-8", "replace").decode() for cell in record]
        if len(record) != width:
            error = f"must have {width} cells, as the header has; it has {len(record)}"
            # Nothing is lost: what is too much stays in the last cell.
            spare = self.delimiter.join(cells[width - 1 :])
            kept = [*cells[: width - 1], spare] if len(cells) > width else cells
            return Row(number, kept + [""] * (width - len(kept)), "", error)
        text = record[at]
        error = ""
        if not all(map(_is_unicode, record)):
            error = "must be UTF-8; it is not"
        elif not text.strip():
            error = f"{self.header[at]} must not be empty"
        elif len(text) > self._limits.characters:
            most = self._limits.characters
            error = f"{self.header[at]} must have at most {most:,} characters; it has {len(text):,}"
        return Row(number, cells, text, error)

    def _records(self) -> Iterator[list[str] | csv.Error]:
        with self._open() as file:
            reader = self._reader(file)
            next(reader, None)
            while True:
                try:
                    record = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield error
                    continue
                if record:  # the reader gives an empty line as no cells at all
                    yield record
                elif len(self.header) == 1:
                    yield [""]

    def _open(self) -> TextIO:
        # What is no UTF-8 becomes half a surrogate pair, by which its row is known.
        return self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def _reader(self, file: TextIO) -> Any:
        return csv.reader(file, delimiter=self.delimiter)


class Results:
    """Writes what was found beside the cells of the rows.

    Args:
        file: where to.
        table: what the rows are of.
        labels: of a head for whole texts; None where tokens are labelled.
        strategy: how tokens are joined.
    """

    def __init__(
        self, file: TextIO, table: Table, labels: Sequence[str] | None, strategy: str
    ) -> None:
        self._labels = labels
        self._strategy = strategy
        self._writer = csv.writer(file, delimiter=table.delimiter, lineterminator="\n")
        own = (
            ["entities"] if labels is None else ["label", "score", *(f"score {x}" for x in labels)]
        )
        self._width = len(own)
        taken = set(table.header)
        self._writer.writerow([*table.header, *(_free(name, taken) for name in [*own, "error"])])

    def add(self, row: Row, answer: Answer | None, error: str = "") -> None:
        """Writes a row with what was found, or with why nothing was."""
        cells = [""] * self._width if answer is None else self._cells(answer)
        said = f"row {row.number}: {error or row.error}" if error or row.error else ""
        self._writer.writerow([*row.cells, *cells, said])

    def _cells(self, answer: Answer) -> list[str]:
        if not isinstance(answer, TextAnswer):
            found = [
                {k: round(float(v), 4) if k == "score" else v for k, v in entity.items()}
                for entity in answer.entities(self._strategy)
            ]
            return [json.dumps(found, ensure_ascii=False)]
        best = answer.best
        top = answer.scores.get(best, max(answer.scores.values()))
        return [
            best,
            f"{top:.4f}",
            *(f"{answer.scores[label]:.4f}" for label in self._labels or ()),
        ]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
