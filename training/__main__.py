"""``python -m training all``: the whole recipe, from the sources to the model card.

A run that was interrupted goes on where it stopped: what is there is kept, and the training resumes at its last
checkpoint. Delete ``training/work`` to begin anew.
"""

from __future__ import annotations

import argparse

import torch

from training import card, corpus, evaluate, export, fetch, tokenizer, train
from training.sources import MODEL_DIR, MORE, PACKAGES, WORK


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("all",), help="run every step in order")
    parser.parse_args()
    if len(list(PACKAGES.glob("*.dist-info"))) < len(MORE):
        fetch.main([])
    if not (WORK / "textbook.jsonl").is_file():
        corpus.main([])
    if not (MODEL_DIR / "tokenizer.json").is_file():
        tokenizer.main([])
    resume = ["--resume"] if (WORK / train.CHECKPOINT).is_file() else []
    threads = torch.get_num_threads()
    train.main(resume)
    export.main(["--record"])
    torch.set_num_threads(threads)  # both take one for each worker
    evaluate.main(["--write"])
    card.main([])


if __name__ == "__main__":
    main()
