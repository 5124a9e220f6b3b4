"""Runs a classification head over texts of any length, in passes of a bounded number of tokens.

Short texts share a pass. A long one is read piece by piece behind a cache, and one that exceeds the model's context in
windows that overlap: Phi looks back only, so a token's labels come from the window that has most of what is before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from phi_model.cache import DynamicCache
from phi_model.heads import PhiForSequenceClassification, PhiForTokenClassification
from phi_model.passes import Passes
from phi_model.pipelines.aggregation import Token, token_of
from phi_model.tokenizer import PhiTokenizer

OVERLAP = 4  # windows share the fourth part of their tokens
Head = PhiForSequenceClassification | PhiForTokenClassification


@dataclass(frozen=True)
class TextScores:
    """What a text got.

    Attributes:
        scores: a number for each label, see `score_function`.
        windows: in how many pieces the text was read; their scores are averaged by what is new in each.
        tokens: of the text.
    """

    scores: list[float]
    windows: int
    tokens: int


@dataclass(frozen=True)
class TokenScores:
    """What the tokens of a text got, and in how many pieces the text was read."""

    tokens: list[Token]
    windows: int


def score_function(model: Head) -> str:
    """What a head's numbers become: "softmax", "sigmoid", or "none" for regression, as transformers' pipeline decides."""
    config = model.config
    if config.problem_type == "regression":
        return "none"
    if config.problem_type == "multi_label_classification" or config.num_labels == 1:
        return "sigmoid"
    return "softmax"


def windows(tokens: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Windows of at most `size` tokens over a text: where each begins and ends, and from where on it is new.

    Raises:
        ValueError: the size is not at least 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    start = new = 0
    while True:
        end = min(start + size, tokens)
        yield start, end, new
        if end == tokens:
            return
        start, new = max(end - size // OVERLAP, start + 1), end


def classify_texts(
    model: PhiForSequenceClassification,
    tokenizer: PhiTokenizer,
    texts: Sequence[str],
    *,
    chunk: int,
) -> Passes[list[TextScores]]:
    """Scores whole texts.

    Args:
        model: the head and its trunk.
        tokenizer: the model's.
        texts: in their order; each of at least one token.
        chunk: most tokens of a pass, padding included.

    Raises:
        ValueError: a text has no tokens.
    """
    rows = [_ids(tokenizer, text) for text in texts]
    size = model.config.max_position_embeddings
    chunk = min(chunk, size)
    function = score_function(model)
    results: list[TextScores] = []
    for group in _groups(rows, chunk):
        if len(group) > 1 or len(group[0]) <= chunk:
            logits = yield partial(_last_logits, model, [_to_last(model, row) for row in group])
            scores = _apply(function, logits).tolist()
            results += [TextScores(s, 1, len(row)) for s, row in zip(scores, group, strict=True)]
            continue
        row = group[0]
        total, count = torch.zeros(model.config.num_labels), 0
        for start, end, new in windows(len(row), size):
            ids = _to_last(model, row[start:end])
            cache = DynamicCache()
            for at in range(0, len(ids), chunk):
                logits = yield partial(
                    _piece, model, ids[at : at + chunk], at, cache, at + chunk >= len(ids)
                )
            total += (end - new) * _apply(function, logits)[0]
            count += 1
        results.append(TextScores((total / len(row)).tolist(), count, len(row)))
    return results


def classify_tokens(
    model: PhiForTokenClassification,
    tokenizer: PhiTokenizer,
    texts: Sequence[str],
    *,
    chunk: int,
) -> Passes[list[TokenScores]]:
    """Scores the tokens of texts, with softmax; the arguments are those of `classify_texts`.

    Raises:
        ValueError: a text has no tokens.
    """
    rows = [_ids(tokenizer, text) for text in texts]
    size = model.config.max_position_embeddings
    chunk = min(chunk, size)
    found: list[tuple[Tensor, int]] = []
    for group in _groups(rows, chunk):
        if len(group) > 1 or len(group[0]) <= chunk:
            logits = yield partial(_all_logits, model, group)
            found += [(logits[i, : len(row)], 1) for i, row in enumerate(group)]
            continue
        row, parts, count = group[0], [], 0
        for start, end, new in windows(len(row), size):
            cache = DynamicCache()
            pieces = []
            for at in range(start, end, chunk):
                ids = row[at : min(at + chunk, end)]
                pieces.append((yield partial(_piece, model, ids, at - start, cache, True))[0])
            parts.append(torch.cat(pieces)[new - start :])
            count += 1
        found.append((torch.cat(parts), count))
    return [
        TokenScores(_tokens(tokenizer, text, ids, logits.softmax(dim=-1)), count)
        for text, ids, (logits, count) in zip(texts, rows, found, strict=True)
    ]


def _ids(tokenizer: PhiTokenizer, text: str) -> list[int]:
    ids = tokenizer.encode(text)
    if not ids:
        raise ValueError(f"texts must hold at least one token each, got {text!r}")
    return ids


def _to_last(model: Head, ids: list[int]) -> list[int]:
    """The tokens up to the last that is not padding, which is where the head looks, told by its id."""
    pad = model.config.pad_token_id
    end = next((at for at in range(len(ids), 0, -1) if ids[at - 1] != pad), 1)
    return ids[:end]


def _groups(rows: Sequence[list[int]], chunk: int) -> Iterator[list[list[int]]]:
    """Neighbours that fit one pass when they are padded to the longest; a longer row is alone."""
    group: list[list[int]] = []
    for row in rows:
        if group and (len(group) + 1) * max(len(row), *map(len, group)) > chunk:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _apply(function: str, logits: Tensor) -> Tensor:
    if function == "none":
        return logits
    return logits.softmax(dim=-1) if function == "softmax" else logits.sigmoid()


@torch.inference_mode()
def _hidden(model: Head, rows: list[list[int]]) -> Tensor:
    """(rows, tokens, hidden). Padding is on the right, where nobody who counts looks back at it."""
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=model.device)
    return model.model(input_ids=ids, use_cache=False).last_hidden_state


@torch.inference_mode()
def _last_logits(model: Head, rows: list[list[int]]) -> Tensor:
    """(rows, labels), on the CPU."""
    hidden = _hidden(model, rows)
    last = torch.tensor([len(row) - 1 for row in rows], device=hidden.device)
    return model.score(hidden[torch.arange(len(rows), device=hidden.device), last]).float().cpu()


@torch.inference_mode()
def _all_logits(model: Head, rows: list[list[int]]) -> Tensor:
    """(rows, tokens, labels), on the CPU."""
    return model.score(_hidden(model, rows)).float().cpu()


@torch.inference_mode()
def _piece(model: Head, ids: list[int], start: int, cache: DynamicCache, wanted: bool) -> Tensor:
    """The next tokens of one row behind its cache: (1, labels) of the last, or (1, tokens, labels)."""
    device = model.device
    hidden = model.model(
        input_ids=torch.tensor([ids], device=device),
        position_ids=torch.arange(start, start + len(ids), device=device)[None],
        past_key_values=cache,
        use_cache=True,
    ).last_hidden_state
    if isinstance(model, PhiForSequenceClassification):
        hidden = hidden[:, -1] if wanted else hidden[:, :0]
    return model.score(hidden).float().cpu()


def _tokens(tokenizer: PhiTokenizer, text: str, ids: list[int], scores: Tensor) -> list[Token]:
    encoded = tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
    spans, special = encoded["offset_mapping"], encoded["special_tokens_mask"]
    return [
        token_of(tokenizer, text, token_id, scores[index], *spans[index], index)
        for index, token_id in enumerate(ids)
        if not special[index]
    ]
