"""Train a classifier head on labelled texts of your own, on a CPU.

    python -m training.finetune --task text-classification --data reviews.csv --output my-head
    python -m training.finetune --task token-classification --data spans.jsonl --output my-head --layers 3

The forms of the files are described in `training/finetune_data.py`. The folder that is written is an ordinary checkpoint
with a card; `PhiForSequenceClassification`, `PhiForTokenClassification` and transformers load it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from phi_model import (
    PhiForCausalLM,
    PhiForSequenceClassification,
    PhiForTokenClassification,
    PhiTokenizer,
)
from training.finetune_card import card
from training.finetune_data import DataError, Problem, encode, label_names, read, split
from training.finetune_loop import Classifier, Fitter, History, Options, has_bfloat16
from training.sources import MODEL_DIR

SHARD_LIMIT = "9MB"
TASKS = ("text-classification", "token-classification")


def start(
    source: Path | str, problem: Problem, names: Sequence[str], layers: int | None, seed: int
) -> Classifier:
    """A classifier on the trunk of a causal model, in float32, its score layer drawn anew.

    Args:
        source: folder or repository of a causal Phi checkpoint.
        problem: what the head answers.
        names: its labels.
        layers: keep the trunk's first layers, all of them where None.
        seed: of the score layer.

    Raises:
        ValueError: the trunk has no such number of layers.
    """
    trunk = PhiForCausalLM.from_pretrained(source, dtype=torch.float32)
    config = trunk.config
    if layers is not None and not 1 <= layers <= config.num_hidden_layers:
        raise ValueError(f"layers must be between 1 and {config.num_hidden_layers}, got {layers}")
    config.num_hidden_layers = layers or config.num_hidden_layers
    config.id2label = dict(enumerate(names))
    config.label2id = {name: i for i, name in enumerate(names)}
    config.num_labels = len(names)
    config.pad_token_id = (
        config.eos_token_id if config.pad_token_id is None else config.pad_token_id
    )
    config.use_cache = False
    config.problem_type = None if problem == "tokens" else problem
    kind = PhiForTokenClassification if problem == "tokens" else PhiForSequenceClassification
    torch.manual_seed(seed)
    model = kind(config)
    kept = model.model.state_dict()
    state = trunk.model.state_dict()
    model.model.load_state_dict({name: state[name] for name in kept})
    return model


def write(
    model: Classifier,
    tokenizer_source: Path | str,
    output: Path,
    dtype: torch.dtype = torch.bfloat16,
) -> None:
    """Write weights, configuration and tokenizer files, all of which transformers reads too."""
    output.mkdir(parents=True, exist_ok=True)
    model.to(dtype).save_pretrained(output, max_shard_size=SHARD_LIMIT)
    PhiTokenizer.from_pretrained(tokenizer_source).save_pretrained(output)
    path = output / "tokenizer_config.json"
    said = json.loads(path.read_text())
    said["pad_token"] = said.get("pad_token") or said.get("eos_token")
    said["model_max_length"] = model.config.max_position_embeddings
    path.write_text(json.dumps(said, indent=2) + "\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="training.finetune", description=__doc__.splitlines()[0])
    made.add_argument("--task", choices=TASKS, required=True)
    made.add_argument(
        "--data", type=Path, required=True, help="CSV, or JSON lines where it ends in .jsonl"
    )
    made.add_argument("--validation", type=Path, help="a file of its own for validation")
    made.add_argument("--validation-share", type=float, default=0.1, help="else so much of --data")
    made.add_argument(
        "--model", default=str(MODEL_DIR), help="folder or repository of a causal Phi"
    )
    made.add_argument("--output", type=Path, required=True, help="folder to write")
    what = made.add_mutually_exclusive_group()
    what.add_argument(
        "--multi-label", metavar="SEPARATOR", help="several labels in a cell, so separated"
    )
    what.add_argument("--regression", action="store_true", help="the label is a number")
    made.add_argument("--layers", type=int, help="keep the first layers of the trunk")
    made.add_argument("--freeze-trunk", action="store_true", help="train the score layer alone")
    defaults = Options()
    made.add_argument("--epochs", type=float, default=defaults.epochs)
    made.add_argument("--rate", type=float, help="5e-4, or 5e-3 with --freeze-trunk")
    made.add_argument(
        "--patience", type=int, default=defaults.patience, help="validations without gain"
    )
    made.add_argument("--checks", type=int, default=defaults.checks, help="validations in an epoch")
    made.add_argument("--batch-tokens", type=int, default=defaults.tokens)
    made.add_argument(
        "--max-tokens", type=int, default=256, help="longer texts are cut at their end"
    )
    made.add_argument("--seed", type=int, default=0)
    made.add_argument(
        "--float32",
        action="store_true",
        help="train and write in float32; else bfloat16, where the processor has it",
    )
    return made


def _check(args: argparse.Namespace) -> None:
    for name in ("epochs", "patience", "checks", "batch_tokens", "max_tokens"):
        if getattr(args, name) <= 0:
            raise ValueError(
                f"--{name.replace('_', '-')} must be above 0, got {getattr(args, name)}"
            )
    if args.rate is not None and args.rate <= 0:
        raise ValueError(f"--rate must be above 0, got {args.rate}")
    if not 0 < args.validation_share < 1:
        raise ValueError(
            f"--validation-share must lie between 0 and 1, got {args.validation_share}"
        )
    if args.task == "token-classification" and (args.regression or args.multi_label):
        raise ValueError(
            "--multi-label and --regression must not be given with token-classification"
        )
    if args.multi_label is not None and not args.multi_label:
        raise ValueError("--multi-label must be a separator, got ''")


def run(args: argparse.Namespace) -> History:
    """Read, train, write.

    Raises:
        ValueError: an option is out of range, or a row of the data breaks a rule.
    """
    _check(args)
    problem: Problem = "single_label_classification"
    if args.task == "token-classification":
        problem = "tokens"
    elif args.regression:
        problem = "regression"
    elif args.multi_label:
        problem = "multi_label_classification"
    rows = read(args.data, problem, args.multi_label)
    if args.validation is None:
        training, checking = split(rows, args.validation_share, args.seed)
    else:
        training, checking = rows, read(args.validation, problem, args.multi_label)
    names = label_names(training, problem)
    if problem != "regression" and len(names) < 2:
        raise DataError(args.data, None, "the labels", "be at least two", names)
    unknown = set(label_names(checking, problem)) - set(names)
    if unknown:
        source = args.validation or args.data
        raise DataError(source, None, "validation labels", "occur in training too", sorted(unknown))
    model = start(args.model, problem, names, args.layers, args.seed)
    limit = min(args.max_tokens, model.config.max_position_embeddings)
    tokenizer = PhiTokenizer.from_pretrained(args.model)
    sets = [encode(part, names, problem, tokenizer, limit) for part in (training, checking)]
    options = Options(
        epochs=args.epochs,
        rate=args.rate or (5e-3 if args.freeze_trunk else 5e-4),
        tokens=args.batch_tokens,
        checks=args.checks,
        patience=args.patience,
        seed=args.seed,
        freeze_trunk=args.freeze_trunk,
        bfloat16=not args.float32 and has_bfloat16(),
    )
    print(
        f"{model.num_parameters():,} parameters, {len(names)} labels, {len(training)} rows to learn, "
        f"{len(checking)} to validate",
        flush=True,
    )
    history = Fitter(model, problem, options).fit(*sets, say=lambda line: print(line, flush=True))
    write(model, args.model, args.output, torch.float32 if args.float32 else torch.bfloat16)
    (args.output / "README.md").write_text(
        card(args.task, problem, names, args, options, history, (len(training), len(checking)))
    )
    print(f"wrote {args.output}", flush=True)
    return history


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    args = parser().parse_args(argv)
    if args.output.is_file():
        sys.exit(f"--output must be a folder, got the file {args.output}")
    try:
        run(args)
    except (ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
