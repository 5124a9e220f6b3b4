"""Prompts to completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from phi_model.model import PhiForCausalLM
from phi_model.pipelines.base import Pipeline

# What transformers' pipeline takes where neither the caller nor the checkpoint says anything.
DEFAULTS = {"max_new_tokens": 256, "do_sample": True, "temperature": 0.7}


class TextGenerationPipeline(Pipeline):
    """Completes prompts with `generate`."""

    task = "text-generation"
    model_class = PhiForCausalLM
    padding_side = "left"

    def __call__(self, text_inputs: str | Sequence[str], **options: Any) -> list[Any]:
        """Completes one prompt or several.

        Args:
            text_inputs: a prompt, or a list of them. An empty one begins with the model's bos token.
            **options:
                return_full_text (True): the prompt and its completion, or the completion alone.
                return_tensors (False): `generated_token_ids`, prompt included, in place of the text.
                prefix (""): put before each prompt and left out of the answer.
                stop_sequence: a string or a list; a completion ends with the token in which one of them ends.
                skip_special_tokens (True): leave special tokens out of the completion.
                handle_long_generation: "hole" drops the beginning of a prompt that leaves no room for the new tokens.
                batch_size: prompts decoded at once.
                any option of `generate`; its seed counts for each batch anew.

        Returns:
            for one prompt a list with a dict {"generated_text"} for each returned sequence; for a list of prompts a list
            of such lists.

        Raises:
            ValueError: an option is unknown or out of range.
        """
        options = {**self._defaults, **options}
        prompts = self._texts(text_inputs, "text_inputs")
        how = _Answer(options)
        prefix = options.pop("prefix", None) or ""
        hole = options.pop("handle_long_generation", None)
        if hole not in (None, "hole"):
            raise ValueError(f"handle_long_generation must be None or 'hole', got {hole!r}")
        batch_size = options.pop("batch_size", None)
        encoding = {
            name: options.pop(name)
            for name in ("truncation", "add_special_tokens")
            if name in options
        }
        stop = options.pop("stop_sequence", None)
        if stop is not None:
            options["stop_strings"] = stop
        options = self._with_defaults(options)
        answers: list[list[dict[str, Any]]] = []
        for batch in self._whole_batches(prompts, batch_size):
            encoded: dict[str, Tensor] = {}
            if prefix + batch[0]:
                encoded = self._encode([prefix + prompt for prompt in batch], **encoding)
            if encoded and hole:
                encoded = self._cut(encoded, options)
            rows = self.model.generate(**encoded, tokenizer=self.tokenizer, **options)
            start = encoded["input_ids"].shape[1] if encoded else 0
            each = rows.shape[0] // len(batch)
            for i, prompt in enumerate(batch):
                own = rows[i * each : (i + 1) * each].tolist()
                answers.append([how.answer(self.tokenizer, prompt, row, start) for row in own])
        return answers[0] if isinstance(text_inputs, str) else answers

    def _whole_batches(self, prompts: list[str], size: int | None) -> list[list[str]]:
        """Batches in which a prompt without a token stands alone: it has no row to be padded."""
        batches: list[list[str]] = []
        for batch in self._batches(prompts, size):
            fresh: list[str] = []
            for prompt in batch:
                if prompt:
                    fresh.append(prompt)
                    continue
                batches += [fresh, [prompt]]
                fresh = []
            batches.append(fresh)
        return [batch for batch in batches if batch]

    def _with_defaults(self, options: dict[str, Any]) -> dict[str, Any]:
        """Adds the pipeline's defaults for what neither the caller nor the checkpoint sets."""
        said = getattr(self.model, "generation_config", None)
        said = {} if said is None else (said if isinstance(said, dict) else said.to_dict())
        said = {name for name, value in said.items() if value is not None} | set(options)
        defaults: dict[str, Any] = dict(DEFAULTS)
        if "max_length" in said:
            del defaults["max_new_tokens"]
        if self.tokenizer.pad_token_id is not None:
            defaults["pad_token_id"] = self.tokenizer.pad_token_id
        return {**{n: v for n, v in defaults.items() if n not in said}, **options}

    def _cut(self, encoded: dict[str, Tensor], options: dict[str, Any]) -> dict[str, Tensor]:
        """The end of each prompt, so that the new tokens have room in the context."""
        context = self.model.config.max_position_embeddings
        new = options.get("max_new_tokens")
        if new is None:
            new = options["max_length"] - encoded["input_ids"].shape[1]
        keep = context - new
        if not 0 < keep < context:
            raise ValueError(f"max_new_tokens must be between 1 and {context - 1}, got {new}")
        return {name: value[:, -keep:] for name, value in encoded.items()}


class _Answer:
    """What a completion looks like; takes its options out of those of the call."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._full = options.pop("return_full_text", None)
        self._tensors = options.pop("return_tensors", None)
        text = options.pop("return_text", None)
        for name, value in (("return_text", text), ("return_tensors", self._tensors)):
            if value is not None and self._full is not None:
                raise ValueError(f"{name} must not be given with return_full_text, got {value!r}")
        self._skip = options.pop("skip_special_tokens", None) is not False
        if options.pop("clean_up_tokenization_spaces", None):
            raise ValueError(
                "clean_up_tokenization_spaces must be False: code would change, got True"
            )

    def answer(self, tokenizer: Any, prompt: str, row: list[int], start: int) -> dict[str, Any]:
        """The answer of one row of ids, whose new tokens begin at `start`."""
        if self._tensors:
            return {"generated_token_ids": row}
        text = tokenizer.decode(row[start:], skip_special_tokens=self._skip)
        return {"generated_text": text if self._full is False else prompt + text}
