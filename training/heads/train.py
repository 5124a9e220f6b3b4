"""Train the two heads on the first layers of the embedded model."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model import PhiTokenizer
from training.corpus import Document, read_lines
from training.finetune import start, write
from training.finetune_data import Example, Problem, token_targets
from training.finetune_loop import Fitter, History, Options, collate
from training.heads.projects import CACHE, LANGUAGES
from training.heads.roles import DAMAGES, ROLES, Piece, character_roles, damage
from training.heads.snippets import Snippet, read_snippets
from training.sources import MODEL_DIR, ROOT, SEED, WORK

HEADS = ROOT.parent / "assets" / "heads"
LIMIT = 256
FULL_WEIGHT = 48  # tokens after which a prefix counts in full
ROLE_PIECES = {"train": 2400, "validation": 100}
LANGUAGE_ROWS = {"train": 15000, "validation": 600}
CUTS = (64, 96, 128, 256)
LAYERS = {"language": 3, "roles": 2}
OPTIONS = Options(epochs=1, rate=1e-3, tokens=1024, checks=1, patience=99, seed=SEED)
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
    snippets: Sequence[Snippet], names: Sequence[str], tokenizer: PhiTokenizer, limit: int = LIMIT
) -> list[Example]:
    """Token ids with a language each."""
    return [Example(tokenizer(s.text)["input_ids"][:limit], names.index(s.label)) for s in snippets]


class PrefixFitter(Fitter):
    """Asks for a sequence's class after every token, so that a row teaches as much as many, of all lengths.

    A causal trunk sees at each token what came before it, so each prefix is an example of its own; the first
    tokens of a row, which can tell little, weigh little.
    """

    def forward(self, rows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
        """Loss over the prefixes in training, over the whole rows in evaluation; logits and targets of whole rows."""
        if not self.model.training:
            return super().forward(rows)
        ids, targets = collate(rows, self.model.config.pad_token_id or 0, self.problem)
        lengths = torch.tensor([len(row.ids) for row in rows])
        place = torch.arange(ids.shape[1])
        weight = ((place + 1) / FULL_WEIGHT).clamp(max=1.0) * (place < lengths[:, None])
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            hidden = self.model.model(input_ids=ids, use_cache=False).last_hidden_state
            logits = self.model.score(hidden)  # (rows, tokens, labels)
        wanted = targets[:, None].expand(-1, ids.shape[1])
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
) -> History:
    model = start(MODEL_DIR, problem, names, layers, SEED)
    tokens = sum(len(example.ids) for example in sets[0])
    print(
        f"{model.num_parameters():,} parameters, {len(sets[0]):,} rows, {tokens:,} tokens",
        flush=True,
    )
    kind = Fitter if problem == "tokens" else PrefixFitter
    history = kind(model, problem, options).fit(*sets, say=lambda line: print(line, flush=True))
    write(model, MODEL_DIR, output)
    facts = {
        "layers": layers,
        "rows": len(sets[0]),
        "tokens": tokens,
        "epochs": options.epochs,
        "rate": options.rate,
        "minutes": round(history.seconds / 60, 1),
        "checks": history.checks,
    }
    (Path(__file__).parent / f"{output.name}_trained.json").write_text(
        json.dumps(facts, indent=1) + "\n"
    )
    return history


def train_roles(output: Path, layers: int, options: Options, count: int) -> History:
    """Train "What is each token?" on the files of the embedded model's own corpus."""
    tokenizer = PhiTokenizer.from_pretrained(MODEL_DIR)
    documents = [d for d in read_lines(WORK / "train.jsonl") if d.kind == "file"]
    documents = [d for d in documents if len(d.text) <= LONGEST][:FILES]
    checking = [d for i, d in enumerate(documents) if i % 50 == 0]
    learning = [d for i, d in enumerate(documents) if i % 50]
    sets = (
        role_examples(pieces(learning, count, SEED), tokenizer),
        role_examples(pieces(checking, ROLE_PIECES["validation"], SEED + 1), tokenizer),
    )
    return _fit("tokens", ROLES, sets, layers, options, output)


def chosen_snippets(split: str, cache: Path = CACHE) -> list[Snippet]:
    """The snippets of a split that the head is trained on, or validated with."""
    snippets = read_snippets(cache / f"{split}.jsonl")
    random.Random(f"{SEED}:{split}").shuffle(snippets)
    return snippets[: LANGUAGE_ROWS[split]]


def train_language(output: Path, layers: int, options: Options, cache: Path = CACHE) -> History:
    """Train "What language is this?" on some snippets of the training projects, cut at different lengths."""
    tokenizer = PhiTokenizer.from_pretrained(MODEL_DIR)
    names = [language.name for language in LANGUAGES]
    sets = []
    rng = random.Random(SEED)
    for split in LANGUAGE_ROWS:
        rows = language_examples(chosen_snippets(split, cache), names, tokenizer)
        if split == "train":
            rows = [Example(row.ids[: rng.choice(CUTS)], row.target) for row in rows]
        sets.append(rows)
    return _fit("single_label_classification", names, (sets[0], sets[1]), layers, options, output)
