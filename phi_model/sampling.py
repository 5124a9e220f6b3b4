"""The one sampler: `generate` and the engine both choose their tokens here.

A step is `process_logits` (penalties and filters, in the order of transformers' `_get_logits_processor`) and `sample`
(argmax, plus counter-based Gumbel noise in rows that are not greedy). Every row has parameters of its own; flags computed on
the host when the batch is built make sure that a filter which is neutral in every row costs nothing, and with all of them
neutral a draw is one pass over the scores, with no sort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from phi_model import filters
from phi_model.noise import as_int64, fresh_seed, gumbel_noise
from phi_model.removals import UNKNOWN, Trace

__all__ = [
    "LogProbs",
    "SamplingBatch",
    "SamplingParams",
    "fresh_seed",
    "gumbel_noise",
    "process_logits",
    "sample",
    "token_logprobs",
]


@dataclass(frozen=True, kw_only=True)
class SamplingParams:
    """Sampling parameters of one row, under the names of `CompletionRequest`. The defaults sample from the model itself."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    no_repeat_ngram_size: int = 0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    seed: int | None = None


@dataclass
class SamplingBatch:
    """The sampling parameters of a batch: one tensor a parameter, one element a row, all on one device.

    Attributes:
        temperature: (batch,) float32; greedy rows hold 1 here.
        greedy: (batch,) bool, rows of temperature 0.
        top_k: (batch,) int64, 0 is off.
        top_p: (batch,) float64, 1 is off.
        min_p, typical_p, repetition_penalty, presence_penalty, frequency_penalty: (batch,) float32.
        no_repeat_ngram_size: (batch,) int64, 0 is off.
        seeds, rows: (batch,) int64, what the noise of each row is drawn from.
        bias: row index, token id and value of every entry of every row's `logit_bias`, or None.
        ngram_sizes: the n-gram sizes that occur.
        max_top_k: the largest top_k.
    """

    temperature: Tensor
    greedy: Tensor
    top_k: Tensor
    top_p: Tensor
    min_p: Tensor
    typical_p: Tensor
    repetition_penalty: Tensor
    presence_penalty: Tensor
    frequency_penalty: Tensor
    no_repeat_ngram_size: Tensor
    seeds: Tensor
    rows: Tensor
    bias: tuple[Tensor, Tensor, Tensor] | None
    ngram_sizes: tuple[int, ...]
    max_top_k: int
    any_sampled: bool
    any_greedy: bool
    any_temperature: bool
    any_top_p: bool
    any_min_p: bool
    any_typical_p: bool
    any_repetition: bool
    any_presence_frequency: bool

    @classmethod
    def from_params(
        cls,
        params: Sequence[Any],
        device: torch.device | str = "cpu",
        *,
        rows: Sequence[int] | None = None,
        seeds: Sequence[int | None] | None = None,
    ) -> SamplingBatch:
        """Builds the batch of `params`, one for each row: `SamplingParams`, `CompletionRequest`, or anything that has
        their fields (a missing field has its default).

        Args:
            params: one object a row, validated by whoever made it.
            device: where the tensors go.
            rows: the index of each row within its request; absent: 0, 1, 2, ...
            seeds: overrides the seeds of `params`. A seed that is None becomes a fresh random one.
        """
        default = SamplingParams()

        def column(name: str) -> list[Any]:
            return [getattr(p, name, getattr(default, name)) for p in params]

        greedy = [t == 0 for t in column("temperature")]

        def sampled_only(name: str) -> list[Any]:
            """Greedy rows get the neutral value: a filter never removes the best token, so it would only cost."""
            return [
                getattr(default, name) if g else v
                for g, v in zip(greedy, column(name), strict=True)
            ]

        def tensor(values: Sequence[Any], dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.tensor(values, dtype=dtype, device=device)

        temperature = sampled_only("temperature")
        top_k = [max(k, 0) for k in sampled_only("top_k")]
        top_p, min_p, typical_p = (sampled_only(n) for n in ("top_p", "min_p", "typical_p"))
        repetition = column("repetition_penalty")
        presence, frequency = column("presence_penalty"), column("frequency_penalty")
        ngram = column("no_repeat_ngram_size")
        bias = [(i, t, v) for i, m in enumerate(column("logit_bias")) for t, v in (m or {}).items()]
        seeds = column("seed") if seeds is None else seeds
        seeds = [fresh_seed() if s is None else s for s in seeds]
        index = torch.int64
        return cls(
            temperature=tensor(temperature),
            greedy=tensor(greedy, torch.bool),
            top_k=tensor(top_k, index),
            top_p=tensor(top_p, torch.float64),
            min_p=tensor(min_p),
            typical_p=tensor(typical_p),
            repetition_penalty=tensor(repetition),
            presence_penalty=tensor(presence),
            frequency_penalty=tensor(frequency),
            no_repeat_ngram_size=tensor(ngram, index),
            seeds=tensor([as_int64(s) for s in seeds], index),
            rows=tensor(list(range(len(params))) if rows is None else list(rows), index),
            bias=(
                tensor([i for i, _, _ in bias], index),
                tensor([int(t) for _, t, _ in bias], index),
                tensor([v for _, _, v in bias]),
            )
            if bias
            else None,
            ngram_sizes=tuple(sorted({n for n in ngram if n > 0})),
            max_top_k=max(top_k, default=0),
            any_sampled=not all(greedy),
            any_greedy=any(greedy),
            any_temperature=any(t != 1 for t in temperature),
            any_top_p=any(p < 1 for p in top_p),
            any_min_p=any(p > 0 for p in min_p),
            any_typical_p=any(p < 1 for p in typical_p),
            any_repetition=any(p != 1 for p in repetition),
            any_presence_frequency=any(p != 0 for p in (*presence, *frequency)),
        )

    @property
    def needs_history(self) -> bool:
        """Whether `process_logits` looks at the tokens so far."""
        return self.any_repetition or self.any_presence_frequency or bool(self.ngram_sizes)


def process_logits(
    logits: Tensor,
    batch: SamplingBatch,
    token_history: Tensor | None = None,
    *,
    output_start: Tensor | None = None,
    valid_vocab: int | None = None,
    ngram_history: Tensor | None = None,
    suppress: Tensor | None = None,
    min_tokens_to_keep: int = 1,
    trace: Trace | None = None,
) -> Tensor:
    """Scores of the next token after penalties and filters; a removed token has -inf. `logits` is left as it is.

    Args:
        logits: (batch, vocab).
        batch: the rows' parameters.
        token_history: (batch, length) int64, prompt and generated tokens, -1 where there is none (on either side).
            Needed where `batch.needs_history`.
        output_start: (batch,) int64, the column of `token_history` at which generated tokens begin. Needed for presence
            and frequency penalties, which count those alone.
        valid_vocab: ids from this one on are removed: the tokenizer does not know them.
        ngram_history: what no_repeat_ngram_size looks at instead of `token_history`.
        suppress: (ids,) int64, tokens removed after the penalties (the end tokens, while a minimum length holds).
        min_tokens_to_keep: the least number of tokens that each filter keeps.
        trace: notes what each filter removes.

    Returns:
        (batch, vocab) float32.

    Raises:
        ValueError: a penalty needs a history that was not given.
    """
    scores = logits.to(torch.float32)

    def note(name: str) -> None:
        if trace is not None:
            trace.note(name, scores)

    if valid_vocab is not None and valid_vocab < scores.shape[1]:
        unknown = torch.arange(scores.shape[1], device=scores.device) >= valid_vocab
        scores = scores.masked_fill(unknown, -torch.inf)
        note(UNKNOWN)
    if batch.bias is not None:
        row, token, value = batch.bias
        scores = scores.index_put((row, token), value, accumulate=True)
        note("logit_bias")
    if batch.needs_history:
        scores = _penalise(scores, batch, token_history, output_start, ngram_history)
        note("no_repeat_ngram_size")
    if suppress is not None:
        scores = scores.index_fill(1, suppress, -torch.inf)
        note("suppress")
    if batch.any_temperature:
        scores = scores / batch.temperature[:, None]
    if batch.max_top_k > 0:
        scores = filters.top_k(scores, batch.top_k, batch.max_top_k, min_tokens_to_keep)
        note("top_k")
    if batch.any_top_p:
        scores = filters.top_p(scores, batch.top_p, min_tokens_to_keep)
        note("top_p")
    if batch.any_min_p:
        scores = filters.min_p(scores, batch.min_p, min_tokens_to_keep)
        note("min_p")
    if batch.any_typical_p:
        scores = filters.typical_p(scores, batch.typical_p, min_tokens_to_keep)
        note("typical_p")
    return scores


def _penalise(
    scores: Tensor,
    batch: SamplingBatch,
    history: Tensor | None,
    output_start: Tensor | None,
    ngram_history: Tensor | None,
) -> Tensor:
    if history is None:
        raise ValueError("token_history must be given: the penalties of this batch need it")
    if batch.any_repetition:
        scores = filters.repetition(scores, history, batch.repetition_penalty)
    for size in batch.ngram_sizes:
        seen = history if ngram_history is None else ngram_history
        scores = filters.no_repeat_ngram(scores, seen, batch.no_repeat_ngram_size, size)
    if batch.any_presence_frequency:
        if output_start is None:
            raise ValueError(
                "output_start must be given: the presence and frequency penalties need it"
            )
        scores = filters.presence_frequency(
            scores, history, output_start, batch.presence_penalty, batch.frequency_penalty
        )
    return scores


def sample(processed: Tensor, batch: SamplingBatch, positions: Tensor) -> Tensor:
    """Draws one token for each row: the best in greedy rows, else one in proportion to `softmax(processed)`.

    Args:
        processed: (batch, vocab) float32 from `process_logits`.
        batch: the rows' parameters.
        positions: (batch,) int64, the index in the sequence, padding not counted, of the token that is being drawn.

    Returns:
        (batch,) int64.
    """
    if not batch.any_sampled:
        return processed.argmax(dim=-1)
    vocab_ids = torch.arange(processed.shape[1], device=processed.device)
    noise = gumbel_noise(batch.seeds, batch.rows, positions, vocab_ids)
    if batch.any_greedy:
        noise.masked_fill_(batch.greedy[:, None], 0.0)
    return noise.add_(processed).argmax(dim=-1)


class LogProbs(NamedTuple):
    """Log-probabilities of one step: of the chosen token (batch,), and the best tokens' ids and values (batch, top)."""

    chosen: Tensor
    top_ids: Tensor
    top: Tensor


def token_logprobs(scores: Tensor, chosen: Tensor, top: int = 0) -> LogProbs:
    """Log-probability of each row's chosen token, and the `top` most probable tokens in falling order.

    Args:
        scores: (batch, vocab), raw logits for the model's own, or what `process_logits` gave for those after the samplers.
        chosen: (batch,) int64.
        top: number of alternatives; where fewer tokens are left after the filters, the rest have -inf.
    """
    scores = scores.to(torch.float32)
    norm = scores.logsumexp(dim=-1, keepdim=True)  # (batch, 1)
    best = torch.topk(scores, min(top, scores.shape[1]), dim=-1)
    return LogProbs(
        chosen=(scores.gather(1, chosen[:, None]) - norm)[:, 0],
        top_ids=best.indices,
        top=best.values - norm,
    )
