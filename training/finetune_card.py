"""The card of a head that `training.finetune` made."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from training.finetune_data import Problem
from training.finetune_loop import History, Options, Scorer

PIPELINES = {
    "text-classification": 'pipeline("text-classification", "FOLDER")("a text")',
    "token-classification": 'pipeline("token-classification", "FOLDER")("a text")',
}


def card(
    task: str,
    problem: Problem,
    names: Sequence[str],
    args: argparse.Namespace,
    options: Options,
    history: History,
    rows: tuple[int, int],
) -> str:
    """The text of README.md.

    Args:
        task: as pipelines name it.
        problem: what the labels are.
        names: the labels.
        args: the command line: data, model, layers.
        options: of the training.
        history: what came of it.
        rows: how many were learnt, and how many decided which weights were kept.
    """
    measure = Scorer.NAMES[problem]
    best = abs(history.best)
    trained = "the score layer alone" if options.freeze_trunk else "all weights"
    layers = "all layers" if args.layers is None else f"the first {args.layers} layers"
    ended = "ended early" if history.early else "ran to its end"
    lines = [
        "---",
        f"pipeline_tag: {task}",
        "library_name: transformers",
        "---",
        "",
        f"# {args.output.name}",
        "",
        f"A Phi classifier for {task} on {layers} of {Path(str(args.model)).name}. "
        f"Validation {measure}: **{best:.4f}** on {rows[1]:,} rows that it did not learn from; they "
        "decided which weights were kept, so expect a little less on other texts.",
        "",
        f"Labels: {', '.join(f'`{name}`' for name in names)}",
        "",
        "```python",
        "from phi_model.pipelines import pipeline",
        "",
        PIPELINES[task],
        "```",
        "",
        "## Training",
        "",
        f"{trained[0].upper()}{trained[1:]}, on {rows[0]:,} rows of `{args.data.name}`, cut at {args.max_tokens} "
        f"tokens; AdamW at {options.rate:g}, {options.tokens:,} tokens a batch, seed {options.seed}. The run of "
        f"{history.steps:,} steps ({history.seconds / 60:.1f} min) {ended}.",
        "",
        f"| epoch | validation loss | {measure} |",
        "| ---: | ---: | ---: |",
        *(
            f"| {check['epoch']:g} | {check['loss']:.4f} | {abs(check['score']):.4f} |"
            for check in history.checks
        ),
        "",
    ]
    return "\n".join(lines)
