"""From text to text, labels or labelled tokens in one call, with the answers of transformers' pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from phi_model.devices import default_device
from phi_model.pipelines.base import Pipeline
from phi_model.pipelines.text_classification import TextClassificationPipeline
from phi_model.pipelines.text_generation import TextGenerationPipeline
from phi_model.pipelines.token_classification import TokenClassificationPipeline
from phi_model.pipelines.zero_shot import ZeroShotClassificationPipeline
from phi_model.pretrained import PhiPreTrainedModel
from phi_model.tokenizer import PhiTokenizer

__all__ = [
    "Pipeline",
    "TextClassificationPipeline",
    "TextGenerationPipeline",
    "TokenClassificationPipeline",
    "ZeroShotClassificationPipeline",
    "pipeline",
    "pipeline_class",
]

PIPELINES: dict[str, type[Pipeline]] = {
    kind.task: kind
    for kind in (
        TextGenerationPipeline,
        TextClassificationPipeline,
        TokenClassificationPipeline,
        ZeroShotClassificationPipeline,
    )
}
ALIASES = {"sentiment-analysis": "text-classification", "ner": "token-classification"}


def pipeline_class(task: str) -> type[Pipeline]:
    """The pipeline of a task.

    Raises:
        ValueError: there is none.
    """
    kind = PIPELINES.get(ALIASES.get(task, task))
    if kind is None:
        raise ValueError(f"task must be one of {', '.join(PIPELINES)}, got {task!r}")
    return kind


def pipeline(
    task: str,
    model: str | Path | PhiPreTrainedModel,
    tokenizer: str | Path | PhiTokenizer | None = None,
    *,
    device: torch.device | str | int | None = None,
    dtype: torch.dtype | str | None = None,
    revision: str | None = None,
    quantization: str | None = None,
    token: str | bool | None = None,
    cache_dir: str | Path | None = None,
    local_files_only: bool = False,
    **defaults: Any,
) -> Any:
    """Loads what a task needs.

    Args:
        task: "text-generation", "text-classification", "token-classification" or "zero-shot-classification".
        model: a folder, a hub repository (`org/name`, `org/name@revision`), or a model.
        tokenizer: the same for the tokenizer; absent: that of the model's folder or repository.
        device: None is the GPU where there is one. A model that is given stays where it is unless this is set.
        dtype: None keeps that of the file, or of the model that is given.
        revision, quantization, token, cache_dir, local_files_only: as in `from_pretrained`.
        **defaults: options of the call, for every call that does not give them itself.

    Returns:
        a pipeline; call it with a text or a list of texts.

    Raises:
        ValueError: the task, or an option, is unknown, or the model does not fit the task.
        CheckpointError: the files do not make such a model.
    """
    kind = pipeline_class(task)
    source = {
        "revision": revision,
        "token": token,
        "cache_dir": cache_dir,
        "local_files_only": local_files_only,
    }
    if isinstance(model, str | Path):
        tokenizer = model if tokenizer is None else tokenizer
        model = kind.model_class.from_pretrained(
            model,
            dtype=dtype,
            device=default_device(device),
            quantization=quantization,
            **source,
        )
    else:
        if quantization is not None:
            raise ValueError(
                f"quantization must be None for a model that is loaded, got {quantization!r}"
            )
        if tokenizer is None:
            tokenizer = getattr(model, "name_or_path", None)
        if device is not None:
            model = model.to(default_device(device))
        if dtype not in (None, "auto"):
            model = model.to(getattr(torch, dtype) if isinstance(dtype, str) else dtype)
    if tokenizer is None:
        raise ValueError("tokenizer must be given with a model that was not loaded from a folder")
    if isinstance(tokenizer, str | Path):
        tokenizer = PhiTokenizer.from_pretrained(tokenizer, **source)
    return kind(model, tokenizer, **defaults)
