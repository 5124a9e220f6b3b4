"""The loop that fits a classifier: batches of rows of like length, warm-up and decay, the best weights kept."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from phi_model import PhiForSequenceClassification, PhiForTokenClassification
from phi_model.model import IGNORED_LABEL
from training.finetune_data import Example, Problem

Classifier = PhiForSequenceClassification | PhiForTokenClassification
POOL = 64  # batches among which rows are sorted by length


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; elsewhere float32 is several times as fast."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in names)


@dataclass(frozen=True)
class Options:
    """How to train.

    Attributes:
        tokens: of a batch, padding included.
        checks: validations in an epoch.
        patience: validations without a better score before the training ends early.
        freeze_trunk: train the score layer alone.
        bfloat16: products in bfloat16; by default where the processor has instructions for them.
        workers: threads that share the rows of a batch.
    """

    epochs: float = 4.0
    rate: float = 5e-4
    weight_decay: float = 0.05
    warmup: float = 0.06
    tokens: int = 4096
    clip: float = 1.0
    checks: int = 1
    patience: int = 3
    seed: int = 0
    freeze_trunk: bool = False
    bfloat16: bool = field(default_factory=has_bfloat16)
    workers: int = 1


@dataclass
class History:
    """What the training did.

    Attributes:
        checks: one dict for each validation: epoch, step, loss, score.
        best: the score of the weights that were kept.
        early: it ended before its last step.
    """

    checks: list[dict[str, float]] = field(default_factory=list)
    best: float = -math.inf
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    early: bool = False


def batches(
    examples: Sequence[Example], tokens: int, seed: int | None = None
) -> Iterator[list[Example]]:
    """Rows of like length together, at most `tokens` with their padding; shuffled where a seed is given."""
    order = list(range(len(examples)))
    rng = random.Random(seed)
    if seed is not None:
        rng.shuffle(order)
    mean = sum(len(e.ids) for e in examples) / len(examples)
    pool = max(1, round(POOL * tokens / mean)) if seed is not None else len(order)
    for first in range(0, len(order), pool):
        part = sorted(order[first : first + pool], key=lambda i: len(examples[i].ids))
        groups: list[list[Example]] = [[]]
        for i in part:
            if groups[-1] and len(examples[i].ids) * (len(groups[-1]) + 1) > tokens:
                groups.append([])
            groups[-1].append(examples[i])
        if seed is not None:
            rng.shuffle(groups)
        yield from groups


def collate(rows: Sequence[Example], pad: int, problem: Problem) -> tuple[Tensor, Tensor]:
    """Ids (rows, tokens), padded on the right, where a causal trunk never looks, and targets."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.tensor([row.ids + [pad] * (longest - len(row.ids)) for row in rows])
    if problem == "tokens":
        filler = [[IGNORED_LABEL] * (longest - len(row.ids)) for row in rows]
        targets = [[*row.target, *rest] for row, rest in zip(rows, filler, strict=True)]  # type: ignore[misc]
        return ids, torch.tensor(targets)
    if problem == "single_label_classification":
        return ids, torch.tensor([row.target for row in rows])
    values = torch.tensor([row.target for row in rows], dtype=torch.float32)
    return ids, values[:, None] if problem == "regression" else values


class Scorer:
    """Counts what a score needs: accuracy, micro F1 over several labels, or minus the root of the mean square error."""

    NAMES = {
        "tokens": "token accuracy",
        "single_label_classification": "accuracy",
        "multi_label_classification": "micro F1",
        "regression": "root mean square error",
    }

    def __init__(self, problem: Problem) -> None:
        """Begin with nothing counted."""
        self.problem = problem
        self._right, self._all = 0.0, 0.0

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Count a batch."""
        if self.problem == "regression":
            self._right += float((logits.float() - targets).square().sum())
            self._all += targets.numel()
        elif self.problem == "multi_label_classification":
            said, true = logits > 0, targets > 0.5
            self._right += 2 * float((said & true).sum())
            self._all += float(said.sum() + true.sum())
        else:
            counted = targets != IGNORED_LABEL
            self._right += float((logits.argmax(-1) == targets)[counted].sum())
            self._all += float(counted.sum())

    def score(self) -> float:
        """Higher is better."""
        if self._all == 0:
            return 1.0 if self.problem == "multi_label_classification" else 0.0
        mean = self._right / self._all
        return -math.sqrt(mean) if self.problem == "regression" else mean


class Fitter:
    """A classifier with its optimizer."""

    def __init__(self, model: Classifier, problem: Problem, options: Options) -> None:
        """Nothing is trained yet."""
        self.model, self.problem, self.options = model, problem, options
        model.requires_grad_(not options.freeze_trunk)
        model.score.requires_grad_(True)
        trained = [p for p in model.parameters() if p.requires_grad]
        matrices = [p for p in trained if p.ndim == 2]
        self._parameters = trained
        self._pool = ThreadPoolExecutor(max(1, options.workers))
        self._optimizer = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": options.weight_decay},
                {"params": [p for p in trained if p.ndim != 2], "weight_decay": 0.0},
            ],
            lr=options.rate,
            betas=(0.9, 0.98),
            fused=True,
        )

    def forward(self, rows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
        """Loss, logits and targets of some rows."""
        ids, targets = collate(rows, self.model.config.pad_token_id or 0, self.problem)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            out = self.model(input_ids=ids, labels=targets, use_cache=False, return_dict=True)
        return out.loss, out.logits, targets

    @torch.inference_mode()
    def evaluate(self, examples: Sequence[Example]) -> tuple[float, float]:
        """Mean loss of the rows, and their score."""
        self.model.eval()
        scorer, total, counted = Scorer(self.problem), 0.0, 0
        for rows in batches(examples, self.options.tokens):
            loss, logits, targets = self.forward(rows)
            size = int((targets != IGNORED_LABEL).sum())
            total, counted = total + float(loss) * size, counted + size
            scorer.add(logits, targets)
        self.model.train()
        return total / max(1, counted), scorer.score()

    def weight(self, rows: Sequence[Example]) -> float:
        """What the mean loss of some rows counts beside that of others."""
        return sum(len(row.ids) for row in rows) if self.problem == "tokens" else len(rows)

    def _gradients(self, rows: Sequence[Example]) -> tuple[float, tuple[Tensor, ...]]:
        loss, _, _ = self.forward(rows)
        return float(loss.detach()), torch.autograd.grad(loss, self._parameters)

    def _step(self, rows: Sequence[Example], factor: float) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self.options.rate * factor
        count = min(self.options.workers, len(rows))
        parts = [rows[first::count] for first in range(count)]
        weights = [self.weight(part) for part in parts]
        value = 0.0
        # Added in the order of the parts, so that the result does not depend on who was faster.
        for weight, (loss, grads) in zip(
            weights, self._pool.map(self._gradients, parts), strict=True
        ):
            share = weight / sum(weights)
            value += share * loss
            for parameter, grad in zip(self._parameters, grads, strict=True):
                if parameter.grad is None:
                    parameter.grad = grad * share
                else:
                    parameter.grad.add_(grad, alpha=share)
        if not math.isfinite(value):
            raise FloatingPointError(f"the loss must be finite, got {value}: try a lower --rate")
        nn.utils.clip_grad_norm_(self._parameters, self.options.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return value

    def _rows(self, examples: Sequence[Example]) -> Iterator[list[Example]]:
        epoch = 0
        while True:
            yield from batches(examples, self.options.tokens, self.options.seed + epoch)
            epoch += 1

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        say: Callable[[str], Any] = print,
    ) -> History:
        """Train, and leave the weights of the best validation in the model.

        Args:
            training: what to learn.
            validation: what decides which weights are kept, and when to stop.
            say: takes the lines of progress.
        """
        options, history = self.options, History()
        per_epoch = sum(1 for _ in batches(training, options.tokens, options.seed))
        steps = max(1, round(options.epochs * per_epoch))
        every = max(1, per_epoch // options.checks)
        warm = max(1, round(options.warmup * steps))
        best = {name: value.clone() for name, value in self.model.state_dict().items()}
        worse, recent = 0, []
        begun = shown = time.monotonic()
        self.model.train()
        for step, rows in enumerate(self._rows(training), 1):
            factor = min(step / warm, (steps - step + 1) / max(1, steps - warm))
            recent = [*recent[-49:], self._step(rows, min(1.0, factor))]
            history.steps, history.tokens = step, history.tokens + sum(len(r.ids) for r in rows)
            now = time.monotonic()
            if now - shown > 10 or step == 1:
                speed = history.tokens / (now - begun)
                left = (steps - step) * (now - begun) / step
                say(
                    f"epoch {step / per_epoch:.2f}/{options.epochs:g}  step {step}/{steps}  loss "
                    f"{sum(recent) / len(recent):.4f}  {speed:,.0f} tokens/s  ETA {_time(left)}"
                )
                shown = now
            if step % every == 0 or step == steps:
                loss, score = self.evaluate(validation)
                epoch = round(step / per_epoch, 2)
                history.checks.append({"epoch": epoch, "step": step, "loss": loss, "score": score})
                say(f"epoch {epoch:g}  validation: loss {loss:.4f}, {_said(self.problem, score)}")
                if score > history.best:
                    history.best, worse = score, 0
                    best = {n: value.clone() for n, value in self.model.state_dict().items()}
                else:
                    worse += 1
                if worse >= options.patience and step < steps:
                    history.early = True
                    say(f"stopped early: no better score in {worse} validations")
            if step == steps or history.early:
                break
        history.seconds = time.monotonic() - begun
        self.model.load_state_dict(best)
        self.model.eval()
        return history


def _said(problem: Problem, score: float) -> str:
    return f"{Scorer.NAMES[problem]} {abs(score):.4f}"


def _time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
