"""What the options of `generate` must be. A `ValueError` names the option, the rule and the value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phi_model.generation.options import GenerationOptions

CACHES = ("dynamic", "static")


def require(ok: bool, name: str, rule: str, value: Any) -> None:
    """Raises the error of an option, unless it is `ok`."""
    if not ok:
        raise ValueError(f"{name} must be {rule}, got {value!r}")


def is_int(value: Any) -> bool:
    """Whether it is an integer, which a boolean is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether it is a finite number, which a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def check_lengths(o: GenerationOptions) -> None:
    """Counts, ids and strings."""
    for name in ("max_new_tokens", "max_length", "prompt_lookup_num_tokens"):
        value = getattr(o, name)
        require(
            value is None or (is_int(value) and value >= 1),
            name,
            "an integer of at least 1",
            value,
        )
    for name in ("min_new_tokens", "min_length", "no_repeat_ngram_size"):
        value = getattr(o, name)
        require(
            value is None or (is_int(value) and value >= 0),
            name,
            "an integer of at least 0",
            value,
        )
    for name in ("num_beams", "num_return_sequences", "max_matching_ngram_size"):
        value = getattr(o, name)
        require(is_int(value) and value >= 1, name, "an integer of at least 1", value)
    for name in ("eos_token_id", "stop_strings"):
        kind = int if name == "eos_token_id" else str
        value = getattr(o, name)
        require(
            all(isinstance(v, kind) for v in value),
            name,
            f"{kind.__name__} or a list of them",
            value,
        )
    require("" not in o.stop_strings, "stop_strings", "not empty", o.stop_strings)
    require(o.seed is None or is_int(o.seed), "seed", "an integer or None", o.seed)


def check_numbers(o: GenerationOptions) -> None:
    """Penalties, and the filters where something is sampled."""
    require(
        is_number(o.repetition_penalty) and o.repetition_penalty > 0,
        "repetition_penalty",
        "above 0 (1 is neutral)",
        o.repetition_penalty,
    )
    for name in ("presence_penalty", "frequency_penalty", "length_penalty"):
        require(is_number(getattr(o, name)), name, "a finite number", getattr(o, name))
    for value in o.logit_bias.values():
        require(is_number(value), "logit_bias", "finite numbers", value)
    if not o.do_sample:  # the filters are not looked at
        return
    require(
        is_number(o.temperature) and o.temperature > 0,
        "temperature",
        "above 0 when do_sample is set (do_sample=False is greedy)",
        o.temperature,
    )
    require(
        is_int(o.top_k) and o.top_k >= 0, "top_k", "an integer of at least 0 (0 is off)", o.top_k
    )
    for name in ("top_p", "min_p"):
        value = getattr(o, name)
        require(is_number(value) and 0 <= value <= 1, name, "between 0 and 1", value)
    require(
        is_number(o.typical_p) and 0 < o.typical_p <= 1,
        "typical_p",
        "above 0 and at most 1 (1 is off)",
        o.typical_p,
    )


def check_combinations(o: GenerationOptions) -> None:
    """What must fit together."""
    require(
        o.cache_implementation is None or o.cache_implementation in CACHES,
        "cache_implementation",
        f"None or one of {', '.join(CACHES)}",
        o.cache_implementation,
    )
    require(
        o.early_stopping in (True, False, "never"),
        "early_stopping",
        "True, False or 'never'",
        o.early_stopping,
    )
    if o.num_return_sequences > 1 and o.num_beams == 1:
        require(
            o.do_sample,
            "num_return_sequences",
            "1 in greedy decoding, where all would be the same (set do_sample or num_beams)",
            o.num_return_sequences,
        )
    if o.num_beams > 1:
        require(
            o.num_return_sequences <= o.num_beams,
            "num_return_sequences",
            f"at most num_beams={o.num_beams}",
            o.num_return_sequences,
        )
    if o.prompt_lookup_num_tokens is not None and o.num_beams == 1:
        require(
            o.num_return_sequences == 1,
            "num_return_sequences",
            "1 with prompt_lookup_num_tokens",
            o.num_return_sequences,
        )
        require(o.use_cache, "use_cache", "True with prompt_lookup_num_tokens", o.use_cache)
