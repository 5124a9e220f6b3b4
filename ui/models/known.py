"""What the cards of some models warn about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "assets" / "models.json"


@dataclass(frozen=True)
class Known:
    """A model that people ask for by name.

    Attributes:
        id: its name here, or on the hub.
        note: the warning of its card, in one sentence.
        imports: the packages outside which its card asks people to verify every use; None where it names none.
    """

    id: str
    note: str
    imports: tuple[str, ...] | None


@lru_cache
def models() -> tuple[Known, ...]:
    """All of `assets/models.json`."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Known(row["id"], row["note"], None if row["imports"] is None else tuple(row["imports"]))
        for row in rows
    )


def find(*names: str | None) -> Known | None:
    """The first known model that one of the names is: its own, and that of the one it was saved from."""
    asked = {name.lower() for name in names if name}
    return next((model for model in models() if model.id.lower() in asked), None)
