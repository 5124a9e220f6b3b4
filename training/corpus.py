"""Build the corpus from the Python source that the environment already has.

The texts go to ``training/work`` (never committed); the list of what was used, with versions,
licences, files and bytes, goes to ``training/corpus.json`` (committed).

    python -m training.corpus
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import platform
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from training.dedupe import MinHasher, NearDuplicateIndex, unique
from training.eval.problems import own_problems
from training.filters import clean, functions, parse, reject_reason
from training.installed import distribution, files_of, licence_of
from training.sources import (
    HELD_OUT,
    MANIFEST,
    MORE,
    SEED,
    SOURCES,
    STDLIB,
    WORK,
    Source,
)
from training.textbook import exercises

HELD_OUT_SIMILARITY = 0.4
TEXTBOOK = "textbook"


@dataclass(frozen=True)
class Document:
    """One text of the corpus."""

    source: str
    kind: str
    path: str
    text: str


def read_clean(path: Path) -> tuple[str, ast.Module | None] | None:
    """Read one file, cleaned, with its syntax tree; None where it is not UTF-8."""
    try:
        text = clean(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None
    return text, parse(text)


def held_out_documents() -> list[Document]:
    """Return the files of the held-out packages, cleaned, in a fixed order."""
    documents = []
    for name in HELD_OUT:
        licence_of(name)
        for inside, path in files_of(name):
            loaded = read_clean(path)
            if loaded and reject_reason(*loaded) is None:
                documents.append(Document(name, "file", inside, loaded[0]))
    return documents


def index_held_out(documents: list[Document], hasher: MinHasher) -> NearDuplicateIndex:
    """Index the held-out files and each of their functions, so that no copy is learnt."""
    index = NearDuplicateIndex(HELD_OUT_SIMILARITY)
    for document in documents:
        tree = parse(document.text)
        pieces = functions(document.text, tree) if tree else []
        for text in (document.text, *pieces):
            index.add(hasher.signature(text))
    return index


class Builder:
    """Collects documents source by source, each text once."""

    def __init__(self, held_out: list[Document], seed: int) -> None:
        """Index ``held_out``, which nothing collected may repeat."""
        self.hasher = MinHasher(seed)
        self.seed = seed
        self._held_out = index_held_out(held_out, self.hasher)
        self._files = NearDuplicateIndex()
        self._functions = NearDuplicateIndex()
        self.rejected: Counter[str] = Counter()

    def collect(self, source: Source) -> list[Document]:
        """Return the source's whole files and functions, within its limits of bytes."""
        files, pieces = [], []
        for inside, path in files_of(source.name):
            loaded = read_clean(path)
            if loaded is None or loaded[1] is None:
                self.rejected["syntax"] += 1
                continue
            text, tree = loaded
            reason = reject_reason(text, tree)
            if reason is None:
                files.append(Document(source.name, "file", inside, text))
            elif reason not in ("long", "prose", "long-lines"):
                self.rejected[reason] += 1
                continue
            else:
                self.rejected[reason] += 1
            for piece in functions(text, tree):
                if reject_reason(piece + " " * 200, parse(piece)) is None:
                    pieces.append(Document(source.name, "function", inside, piece))
        rng = random.Random(f"{self.seed}:{source.name}")
        rng.shuffle(files)
        rng.shuffle(pieces)
        kept = self._take(files, source.files_mb, self._files)
        return kept + self._take(pieces, source.functions_mb, self._functions)

    def repeats(self, text: str, *indexes: NearDuplicateIndex) -> bool:
        """Whether a text is a near-duplicate of held-out code or of what some indexes hold."""
        signature = self.hasher.signature(text)
        return any(index.find(signature) is not None for index in (self._held_out, *indexes))

    def _take(
        self, documents: list[Document], limit_mb: float, index: NearDuplicateIndex
    ) -> list[Document]:
        kept, used = [], 0
        for document in documents:
            if used >= limit_mb * 1e6:
                break
            [fresh] = unique([document.text], self.hasher, self._held_out, keep_in=index)
            if not fresh:
                self.rejected[f"duplicate-{document.kind}"] += 1
                continue
            kept.append(document)
            used += len(document.text.encode())
        return kept


def textbook(builder: Builder) -> list[Document]:
    """Return the project's own textbook, without what the sixty tasks of the evaluation ask for.

    Left out are texts that define a task's name, and near-duplicates of a task, of its solution or of held-out code.
    """
    tasks = NearDuplicateIndex(HELD_OUT_SIMILARITY)
    names = set()
    for problem in own_problems():
        names.add(problem.name)
        tasks.add(builder.hasher.signature(f"{problem.prompt}{problem.solution}"))
        tasks.add(builder.hasher.signature(problem.solution or ""))
    kept = []
    for item in exercises():
        if names & set(item.names):
            builder.rejected["textbook-task"] += 1
        elif builder.repeats(item.text, tasks):
            builder.rejected["textbook-duplicate"] += 1
        else:
            kept.append(Document(TEXTBOOK, item.kind, item.topic, item.text))
    return kept


def describe(source: str, documents: list[Document]) -> dict[str, object]:
    """Return one source's entry of the manifest."""
    version = platform.python_version()
    if source != STDLIB:
        version = distribution(source).version
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document.text.encode())
    kinds = Counter(document.kind for document in documents)
    return {
        "name": source,
        "version": version,
        "licence": licence_of(source),
        "files": kinds["file"],
        "functions": kinds["function"],
        "bytes": sum(len(document.text.encode()) for document in documents),
        "sha256": digest.hexdigest(),
        "paths": sorted({document.path for document in documents}),
    }


def write_lines(path: Path, documents: list[Document]) -> None:
    """Write documents as JSON lines."""
    with path.open("w", encoding="utf-8") as handle:
        for document in documents:
            handle.write(json.dumps(document.__dict__) + "\n")


def read_lines(path: Path) -> list[Document]:
    """Read documents that ``write_lines`` wrote."""
    with path.open(encoding="utf-8") as handle:
        return [Document(**json.loads(line)) for line in handle]


def build(work: Path, manifest: Path, seed: int = SEED) -> dict[str, object]:
    """Build the corpus and its manifest.

    Args:
        work: folder that receives ``train.jsonl``, ``more.jsonl``, ``textbook.jsonl`` and ``held_out.jsonl``.
        manifest: JSON file that receives the list of what was used.
        seed: seed of the order and of the hash functions.

    Returns:
        The manifest.
    """
    work.mkdir(parents=True, exist_ok=True)
    held_out = held_out_documents()
    builder = Builder(held_out, seed)
    parts: dict[str, list[Document]] = {}
    entries: dict[str, list[dict[str, object]]] = {}
    for part, sources in (("train", SOURCES), ("more", MORE)):
        documents, entries[part] = [], []
        for source in sources:
            licence_of(source.name)
            found = builder.collect(source)
            entries[part].append(describe(source.name, found))
            documents += found
            print(f"{source.name:20} {entries[part][-1]['bytes'] / 1e6:7.2f} MB", flush=True)
        random.Random(seed).shuffle(documents)
        write_lines(work / f"{part}.jsonl", documents)
        parts[part] = documents
    book = textbook(builder)
    write_lines(work / "textbook.jsonl", book)
    write_lines(work / "held_out.jsonl", held_out)
    by_package = {name: [d for d in held_out if d.source == name] for name in HELD_OUT}
    summary: dict[str, object] = {
        "seed": seed,
        "bytes": sum(len(d.text.encode()) for d in parts["train"]),
        "documents": len(parts["train"]),
        "more_bytes": sum(len(d.text.encode()) for d in parts["more"]),
        "more_documents": len(parts["more"]),
        "rejected": dict(sorted(builder.rejected.items())),
        "sources": entries["train"],
        "more": entries["more"],
        "textbook": {
            "files": sum(d.kind == "file" for d in book),
            "functions": sum(d.kind == "function" for d in book),
            "bytes": sum(len(d.text.encode()) for d in book),
            "sha256": hashlib.sha256("".join(d.text for d in book).encode()).hexdigest(),
        },
        "held_out": [describe(name, found) for name, found in by_package.items()],
    }
    manifest.write_text(json.dumps(summary, indent=1) + "\n")
    return summary


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.corpus", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=WORK, help="folder for the texts")
    parser.add_argument("--manifest", type=Path, default=MANIFEST, help="list of what was used")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args(argv)
    summary = build(args.work, args.manifest, args.seed)
    keys = ("seed", "bytes", "documents", "more_bytes", "more_documents", "rejected")
    print(json.dumps({key: summary[key] for key in keys}))


if __name__ == "__main__":
    main()
