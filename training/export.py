"""Write the trained model into ``assets/model``, as any Phi checkpoint looks.

python -m training.export
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from training.recipe import Recipe
from training.sources import MODEL_DIR, TRAINED, WORK
from training.train import CHECKPOINT, LOG, VALIDATION_ROWS, Trainer, open_batches

SHARD_LIMIT = "9MB"


def export(work: Path, folder: Path, recipe: Recipe) -> dict[str, float | int]:
    """Write the weights of the last checkpoint in bfloat16, sharded.

    The matrices were rounded to bfloat16 in every product of the training, so the file keeps what was
    trained; the losses before and after show it.

    Args:
        work: folder with corpus and checkpoint.
        folder: holds the tokenizer, receives weights and configuration.
        recipe: the recipe that the checkpoint was trained by.

    Returns:
        The step, the length of the decay, the minutes that the steps took, and the held-out loss in nats a
        token in the trained precision and in the file's.
    """
    batches, held_out, _, end = open_batches(work, folder, recipe)
    trainer = Trainer(recipe, batches, end)
    trainer.load(work / CHECKPOINT)
    saved = torch.load(work / CHECKPOINT, weights_only=True)["recipe"]
    count = VALIDATION_ROWS // recipe.rows
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
        "loss": round(before, 5),
        "loss_bfloat16": round(after, 5),
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
    parser.add_argument(
        "--record", action="store_true", help=f"write the facts to training/{TRAINED.name}"
    )
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    trained = export(args.work, args.output, Recipe())
    if args.record:
        TRAINED.write_text(json.dumps(trained, indent=1) + "\n")
    print(json.dumps(trained))


if __name__ == "__main__":
    main()
