"""The model in the page's words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from phi_model.backend import Backend, ModelInfo
from phi_model.engine.resident import ModelChoice, Resident, Status
from ui.models.known import find


def shown_name(name: str) -> str:
    """A model's name; of a folder only its own, not where it is."""
    return Path(name).name if Path(name).is_absolute() else name


def _size(parameters: int) -> str:
    millions = parameters / 1e6
    return f"{millions / 1000:.1f} B" if millions >= 1000 else f"{millions:.0f} M"


def describe(info: ModelInfo) -> str:
    """The model in one line; a number that a remote backend cannot know is 0 and left out."""
    kind = f"{info.quantization} " if info.quantization else ""
    name = shown_name(info.name)
    parts = [
        f"{name}@{info.revision}" if info.revision else name,
        f"{_size(info.parameters)} parameters" if info.parameters else "",
        f"{kind}{info.dtype} on {info.device}",
        f"{info.memory_bytes / 1e6:,.0f} MB" if info.memory_bytes else "",
        f"context {info.context_length:,} tokens",
    ]
    return " · ".join(part for part in parts if part)


def facts(info: ModelInfo) -> list[dict[str, str]]:
    """The model's facts, one by one, as far as they are known."""
    rows = {
        "Name": shown_name(info.name),
        "Revision": info.revision,
        "Parameters": f"{info.parameters:,}" if info.parameters else None,
        "Dtype": info.dtype,
        "Quantization": info.quantization or "none",
        "Device": info.device,
        "Memory": f"{info.memory_bytes / 1e6:,.0f} MB" if info.memory_bytes else None,
        "Context": f"{info.context_length:,} tokens",
        "Fingerprint": info.fingerprint,
    }
    return [{"label": label, "value": value} for label, value in rows.items() if value]


def status_of(backend: Backend) -> Status:
    """What is there; a backend that cannot change its model always has it."""
    if isinstance(backend, Resident):
        return backend.status
    info = backend.info
    return Status(1, info, None, ModelChoice(info.name), loaded=True)


def state(backend: Backend) -> dict[str, Any]:
    """What the browser shows of the model.

    Its `digest` differs where anything of it does.
    """
    status = status_of(backend)
    info = status.info
    known = find(info.name, status.base)
    about = describe(info)
    if not status.loaded:
        about = f"No model is loaded; the last one was {shown_name(info.name)}"
    loading = None
    if status.loading is not None:
        name = shown_name(status.loading)
        message = status.message.replace(status.loading, name)
        loading = {"model": name, "message": message, "share": status.share}
    shown = {
        "about": about,
        "loaded": status.loaded,
        "facts": facts(info),
        "note": known.note if known and status.loaded else "",
        "imports": list(known.imports) if known and known.imports else None,
        "limit": info.context_length,
        "parameters": info.parameters,
        "version": status.version,
        "loading": loading,
        "error": status.error,
    }
    digest = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]
    return {**shown, "digest": digest}
