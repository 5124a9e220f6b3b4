"""The engine on a CPU with the embedded model: what speculation, batching and prefix reuse gain, against their goals.

    python benchmarks/engine_cpu.py                  # wall time, all cores: for a machine that does nothing else
    python benchmarks/engine_cpu.py --cpu-time       # processor seconds on one thread: for a machine that others use too

    lookup      prompt lookup on code that repeats identifiers, against itself without; the output must be the same
    stream      one stream against transformers' `generate`, and the same without drafts
    batch       16 streams against one, tokens per second of all; without drafts, and with the default settings
    keystroke   request to first token with 1,000 tokens of prompt already seen but for a keystroke, over a cold prompt

Each round measures both sides of a ratio one after the other; a figure is the median over the rounds of the round's ratio. The
last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the script runs from a clone that is not installed

from phi_model.engine import Engine  # noqa: E402
from phi_model.engine.loading import Loaded, load  # noqa: E402
from phi_model.quantization import native  # noqa: E402
from phi_model.request import CompletionRequest  # noqa: E402

MODEL = ROOT / "assets" / "model"
STREAMS = 16
PROMPT_TOKENS, NEW_TOKENS = 128, 64
LONG_PROMPT, KEYSTROKES = 1000, 6
SOURCE = ROOT / "phi_model" / "config.py"  # text for prompts whose content does not matter
# Code whose continuation names again what is there: tables, tests by case, fields of a class.
REPEATING = (
    "NAMES = [\n" + "".join(f'    ("name_{i}", {i}),\n' for i in range(12)),
    "".join(
        f"def test_{name}(client):\n    response = client.get('/{name}')\n"
        f"    assert response.status_code == 200\n    assert response.json()['{name}'] is not None\n\n\n"
        for name in ("users", "items", "orders")
    )
    + "def test_payments(client):\n",
    "class Settings:\n    def __init__(self, host, port, user, password, database, timeout):\n"
    + "".join(
        f"        self.{name} = {name}\n"
        for name in ("host", "port", "user", "password", "database")
    ),
    "def convert_point(point, offset, scale):\n    point.x = point.x * scale + offset.x\n"
    "    point.y = point.y * scale + offset.y\n",
)


@dataclass(frozen=True)
class Answer:
    """Ids that came, and the seconds until the first of them and until the end."""

    ids: list[int]
    first: float
    seconds: float


class Bench:
    """The engines, and the clock that all figures are taken from.

    Args:
        loaded: the model; all engines share it, and only one of them runs at a time.
        clock: wall or processor seconds.
    """

    def __init__(self, loaded: Loaded, clock: Callable[[], float]) -> None:
        self.loaded, self.clock = loaded, clock
        self.drafting, self.plain, self.default = (
            Engine(loaded.model, loaded.tokenizer, slots=STREAMS, speculation=speculation)
            for speculation in (True, False, None)
        )
        self.filler = loaded.tokenizer.encode(SOURCE.read_text(encoding="utf-8"))

    def close(self) -> None:
        """Ends the engines' threads."""
        for engine in (self.drafting, self.plain, self.default):
            engine.close()

    async def ask(self, engine: Engine, session: str | None = None, **fields: Any) -> Answer:
        """One greedy request."""
        start = self.clock()
        first, ids = None, []
        request = CompletionRequest(temperature=0.0, **fields)
        async for chunk in engine.stream(request, session=session):
            first = self.clock() - start if first is None else first
            ids += [token.id for token in chunk.tokens]
        return Answer(ids, first or 0.0, self.clock() - start)

    def endless(self, index: int = 0) -> dict[str, Any]:
        """A request that never ends early; each index has a prompt of its own."""
        prompt = (index + 1, *self.filler[1:PROMPT_TOKENS])
        end = self.loaded.tokenizer.eos_token_id
        return {"prompt": prompt, "max_tokens": NEW_TOKENS, "logit_bias": {end: -100}}

    async def streams(self, engine: Engine, count: int) -> float:
        """Tokens per second of so many streams at once."""
        start = self.clock()
        answers = await asyncio.gather(*(self.ask(engine, **self.endless(i)) for i in range(count)))
        return sum(len(answer.ids) for answer in answers) / (self.clock() - start)


async def lookup(bench: Bench, rounds: int) -> dict[str, Any]:
    """Prompt lookup against itself without."""
    ratios: list[list[float]] = [[] for _ in REPEATING]
    same = True
    for _ in range(rounds + 1):
        for index, prompt in enumerate(REPEATING):
            off = await bench.ask(bench.plain, prompt=prompt, max_tokens=96)
            on = await bench.ask(bench.drafting, prompt=prompt, max_tokens=96)
            same = same and on.ids == off.ids
            ratios[index].append(off.seconds / on.seconds)
    each = [statistics.median(found[1:]) for found in ratios]  # the first round warms up
    return {
        "ratio": statistics.geometric_mean(each),
        "each": each,
        "identical": same,
    }


def reference(bench: Bench) -> Callable[[], float] | None:
    """Tokens per second of transformers' `generate` with the same request; None where it is not installed."""
    if importlib.util.find_spec("transformers") is None:
        return None
    import transformers

    model = transformers.PhiForCausalLM.from_pretrained(
        MODEL, dtype=bench.loaded.model.dtype
    ).eval()
    ids = torch.tensor([bench.endless()["prompt"]])

    def tokens_per_s() -> float:
        start = bench.clock()
        with torch.inference_mode():
            model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=NEW_TOKENS,
                min_new_tokens=NEW_TOKENS,
                do_sample=False,
                pad_token_id=0,
            )
        return NEW_TOKENS / (bench.clock() - start)

    return tokens_per_s


async def streams(bench: Bench, rounds: int) -> dict[str, Any]:
    """One stream against transformers, and 16 against one."""
    theirs = reference(bench)
    figures: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    for number in range(rounds + 1):
        found = {
            "one": await bench.streams(bench.default, 1),
            "one, no drafts": await bench.streams(bench.plain, 1),
            "16": await bench.streams(bench.default, STREAMS),
            "16, no drafts": await bench.streams(bench.plain, STREAMS),
        }
        if theirs is not None:
            found["transformers"] = theirs()
        if number == 0:
            continue  # it warms up
        for name, value in found.items():
            note(f"{name}, tokens/s", value)
        note("batch", found["16, no drafts"] / found["one, no drafts"])
        note("batch, default settings", found["16"] / found["one"])
        if theirs is not None:
            note("stream", found["one, no drafts"] / found["transformers"])
            note("stream, with drafts", found["one"] / found["transformers"])
    return {name: statistics.median(values) for name, values in figures.items()}


async def keystroke(bench: Bench, rounds: int) -> dict[str, Any]:
    """Request to first token: all of a prompt new, or all but one keystroke seen."""
    text = bench.loaded.tokenizer.decode(bench.filler[: LONG_PROMPT - KEYSTROKES - 1])
    cold, warm = [], []
    for number in range(rounds + 1):
        session, typed = f"editor {number}", f"{number}{text}"
        cold.append((await bench.ask(bench.default, session, prompt=typed, max_tokens=4)).first)
        for letter in "return"[:KEYSTROKES]:
            typed += letter
            answer = await bench.ask(bench.default, session, prompt=typed, max_tokens=4)
            warm.append(answer.first)
    cold, warm = cold[1:], warm[KEYSTROKES:]
    return {
        "ratio": statistics.median(warm) / statistics.median(cold),
        "cold_ms": 1e3 * statistics.median(cold),
        "keystroke_ms": 1e3 * statistics.median(warm),
        "prompt_tokens": len(bench.loaded.tokenizer.encode(typed)),
    }


async def measure(bench: Bench, rounds: int) -> dict[str, Any]:
    """Everything, one after the other."""
    return {
        "lookup": await lookup(bench, rounds),
        "streams": await streams(bench, rounds),
        "keystroke": await keystroke(bench, rounds),
    }


def rows(found: dict[str, Any]) -> list[tuple[str, float, str]]:
    """What is measured, the figure, and its goal."""
    lookups, several = found["lookup"], found["streams"]
    table = [
        ("prompt lookup over none", lookups["ratio"], "at least 1.5"),
        ("16 streams over one, no drafts", several["batch"], "at least 3"),
        ("16 streams over one, default settings", several["batch, default settings"], ""),
        ("keystroke over cold prompt, first token", found["keystroke"]["ratio"], "at most 0.1"),
    ]
    if "stream" in several:
        table.insert(
            1, ("one stream over transformers, no drafts", several["stream"], "at least 3")
        )
        table.insert(2, ("one stream over transformers", several["stream, with drafts"], ""))
    return table


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--quantization", help="int8, int4 or nf4; the weights as they are without")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cpu-time", action="store_true", help="processor seconds on one thread")
    options = parser.parse_args()
    if options.cpu_time:
        options.threads = 1
    torch.set_num_threads(options.threads)
    load_average = os.getloadavg()[0]
    loaded = load(MODEL, dtype=options.dtype, device="cpu", quantization=options.quantization)
    bench = Bench(loaded, time.process_time if options.cpu_time else time.perf_counter)
    try:
        found = asyncio.run(measure(bench, options.rounds))
    finally:
        bench.close()
    for name, value, goal in rows(found):
        print(f"| {name} | {value:.2f} | {goal} |")
    if not found["lookup"]["identical"]:
        sys.exit("prompt lookup changed the output")
    summary = {
        "benchmark": "engine_cpu",
        "machine": platform.processor() or platform.machine(),
        "torch": torch.__version__,
        "threads": options.threads,
        "clock": "processor" if options.cpu_time else "wall",
        "kernels": "own" if native.load() is not None else "torch",
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "dtype": options.dtype,
        "quantization": options.quantization,
        "load_average": load_average,
        **found,
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
