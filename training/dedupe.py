"""Near-duplicate search by MinHash and locality-sensitive hashing, in numpy.

The signatures follow Broder (1997); banding follows Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3. Shingles are runs of words, so that a renamed indent or a changed
number of blank lines does not hide a copy.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

PERMUTATIONS = 64
BANDS = 16
ROWS = PERMUTATIONS // BANDS
SHINGLE = 5
THRESHOLD = 0.6

_WORD = re.compile(r"\w+|[^\w\s]")


class MinHasher:
    """Signatures of documents under a fixed seed."""

    def __init__(self, seed: int = 0) -> None:
        """Draw the ``PERMUTATIONS`` hash functions ``x -> (a x + b) >> 32`` (mod 2**64)."""
        rng = np.random.default_rng(seed)
        high = np.iinfo(np.uint64).max
        self._a = rng.integers(1, high, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
        self._b = rng.integers(0, high, PERMUTATIONS, dtype=np.uint64)
        self._words: dict[str, int] = {}

    def signature(self, text: str) -> np.ndarray:
        """Return the MinHash signature of a text: (PERMUTATIONS,) uint32."""
        known = self._words
        ids = []
        for word in _WORD.findall(text):
            code = known.get(word)
            if code is None:
                code = known[word] = zlib.crc32(word.encode())
            ids.append(code)
        ids.extend([0] * (SHINGLE - len(ids)))
        words = np.asarray(ids, dtype=np.uint64)
        count = len(words) - SHINGLE + 1
        shingles = np.zeros(count, dtype=np.uint64)
        for offset in range(SHINGLE):
            shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + words[offset : offset + count]
        shingles ^= shingles >> np.uint64(29)
        shingles = np.unique(shingles)
        result = np.empty(PERMUTATIONS, dtype=np.uint32)
        for index in range(PERMUTATIONS):
            hashed = (shingles * self._a[index] + self._b[index]) >> np.uint64(32)
            result[index] = hashed.min()
        return result


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Estimate the Jaccard similarity of two documents from their signatures."""
    return float((one == other).mean())


class NearDuplicateIndex:
    """The documents kept so far, searchable for near-duplicates of a new one."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        """Start empty; two documents at or above ``threshold`` similarity are near-duplicates."""
        self._threshold = threshold
        self._signatures: list[np.ndarray] = []
        self._buckets: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in range(BANDS)]

    def find(self, signature: np.ndarray) -> int | None:
        """Return the position of a near-duplicate, in order of insertion, or None."""
        seen: set[int] = set()
        for band, bucket in enumerate(self._buckets):
            key = signature[band * ROWS : (band + 1) * ROWS].tobytes()
            for candidate in bucket.get(key, ()):
                if candidate in seen:
                    continue
                seen.add(candidate)
                if similarity(signature, self._signatures[candidate]) >= self._threshold:
                    return candidate
        return None

    def add(self, signature: np.ndarray) -> None:
        """Keep a document."""
        position = len(self._signatures)
        self._signatures.append(signature)
        for band, bucket in enumerate(self._buckets):
            bucket[signature[band * ROWS : (band + 1) * ROWS].tobytes()].append(position)


def unique(
    texts: Iterable[str],
    hasher: MinHasher,
    *indexes: NearDuplicateIndex,
    keep_in: NearDuplicateIndex,
) -> list[bool]:
    """Mark the texts that are near-duplicates of nothing seen.

    Args:
        texts: documents in order of preference; the first of several copies is kept.
        hasher: makes the signatures.
        *indexes: further documents that must not be repeated (the held-out packages).
        keep_in: index of what is kept, extended in place.

    Returns:
        One flag for each text: True where it is kept.
    """
    kept = []
    searched: Sequence[NearDuplicateIndex] = (*indexes, keep_in)
    for text in texts:
        signature = hasher.signature(text)
        fresh = all(index.find(signature) is None for index in searched)
        if fresh:
            keep_in.add(signature)
        kept.append(fresh)
    return kept
