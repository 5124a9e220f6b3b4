"""The heads from the sources to the cards.

python -m training.heads data                fetch the projects (npm, apt-get of Debian 12, pip), cut snippets
python -m training.heads train roles         train a head (also: language)
python -m training.heads average A B --output C    the language head between two runs of it
python -m training.heads evaluate --write    measure both; fetches the test's projects where they are not here
python -m training.heads evaluate language --split fresh    the same on projects that were in no split before
python -m training.heads cards               write both cards from the results
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from training.heads import cards, evaluate, snippets
from training.heads.projects import MEASURED
from training.heads.train import HEADS as HEADS_DIR
from training.heads.train import (
    LANGUAGE_ROWS,
    LAYERS,
    OPTIONS,
    ROLE_PIECES,
    average,
    train_language,
    train_roles,
)

HEADS = ("language", "roles")


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="training.heads",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("data", help="fetch and cut the language head's snippets")
    training = commands.add_parser("train", help="train a head")
    training.add_argument("head", choices=HEADS)
    training.add_argument("--layers", type=int, help="of the trunk; absent: as shipped")
    training.add_argument("--epochs", type=float, default=OPTIONS.epochs)
    training.add_argument("--rate", type=float, default=OPTIONS.rate)
    training.add_argument("--tokens", type=int, default=OPTIONS.tokens, help="of a batch")
    training.add_argument("--rows", type=int, help="to learn from; absent: as shipped")
    training.add_argument("--base", type=Path, help="a trained head to go on from")
    training.add_argument("--output", type=Path, help="folder; absent: the shipped one")
    mixing = commands.add_parser(
        "average", help="average the weights of two runs of the language head"
    )
    mixing.add_argument("first", type=Path)
    mixing.add_argument("second", type=Path, help="the later run, begun with the first")
    mixing.add_argument("--weight", type=float, default=0.5, help="of the second; absent: 0.5")
    mixing.add_argument("--output", type=Path, required=True, help="folder")
    measuring = commands.add_parser("evaluate", help="measure the heads")
    measuring.add_argument(
        "heads", nargs="*", metavar="head", default=HEADS, help="language, roles"
    )
    measuring.add_argument(
        "--split", choices=MEASURED, default="test", help="that the language head is measured on"
    )
    measuring.add_argument("--write", action="store_true", help="write the results for the cards")
    commands.add_parser("cards", help="write the cards")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    if args.command == "data":
        snippets.build()
    elif args.command == "train":
        options = replace(OPTIONS, epochs=args.epochs, rate=args.rate, tokens=args.tokens)
        output = args.output or HEADS_DIR / args.head
        layers = args.layers or LAYERS[args.head]
        if args.head == "roles":
            rows = args.rows or ROLE_PIECES["train"]
            train_roles(output, layers, options, rows, args.base)
        else:
            rows = args.rows or LANGUAGE_ROWS["train"]
            train_language(output, layers, options, rows, args.base)
    elif args.command == "average":
        print(average(args.first, args.second, args.weight, args.output))
    elif args.command == "evaluate":
        unknown = set(args.heads) - set(HEADS)
        if unknown:
            parser.error(
                f"head must be one of {', '.join(HEADS)}, got {', '.join(sorted(unknown))}"
            )
        evaluate.main(args.heads, args.write, args.split)
    else:
        cards.write()


if __name__ == "__main__":
    main()
