"""Measure the two heads beside Pygments and, for languages, beside an n-gram logistic regression."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from pygments.lexers import get_lexer_by_name, guess_lexer
from pygments.util import ClassNotFound

from phi_model import PhiForSequenceClassification, PhiForTokenClassification, PhiTokenizer
from training.corpus import held_out_documents
from training.evaluate import processor
from training.finetune_data import token_targets
from training.heads.prefixes import CUTS
from training.heads.projects import CACHE, LANGUAGES
from training.heads.roles import DAMAGES, OUTSIDE, ROLES, character_roles
from training.heads.snippets import Snippet, digest, held_out_snippets
from training.heads.train import HEADS, LIMIT, chosen_snippets, pieces, role_examples
from training.sources import SEED

NAMES = [language.name for language in LANGUAGES]
ROLE_TEST_PIECES = 250
RESULTS = Path(__file__).parent
# Lexers that Pygments may answer with, all of which say the language right.
_FAMILIES = {
    "C": ("C",),
    "C++": ("C++",),
    "C#": ("C#",),
    "CSS": ("CSS", "SCSS", "LessCss"),
    "HTML": ("HTML",),
    "JavaScript": ("JavaScript", "JSX"),
    "Perl": ("Perl", "Perl6"),
    "Python": ("Python", "Python 2.x"),
    "Shell": ("Bash", "Bash Session"),
    "TypeScript": ("TypeScript", "TSX"),
}


def guess(text: str) -> str:
    """The language by `pygments.lexers.guess_lexer`, in our names; "" where it is none of them."""
    try:
        said = guess_lexer(text).name
    except ClassNotFound:
        return ""
    for name in NAMES:
        family = _FAMILIES.get(name, (name,))
        if said in family or (name == "HTML" and said.startswith("HTML")):
            return name
    return ""


def guess_among(text: str) -> str:
    """The language among ours whose lexer in Pygments claims the text most; the first where none does."""
    scores = [get_lexer_by_name(language.lexer).analyse_text(text) for language in LANGUAGES]  # type: ignore[attr-defined]
    return NAMES[max(range(len(NAMES)), key=lambda i: scores[i] or 0.0)]


@torch.inference_mode()
def language_answers(texts: Sequence[str], folder: Path) -> list[str]:
    """The head's answers, text by text."""
    model = PhiForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = PhiTokenizer.from_pretrained(folder)
    answers = []
    for text in texts:
        ids = torch.tensor([tokenizer(text)["input_ids"][: max(CUTS)]])
        logits = model(input_ids=ids, use_cache=False).logits
        answers.append(model.config.id2label[int(logits.argmax())])
    return answers


def ngram_answers(learn: Sequence[Snippet], texts: Sequence[str]) -> list[str]:
    """The answers of a logistic regression on tf-idf of 1- to 4-grams of characters, taught on the head's own snippets."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    grams = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, 4),
        min_df=5,
        max_features=60_000,
        sublinear_tf=True,
        lowercase=False,
    )
    model = make_pipeline(grams, LogisticRegression(C=30.0, max_iter=100))
    model.fit([s.text for s in learn], [s.label for s in learn])
    return [str(answer) for answer in model.predict(list(texts))]


def sign_test(wins: int, losses: int) -> float:
    """Two-sided probability of as lopsided a split, or more, of the answers that differ, were both as often right.

    McNemar's test in its exact form (McNemar, "Note on the sampling error of the difference between correlated proportions
    or percentages", 1947).
    """
    n, few = wins + losses, min(wins, losses)
    tail = sum(math.comb(n, k) for k in range(few + 1)) / 2**n
    return min(1.0, 2 * tail)


def only_right(
    answers: Sequence[str], others: Sequence[str], truth: Sequence[str]
) -> tuple[int, int]:
    """How many texts only the first has right, and how many only the second."""
    rows = list(zip(answers, others, truth, strict=True))
    return sum(a == t != b for a, b, t in rows), sum(b == t != a for a, b, t in rows)


def compared(name: str, said: dict[str, list[str]], truth: Sequence[str]) -> str:
    """One line: what the head and the regression have right, what only one of them has, and McNemar's exact p.

    Args:
        name: stands at its beginning.
        said: each one's answers; without those of "ngrams" the line tells of the head alone.
        truth: what they should be.
    """
    line = f"{name:11} {len(truth):5} snippets  head {_share(said['head'], truth):.4f}"
    if "ngrams" not in said:
        return line
    wins, losses = only_right(said["head"], said["ngrams"], truth)
    return (
        f"{line}  regression {_share(said['ngrams'], truth):.4f}  "
        f"only right {wins}:{losses}  p {sign_test(wins, losses):.2g}"
    )


def _share(answers: Sequence[str], truth: Sequence[str]) -> float:
    right = sum(a == t for a, t in zip(answers, truth, strict=True))
    return round(right / max(1, len(truth)), 4)


def baselines(
    snippets: Sequence[Snippet], cache: Path, split: str = "test"
) -> dict[str, list[str]]:
    """The others' answers, kept in a file of the cache; the regression's where the training snippets lie there."""
    path = cache / f"baselines_{split}.json"
    known = json.loads(path.read_text()) if path.is_file() else {}
    learnt = cache / "train.jsonl"
    keys = [digest(snippet) for snippet in snippets]
    if learnt.is_file():
        keys.append(hashlib.sha256(learnt.read_bytes()).hexdigest())
    if known.get("keys") != keys:
        texts = [snippet.text for snippet in snippets]
        known = {
            "keys": keys,
            "guess_lexer": [guess(text) for text in texts],
            "analyse": [guess_among(text) for text in texts],
        }
        if learnt.is_file():
            known["ngrams"] = ngram_answers(chosen_snippets("train", cache=cache), texts)
        path.write_text(json.dumps(known))
    return {who: given for who, given in known.items() if who != "keys"}


def evaluate_language(folder: Path, cache: Path = CACHE, split: str = "test") -> dict[str, Any]:
    """Accuracy on a split's snippets; the regression's too where the training snippets lie here."""
    snippets = held_out_snippets(cache, split)
    others = baselines(snippets, cache, split)
    texts, truth = [s.text for s in snippets], [s.label for s in snippets]
    begun = time.monotonic()
    answers = language_answers(texts, folder)
    seconds = time.monotonic() - begun
    said = {"head": answers, **others}
    for name in filter(set(truth).__contains__, NAMES):
        chosen = [i for i, t in enumerate(truth) if t == name]
        rows = {who: [given[i] for i in chosen] for who, given in said.items()}
        print(compared(name, rows, [name] * len(chosen)), flush=True)
    print(compared("all", said, truth), flush=True)
    matrix = [
        [
            sum(t == row and a == column for t, a in zip(truth, answers, strict=True))
            for column in NAMES
        ]
        for row in NAMES
    ]
    buckets = {}
    for low, high in ((5, 9), (10, 19), (20, 40)):
        chosen = [i for i, t in enumerate(texts) if low <= t.count("\n") + 1 <= high]
        buckets[f"{low}-{high}"] = {
            "snippets": len(chosen),
            **{
                who: _share([a[i] for i in chosen], [truth[i] for i in chosen])
                for who, a in said.items()
            },
        }
    return {
        "snippets": len(texts),
        "projects": len({(s.label, s.project) for s in snippets}),
        "accuracy": {who: _share(given, truth) for who, given in said.items()},
        "only_right": {who: only_right(answers, given, truth) for who, given in others.items()},
        "by_lines": buckets,
        "by_language": {
            name: {
                who: _share(
                    *zip(
                        *[(a, t) for a, t in zip(given, truth, strict=True) if t == name],
                        strict=True,
                    )
                )
                for who, given in said.items()
            }
            for name in NAMES
            if name in truth
        },
        "matrix": matrix,
        "processor": processor(),
        "milliseconds": round(1000 * seconds / len(texts), 1),
    }


def _count(
    truth: Sequence[Sequence[int]], given: Sequence[Sequence[int]], wanted: Callable[[int], bool]
) -> float:
    pairs = [
        (t, g)
        for one, other in zip(truth, given, strict=True)
        for t, g in zip(one, other, strict=True)
        if wanted(t)
    ]
    return round(sum(t == g for t, g in pairs) / max(1, len(pairs)), 4)


@torch.inference_mode()
def evaluate_roles(folder: Path) -> dict[str, Any]:
    """Token accuracy on pieces of held-out packages, intact and broken; the truth is the intact file's parse."""
    model = PhiForTokenClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = PhiTokenizer.from_pretrained(folder)
    documents = held_out_documents()
    chosen = pieces(documents, ROLE_TEST_PIECES, f"test:{SEED}")
    examples = role_examples(chosen, tokenizer)
    truth: list[list[int]] = [list(example.target) for example in examples]  # type: ignore[arg-type]
    head, lexer = [], []
    begun, spent = time.monotonic(), 0.0
    for piece, example in zip(chosen, examples, strict=True):
        begun = time.monotonic()
        logits = model(input_ids=torch.tensor([example.ids])).logits
        spent += time.monotonic() - begun
        head.append(logits[0].argmax(-1).tolist())
        offsets = tokenizer(piece.text, return_offsets_mapping=True)["offset_mapping"]
        lexer.append(
            token_targets(piece.text, offsets[: len(example.ids)], character_roles(piece.text))
        )
    by_damage = {}
    for kind in DAMAGES:
        places = [i for i, piece in enumerate(chosen) if piece.damage == kind]
        sets = [[rows[i] for i in places] for rows in (truth, head, lexer)]
        by_damage[kind] = {
            "pieces": len(places),
            "tokens": sum(len(row) for row in sets[0]),
            "head": _count(sets[0], sets[1], lambda role: True),
            "pygments": _count(sets[0], sets[2], lambda role: True),
            "head_visible": _count(sets[0], sets[1], lambda role: role != OUTSIDE),
            "pygments_visible": _count(sets[0], sets[2], lambda role: role != OUTSIDE),
        }
    by_role = {
        name: {
            "tokens": sum(row.count(role) for row in truth),
            "head": _count(truth, head, lambda t, role=role: t == role),  # type: ignore[misc]
            "pygments": _count(truth, lexer, lambda t, role=role: t == role),  # type: ignore[misc]
        }
        for role, name in enumerate(ROLES)
        if any(role in row for row in truth)
    }
    broken = [i for i, piece in enumerate(chosen) if piece.damage != "intact"]
    sets = [[rows[i] for i in broken] for rows in (truth, head, lexer)]
    tokens = sum(len(row) for row in truth)
    return {
        "packages": sorted({document.source for document in documents}),
        "tokens": tokens,
        "limit": LIMIT,
        "by_damage": by_damage,
        "broken": {
            "head": _count(sets[0], sets[1], lambda role: True),
            "pygments": _count(sets[0], sets[2], lambda role: True),
        },
        "by_role": by_role,
        "processor": processor(),
        "tokens_per_second": round(tokens / spent),
    }


def main(which: Sequence[str], write: bool, split: str = "test", heads: Path = HEADS) -> None:
    """Measure, print one JSON line a head, and write the results where asked to.

    Args:
        which: names of heads.
        write: the results, into a file of the head, and of the split where that is not the test.
        split: of `MEASURED`, for the language head.
        heads: their folder.
    """
    made = {"language": partial(evaluate_language, split=split), "roles": evaluate_roles}
    for name in which:
        found = made[name](heads / name)
        if write:
            kind = name if name == "roles" or split == "test" else f"{name}_{split}"
            (RESULTS / f"{kind}_results.json").write_text(json.dumps(found, indent=1) + "\n")
        print(json.dumps({"head": name, **found}))
