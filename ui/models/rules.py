"""What a visitor of the page may load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from phi_model.engine.resident import ModelChoice
from phi_model.quantization import METHODS

DTYPES = ("float32", "bfloat16", "float16")
QUANTIZATIONS = tuple(METHODS)
MAX_NAME = 300
# As the hub has them: letters, digits and . _ - in both parts, which begin and end with a letter or a digit or _.
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REVISION = r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}"
_HUB_ID = re.compile(rf"{_PART}/{_PART}(?:@{_REVISION})?")


class ChoiceError(ValueError):
    """A visitor may not load this; the message names the field, the rule and the value."""


def devices() -> tuple[str, ...]:
    """Where a model can go on this machine."""
    return ("cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count())))


@dataclass(frozen=True)
class Rules:
    """What may be chosen.

    Attributes:
        locked: nothing: the operator has chosen.
        folders: also folders of this machine; otherwise only what the hub has, and what has a name here.
        names: models of this machine that anybody may choose, by name.
        devices: where a model can go.
    """

    locked: bool = True
    folders: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = ("cpu",)

    def read(self, given: Any) -> ModelChoice:
        """The choice that a browser or a program sent.

        Args:
            given: an object with `model`, and `dtype`, `quantization` and `device` or none of them.

        Raises:
            ChoiceError: it is not allowed here.
        """
        if self.locked:
            raise ChoiceError("The operator of this server has fixed its model.")
        given = given if isinstance(given, Mapping) else {}
        return ModelChoice(
            model=self._model(given.get("model")),
            dtype=_one_of("Dtype", given.get("dtype"), DTYPES),
            quantization=_one_of("Quantization", given.get("quantization"), QUANTIZATIONS),
            device=_one_of("Device", given.get("device"), self.devices),
        )

    def _model(self, name: Any) -> str:
        rule = "a hub id such as microsoft/phi-1 or microsoft/phi-1@main"
        if self.folders:
            rule += ", or a folder with a config.json on the server"
        if not isinstance(name, str) or not name.strip():
            raise ChoiceError(f"Model must be {rule}; it is nothing.")
        name = name.strip()
        if name in self.names:
            return self.names[name]
        if len(name) > MAX_NAME or not name.isprintable():
            raise ChoiceError(f"Model must be {rule}, of at most {MAX_NAME} plain characters.")
        hub = _HUB_ID.fullmatch(name) is not None and ".." not in name and "--" not in name
        # The loader takes a folder before a hub id: without folders, none may be reached by such a name either.
        path = Path(name).expanduser()
        here = path.exists() or Path(name.partition("@")[0]).exists()
        if here and self.folders:
            if (path / "config.json").is_file():
                return str(path)
        elif hub and not here:
            return name
        raise ChoiceError(f"Model must be {rule}; it is {name!r}.")


def _one_of(label: str, value: Any, allowed: tuple[str, ...]) -> str | None:
    if value is None or value == "":
        return None
    if value not in allowed:
        raise ChoiceError(f"{label} must be one of {', '.join(allowed)}; it is {value!r}.")
    return value
