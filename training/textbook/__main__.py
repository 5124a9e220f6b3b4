"""Write the textbook, or run all of its programs."""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from pathlib import Path

from training.corpus import TEXTBOOK, Document, write_lines
from training.textbook.check import failures
from training.textbook.exercise import Exercise
from training.textbook.generate import exercises, programs

SEED = 0


def summary(found: list[Exercise]) -> str:
    """Return counts of the textbook's texts in a few lines."""
    size = sum(len(item.text) for item in found)
    shares: Counter[str] = Counter()
    for item in found:
        docs = [
            ast.get_docstring(node)
            for node in ast.walk(ast.parse(item.text))
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module))
        ]
        docs = [doc for doc in docs if doc]
        long = any("\n" in doc for doc in docs)
        shares["long docstring" if long else "one line" if docs else "no docstring"] += 1
        shares["begins with def"] += item.text.startswith("def ")
    percent = ", ".join(f"{key} {100 * n / len(found):.0f} %" for key, n in sorted(shares.items()))
    topics = Counter(item.topic for item in found)
    listed = ", ".join(f"{name} {count}" for name, count in sorted(topics.items()))
    return (
        f"{len(programs())} base programs, {len(found)} texts, {size / 1e6:.2f} MB\n"
        f"{percent}\n{listed}"
    )


def main(argv: list[str] | None = None) -> int:
    """Run from the command line; returns 1 where a program fails."""
    parser = argparse.ArgumentParser(prog="training.textbook", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the texts as JSON lines")
    parser.add_argument("--check", action="store_true", help="run every program and its checks")
    parser.add_argument("--only", metavar="TOPIC", help="one topic or family alone")
    parser.add_argument("--seed", type=int, default=SEED, help="which variants are written")
    args = parser.parse_args(argv)
    found = list(exercises(args.seed, args.only))
    if not found:
        parser.error(f"argument --only: must be a topic of the textbook, got {args.only!r}")
    print(summary(found))
    if args.write:
        write_lines(
            args.write, [Document(TEXTBOOK, item.kind, item.topic, item.text) for item in found]
        )
    if not args.check:
        return 0
    wrong = failures(found)
    for item, message in wrong[:40]:
        print(f"--- {item.topic}: {item.name}\n{item.text}{message}")
    print(f"{len(wrong)} of {len(found)} programs fail")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
