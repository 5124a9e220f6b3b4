"""Train the two heads on the first layers of the embedded model."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from phi_model import (
    PhiConfig,
    PhiForSequenceClassification,
    PhiForTokenClassification,
    PhiTokenizer,
)
from training.corpus import Document, read_lines
from training.finetune import start, write
from training.finetune_data import Example, Problem, token_targets
from training.finetune_loop import Classifier, Fitter, History, Options
from training.heads.prefixes import CUTS, PrefixFitter, prefix_rows
from training.heads.projects import CACHE, LANGUAGES
from training.heads.roles import DAMAGES, ROLES, Piece, character_roles, damage
from training.heads.snippets import Snippet, read_snippets
from training.sources import MODEL_DIR, ROOT, SEED, WORK

HEADS = ROOT.parent / "assets" / "heads"
LIMIT = 256
ROLE_PIECES = {"train": 3000, "validation": 150}
LANGUAGE_ROWS = {"train": 150_000, "validation": 2720}
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
