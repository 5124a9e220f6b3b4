"""Write the trained model into ``assets/model``, as any Phi checkpoint looks.

python -m training.export
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from training.data import open_held_out
from training.recipe import SHIPPED, STAGES
from training.sources import MODEL_DIR, TRAINED, WORK
from training.train import CHECKPOINTS, LOGS, VALIDATION_ROWS, Trainer

SHARD_LIMIT = "9MB"


def export(work: Path, folder: Path, stage: int) -> dict[str, Any]:
    """Write the weights of a stage's last checkpoint in bfloat16, sharded.

    Where the checkpoint has a running average of the weights, the held-out loss decides between the two. The matrices
    were rounded to bfloat16 in every product of the training, so the file keeps what was
    trained; the losses before and after show it.

    Args:
        work: folder with corpus and checkpoint.
        folder: holds the tokenizer, receives weights and configuration.
        stage: 1 or 2.

    Returns:
        What each stage did, which weights were written, and the held-out losses in nats a token: of the last
        weights, of their average, and of what was written in the trained precision and in the file's.
    """
    recipe = STAGES[stage - 1]
    held_out, _, end = open_held_out(work, folder, recipe)
    trainer = Trainer(recipe, held_out, end)
    trainer.load(work / CHECKPOINTS[stage - 1])
    count = VALIDATION_ROWS // held_out.rows
    losses = {"last": trainer.evaluate(held_out, count)}
    if trainer.average:
        last = [p.detach().clone() for p in trainer.model.parameters()]
        trainer.use_average()
        losses["average"] = trainer.evaluate(held_out, count)
        if losses["last"] <= losses["average"]:
            trainer.average = last
            trainer.use_average()
    chosen = min(losses, key=lambda name: losses[name])
    model = trainer.model.eval().to(torch.bfloat16)
    model.config.max_position_embeddings = recipe.stated_context
    model.config.architectures = ["PhiForCausalLM"]
    model.save_pretrained(folder, max_shard_size=SHARD_LIMIT)
    model.float()
    after = trainer.evaluate(held_out, count)
    ids = {"bos_token_id": end, "eos_token_id": end}
    (folder / "generation_config.json").write_text(json.dumps(ids, indent=2) + "\n")
    return {
        "stages": [_stage(work, number) for number in range(1, stage + 1)],
        "weights": chosen,
        "losses": {name: round(loss, 5) for name, loss in losses.items()},
        "loss": round(losses[chosen], 5),
        "loss_bfloat16": round(after, 5),
    }


def _stage(work: Path, number: int) -> dict[str, float | int]:
    """Return what a stage did: its steps, its decay, the minutes that the steps took."""
    state = torch.load(work / CHECKPOINTS[number - 1], weights_only=True)
    return {
        "step": state["step"],
        "decay_steps": state["recipe"]["decay_steps"],
        "minutes": round(minutes_of(work / LOGS[number - 1]), 1),
    }


def minutes_of(log: Path) -> float:
    """Return how long the steps of a training log took, runs that were interrupted included."""
    seconds: dict[int, float] = {}
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        seconds[entry["step"]] = entry["seconds"]
    return sum(seconds.values()) / 60


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.export", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=WORK, help="folder of corpus and checkpoint")
    parser.add_argument("--output", type=Path, default=MODEL_DIR, help="folder of the model")
    parser.add_argument("--stage", type=int, choices=(1, 2), default=SHIPPED)
    parser.add_argument(
        "--record", action="store_true", help=f"write the facts to training/{TRAINED.name}"
    )
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    trained = export(args.work, args.output, args.stage)
    if args.record:
        TRAINED.write_text(json.dumps(trained, indent=1) + "\n")
    print(json.dumps(trained))


if __name__ == "__main__":
    main()
