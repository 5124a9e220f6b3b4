"""Memorisation: the longest runs of tokens that samples share with the training corpus."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.corpus import Document, read_lines
from training.eval.subject import Sampling, Subject
from training.sources import SEED

GRAM = 8
PROMPT_TOKENS = 32
SAMPLES = 1_000
SAMPLING = Sampling(new_tokens=64, temperature=0.8)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Copies:
    """Finds the longest run of a text's tokens that stands somewhere in a corpus.

    All runs of ``GRAM`` tokens are hashed and sorted with their places; a run of a sample is looked up there
    and then compared token by token, so that what is found is exact. Runs shorter than ``GRAM``
    count as 0.
    """

    def __init__(self, documents: Sequence[Sequence[int]], separator: int) -> None:
        """Index token ids; ``separator`` stands between documents and in no text."""
        joined = [np.asarray([*ids, separator], dtype=np.int32) for ids in documents]
        filler = np.full(GRAM, separator, dtype=np.int32)
        self._tokens = np.concatenate([*joined, filler])
        hashes = _hashes(self._tokens)
        self._places = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._places]
        self._separator = separator

    def longest(self, ids: Sequence[int]) -> int:
        """Return the length of the longest run of ``ids`` that is in the corpus."""
        wanted = np.asarray([i for i in ids if i != self._separator], dtype=np.int32)
        best = 0
        if len(wanted) < GRAM:
            return best
        hashes = _hashes(wanted)
        first = np.searchsorted(self._hashes, hashes, side="left")
        last = np.searchsorted(self._hashes, hashes, side="right")
        for start in range(len(hashes)):
            if len(wanted) - start <= best:
                break
            places = self._places[first[start] : last[start]]
            best = max(best, self._extend(wanted[start:], places, best))
        return best

    def _extend(self, wanted: np.ndarray, places: np.ndarray, best: int) -> int:
        """Return the longest run that begins at one of the places, or 0 where none is above ``best``."""
        if best and len(places):  # a run longer than the best one must agree there too
            there = np.minimum(places + best, len(self._tokens) - 1)
            places = places[self._tokens[there] == wanted[best]]
        length = 0
        while len(places) and length < len(wanted):
            there = np.minimum(places + length, len(self._tokens) - 1)
            places = places[self._tokens[there] == wanted[length]]
            length += bool(len(places))
        return length if length >= GRAM else 0


def _hashes(tokens: np.ndarray) -> np.ndarray:
    """Hash each run of ``GRAM`` tokens: (tokens,) -> (tokens - GRAM + 1,) uint64."""
    count = len(tokens) - GRAM + 1
    found = np.zeros(count, dtype=np.uint64)
    for offset in range(GRAM):
        found = found * _FACTOR + tokens[offset : offset + count].astype(np.uint64)
    return found


def corpus_documents(work: Path) -> list[Document]:
    """Read the training texts; empty where the corpus has not been built."""
    paths = [work / "train.jsonl", work / "more.jsonl"]
    return [document for path in paths if path.is_file() for document in read_lines(path)]


def memorisation(subject: Subject, documents: list[Document]) -> dict[str, float]:
    """Continue the beginnings of ``SAMPLES`` training documents and measure what is copied.

    Only what the model wrote counts, not the prompt; prompts from the training texts are the case in which
    most is copied.
    """
    tokenizer = subject.tokenizer
    encoded: list[list[int]] = []
    for start in range(0, len(documents), 512):
        encoded += tokenizer([d.text for d in documents[start : start + 512]])["input_ids"]
    end = tokenizer.eos_token_id or 0
    index = Copies(encoded, end)
    long = [number for number, ids in enumerate(encoded) if len(ids) > 2 * PROMPT_TOKENS]
    chosen = random.Random(SEED).sample(long, SAMPLES)
    prompts = [tokenizer.decode(encoded[number][:PROMPT_TOKENS]) for number in chosen]
    written = [texts[0] for texts in subject.complete(prompts, SAMPLING, seed=SEED)]
    lengths = sorted(index.longest(tokenizer.encode(text)) for text in written)
    return {
        "samples": len(lengths),
        "new_tokens": SAMPLING.new_tokens,
        "temperature": SAMPLING.temperature,
        "longest": lengths[-1],
        "percentile_99": lengths[int(0.99 * len(lengths))],
        "median": lengths[len(lengths) // 2],
    }
