"""Train the two heads on the first layers of the embedded model."""

from __future__ import annotations

import itertools
import json
import random
import textwrap
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model import (
    PhiConfig,
    PhiForSequenceClassification,
    PhiForTokenClassification,
    PhiTokenizer,
)
from training.corpus import Document, read_lines
from training.finetune import start, write
from training.finetune_data import Example, Problem, token_targets
from training.finetune_loop import Classifier, Fitter, History, Options, collate
from training.heads.projects import CACHE, LANGUAGES
from training.heads.roles import DAMAGES, ROLES, Piece, character_roles, damage
from training.heads.rules import SUPERSETS, exceeds_already
from training.heads.snippets import LINES, Snippet, read_snippets
from training.sources import MODEL_DIR, ROOT, SEED, WORK

HEADS = ROOT.parent / "assets" / "heads"
LIMIT = 256
SWAPPED = 0.1  # of a row's tokens, so that no project's names decide
FULL_WEIGHT = 48  # tokens after which a prefix counts in full
ROLE_PIECES = {"train": 3000, "validation": 150}
LANGUAGE_ROWS = {"train": 150_000, "validation": 2720}
CUTS = (64, 128, 256, 512)  # tokens; the longest snippets have about 512
CUT_WEIGHTS = (3, 3, 3, 2)
SHOWING = 16  # tokens that a cut leaves at least behind the first which shows the language
LAYERS = {"language": 3, "roles": 2}
OPTIONS = Options(epochs=1, rate=1e-3, tokens=1024, checks=3, patience=99, seed=SEED, workers=2)
LONGEST = 14_000  # characters of a file: its lexing takes time
FILES = 900
DAMAGE_WEIGHTS = (5, 3, 4, 2, 2)  # in the order of DAMAGES


def pieces(documents: Sequence[Document], count: int, seed: int | str) -> list[Piece]:
    """Draw pieces of files, intact and broken, the same for the same seed."""
    rng = random.Random(seed)
    found: list[Piece] = []
    known: dict[int, list[int]] = {}
    while len(found) < count:
        chosen = rng.randrange(len(documents))
        text = documents[chosen].text
        if chosen not in known:
            known[chosen] = character_roles(text)
        kind = rng.choices(DAMAGES, DAMAGE_WEIGHTS)[0]
        piece = damage(text, known[chosen], kind, rng)
        if len(piece.text) >= 80:
            found.append(piece)
    return found


def role_examples(
    chosen: Sequence[Piece], tokenizer: PhiTokenizer, limit: int = LIMIT
) -> list[Example]:
    """Token ids with a role each."""
    found = []
    for piece in chosen:
        encoded = tokenizer(piece.text, return_offsets_mapping=True)
        targets = token_targets(piece.text, encoded["offset_mapping"][:limit], piece.roles)
        found.append(Example(encoded["input_ids"][:limit], targets))
    return found


def language_examples(
    snippets: Sequence[Snippet],
    names: Sequence[str],
    tokenizer: PhiTokenizer,
    limit: int = max(CUTS),
) -> list[Example]:
    """Token ids with a language each."""
    return [Example(tokenizer(s.text)["input_ids"][:limit], names.index(s.label)) for s in snippets]


def _ramp(length: int) -> Tensor:
    """What the prefixes of 1 to ``length`` tokens count."""
    return ((torch.arange(length) + 1) / FULL_WEIGHT).clamp(max=1.0)


@dataclass(frozen=True)
class Prefixes(Example):
    """A row whose prefixes have the class ``before`` while they are shorter than ``first`` tokens, then its own."""

    first: int
    before: int

    def targets(self, length: int) -> list[Any]:
        """The class of each prefix of 1 to ``length`` tokens."""
        return [
            self.before if tokens < self.first else self.target for tokens in range(1, length + 1)
        ]


def _first_shown(text: str, label: str, ends: Sequence[int]) -> int:
    """The fewest tokens that show a language which contains another, as TypeScript does JavaScript.

    What comes before is valid in both, and the answer to it is the smaller one.

    Args:
        text: snippet.
        label: its language.
        ends: where each token ends in the text.

    Returns:
        1 for other languages; one more than there are tokens where none of the prefixes shows it.
    """
    if label not in SUPERSETS:
        return 1
    return 1 + bisect_left(ends, True, key=lambda end: exceeds_already(label, text[:end]))


def prefix_rows(
    snippets: Sequence[Snippet],
    names: Sequence[str],
    tokenizer: PhiTokenizer,
    rng: random.Random,
) -> list[Prefixes]:
    """Rows to learn from: a snippet's lines from any of them on, cut at some length, with some tokens swapped."""
    ids = range(1, tokenizer.vocab_size)
    rows = []
    for snippet in snippets:
        lines = snippet.text.split("\n")
        start = rng.randrange(max(1, len(lines) - 2 * LINES[0])) if rng.random() < 0.5 else 0
        text = textwrap.dedent("\n".join(lines[start:])).strip("\n")
        encoded = tokenizer(text, return_offsets_mapping=True)
        ends = [end for _, end in encoded["offset_mapping"][: max(CUTS)]]
        first = _first_shown(text, snippet.label, ends)
        limit = max(rng.choices(CUTS, CUT_WEIGHTS)[0], first + SHOWING)
        row = _disturbed(encoded["input_ids"][: min(limit, max(CUTS))], ids, rng)
        before = SUPERSETS.get(snippet.label, snippet.label)
        rows.append(Prefixes(row, names.index(snippet.label), first, names.index(before)))
    return rows


def _disturbed(row: list[int], ids: range, rng: random.Random) -> list[int]:
    return [rng.choice(ids) if rng.random() < SWAPPED else i for i in row]


class PrefixFitter(Fitter):
    """Asks for a sequence's class after every token, so that a row teaches as much as many, of all lengths.

    A causal trunk sees at each token what came before it, so each prefix is an example of its own; the first
    tokens of a row, which can tell little, weigh little.
    """

    def weight(self, rows: Sequence[Example]) -> float:
        """All prefixes' weight."""
        return sum(float(_ramp(len(row.ids)).sum()) for row in rows)

    def forward(self, rows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
        """Loss over the prefixes in training, over the whole rows in evaluation; logits and targets of whole rows."""
        if not self.model.training:
            return super().forward(rows)
        ids, targets = collate(rows, self.model.config.pad_token_id or 0, self.problem)
        lengths = torch.tensor([len(row.ids) for row in rows])
        weight = _ramp(ids.shape[1]) * (torch.arange(ids.shape[1]) < lengths[:, None])
        wanted = torch.tensor([row.targets(ids.shape[1]) for row in rows])  # type: ignore[attr-defined]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            hidden = self.model.model(input_ids=ids, use_cache=False).last_hidden_state
            logits = self.model.score(hidden)  # (rows, tokens, labels)
        each = F.cross_entropy(logits.float().transpose(1, 2), wanted, reduction="none")
        last = logits[torch.arange(len(rows)), lengths - 1]
        return (each * weight).sum() / weight.sum(), last, targets


def _fit(
    problem: Problem,
    names: Sequence[str],
    sets: tuple[list[Example], list[Example]],
    layers: int,
    options: Options,
    output: Path,
    base: Path | None,
) -> History:
    model = start(MODEL_DIR, problem, names, layers, SEED) if base is None else _head(base, names)
    if problem == "tokens":  # chance that workers would share, for a head that sees each piece once
        model.config.classifier_dropout = model.dropout.p = 0.0
    tokens = sum(len(example.ids) for example in sets[0])
    print(
        f"{model.num_parameters():,} parameters, {len(sets[0]):,} rows, {tokens:,} tokens",
        flush=True,
    )
    kind = Fitter if problem == "tokens" else PrefixFitter
    history = kind(model, problem, options).fit(*sets, say=lambda line: print(line, flush=True))
    write(model, base or MODEL_DIR, output)
    facts = {
        "layers": model.config.num_hidden_layers,
        "rows": len(sets[0]),
        "tokens": tokens,
        "epochs": options.epochs,
        "rate": options.rate,
        "batch": options.tokens,
        "workers": options.workers,
        "bfloat16": options.bfloat16,
        "minutes": round(history.seconds / 60, 1),
        "checks": history.checks,
        "earlier": earlier(base),
    }
    _facts_of(output).write_text(json.dumps(facts, indent=1) + "\n")
    return history


def average(
    first: Path, second: Path, weight: float, output: Path, cache: Path = CACHE
) -> dict[str, float]:
    """Write the language head between two, each weight the mean of theirs, and what validation says of it.

    Two runs from one beginning lie in one valley of the loss, and the mean is often flatter ground than either end
    (Wortsman et al., "Model soups", 2022).

    Args:
        first: a trained head.
        second: the head of a later run from the first; the average's facts are its, with what was averaged added.
        weight: of the second; the first has the rest.
        output: folder to write.
        cache: where the snippets lie.

    Returns:
        The weight, and loss and score on validation.

    Raises:
        ValueError: the weight is not between 0 and 1, or the heads differ in their labels.
    """
    if not 0 < weight < 1:
        raise ValueError(f"weight must lie between 0 and 1, got {weight:g}")
    names = [language.name for language in LANGUAGES]
    model = _head(second, names)
    other = _head(first, names).state_dict()
    mixed = {n: torch.lerp(other[n], value, weight) for n, value in model.state_dict().items()}
    model.load_state_dict(mixed)
    tokenizer = PhiTokenizer.from_pretrained(second)
    checking = chosen_snippets("validation", 0, cache)[: LANGUAGE_ROWS["validation"]]
    fitter = PrefixFitter(model, "single_label_classification", OPTIONS)
    loss, score = fitter.evaluate(language_examples(checking, names, tokenizer))
    found = {"weight": weight, "loss": loss, "score": score}
    facts = {**json.loads(_facts_of(second).read_text()), "average": found}
    write(model, second, output)
    _facts_of(output).write_text(json.dumps(facts, indent=1) + "\n")
    return found


def _facts_of(folder: Path) -> Path:
    """The file that says how a head was trained: beside the code for the shipped ones, else beside the head."""
    shipped = folder.resolve().parent == HEADS.resolve()
    return (Path(__file__).parent if shipped else folder.parent) / f"{folder.name}_trained.json"


def earlier(base: Path | None) -> list[dict[str, Any]]:
    """What the runs were that made a head, the first one first; none for the trunk alone."""
    if base is None:
        return []
    known = json.loads(_facts_of(base).read_text())
    before = known.pop("earlier", [])
    return [*before, known]


def _head(folder: Path, names: Sequence[str]) -> Classifier:
    """A trained head in float32, to go on from.

    Raises:
        ValueError: its labels are not the wanted ones.
    """
    config = PhiConfig.from_pretrained(folder)
    kind = (
        PhiForTokenClassification
        if config.architectures == ["PhiForTokenClassification"]
        else PhiForSequenceClassification
    )
    model = kind.from_pretrained(folder, dtype=torch.float32)
    if model.config.id2label != dict(enumerate(names)):
        raise ValueError(f"{folder}: labels must be {list(names)}, got {model.config.id2label}")
    return model


def train_roles(
    output: Path, layers: int, options: Options, count: int, base: Path | None = None
) -> History:
    """Train "What is each token?" on the files of the embedded model's own corpus.

    Args:
        output: folder to write.
        layers: of the trunk.
        options: of the loop.
        count: pieces to learn from.
        base: a head to go on from, in place of the trunk; other pieces than those of its runs are drawn.
    """
    tokenizer = PhiTokenizer.from_pretrained(base or MODEL_DIR)
    run = len(earlier(base))
    documents = [d for d in read_lines(WORK / "train.jsonl") if d.kind == "file"]
    documents = [d for d in documents if len(d.text) <= LONGEST][:FILES]
    checking = [d for i, d in enumerate(documents) if i % 50 == 0]
    learning = [d for i, d in enumerate(documents) if i % 50]
    sets = (
        role_examples(pieces(learning, count, f"{SEED}:{run}" if run else SEED), tokenizer),
        role_examples(pieces(checking, ROLE_PIECES["validation"], SEED + 1), tokenizer),
    )
    return _fit("tokens", ROLES, sets, layers, options, output, base)


def chosen_snippets(split: str, run: int = 0, cache: Path = CACHE) -> list[Snippet]:
    """The snippets of a split, in the order in which a run of the training takes them."""
    snippets = read_snippets(cache / f"{split}.jsonl")
    random.Random(f"{SEED}:{split}:{run}").shuffle(snippets)
    return snippets


def train_language(
    output: Path,
    layers: int,
    options: Options,
    count: int,
    base: Path | None = None,
    cache: Path = CACHE,
) -> History:
    """Train "What language is this?" on some snippets of the training projects, cut at different lengths.

    Args:
        output: folder to write.
        layers: of the trunk.
        options: of the loop.
        count: snippets to learn from; more than there are take some again, cut in other places.
        base: a head to go on from, in place of the trunk.
        cache: where the snippets lie.
    """
    tokenizer = PhiTokenizer.from_pretrained(base or MODEL_DIR)
    names = [language.name for language in LANGUAGES]
    run = len(earlier(base))
    rng = random.Random(f"{SEED}:{run}")
    again = itertools.cycle(chosen_snippets("train", run, cache))
    learning = prefix_rows(list(itertools.islice(again, count)), names, tokenizer, rng)
    checking = chosen_snippets("validation", 0, cache)[: LANGUAGE_ROWS["validation"]]
    sets = (learning, language_examples(checking, names, tokenizer))
    return _fit("single_label_classification", names, sets, layers, options, output, base)
