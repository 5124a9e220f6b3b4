"""The incremental detokenizer and the stop matcher, split at every byte."""

from __future__ import annotations

import itertools
import random

import pytest

from phi_model.text import CompletionText, StopMatcher, Utf8Decoder

SAMPLES = [
    b"plain ascii",
    "naïve café — 日本語 🐍 ☃".encode(),
    b"\xff\xfe broken \xe2\x82 cut \xf0\x9f\x90 cut \xc3",
    b"\xe2\x82\xe2\x82\xac\xf0\x9f\xf0\x9f\x90\x8d\x80\x80\xed\xa0\x80",
    b"\xf4\x90\x80\x80 above the last code point \xc0\xaf overlong",
    b"",
]


def decode_in_pieces(pieces: list[bytes]) -> tuple[str, int]:
    decoder = Utf8Decoder()
    out, width = "", 0
    for piece in pieces:
        text, widths = decoder.push(piece)
        out, width = out + text, width + sum(widths)
    text, widths = decoder.push(b"", final=True)
    return out + text, width + sum(widths)


@pytest.mark.parametrize("data", SAMPLES)
def test_decoder_equals_whole_decode_at_every_split(data: bytes) -> None:
    whole = data.decode("utf-8", errors="replace")
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            pieces = [data[:first], data[first:second], data[second:]]
            assert decode_in_pieces(pieces) == (whole, len(whole.encode()))


def test_decoder_equals_whole_decode_on_random_bytes() -> None:
    generator = random.Random(0)
    pool = b"a\x80\xbf\xc3\xa9\xe2\x82\xac\xed\xa0\xf0\x9f\x90\x8d\xf4\x90\xff\xc0"
    for _ in range(2000):
        data = bytes(generator.choice(pool) for _ in range(generator.randrange(12)))
        whole = data.decode("utf-8", errors="replace")
        pieces = [bytes([byte]) for byte in data]
        assert decode_in_pieces(pieces) == (whole, len(whole.encode()))


def test_decoder_holds_back_only_unfinished_characters() -> None:
    decoder = Utf8Decoder()
    assert decoder.push("é".encode()[:1])[0] == ""
    assert decoder.push("é".encode()[1:])[0] == "é"
    assert decoder.push(b"\xff")[0] == "\ufffd"
    assert decoder.push(b"\xe2\x82")[0] == ""
    assert decoder.push(b"x")[0] == "\ufffdx"


def first_match(text: str, stop: tuple[str, ...]) -> tuple[str, str | None]:
    """The reference: the match that ends first, of those the one that begins first."""
    for end, start in itertools.product(range(len(text) + 1), range(len(text) + 1)):
        if text[start:end] in stop:
            return text[:start], text[start:end]
    return text, None


STOPS = [
    (),
    ("\n\n",),
    ("aab",),
    ("ab", "b"),
    ("abab", "bab"),
    ("def", "class", "\n#"),
    ("aaa", "aa"),
]


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize(
    "text", ["aaab", "ababab", "x\n\ny", "a\n#b", "aaaaaa", "no", "", "classdef"]
)
def test_stop_matches_whatever_the_split(text: str, stop: tuple[str, ...]) -> None:
    expected = first_match(text, stop)
    for cuts in itertools.chain.from_iterable(
        itertools.combinations(range(1, max(len(text), 1)), size) for size in range(4)
    ):
        edges = [0, *cuts, len(text)]
        matcher = StopMatcher(stop)
        out = "".join(matcher.push(text[a:b]) for a, b in itertools.pairwise(edges))
        out += matcher.flush()
        assert (out, matcher.matched) == expected


def test_stop_never_leaks_a_prefix() -> None:
    matcher = StopMatcher(("\nclass",))
    assert matcher.push("x = 1\ncla") == "x = 1"
    assert matcher.push("mp") == "\nclamp"
    assert matcher.push("\nclass A") == ""
    assert matcher.push("more") == ""
    assert matcher.flush() == ""


def test_empty_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="stop"):
        StopMatcher(("",))


def stream(
    pieces: list[bytes], stop: tuple[str, ...]
) -> tuple[str, list[tuple[int, int, int]], bool]:
    """Streams the pieces as tokens 0, 1, 2, … and checks what is given out on the way."""
    completion: CompletionText[int] = CompletionText(stop)
    text, tokens = "", []
    for index, piece in enumerate(pieces):
        new_text, new_tokens = completion.push(index, piece)
        text += new_text
        tokens += new_tokens
        assert all(end <= len(text.encode()) for _, _, end in new_tokens)
        if completion.stopped:
            return text, tokens, True
    new_text, new_tokens = completion.finish()
    return text + new_text, tokens + new_tokens, False


@pytest.mark.parametrize("data", SAMPLES)
def test_spans_tile_the_text_at_every_split(data: bytes) -> None:
    whole = data.decode("utf-8", errors="replace")
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            pieces = [data[:first], b"", data[first:second], data[second:]]
            text, tokens, stopped = stream(pieces, ())
            assert (text, stopped) == (whole, False)
            assert [token for token, _, _ in tokens] == [0, 1, 2, 3]
            assert [start for _, start, _ in tokens] == [0, *(end for _, _, end in tokens[:-1])]
            assert tokens[-1][2] == len(whole.encode())


def test_spans_are_raw_bytes_when_the_text_is_valid() -> None:
    data = "a é 🐍".encode()
    text, tokens, _ = stream([bytes([byte]) for byte in data], ())
    assert text == "a é 🐍"
    assert tokens == [(index, index, index + 1) for index in range(len(data))]


def test_stop_cuts_tokens_at_every_split() -> None:
    data = "x = 'é'\n\nprint".encode()
    kept = "x = 'é'"
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            pieces = [data[:first], data[first:second], data[second:]]
            text, tokens, stopped = stream(pieces, ("\n\n",))
            assert (text, stopped) == (kept, True)
            spans = [(start, end) for _, start, end in tokens if end > start]
            assert (spans[0][0], spans[-1][1]) == (0, len(kept.encode()))


def test_unfinished_character_and_held_prefix_are_flushed() -> None:
    text, tokens, stopped = stream([b"a\n", b"\xe2\x82"], ("\n\n",))
    assert (text, stopped) == ("a\n\ufffd", False)
    assert tokens == [(0, 0, 2), (1, 2, 5)]
