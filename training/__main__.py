"""``python -m training all``: the whole recipe, from the sources to the model card.

A run that was interrupted goes on where it stopped: what is there is kept, and a stage resumes at its last
checkpoint. Delete ``training/work`` to begin anew.
"""

from __future__ import annotations

import argparse
import json

from training import card, corpus, evaluate, export, fetch, tokenizer, train
from training.recipe import SHIPPED, STAGES
from training.sources import MODEL_DIR, MORE, PACKAGES, WORK


def train_stages() -> None:
    """Run the stages up to the shipped one, each from its last checkpoint where there is one."""
    for number, recipe in enumerate(STAGES[:SHIPPED], start=1):
        words = ["--stage", str(number)]
        log = WORK / train.LOGS[number - 1]
        if (WORK / train.CHECKPOINTS[number - 1]).is_file():
            if json.loads(log.read_text().splitlines()[-1])["step"] >= recipe.steps:
                continue
            words.append("--resume")
        train.main(words)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("all",), help="run every stage in order")
    parser.parse_args()
    if len(list(PACKAGES.glob("*.dist-info"))) < len(MORE):
        fetch.main([])
    if not (WORK / "more.jsonl").is_file():
        corpus.main([])
    if not (MODEL_DIR / "tokenizer.json").is_file():
        tokenizer.main([])
    train_stages()
    export.main(["--record"])
    evaluate.main(["--write"])
    card.main([])


if __name__ == "__main__":
    main()
