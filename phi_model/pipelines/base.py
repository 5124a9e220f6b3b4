"""What the pipelines share: model, tokenizer, and one text or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor

from phi_model.tokenizer import PhiTokenizer

Item = TypeVar("Item")


class Pipeline:
    """From texts to answers.

    Args:
        model: in `eval()`, of the class that the task needs.
        tokenizer: the model's.
        batch_size: how many texts the model runs at once.
        **defaults: options of the call, for every call that does not give them itself.

    Raises:
        ValueError: the model is of another class, or an option is unknown.
    """

    task: ClassVar[str]
    model_class: ClassVar[type]
    padding_side: ClassVar[str] = "right"

    def __init__(
        self, model: Any, tokenizer: PhiTokenizer, *, batch_size: int = 1, **defaults: Any
    ) -> None:
        if not isinstance(model, self.model_class):
            raise ValueError(
                f"model must be a {self.model_class.__name__} for {self.task}, got {type(model).__name__}"
            )
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.model = model.eval()
        self.tokenizer = tokenizer
        self._batch_size = batch_size
        self._defaults = defaults

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.model.device

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self.model).__name__} on {self.device})"

    def _texts(self, inputs: Any, name: str = "inputs") -> list[str]:
        """One text or several as a list, every item of which is a string."""
        texts = [inputs] if isinstance(inputs, str) else inputs
        if not isinstance(texts, Sequence):
            texts = list(texts) if isinstance(texts, Iterator) else [texts]
        for text in texts:
            if not isinstance(text, str):
                raise ValueError(f"{name} must be a string or a list of strings, got {text!r}")
        return list(texts)

    def _batches(self, items: Sequence[Item], size: int | None) -> Iterator[Sequence[Item]]:
        size = self._batch_size if size is None else size
        if size < 1:
            raise ValueError(f"batch_size must be at least 1, got {size}")
        for start in range(0, len(items), size):
            yield items[start : start + size]

    def _encode(self, texts: Sequence[str], **options: Any) -> dict[str, Tensor]:
        """Tensors (texts, tokens) on the model's device, padded where the texts differ in length."""
        return self._tensors([self.tokenizer(text, **options) for text in texts])

    def _tensors(self, rows: Sequence[Mapping[str, list[Any]]]) -> dict[str, Tensor]:
        """One encoding a row, padded. A tokenizer without a pad token lends its end token: the mask hides it."""
        tokenizer, config = self.tokenizer, self.model.config
        pads = (tokenizer.pad_token_id, config.pad_token_id, tokenizer.eos_token_id)
        pad = next((token for token in pads if token is not None), 0)
        fill = {"input_ids": pad, "special_tokens_mask": 1, "offset_mapping": (0, 0)}
        longest = max(len(row["input_ids"]) for row in rows)
        tensors = {}
        for name in rows[0]:
            padded = []
            for row in rows:
                padding = [fill.get(name, 0)] * (longest - len(row[name]))
                left = self.padding_side == "left"
                padded.append(padding + row[name] if left else row[name] + padding)
            tensors[name] = torch.tensor(padded, dtype=torch.long, device=self.device)
        return tensors
