"""The options of `generate`: what the caller gave, then the checkpoint's generation defaults, then the documented defaults."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from phi_model.generation.checks import (
    check_combinations,
    check_lengths,
    check_numbers,
    is_int,
    require,
)
from phi_model.sampling import SamplingParams

logger = logging.getLogger(__name__)

DEFAULT_NEW_TOKENS = 20
TOKEN_IDS = ("eos_token_id", "pad_token_id", "bos_token_id")
# What a generation_config.json may hold that changes tokens and that this package does not do; neutral values first.
_UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "bad_words_ids": (None,),
    "begin_suppress_tokens": (None,),
    "encoder_no_repeat_ngram_size": (None, 0),
    "encoder_repetition_penalty": (None, 1.0),
    "epsilon_cutoff": (None, 0.0),
    "eta_cutoff": (None, 0.0),
    "exponential_decay_length_penalty": (None,),
    "forced_bos_token_id": (None,),
    "forced_eos_token_id": (None,),
    "guidance_scale": (None, 1.0),
    "penalty_alpha": (None, 0.0),
    "sequence_bias": (None,),
    "suppress_tokens": (None,),
    "top_h": (None,),
    "watermarking_config": (None,),
}


@dataclass(frozen=True, kw_only=True)
class GenerationOptions:
    """Everything that `generate` can be told, validated. See `phi_model.generation.generate` for the meanings."""

    max_new_tokens: int | None = None
    max_length: int | None = None
    min_new_tokens: int | None = None
    min_length: int = 0
    do_sample: bool = False
    temperature: float = 1.0
    top_k: int = 50
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    no_repeat_ngram_size: int = 0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    num_beams: int = 1
    num_return_sequences: int = 1
    length_penalty: float = 1.0
    early_stopping: bool | str = False
    eos_token_id: tuple[int, ...] = ()
    pad_token_id: int | None = None
    bos_token_id: int | None = None
    use_cache: bool = True
    cache_implementation: str | None = None
    prompt_lookup_num_tokens: int | None = None
    max_matching_ngram_size: int = 3
    stop_strings: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        check_lengths(self)
        check_numbers(self)
        check_combinations(self)

    @property
    def pad(self) -> int | None:
        """What fills a row after its end: the pad token, else the first end token."""
        if self.pad_token_id is not None:
            return self.pad_token_id
        return self.eos_token_id[0] if self.eos_token_id else None

    @property
    def rows_per_prompt(self) -> int:
        """How many rows each prompt takes while it is decoded."""
        return max(self.num_beams, self.num_return_sequences)

    def sampling_params(self) -> SamplingParams:
        """What the sampler needs to know; temperature 0 where nothing is sampled."""
        sampled = {name: getattr(self, name) for name in _FILTERS} if self.do_sample else {}
        return SamplingParams(
            **{"temperature": 0.0, **sampled},
            repetition_penalty=self.repetition_penalty,
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
            no_repeat_ngram_size=self.no_repeat_ngram_size,
            logit_bias=self.logit_bias,
        )

    def total_length(self, prompt: int, context: int | None) -> int:
        """The longest a row may become.

        Args:
            prompt: columns of the prompt.
            context: the model's context length, which bounds the default alone; a length that is asked for may exceed it.

        Raises:
            ValueError: the prompt is that long already.
        """
        if self.max_new_tokens is not None:
            return prompt + self.max_new_tokens
        if self.max_length is not None:
            total = self.max_length
        else:
            total = prompt + DEFAULT_NEW_TOKENS
            total = total if context is None else min(total, context)
        if prompt >= total:
            raise ValueError(
                f"max_length must exceed the {prompt} tokens of the prompt, got {total}; set max_new_tokens"
            )
        return total

    def least_length(self, prompt: int) -> int:
        """The length below which no end token is allowed."""
        return self.min_length if self.min_new_tokens is None else prompt + self.min_new_tokens


_FILTERS = ("temperature", "top_k", "top_p", "min_p", "typical_p")
_NAMES = tuple(f.name for f in fields(GenerationOptions))


def resolve_options(model: Any, given: Mapping[str, Any]) -> GenerationOptions:
    """Merges what the caller gave with the checkpoint's defaults.

    An option given as None is switched off, as in transformers: `eos_token_id=None` means that no token ends a row.

    Args:
        model: its `generation_config` (a mapping or an object) holds the defaults. A model that was not loaded has none,
            and its `config` names the special tokens.
        given: keyword arguments of `generate`; `generation_config` among them replaces the model's values it holds.

    Raises:
        ValueError: an option is unknown or out of range.
    """
    given = dict(given)
    defaults = getattr(model, "generation_config", None)
    if defaults is None:
        defaults = {name: getattr(model.config, name, None) for name in TOKEN_IDS}
    values = _known(defaults)
    values |= {
        k: v for k, v in _known(given.pop("generation_config", None)).items() if v is not None
    }
    unknown = sorted(set(given) - set(_NAMES))
    if unknown:
        raise ValueError(
            f"generate: no such option: {', '.join(unknown)}; options are {', '.join(_NAMES)}"
        )
    values |= given
    values["eos_token_id"] = _as_tuple(values.get("eos_token_id"))
    values["stop_strings"] = _as_tuple(values.get("stop_strings"))
    for name in ("pad_token_id", "bos_token_id"):
        values[name] = _first(values.get(name))
    for name, off in _OFF.items():
        if name in values and values[name] is None:
            values[name] = off
    vocab = model.config.vocab_size
    for token in values.get("logit_bias", {}):
        require(
            is_int(token) and 0 <= token < vocab,
            "logit_bias",
            f"keyed by ids between 0 and {vocab - 1}",
            token,
        )
    return GenerationOptions(**values)


# What None means where it is not a value of its own.
_OFF = {
    "do_sample": False,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repetition_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "no_repeat_ngram_size": 0,
    "logit_bias": {},
    "num_beams": 1,
    "num_return_sequences": 1,
    "length_penalty": 1.0,
    "early_stopping": False,
    "min_length": 0,
    "use_cache": True,
    "max_matching_ngram_size": 3,
}


def _known(source: Any) -> dict[str, Any]:
    """The options that a generation config holds; those that change tokens and are not supported are named in a warning."""
    if source is None:
        return {}
    if not isinstance(source, Mapping):
        source = source.to_dict() if hasattr(source, "to_dict") else vars(source)
    ignored = [k for k, neutral in _UNSUPPORTED.items() if source.get(k, neutral[0]) not in neutral]
    if ignored:
        logger.warning("generation_config: not supported and ignored: %s", ", ".join(ignored))
    # There, None means "not said", but for the special tokens, where a file that says null means null.
    return {
        name: value
        for name, value in source.items()
        if name in _NAMES and (value is not None or name in TOKEN_IDS)
    }


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if hasattr(value, "tolist"):
        value = value.tolist()
    return (value,) if isinstance(value, int | str) else tuple(value)


def _first(value: Any) -> int | None:
    return next(iter(_as_tuple(value)), None)
