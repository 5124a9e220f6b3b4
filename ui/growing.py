"""A suggestion on its way to the browser, as one text that only grows.

Gradio sends the end that a text has grown by, and the browser's side of it copies and compares a text at once. An object
it would copy and compare member by member, several times for each update, which takes longer than drawing the text.
"""

from __future__ import annotations

import json
from typing import Any


class GrowingLog:
    """Writes the values of `Suggestion.ghost` as lines of JSON, each with what is new since the line before.

    The first line has the request's `id`. A row is null where nothing changed; `add` is what its text has grown by, and
    `text` all of it where it did not just grow. An empty line says that the stream lives.
    """

    def __init__(self) -> None:
        self._log = ""
        self._rows: list[dict[str, Any]] = []

    def add(self, ghost: dict[str, Any]) -> str:
        """Takes in the newest value and gives the whole log."""
        line: dict[str, Any] = {"id": ghost["id"]} if not self._log else {}
        rows = [self._changed(index, row) for index, row in enumerate(ghost["choices"])]
        if any(rows):
            line["rows"] = rows
        line |= {key: value for key, value in ghost.items() if key == "made"}
        if ghost["done"]:
            line["done"] = True
        self._rows = [dict(row) for row in ghost["choices"]]
        self._log += (json.dumps(line, separators=(",", ":")) if line else "") + "\n"
        return self._log

    def _changed(self, index: int, row: dict[str, Any]) -> dict[str, Any] | None:
        before = self._rows[index] if index < len(self._rows) else {}
        changed = {key: value for key, value in row.items() if before.get(key) != value}
        text, known = changed.get("text"), before.get("text")
        if text and known and text.startswith(known):
            del changed["text"]
            changed["add"] = text[len(known) :]
        return changed or None
