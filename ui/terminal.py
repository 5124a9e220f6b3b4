"""What the terminal says while the app starts. It imports nothing slow."""

from __future__ import annotations

import sys
import time
from typing import NoReturn


class Teller:
    """Prints what happens, with the seconds since the start; on a terminal, a share updates its line."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._message = ""
        self._open_line = False

    def __call__(self, message: str, share: float | None = None) -> None:
        """Says `message`, and the finished share of it where that is known."""
        same = message == self._message
        self._message = message
        percent = f" {share:4.0%}" if share is not None and 0 < share < 1 else ""
        line = f"[{time.perf_counter() - self._started:5.1f} s] {message}{percent}"
        if sys.stdout.isatty():
            start = "\r" if same else "\n" if self._open_line else ""
            print(f"{start}{line}", end="" if percent else "\n", flush=True)
            self._open_line = bool(percent)
        elif not same:
            print(line, flush=True)


def fail(message: object) -> NoReturn:
    """Ends the program with one line and status 2, as argparse does."""
    print("app.py: error:", " ".join(str(message).split()), file=sys.stderr)
    raise SystemExit(2)
