"""Checks of values that came from outside. A refusal names the field, the rule and the value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

FIELDS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("fields.json").read_text(encoding="utf-8")
)
SHOWN = 40  # characters of a refused value
MAX_TOKEN_ID = 2**31 - 1


class LinkError(ValueError):
    """A link, or a file that carries the same, cannot be read or made; the message is for the page."""


def refuse(name: str, rule: str, value: Any) -> NoReturn:
    """Raises the `LinkError` of a field."""
    shown = json.dumps(value)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    raise LinkError(f"{name} must be {rule}, got {shown}")


def keys(name: str, value: Any, known: Sequence[str]) -> None:
    """Refuses what is no object, and an object with other keys than the known ones."""
    if not isinstance(value, Mapping):
        refuse(name, "an object", value)
    for key in value:
        if key not in known:
            refuse(name, "without unknown fields", key)


def integer(name: str, value: Any, least: int, most: int) -> int:
    """A whole number; JSON of other programs may write it as 3.0."""
    if not _finite(value) or value != int(value) or not least <= value <= most:
        refuse(name, f"an integer from {least} to {most}", value)
    return int(value)


def text(name: str, value: Any, most: int | None = None) -> str:
    """A text that can be encoded, of at most so many characters."""
    rule = "a text of Unicode characters" if most is None else f"a text of up to {most} characters"
    if not isinstance(value, str) or (most is not None and len(value) > most):
        refuse(name, rule, value)
    if any("\ud800" <= character <= "\udfff" for character in value):
        refuse(name, rule, value)
    return value


def texts(name: str, value: Any, count: int, length: int) -> tuple[str, ...]:
    """A list of texts that are not empty."""
    rule = f"a list of at most {count} texts of 1 to {length} characters"
    if not isinstance(value, list | tuple) or len(value) > count:
        refuse(name, rule, value)
    for item in value:
        if text(name, item) and len(item) <= length:
            continue
        refuse(name, rule, value)
    return tuple(value)


def biases(
    name: str, value: Any, count: int, length: int, limit: float
) -> list[list[int | str | float]]:
    """A list of pairs: a token by its id or its text, and what is added to its logit."""
    rule = (
        f"a list of at most {count} pairs of a token id, or a text of 1 to {length} characters, "
        f"and a number from -{limit} to {limit}"
    )
    if not isinstance(value, list | tuple) or len(value) > count:
        refuse(name, rule, value)
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            refuse(name, rule, pair)
        token, bias = pair
        if isinstance(token, str):
            known = 1 <= len(text(name, token)) <= length
        else:
            known = _finite(token) and token == int(token) and 0 <= token <= MAX_TOKEN_ID
        if not known or not _finite(bias) or abs(bias) > limit:
            refuse(name, rule, pair)
    return [[token if isinstance(token, str) else int(token), bias] for token, bias in value]


def settings_of(version: int) -> tuple[str, ...]:
    """The settings that a link of this version may have."""
    return tuple(name for name, rule in FIELDS.items() if rule.get("since", 1) <= version)


def version_of(settings: Mapping[str, Any]) -> int:
    """The lowest version of a link that can say these settings: older pages open what they can."""
    changed = [name for name, value in settings.items() if value != FIELDS[name]["default"]]
    return max((FIELDS[name].get("since", 1) for name in changed), default=1)


def said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a link of the lowest version says them."""
    known = settings_of(version_of(settings))
    return {name: value for name, value in settings.items() if name in known}


def checked_settings(settings: Any, version: int | None = None) -> dict[str, Any]:
    """All settings of `fields.json`; those that are missing get their defaults.

    Args:
        settings: by name.
        version: of the link that holds them; None knows all of them.

    Raises:
        LinkError: one is unknown or out of its range.
    """
    keys("settings", settings, tuple(FIELDS) if version is None else settings_of(version))
    return {
        name: _setting(name, settings.get(name, rule["default"])) for name, rule in FIELDS.items()
    }


def _setting(name: str, value: Any) -> Any:
    rule, path = FIELDS[name], f"settings.{name}"
    kind = rule["type"]
    if kind == "int":
        return integer(path, value, rule["min"], rule["max"])
    if kind == "number":
        above = "above" in rule
        least, most = rule["above" if above else "min"], rule["max"]
        if not _finite(value) or not least <= value <= most or (above and value == least):
            words = f"above {least}, up to {most}" if above else f"from {least} to {most}"
            refuse(path, f"a number {words}", value)
        return value
    if kind == "texts":
        return list(texts(path, value, rule["max"], rule["length"]))
    if kind == "bias":
        return biases(path, value, rule["max"], rule["length"], rule["limit"])
    if kind == "choice":
        if not isinstance(value, str) or value not in rule["choices"]:
            refuse(path, f"one of {', '.join(rule['choices'])}", value)
        return value
    if not isinstance(value, bool):
        refuse(path, "true or false", value)
    return value


def _finite(value: Any) -> bool:
    """Whether it is a number as JavaScript knows them. True is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
