"""Text at the edge of the engine: token bytes in, final text out.

A token of a byte-level tokenizer may end in the middle of a character, and a stop string may begin
in one token and end three tokens later. Text leaves this module only when nothing that follows can
change it: the bytes of an unfinished character and a proper prefix of a stop string are held back,
and flushed at the end.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

REPLACEMENT = "\ufffd"
REPLACEMENT_WIDTH = len(REPLACEMENT.encode())

T = TypeVar("T")


class Utf8Decoder:
    """Decodes UTF-8 piece by piece.

    The pieces together are ``b"".join(pushed).decode("utf-8", errors="replace")``, wherever the
    bytes were split.
    """

    def __init__(self) -> None:
        self._pending = b""

    def push(self, raw: bytes, final: bool = False) -> tuple[str, bytes]:
        """Takes more bytes and gives the text that is now certain.

        Args:
            raw: the next bytes.
            final: no byte follows, so that an unfinished character becomes U+FFFD now.

        Returns:
            The text, and the width in that text's UTF-8 of every raw byte it stands for: 1 for a
            valid byte; the widths of an invalid run add up to the 3 bytes of its U+FFFD.
        """
        data = self._pending + raw
        self._pending = b""
        parts: list[str] = []
        widths = bytearray()
        position = 0
        while position < len(data):
            try:
                parts.append(data[position:].decode())
                widths += b"\x01" * (len(data) - position)
                break
            except UnicodeDecodeError as error:
                bad, after = position + error.start, position + error.end
                parts.append(data[position:bad].decode())
                widths += b"\x01" * (bad - position)
                if after == len(data) and error.reason == "unexpected end of data" and not final:
                    self._pending = data[bad:]
                    break
                parts.append(REPLACEMENT)
                # An invalid run is at most 3 bytes long, so every byte keeps at least width 1.
                run = after - bad
                widths += b"\x01" * (run - 1) + bytes([REPLACEMENT_WIDTH - run + 1])
                position = after
        return "".join(parts), bytes(widths)


class StopMatcher:
    """Finds the first stop string in text that arrives in pieces.

    The match that ends first wins, and of those the one that begins first, so that the result does
    not depend on how the text was split.

    Args:
        stop: the stop strings; none of them empty.

    Raises:
        ValueError: a stop string is empty.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        if any(not text for text in stop):
            raise ValueError(f"stop: every string must have at least one character, got {stop!r}")
        self._stop = stop
        self._held = ""
        self.matched: str | None = None

    def push(self, text: str) -> str:
        """Takes more text and gives what can no longer be part of a stop string.

        Once ``matched`` is set, everything from the stop string on is dropped.
        """
        if self.matched is not None or not self._stop:
            return "" if self.matched is not None else text
        buffer = self._held + text
        found: tuple[int, int, str] | None = None
        for stop in self._stop:
            start = buffer.find(stop)
            if start >= 0 and (found is None or (start + len(stop), start) < found[:2]):
                found = (start + len(stop), start, stop)
        if found is not None:
            self._held, self.matched = "", found[2]
            return buffer[: found[1]]
        keep = max(self._overlap(buffer, stop) for stop in self._stop)
        self._held = buffer[len(buffer) - keep :]
        return buffer[: len(buffer) - keep]

    def flush(self) -> str:
        """Gives what was held back: no text follows."""
        held, self._held = self._held, ""
        return held

    @staticmethod
    def _overlap(text: str, stop: str) -> int:
        """The length of the longest proper prefix of ``stop`` that ends ``text``."""
        for length in range(min(len(stop) - 1, len(text)), 0, -1):
            if text.endswith(stop[:length]):
                return length
        return 0


@dataclass
class _Queued(Generic[T]):
    """A token whose text is not final yet."""

    token: T
    raw_end: int
    end: int | None = None


class CompletionText(Generic[T]):
    """Joins the decoder and the stop matcher, and tells which bytes each token stands for.

    Args:
        stop: the stop strings of the request.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._decoder = Utf8Decoder()
        self._matcher = StopMatcher(stop)
        self._plain = not stop
        self._queue: deque[_Queued[T]] = deque()
        self._raw_pushed = 0  # raw bytes taken in
        self._raw_decoded = 0  # raw bytes that became text
        self._decoded = 0  # UTF-8 bytes of decoded text
        self._released = 0  # UTF-8 bytes of text given out
        self._token_start = 0  # where the next token given out begins

    @property
    def stopped(self) -> bool:
        """A stop string was found; what follows it is dropped."""
        return self._matcher.matched is not None

    def push(
        self, token: T, raw: bytes, *, match: bool = True
    ) -> tuple[str, list[tuple[T, int, int]]]:
        """Takes one token.

        Args:
            token: anything that stands for the token; it is given back with its span.
            raw: the bytes of the token; empty for a special token.
            match: False for an echoed prompt, in which stop strings mean nothing.

        Returns:
            The text that became final, and the tokens that did as ``(token, start, end)``: a byte
            span in the UTF-8 of the whole text. A token cut by a stop string ends at the cut; a
            token that lies wholly behind it is dropped.
        """
        self._raw_pushed += len(raw)
        text, widths = self._decoder.push(raw)
        if self._plain and not self._queue and len(widths) == len(raw) and text.isascii():
            # Whole ASCII characters and nothing held back: the common case, kept short.
            start = self._token_start
            self._raw_decoded += len(raw)
            self._token_start = self._decoded = self._released = start + len(raw)
            return text, [(token, start, self._token_start)]
        self._queue.append(_Queued(token, self._raw_pushed))
        return self._advance(text, widths, match=match)

    def finish(self) -> tuple[str, list[tuple[T, int, int]]]:
        """Ends the text: gives everything that was held back."""
        text, widths = self._decoder.push(b"", final=True)
        return self._advance(text, widths, ended=True)

    def _advance(
        self, text: str, widths: bytes, *, match: bool = True, ended: bool = False
    ) -> tuple[str, list[tuple[T, int, int]]]:
        raw_decoded = self._raw_decoded + len(widths)
        for queued in self._queue:
            if queued.end is None and queued.raw_end <= raw_decoded:
                known = max(queued.raw_end - self._raw_decoded, 0)
                queued.end = self._decoded + sum(widths[:known])
        self._raw_decoded = raw_decoded
        self._decoded += sum(widths)
        out = self._matcher.push(text) if match else text
        if ended:
            out += self._matcher.flush()
        self._released += len(out.encode())
        return out, self._release()

    def _release(self) -> list[tuple[T, int, int]]:
        done: list[tuple[T, int, int]] = []
        while self._queue:
            queued = self._queue[0]
            if self.stopped:
                if self._token_start >= self._released:
                    self._queue.clear()
                    break
                end = min(queued.end or self._released, self._released)
            elif queued.end is None or queued.end > self._released:
                break
            else:
                end = queued.end
            done.append((queued.token, self._token_start, end))
            self._token_start = end
            self._queue.popleft()
        return done
