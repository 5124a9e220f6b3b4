"""Train the embedded model on the packed corpus, on two CPU cores.

    python -m training.train
    python -m training.train --resume --steps 4000

A checkpoint holds the weights, both optimizers and the step; the batch of a step depends on the seed and
the step alone, so a resumed run equals one that never stopped.

Each worker thread takes one piece of the batch at a time, a row or some short ones, forward and backward, with torch's own threads off: a core that
other programs use then slows one worker and not, at every matrix product, both. Gradients are added in
the order of the pieces, so the result depends neither on the number of workers nor on who was faster.
"""

from __future__ import annotations

import argparse
import copy
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
from torch.nn import functional as F

from phi_model import PhiForCausalLM
from training.data import IGNORED, Batches, Mixed, Stages, open_batches
from training.loss import head_cross_entropy
from training.muon import Float32Muon
from training.recipe import RECIPE, Recipe
from training.sources import MODEL_DIR, WORK

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
MOVABLE = {
    "steps", "decay_steps", "bends", "finish_from", "finish_share", "finish_size", "summary_share",
    "bfloat16",
}  # fmt: skip
VALIDATION_ROWS = 32


class Trainer:
    """A model with its optimizers, its data and the step that it has reached."""

    def __init__(
        self, recipe: Recipe, batches: Batches | Stages | Mixed, end_of_text: int, workers: int = 2
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
        trunk = self.model.model
        self._trunk = copy.deepcopy(trunk).bfloat16() if recipe.bfloat16 else trunk
        working = dict(self._trunk.named_parameters())
        masters = dict(trunk.named_parameters())
        del working["embed_tokens.weight"], masters["embed_tokens.weight"]
        self._working, self._masters = list(working.values()), list(masters.values())
        head = self.model.lm_head  # its matrix is the embedding's
        self._learnt = [head.weight, head.bias, *self._working]
        self._owners = [head.weight, head.bias, *self._masters]
        self._pool = ThreadPoolExecutor(workers)
        matrices, embeddings, vectors = [], [], []
        for name, parameter in self.model.named_parameters():
            if parameter.ndim != 2:
                vectors.append(parameter)
            else:
                (matrices if ".layers." in name else embeddings).append(parameter)
        muon = torch.optim.Muon if recipe.bfloat16 else Float32Muon
        self._muons = [
            muon(
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

    @torch.no_grad()
    def _round(self) -> None:
        """Copy the optimizers' weights into the working ones, where these are others."""
        if self.recipe.bfloat16:
            torch._foreach_copy_(self._working, self._masters)

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the summed cross entropy in nats of some rows, both (rows, length).

        The embedding stays in float32, since the gradients of frequent tokens are long sums.
        """
        dtype = torch.bfloat16 if self.recipe.bfloat16 else torch.float32
        head = self.model.lm_head
        embedded = F.embedding(inputs, head.weight).to(dtype)
        hidden = self._trunk(inputs_embeds=embedded, use_cache=False).last_hidden_state
        flat = hidden.flatten(0, 1)  # (rows * length, hidden)
        return head_cross_entropy(flat, head.weight, head.bias, targets.flatten(), dtype)

    def _piece(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        loss = self.loss(inputs, targets)
        return loss.detach(), torch.autograd.grad(loss, self._learnt)

    def _accumulate(self, pieces: list[tuple[Tensor, Tensor]]) -> float:
        """Fill the gradients of a batch's mean loss, piece by piece, and return that loss."""
        counted = sum((targets != IGNORED).sum() for _, targets in pieces)
        total = torch.zeros(())
        for loss, grads in self._pool.map(self._piece, *zip(*pieces, strict=True)):
            total += loss
            if self._parameters[0].grad is None:
                for parameter, grad in zip(self._owners, grads, strict=True):
                    parameter.grad = grad.float()
            else:
                torch._foreach_add_([p.grad for p in self._owners], list(grads))
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
        self._round()
        loss = self._accumulate(self.batches.pieces(self.step))
        nn.utils.clip_grad_norm_(self._parameters, self.recipe.clip)
        list(self._pool.map(lambda pair: pair[0].step(), rated))
        for parameter in self._parameters:
            parameter.grad = None
        self.step += 1
        return loss

    def evaluate(self, batches: Batches, count: int) -> float:
        """Return the mean loss in nats over the first ``count`` batches."""
        self._round()
        total, counted = 0.0, 0
        for index in range(count):
            inputs, targets = batches.batch(index)
            pieces = zip(inputs.split(1), targets.split(1), strict=True)
            losses = self._pool.map(lambda piece: float(self._loss_only(*piece)), pieces)
            total += sum(losses)
            counted += int((targets != IGNORED).sum())
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
            "step": self.step,
            "recipe": dataclasses.asdict(self.recipe),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint, and return the recipe that it was made with.

        Raises:
            ValueError: the checkpoint is of another recipe; only its end may differ.
        """
        state = torch.load(path, weights_only=True)
        for name, value in dataclasses.asdict(self.recipe).items():
            found = state["recipe"].get(name)
            if name not in MOVABLE and found != value:
                raise ValueError(f"{path}: {name} must be {value} as in the recipe, got {found}")
        self.model.load_state_dict(state["model"])
        self.model.tie_weights()
        for muon, saved in zip(self._muons, state["muons"], strict=True):
            muon.load_state_dict(saved)
        self._adamw.load_state_dict(state["adamw"])
        self.step = state["step"]
        return state["recipe"]


def run(
    trainer: Trainer, held_out: Batches, work: Path, stop: int, save_every: int, check_every: int
) -> None:
    """Train to step ``stop``, with checkpoints and lines of progress."""
    tokens = trainer.recipe.rows * trainer.recipe.context
    started, first = time.monotonic(), trainer.step
    recent: list[float] = []
    with (work / LOG).open("a") as log:
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
                trainer.save(work / CHECKPOINT)


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.train", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=WORK, help="folder of corpus and checkpoints")
    parser.add_argument("--tokenizer", type=Path, default=MODEL_DIR, help="folder of the tokenizer")
    moved = {
        "steps": "steps in all",
        "decay_steps": "steps over which the rates fall",
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
    parser.add_argument(
        "--float32", action="store_true", help="for processors without bfloat16 instructions"
    )
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    given = {name: getattr(args, name) for name in moved if getattr(args, name) is not None}
    recipe = dataclasses.replace(RECIPE, bfloat16=not args.float32, **given)
    batches, held_out, _, end = open_batches(args.work, args.tokenizer, recipe)
    trainer = Trainer(recipe, batches, end, args.workers)
    if args.resume:
        trainer.load(args.work / CHECKPOINT)
    parameters = trainer.model.num_parameters()
    tokens = recipe.steps * recipe.rows * recipe.context
    print(
        f"{parameters:,} parameters, {batches.steps_per_pass} steps a pass, "
        f"{tokens / 1e6:.1f} M tokens in all, from step {trainer.step}",
        flush=True,
    )
    stop = min(args.stop_at or recipe.steps, recipe.steps)
    run(trainer, held_out, args.work, stop, args.save_every, args.check_every)


if __name__ == "__main__":
    main()
