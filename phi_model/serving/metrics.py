"""Counters in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from phi_model.backend import Backend

Outcome = Literal["ok", "refused", "busy", "failed", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = ("ok", "refused", "busy", "failed", "cancelled")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Histogram:
    """How often a value was at most each bound."""

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self._bounds = bounds
        self._counts = [0] * len(bounds)
        self._count = 0
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Counts a value."""
        self._count += 1
        self._sum += value
        for i, bound in enumerate(self._bounds):
            self._counts[i] += value <= bound

    def lines(self, name: str) -> Iterator[str]:
        """The samples."""
        for bound, count in zip(self._bounds, self._counts, strict=True):
            yield f'{name}_bucket{{le="{bound:g}"}} {count}'
        yield f'{name}_bucket{{le="+Inf"}} {self._count}'
        yield f"{name}_sum {self._sum:.6f}"
        yield f"{name}_count {self._count}"


class Metrics:
    """What the completions route has done since it was built. Event loop only: nothing is locked."""

    def __init__(self) -> None:
        self.running = 0
        self.prompt_tokens = 0
        self.cached_tokens = 0
        self.completion_tokens = 0
        self.first_token = Histogram()
        self.duration = Histogram()
        self._outcomes: Counter[Outcome] = Counter()

    def count(self, outcome: Outcome) -> None:
        """Counts a request that has ended."""
        self._outcomes[outcome] += 1

    def render(self, backend: Backend) -> str:
        """All of it, and what the backend says of itself."""
        info = backend.info
        lines: list[str] = []

        def family(name: str, kind: str, text: str, samples: Iterator[str] | list[str]) -> None:
            lines.extend((f"# HELP {name} {text}", f"# TYPE {name} {kind}", *samples))

        def single(name: str, kind: str, text: str, value: int) -> None:
            family(name, kind, text, [f"{name} {value}"])

        family(
            "phi_requests_total",
            "counter",
            "Completion requests that have ended, by outcome.",
            [f'phi_requests_total{{outcome="{o}"}} {self._outcomes[o]}' for o in OUTCOMES],
        )
        single("phi_requests_running", "gauge", "Completion requests not ended.", self.running)
        waiting = getattr(backend, "waiting", None)
        if waiting is not None:
            single("phi_requests_waiting", "gauge", "Requests that wait for a slot.", waiting)
        for name, text, value in (
            ("prompt", "Tokens of prompts.", self.prompt_tokens),
            (
                "prompt_cached",
                "Prompt tokens that an earlier request had left.",
                self.cached_tokens,
            ),
            ("completion", "Tokens drawn.", self.completion_tokens),
        ):
            single(f"phi_{name}_tokens_total", "counter", text, value)
        for name, text, histogram in (
            ("phi_first_token_seconds", "From a request to its first token.", self.first_token),
            ("phi_request_seconds", "From a request to its end.", self.duration),
        ):
            family(name, "histogram", text, histogram.lines(name))
        single("phi_model_parameters", "gauge", "Parameters of the model.", info.parameters)
        single("phi_model_memory_bytes", "gauge", "Memory of the model.", info.memory_bytes)
        single("phi_model_context_tokens", "gauge", "Context of the model.", info.context_length)
        labels = {
            "name": info.name,
            "revision": info.revision or "",
            "dtype": info.dtype,
            "device": info.device,
            "quantization": info.quantization or "",
        }
        family("phi_model_info", "gauge", "The model.", [f"phi_model_info{_labels(labels)} 1"])
        return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

    return "{" + ",".join(f'{key}="{escaped(value)}"' for key, value in labels.items()) + "}"
