"""Train the embedded model on the packed corpus, on two CPU cores in bfloat16.

    python -m training.train
    python -m training.train --stage 2
    python -m training.train --stage 2 --resume --steps 2000

The second stage goes on from the first one's weights and optimizers. A checkpoint holds the weights, both optimizers and the step; the batch of a step depends on the seed and
the step alone, so a resumed run equals one that never stopped.

Each worker thread takes one row at a time, forward and backward, with torch's own threads off: a core that
other programs use then slows one worker and not, at every matrix product, both. Gradients are added in
the order of the rows, so the result depends neither on the number of workers nor on who was faster.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from phi_model import PhiForCausalLM
from training.data import IGNORED, Batches, Stages, open_batches
from training.loss import head_cross_entropy
from training.recipe import FIRST, STAGES, Recipe
from training.sources import MODEL_DIR, WORK

CHECKPOINTS = ("checkpoint.pt", "checkpoint-2.pt")
LOGS = ("log.jsonl", "log-2.jsonl")
MOVABLE = {
    "steps", "decay_steps", "bends", "finish_from", "finish_share", "finish_size", "summary_share",
    "long_from", "long_size", "average", "stated_context",
}  # fmt: skip
VALIDATION_ROWS = 32


class Trainer:
    """A model with its optimizers, its data and the step that it has reached."""

    def __init__(
        self, recipe: Recipe, batches: Batches | Stages, end_of_text: int, workers: int = 2
    ) -> None:
        """Draw new weights from the recipe's seed; ``workers`` threads will share each batch."""
        self.recipe = recipe
        self.batches = batches
        self.step = 0
        torch.manual_seed(recipe.seed)
        self.model = PhiForCausalLM(recipe.config(end_of_text))
        self._scale_outputs()
        self.model.train()
        self._parameters = list(self.model.parameters())
        self.average = [p.detach().clone() for p in self._parameters] if recipe.average else []
        self._pool = ThreadPoolExecutor(workers)
        matrices, embeddings, vectors = [], [], []
        for name, parameter in self.model.named_parameters():
            if parameter.ndim != 2:
                vectors.append(parameter)
            else:
                (matrices if ".layers." in name else embeddings).append(parameter)
        self._muons = [
            torch.optim.Muon(
                matrices[half::2],
                lr=recipe.muon_rate,
                weight_decay=recipe.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
            for half in range(2)  # two, so that two workers can step at once
        ]
        self._adamw = torch.optim.AdamW(
            [
                {"params": embeddings, "weight_decay": recipe.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=recipe.adamw_rate,
            betas=(0.9, 0.95),
            fused=True,
        )

    @torch.no_grad()
    def _scale_outputs(self) -> None:
        """Shrink what each layer adds to the stream, so that its variance starts level (GPT-2)."""
        layers = self.model.model.layers
        for layer in layers:
            for module in (layer.self_attn.dense, layer.mlp.fc2):
                module.weight.mul_((2 * len(layers)) ** -0.5)

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the summed cross entropy in nats of some rows, both (rows, length)."""
        dtype = torch.bfloat16 if self.recipe.bfloat16 else torch.float32
        with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.bfloat16):
            hidden = self.model.model(input_ids=inputs, use_cache=False).last_hidden_state
        head = self.model.lm_head
        flat = hidden.flatten(0, 1)  # (rows * length, hidden)
        return head_cross_entropy(flat, head.weight, head.bias, targets.flatten(), dtype)

    def _row(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        loss = self.loss(inputs, targets)
        return loss.detach(), torch.autograd.grad(loss, self._parameters)

    def _accumulate(self, inputs: Tensor, targets: Tensor) -> float:
        """Fill the gradients of a batch's mean loss, row by row, and return that loss."""
        counted = (targets != IGNORED).sum()
        total = torch.zeros(())
        for loss, grads in self._pool.map(self._row, inputs.split(1), targets.split(1)):
            total += loss
            if self._parameters[0].grad is None:
                for parameter, grad in zip(self._parameters, grads, strict=True):
                    parameter.grad = grad
            else:
                torch._foreach_add_([p.grad for p in self._parameters], list(grads))
        torch._foreach_div_([p.grad for p in self._parameters], counted.float())
        return float(total / counted)

    def train_step(self) -> float:
        """Take one step and return its loss."""
        factor = self.recipe.rate(self.step)
        rated = [(muon, self.recipe.muon_rate) for muon in self._muons]
        rated.append((self._adamw, self.recipe.adamw_rate))
        for optimizer, rate in rated:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        loss = self._accumulate(*self.batches.batch(self.step))
        nn.utils.clip_grad_norm_(self._parameters, self.recipe.clip)
        list(self._pool.map(lambda pair: pair[0].step(), rated))
        for parameter in self._parameters:
            parameter.grad = None
        if self.average:
            live = [p.detach() for p in self._parameters]
            torch._foreach_lerp_(self.average, live, 1 - self.recipe.average)
        self.step += 1
        return loss

    def evaluate(self, batches: Batches, count: int) -> float:
        """Return the mean loss in nats over the first ``count`` batches."""
        self.model.eval()
        total, counted = 0.0, 0
        for index in range(count):
            inputs, targets = batches.batch(index)
            pieces = zip(inputs.split(1), targets.split(1), strict=True)
            losses = self._pool.map(lambda piece: float(self._loss_only(*piece)), pieces)
            total += sum(losses)
            counted += int((targets != IGNORED).sum())
        self.model.train()
        return total / counted

    @torch.no_grad()
    def _loss_only(self, inputs: Tensor, targets: Tensor) -> Tensor:
        return self.loss(inputs, targets)

    def save(self, path: Path) -> None:
        """Write a checkpoint; a crash in the middle leaves the older one."""
        state = {
            "model": self.model.state_dict(),
            "muons": [muon.state_dict() for muon in self._muons],
            "adamw": self._adamw.state_dict(),
            "average": self.average,
            "step": self.step,
            "recipe": dataclasses.asdict(self.recipe),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            ValueError: the checkpoint is of another recipe; only its end may differ.
        """
        state = torch.load(path, weights_only=True)
        for name, value in dataclasses.asdict(self.recipe).items():
            found = state["recipe"].get(name, getattr(FIRST, name))
            if name not in MOVABLE and found != value:
                raise ValueError(f"{path}: {name} must be {value} as in the recipe, got {found}")
        self._restore(state)
        self.average = state.get("average", [])
        self.step = state["step"]

    def start_from(self, path: Path) -> None:
        """Begin with the weights and optimizers of another stage's checkpoint."""
        self._restore(torch.load(path, weights_only=True))
        if self.average:
            self.average = [p.detach().clone() for p in self._parameters]

    def use_average(self) -> None:
        """Put the running average in the place of the weights."""
        with torch.no_grad():
            torch._foreach_copy_(self._parameters, self.average)

    def _restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.model.tie_weights()
        for muon, saved in zip(self._muons, state["muons"], strict=True):
            muon.load_state_dict(saved)
        self._adamw.load_state_dict(state["adamw"])


def run(
    trainer: Trainer, held_out: Batches, work: Path, stop: int, save_every: int, check_every: int,
    stage: int = 1,
) -> None:  # fmt: skip
    """Train to step ``stop``, with checkpoints and lines of progress."""
    tokens = trainer.recipe.rows * trainer.recipe.context
    started, first = time.monotonic(), trainer.step
    recent: list[float] = []
    with (work / LOGS[stage - 1]).open("a") as log:
        while trainer.step < stop:
            begun = time.monotonic()
            loss = trainer.train_step()
            seconds = time.monotonic() - begun
            if not math.isfinite(loss):
                raise FloatingPointError(f"step {trainer.step}: loss must be finite, got {loss}")
            recent = [*recent[-19:], loss]
            done = trainer.step
            speed = (done - first) * tokens / (time.monotonic() - started)
            entry = {"step": done, "loss": round(loss, 4), "seconds": round(seconds, 2)}
            if done % check_every == 0 or done == stop:
                count = VALIDATION_ROWS // held_out.rows
                entry["held_out"] = round(trainer.evaluate(held_out, count), 4)
            log.write(json.dumps(entry) + "\n")
            log.flush()
            if done % 10 == 0 or done == stop or "held_out" in entry:
                eta = (stop - done) * tokens / speed / 60
                mean = sum(recent) / len(recent)
                held = f"  held-out {entry['held_out']:.3f}" if "held_out" in entry else ""
                print(
                    f"step {done}/{stop}  loss {mean:.3f}  {speed:,.0f} tokens/s  "
                    f"ETA {eta:.1f} min{held}",
                    flush=True,
                )
            if done % save_every == 0 or done == stop:
                trainer.save(work / CHECKPOINTS[stage - 1])


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.train", description=__doc__.splitlines()[0])
    parser.add_argument("--stage", type=int, choices=(1, 2), default=1)
    parser.add_argument("--work", type=Path, default=WORK, help="folder of corpus and checkpoints")
    parser.add_argument("--tokenizer", type=Path, default=MODEL_DIR, help="folder of the tokenizer")
    moved = {
        "steps": "steps in all",
        "decay_steps": "steps over which the rates fall",
        "long_from": "step from which rows are long",
        "finish_from": "step from which batches are of the finishing set",
    }
    for name, text in moved.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, help=f"{text}; default: the recipe's")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--stop-at", type=int, help="end this run at a step, to be resumed")
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument(
        "--check-every", type=int, default=200, help="steps between held-out losses"
    )
    parser.add_argument("--workers", type=int, default=2, help="threads that share a batch")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    given = {name: getattr(args, name) for name in moved if getattr(args, name) is not None}
    recipe = dataclasses.replace(STAGES[args.stage - 1], **given)
    batches, held_out, _, end = open_batches(args.work, args.tokenizer, recipe)
    trainer = Trainer(recipe, batches, end, args.workers)
    if args.resume:
        trainer.load(args.work / CHECKPOINTS[args.stage - 1])
    elif args.stage > 1:
        trainer.start_from(args.work / CHECKPOINTS[args.stage - 2])
    parameters = trainer.model.num_parameters()
    tokens = recipe.steps * recipe.rows * recipe.context
    print(
        f"{parameters:,} parameters, {batches.steps_per_pass} steps a pass, "
        f"{tokens / 1e6:.1f} M tokens in all, from step {trainer.step}",
        flush=True,
    )
    stop = min(args.stop_at or recipe.steps, recipe.steps)
    run(trainer, held_out, args.work, stop, args.save_every, args.check_every, args.stage)


if __name__ == "__main__":
    main()
