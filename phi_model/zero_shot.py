"""Classifies with a causal Phi and no training: how likely is each label behind the text?

A template makes a prompt of the text and a label. A label's score is the mean log-probability of its tokens (and of
what the template puts behind it), so that a long label is as good as a short one. The softmax over the labels is then
divided by what the same labels get for inputs without content, and normalised: the contextual calibration of Zhao et
al., "Calibrate Before Use" (arXiv:2102.09690), whose W is diag(p_cf)^-1 and whose b is 0.

All labels of a prompt share one prefill: they are computed behind its cache, packed into one row in which none sees
another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from phi_model.cache import DynamicCache
from phi_model.model import PhiForCausalLM
from phi_model.passes import Passes
from phi_model.tokenizer import PhiTokenizer

TEMPLATE = "{text}\n\n# The code above is about {label}.\n"
CONTENT_FREE = ("N/A", "[MASK]", "")
MAX_LABELS = 64
CHUNK = 256
SLACK = 8  # where text and template meet, tokens may come out otherwise than alone
OVERLAP = 8  # windows of a long text share the eighth part of their tokens


@dataclass(frozen=True)
class ZeroShotScores:
    """What a text got.

    Attributes:
        scores: a probability for each label, in the labels' order; they add up to 1.
        windows: in how many pieces the text was read; their scores are averaged by length.
        tokens: of the text.
    """

    scores: list[float]
    windows: int
    tokens: int


def check_labels(labels: Sequence[str]) -> list[str]:
    """The labels without the space around them.

    Raises:
        ValueError: fewer than 2 or more than `MAX_LABELS`, an empty one, or one that comes twice.
    """
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"labels must be a list of strings, got {labels!r}")
    found = [label.strip() for label in labels]
    if not 2 <= len(found) <= MAX_LABELS:
        raise ValueError(f"labels must be from 2 to {MAX_LABELS} labels, got {len(found)}")
    for label in found:
        if not label:
            raise ValueError("labels must not be empty, got ''")
        if found.count(label) > 1:
            raise ValueError(f"labels must differ, got {label!r} {found.count(label)} times")
    return found


def check_template(template: str) -> str:
    """The template, if it has the slots {text} and {label} once each, in this order.

    Raises:
        ValueError: it has not.
    """
    if not isinstance(template, str):
        raise ValueError(f"template must be a string, got {type(template).__name__}")
    for slot in ("{text}", "{label}"):
        if (times := template.count(slot)) != 1:
            raise ValueError(f"template must hold {slot} exactly once, got {times} times")
    if template.index("{text}") > template.index("{label}"):
        raise ValueError(f"template must hold {{text}} before {{label}}, got {template!r}")
    return template


class ZeroShot:
    """A classifier of texts by labels.

    Its methods yield the forward passes that they need, see `phi_model.passes`; what they need once, the calibration,
    is kept.

    Attributes:
        model, labels, template: the same as the arguments, the labels without the space around them.

    Args:
        model: a causal Phi.
        tokenizer: the model's.
        labels: what a text may be.
        template: with {text} and {label}, see `check_template`.
        content_free: the texts that calibrate; none of them: no calibration.
        chunk: most tokens of a forward pass.

    Raises:
        ValueError: an argument is out of its range, or the template and a label alone do not fit the model's context.
    """

    def __init__(
        self,
        model: PhiForCausalLM,
        tokenizer: PhiTokenizer,
        labels: Sequence[str],
        template: str = TEMPLATE,
        content_free: Sequence[str] = CONTENT_FREE,
        *,
        chunk: int = CHUNK,
    ) -> None:
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1, got {chunk}")
        self.labels = check_labels(labels)
        self.template = check_template(template)
        self.model = model
        self._tokenizer = tokenizer
        self._content_free = list(content_free)
        self._chunk = chunk
        self._prior: Tensor | None = None
        prefix, rows = self._encoded("")
        frame = len(prefix) + max(map(len, rows))
        self._room = model.config.max_position_embeddings - frame - SLACK
        if self._room < 1:
            raise ValueError(
                f"template must leave room for a text in the {model.config.max_position_embeddings} tokens "
                f"of the model, got {frame} tokens with the longest label"
            )

    def classify(self, text: str) -> Passes[ZeroShotScores]:
        """Scores the labels for a text.

        Raises:
            ValueError: the text is empty.
        """
        if not text.strip():
            raise ValueError(f"text must not be empty, got {text!r}")
        if self._prior is None and self._content_free:
            rows = []
            for each in self._content_free:
                rows.append((yield from self.log_likelihoods(each)).softmax(dim=0))
            self._prior = torch.stack(rows).mean(dim=0)
        pieces = list(self._windows(text))
        total = torch.zeros(len(self.labels))
        for piece, weight in pieces:
            scores = (yield from self.log_likelihoods(piece)).softmax(dim=0)
            if self._prior is not None:
                scores = scores / self._prior
            total += weight * scores / scores.sum()
        total /= total.sum()
        return ZeroShotScores(total.tolist(), len(pieces), sum(weight for _, weight in pieces))

    def log_likelihoods(self, text: str) -> Passes[Tensor]:
        """The mean log-probability (labels,) of each label's tokens behind a text, uncalibrated."""
        prefix, rows = self._encoded(text)
        cache = DynamicCache()
        first: Any = None
        for start in range(0, len(prefix), self._chunk):
            first = yield partial(self._prefill, prefix[start : start + self._chunk], start, cache)
        means: list[float] = []
        for batch in self._batches(rows):
            means += yield partial(self._continue, batch, len(prefix), cache, first)
        return torch.tensor(means)

    def _encoded(self, text: str) -> tuple[list[int], list[list[int]]]:
        """The tokens that all prompts of a text begin with, and what follows for each label.

        A label begins where the prompt without it ends; the space before it is part of its first token.
        """
        front, _, rest = self.template.partition("{text}")
        middle, _, end = rest.partition("{label}")
        head = f"{front}{text}{middle}"
        encode = self._tokenizer.encode
        bare = encode(head.rstrip(" "))
        whole = [encode(f"{head}{label}{end}") for label in self.labels]
        shared = min(_common(bare, ids) for ids in whole)
        if shared == 0:  # something must come before the first label's token
            begin = self._tokenizer.bos_token_id
            begin = self._tokenizer.eos_token_id if begin is None else begin
            return [begin or 0], whole
        return whole[0][:shared], [ids[shared:] for ids in whole]

    def _windows(self, text: str) -> Iterator[tuple[str, int]]:
        """The text in pieces that fit the model, with the number of tokens of each."""
        spans = self._tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        step = max(self._room - self._room // OVERLAP, 1)
        for start in range(0, max(len(spans), 1), step):
            part = spans[start : start + self._room]
            yield text[part[0][0] : part[-1][1]] if part else text, len(part)
            if start + self._room >= len(spans):
                return

    def _batches(self, rows: list[list[int]]) -> Iterator[list[list[int]]]:
        batch: list[list[int]] = []
        for row in rows:
            if batch and sum(map(len, batch)) + len(row) > self._chunk:
                yield batch
                batch = []
            batch.append(row)
        yield batch

    @torch.inference_mode()
    def _prefill(self, ids: list[int], start: int, cache: DynamicCache) -> Tensor:
        """Adds a piece of the prompt to the cache; the log-probabilities (vocabulary,) of what follows it."""
        device = self.model.device
        hidden = self.model.model(
            input_ids=torch.tensor([ids], device=device),
            position_ids=torch.arange(start, start + len(ids), device=device)[None],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        return self.model.lm_head(hidden[:, -1:]).float().log_softmax(dim=-1)[0, 0]

    @torch.inference_mode()
    def _continue(
        self, rows: list[list[int]], past: int, cache: DynamicCache, first: Tensor
    ) -> list[float]:
        """The mean log-probability of each row behind the cache, which is left as it was."""
        device = first.device
        sums = [float(first[row[0]]) for row in rows]
        # A row's last token predicts nothing that is asked for.
        packed = [token for row in rows for token in row[:-1]]
        if packed:
            lengths = [len(row) - 1 for row in rows]
            owner = torch.arange(len(rows), device=device).repeat_interleave(
                torch.tensor(lengths, device=device)
            )
            place = torch.cat([torch.arange(length, device=device) for length in lengths])
            own = (owner[:, None] == owner) & (place[:, None] >= place)
            seen = torch.cat((own.new_ones(len(packed), past), own), dim=1)  # (tokens, keys)
            hidden = self.model.model(
                input_ids=torch.tensor([packed], device=device),
                attention_mask=seen[None, None],
                position_ids=(past + place)[None],
                past_key_values=cache,
                use_cache=True,
            ).last_hidden_state
            cache.crop(past)
            found = self.model.lm_head(hidden)[0].float().log_softmax(dim=-1)
            following = torch.tensor([t for row in rows for t in row[1:]], device=device)
            found = found.gather(1, following[:, None])[:, 0].cpu()
            for index, part in enumerate(found.split(lengths)):
                sums[index] += float(part.sum())
        return [total / len(row) for total, row in zip(sums, rows, strict=True)]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike, at most all but the other's last."""
    most = min(len(one), len(other) - 1)
    return next((i for i in range(most) if one[i] != other[i]), max(most, 0))
