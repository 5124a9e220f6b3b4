"""Tokens of the corpus, packed into rows, in an order that a step number determines."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from training.corpus import Document, read_lines
from training.filters import with_summaries, without_docstrings
from training.recipe import Recipe
from training.tokenizer import END_OF_TEXT

IGNORED = -100
PIECE = 1024
PARTS = ("train", "more")  # of the corpus


def pack(
    texts: list[str], tokenizer: Tokenizer, end_of_text: int, length: int, seed: int | None = None
) -> np.ndarray:
    """Pack documents into rows, each row beginning where a document (or a piece of one) begins.

    Best-fit packing after Ding et al., "Fewer Truncations Improve Language Modeling" (2024): a prompt is the
    beginning of a document too, so a model that always saw position 0 in mid-document would
    start badly. Documents longer than a row are cut; the rest of a row is end-of-text.

    Args:
        texts: documents.
        tokenizer: encodes them.
        end_of_text: id put behind each document.
        length: tokens that the model reads of one row.
        seed: shuffles the documents within each row, so that short ones come first in some; without it the
            longest does.

    Returns:
        (rows, length + 1) uint16.

    Raises:
        ValueError: the ids of the tokenizer do not fit 16 bits.
    """
    if tokenizer.get_vocab_size() > 1 << 16:
        raise ValueError(f"tokenizer: at most 65536 ids, got {tokenizer.get_vocab_size()}")
    size = length + 1
    pieces: list[list[int]] = []
    for start in range(0, len(texts), 512):
        for encoding in tokenizer.encode_batch(texts[start : start + 512]):
            ids = [*encoding.ids, end_of_text]
            pieces.extend(ids[at : at + size] for at in range(0, len(ids), size))
    pieces.sort(key=len, reverse=True)
    rows: list[list[list[int]]] = []
    free: list[list[int]] = [[] for _ in range(size + 1)]  # row numbers by tokens left
    for piece in pieces:
        left = next((n for n in range(len(piece), size + 1) if free[n]), None)
        if left is None:
            rows.append([])
            number, left = len(rows) - 1, size
        else:
            number = free[left].pop()
        rows[number].append(piece)
        free[left - len(piece)].append(number)
    packed = np.full((len(rows), size), end_of_text, dtype=np.uint16)
    order = random.Random(seed)
    for number, row in enumerate(rows):
        if seed is not None:
            order.shuffle(row)
        ids = [i for piece in row for i in piece]
        packed[number, : len(ids)] = ids
    return packed


def pack_file(
    lines: Sequence[Path], tokenizer: Tokenizer, end_of_text: int, length: int, output: Path
) -> np.ndarray:
    """Pack files of documents, or read the packed rows where ``output`` already is newer."""
    newest = max(path.stat().st_mtime for path in lines)
    if output.is_file() and output.stat().st_mtime >= newest:
        packed = np.load(output)
        if packed.shape[1] == length + 1:
            return packed
    texts = [document.text for path in lines for document in read_lines(path)]
    packed = pack(texts, tokenizer, end_of_text, length)
    np.save(output, packed)
    return packed


def finish_texts(
    documents: list[Document], share: float, size: int, seed: int, summaries: float = 0.0
) -> list[str]:
    """Choose the documents of the last steps: functions without docstrings, among whole files.

    Args:
        documents: the training documents.
        share: part of ``size`` that the functions get, 0 to 1.
        size: characters in all.
        seed: seed of the choice.
        summaries: part of ``size`` for functions whose docstrings are cut to their summary.
    """
    order = list(documents)
    random.Random(seed).shuffle(order)
    bare = (without_docstrings(d.text) for d in order if d.kind == "function")
    short = (with_summaries(d.text) for d in reversed(order) if d.kind == "function")
    files = (d.text for d in order if d.kind == "file")
    chosen: list[str] = []
    chosen += _up_to(bare, share * size)
    chosen += _up_to(short, summaries * size)
    return chosen + _up_to(files, (1 - share - summaries) * size)


def _up_to(texts: Iterable[str | None], limit: float) -> list[str]:
    chosen, used = [], 0
    for text in texts:
        if used >= limit:
            break
        if text is not None:
            chosen.append(text)
            used += len(text)
    return chosen


class Batches:
    """Batches of packed rows, shuffled anew for each pass.

    The batch of a step depends on the seed and on the step alone, so a run that stops can go on
    exactly where it was.
    """

    def __init__(self, packed: np.ndarray, rows: int, end_of_text: int, seed: int) -> None:
        """Serve ``rows`` rows of ``packed`` at a time.

        Raises:
            ValueError: there are fewer rows than one batch needs.
        """
        if len(packed) < rows:
            raise ValueError(f"corpus: one batch needs {rows} packed rows, got {len(packed)}")
        self.rows = rows
        self.steps_per_pass = len(packed) // rows
        self._packed = packed
        self._end_of_text = end_of_text
        self._seed = seed
        self._pass = -1
        self._order: list[int] = []

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the inputs and targets of a step, both (rows, length) int64.

        Targets that only fill a row up are ``IGNORED``.
        """
        number, position = divmod(step, self.steps_per_pass)
        if number != self._pass:
            self._order = list(range(len(self._packed)))
            random.Random(f"{self._seed}:{number}").shuffle(self._order)
            self._pass = number
        chosen = self._order[position * self.rows : (position + 1) * self.rows]
        tokens = torch.from_numpy(self._packed[chosen].astype(np.int64))  # (rows, length + 1)
        inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
        filler = (inputs == self._end_of_text) & (targets == self._end_of_text)
        return inputs, targets.masked_fill(filler, IGNORED)

    def pieces(self, step: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return a step's batch in pieces of about ``PIECE`` tokens, as one worker takes them."""
        inputs, targets = self.batch(step)
        size = max(1, PIECE // inputs.shape[1])
        return list(zip(inputs.split(size), targets.split(size), strict=True))


class Mixed:
    """A batch of each of several sets in every step, whatever the lengths of their rows."""

    def __init__(self, *sets: Batches) -> None:
        """Serve all sets together."""
        self.steps_per_pass = sets[-1].steps_per_pass
        self._sets = sets

    def pieces(self, step: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return the pieces of every set's batch."""
        return [piece for batches in self._sets for piece in batches.pieces(step)]


class Stages:
    """Batches of one set up to a step, of others from there on."""

    def __init__(self, *sets: tuple[int, Batches | Mixed]) -> None:
        """Serve each set from its step on; the first from step 0."""
        self.steps_per_pass = sets[0][1].steps_per_pass
        self._sets = sets

    def pieces(self, step: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return a step's batch in pieces, as `Batches.pieces` does."""
        start, batches = next(pair for pair in reversed(self._sets) if pair[0] <= step)
        return batches.pieces(step - start)


def open_held_out(
    work: Path, tokenizer_dir: Path, recipe: Recipe
) -> tuple[Batches, Tokenizer, int]:
    """Return the held-out batches, the tokenizer and its end-of-text id."""
    tokenizer = Tokenizer.from_file(str(tokenizer_dir / "tokenizer.json"))
    end = tokenizer.token_to_id(END_OF_TEXT)
    packed = pack_file(
        [work / "held_out.jsonl"], tokenizer, end, recipe.context, work / "held_out.npy"
    )
    return Batches(packed, recipe.rows, end, recipe.seed), tokenizer, end


def open_batches(
    work: Path, tokenizer_dir: Path, recipe: Recipe
) -> tuple[Stages, Batches, Tokenizer, int]:
    """Return the training batches, the held-out ones, the tokenizer and its end-of-text id."""
    held_out, tokenizer, end = open_held_out(work, tokenizer_dir, recipe)
    lines = [work / f"{part}.jsonl" for part in PARTS]
    texts = finish_texts(
        [document for path in lines for document in read_lines(path)],
        recipe.finish_share, recipe.finish_size, recipe.seed, recipe.summary_share,
    )  # fmt: skip
    book = pack(
        [document.text for document in read_lines(work / "textbook.jsonl")],
        tokenizer, end, recipe.textbook_context, recipe.seed,
    )  # fmt: skip
    main = pack_file(lines, tokenizer, end, recipe.context, work / "train.npy")
    finish = pack(texts, tokenizer, end, recipe.context)
    return (
        Stages(
            (0, mixed(main, book, recipe, recipe.textbook, end)),
            (recipe.finish_from, mixed(finish, book, recipe, recipe.finish_textbook, end)),
        ),
        held_out, tokenizer, end,
    )  # fmt: skip


def mixed(
    packed: np.ndarray, book: np.ndarray, recipe: Recipe, share: float, end_of_text: int
) -> Mixed:
    """Return batches with ``share`` of their tokens from the textbook's rows, which are shorter.

    Args:
        packed: rows of the corpus, (rows, context + 1).
        book: rows of the textbook, (rows, textbook_context + 1).
        recipe: has the sizes and the seed.
        share: 0 to 1; as near as whole rows of the corpus come to it.
        end_of_text: id between documents.
    """
    kept = round((1 - share) * recipe.rows)
    short = (recipe.rows - kept) * (recipe.context // recipe.textbook_context)
    counts = ((book, short), (packed, kept))
    return Mixed(
        *(Batches(rows, count, end_of_text, recipe.seed) for rows, count in counts if count)
    )
