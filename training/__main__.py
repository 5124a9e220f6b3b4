"""``python -m training all``: the whole recipe, from the installed sources to the model card."""

from __future__ import annotations

import argparse

from training import card, corpus, evaluate, export, tokenizer, train
from training.recipe import Recipe


def main() -> None:
    """Run from the command line."""
    defaults = Recipe()
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("what", choices=("all",), help="run every stage in order")
    parser.add_argument("--steps", type=int, default=defaults.steps)
    parser.add_argument("--decay-steps", type=int, default=defaults.decay_steps)
    args = parser.parse_args()
    corpus.main([])
    tokenizer.main([])
    train.main(["--steps", str(args.steps), "--decay-steps", str(args.decay_steps)])
    export.main(["--record"])
    evaluate.main(["--write"])
    card.main([])


if __name__ == "__main__":
    main()
