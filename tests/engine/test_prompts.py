"""Prompts that are typed: encoded in pieces, with what the session sent before, and always as the tokenizer does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tokenizers import AddedToken, normalizers, pre_tokenizers

from phi_model import PhiTokenizer
from phi_model.engine.prompts import LONGEST, PIECE, SESSIONS, PromptEncoder, cut
from tests.tokenizer.build import CORPUS, END, backend

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = PhiTokenizer.from_pretrained(ROOT / "assets" / "model")
TINY = PhiTokenizer(backend())
CODE = (ROOT / "phi_model" / "engine" / "engine.py").read_text(encoding="utf-8")


class Counting:
    """A tokenizer that tells how many characters it encoded."""

    splits_at_lines = True

    def __init__(self, tokenizer: PhiTokenizer) -> None:
        self.tokenizer, self.characters = tokenizer, 0

    def encode(self, text: str) -> list[int]:
        self.characters += len(text)
        return self.tokenizer.encode(text)


def random_text(generator: random.Random, size: int) -> str:
    """White space of every kind between words, digits and signs: where pieces could come apart wrongly."""
    parts = ["\n", "\n", "\n\n", " ", "    ", "\t", "\r\n", "\x0b", "\x1c", "\u2028", "\u3000", END]
    parts += ["def", "x", "'s", "12", "=(", "é", "日本", "🙂", *CORPUS[0].split(), "<|endoftext"]
    return "".join(generator.choice(parts) for _ in range(size))


@pytest.mark.parametrize("tokenizer", [EMBEDDED, TINY], ids=["embedded", "tiny"])
def test_ids_are_the_tokenizers(tokenizer: PhiTokenizer) -> None:
    generator = random.Random(0)
    encoder = PromptEncoder(tokenizer)
    assert tokenizer.splits_at_lines
    for _ in range(150):
        text = random_text(generator, 600)
        for _ in range(4):
            assert encoder.encode(text, "me") == tokenizer.encode(text)
            at = generator.randrange(len(text))
            text = text[:at] + random_text(generator, 2) + text[at + generator.randrange(3) :]
    assert any(len(cut(random_text(generator, 3000))) > 3 for _ in range(20))


def test_every_cut_is_safe() -> None:
    """Each text on its own, cut at every place where it may be."""
    generator = random.Random(1)
    for _ in range(300):
        lines = [random_text(generator, 6) for _ in range(8)]
        text = "\n".join(lines)
        for size in range(1, len(text)):
            if "!" <= text[size - 1] <= "~" and text[size] in "\r\n":
                pieces = EMBEDDED.encode(text[:size]) + EMBEDDED.encode(text[size:])
                assert pieces == EMBEDDED.encode(text)


def test_a_keystroke_encodes_one_piece() -> None:
    counting = Counting(EMBEDDED)
    encoder = PromptEncoder(counting)
    text = CODE[:4000]
    encoder.encode(text, "me")
    assert counting.characters == len(text)
    for letter in "return":
        text += letter
        counting.characters = 0
        assert encoder.encode(text, "me") == EMBEDDED.encode(text)
        assert counting.characters < 3 * PIECE
    counting.characters = 0
    edited = text[:2000] + "x" + text[2000:]
    assert encoder.encode(edited, "me") == EMBEDDED.encode(edited)
    assert counting.characters < 5 * PIECE


def test_a_session_s_prompt_helps_no_other() -> None:
    """Or the time that a prompt takes would tell that somebody else has sent it."""
    counting = Counting(EMBEDDED)
    encoder = PromptEncoder(counting)
    for session in ("me", "you", None, None):
        counting.characters = 0
        encoder.encode(CODE[:4000], session)
        assert counting.characters == 4000


def test_what_is_kept_is_bounded() -> None:
    counting = Counting(EMBEDDED)
    encoder = PromptEncoder(counting)
    for session in range(SESSIONS + 1):
        encoder.encode(CODE[:1000], session)
    counting.characters = 0
    encoder.encode(CODE[:1000], SESSIONS)
    assert counting.characters == 0
    encoder.encode(CODE[:1000], 0)
    assert counting.characters == 1000
    for _ in range(2):
        counting.characters = 0
        assert encoder.encode("x = 1\n" * LONGEST, "me")
        assert counting.characters == 6 * LONGEST


@pytest.mark.parametrize(
    "change", ["normalizer", "prefix", "template", "rstrip", "newline", "dropout"]
)
def test_tokenizers_that_look_across_lines_are_not_cut(change: str) -> None:
    other = backend(template=change == "template")
    if change == "normalizer":
        other.normalizer = normalizers.NFC()
    elif change == "prefix":
        other.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    elif change == "rstrip":
        other.add_tokens([AddedToken("<x>", rstrip=True)])
    elif change == "newline":
        other.add_tokens([AddedToken("a\nb")])
    elif change == "dropout":
        other.model.dropout = 0.1
    tokenizer = PhiTokenizer(other)
    assert not tokenizer.splits_at_lines
    if change != "dropout":
        text = "a\nb <x> x\n<x>" * 200
        assert PromptEncoder(tokenizer).encode(text, "me") == tokenizer.encode(text)
