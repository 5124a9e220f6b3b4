"""Write the trained model into ``assets/model``, as any Phi checkpoint looks.

python -m training.export
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import torch

from training.data import open_held_out
from training.recipe import RECIPE
from training.sources import MODEL_DIR, TRAINED, WORK
from training.train import CHECKPOINT, LOG, VALIDATION_ROWS, Trainer

SHARD_LIMIT = "9MB"


def export(work: Path, folder: Path) -> dict[str, Any]:
    """Write the weights of the last checkpoint in bfloat16, sharded.

    The losses before and after, with float32 products, show what the rounding costs.

    Args:
        work: folder with corpus and checkpoint.
        folder: holds the tokenizer, receives weights and configuration.

    Returns:
        The run's steps, its decay, the minutes that the steps took, the losses on the way, by which another run can be
        compared with it before it ends, and the held-out losses in nats a token, with the trained weights and with the file's.
    """
    recipe = dataclasses.replace(RECIPE, bfloat16=False)
    held_out, _, end = open_held_out(work, folder, recipe)
    trainer = Trainer(recipe, held_out, end)
    saved = trainer.load(work / CHECKPOINT)
    count = VALIDATION_ROWS // held_out.rows
    before = trainer.evaluate(held_out, count)
    model = trainer.model.eval().to(torch.bfloat16)
    model.config.architectures = ["PhiForCausalLM"]
    model.save_pretrained(folder, max_shard_size=SHARD_LIMIT)
    model.float()
    after = trainer.evaluate(held_out, count)
    ids = {"bos_token_id": end, "eos_token_id": end}
    (folder / "generation_config.json").write_text(json.dumps(ids, indent=2) + "\n")
    return {
        "step": trainer.step,
        "decay_steps": saved["decay_steps"],
        "minutes": round(minutes_of(work / LOG), 1),
        "losses": losses_of(work / LOG),
        "loss": round(before, 5),
        "loss_bfloat16": round(after, 5),
    }


def read_log(log: Path) -> dict[int, dict[str, float]]:
    """Return the last entry of each step, since an interrupted run repeats some."""
    entries = (json.loads(line) for line in log.read_text().splitlines())
    return {entry["step"]: entry for entry in entries}


def minutes_of(log: Path) -> float:
    """Return how long the steps of a training log took, runs that were interrupted included."""
    return sum(entry["seconds"] for entry in read_log(log).values()) / 60


def losses_of(log: Path) -> dict[str, list[float]]:
    """Return the losses of the first ten steps, of each 250th, and of the last: of the batch, and held out where measured."""
    entries = read_log(log)
    kept = [
        step for step in sorted(entries) if step <= 10 or step % 250 == 0 or step == max(entries)
    ]
    return {
        str(step): [entries[step][name] for name in ("loss", "held_out") if name in entries[step]]
        for step in kept
    }


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.export", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=WORK, help="folder of corpus and checkpoint")
    parser.add_argument("--output", type=Path, default=MODEL_DIR, help="folder of the model")
    parser.add_argument(
        "--record", action="store_true", help=f"write the facts to training/{TRAINED.name}"
    )
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    trained = export(args.work, args.output)
    if args.record:
        TRAINED.write_text(json.dumps(trained, indent=1) + "\n")
    print(json.dumps(trained))


if __name__ == "__main__":
    main()
