"""A checkpoint's own defaults for `generate`: `generation_config.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from phi_model.config import CODEGEN_END_OF_TEXT_ID

# Facts about the file, not settings.
_NOT_SETTINGS = ("_from_model_config", "transformers_version")


@dataclass
class GenerationConfig:
    """Settings of `generate` that a checkpoint comes with; None where it says nothing.

    The names are those of `generation_config.json`. What this package has no use for is kept in `extra`, so
    that saving a checkpoint writes it back.
    """

    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    max_length: int | None = None
    max_new_tokens: int | None = None
    min_length: int | None = None
    min_new_tokens: int | None = None
    do_sample: bool | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    num_beams: int | None = None
    num_return_sequences: int | None = None
    length_penalty: float | None = None
    early_stopping: bool | str | None = None
    use_cache: bool | None = None
    cache_implementation: str | None = None
    prompt_lookup_num_tokens: int | None = None
    stop_strings: str | list[str] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], vocab_size: int = 0) -> GenerationConfig:
        """Reads the content of a `generation_config.json`.

        Args:
            values: the file's object.
            vocab_size: rows of the model's vocabulary. phi-1 and phi-1.5 leave the end-of-text token null: it
                is 50256, where there is such a row.
        """
        known = {item.name for item in fields(cls)} - {"extra"}
        settings = {key: value for key, value in values.items() if key in known}
        if settings.get("eos_token_id") is None and vocab_size > CODEGEN_END_OF_TEXT_ID:
            settings["eos_token_id"] = CODEGEN_END_OF_TEXT_ID
        others = {
            key: value
            for key, value in values.items()
            if key not in known and key not in _NOT_SETTINGS
        }
        return cls(**settings, extra=others)

    @classmethod
    def from_model_config(cls, values: Mapping[str, Any], vocab_size: int = 0) -> GenerationConfig:
        """Reads what a `config.json` says about generation; used where there is no file of its own."""
        known = {item.name for item in fields(cls)} - {"extra"}
        return cls.from_dict(
            {key: value for key, value in values.items() if key in known}, vocab_size
        )

    def to_dict(self) -> dict[str, Any]:
        """The settings that are not None, ready for JSON."""
        values = {
            item.name: getattr(self, item.name) for item in fields(self) if item.name != "extra"
        }
        return {key: value for key, value in {**self.extra, **values}.items() if value is not None}
