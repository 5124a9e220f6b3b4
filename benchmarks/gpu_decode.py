"""Speed of decoding on a GPU: one stream against the memory's limit and transformers, many streams, long prompts among them.

    python benchmarks/gpu_decode.py                # random bfloat16 weights in the shape of phi-1; needs a GPU, 8 minutes at most
    python benchmarks/gpu_decode.py --rehearse     # the same steps on a tiny model, on a CPU: its figures mean nothing

One JSON line, with the three goals and whether they were reached:

    one_stream     bytes of weights read per second over the bytes per second (read and written) that a copy within the
                   GPU's memory moves in the same run; at least 0.70. Its ratio to transformers' `generate` with a static
                   cache, which compiles; at least 3.
    many_streams   tokens per second of 64 streams with prompts of 512 tokens, while all of them decode, over one stream's; at least 25.
    long_prompts   the 99th percentile of the gap between two tokens of 32 running streams over its median, while prompts of
                   2,000 tokens arrive; at most 3.

Speculation is off: what it gives depends on the text.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the script runs from a clone that is not installed

import phi_model  # noqa: E402
from phi_model.engine import Engine  # noqa: E402
from phi_model.engine.graph_runner import GraphRunner  # noqa: E402
from phi_model.engine.sequence import Sequence  # noqa: E402
from phi_model.quantization import METHODS, optimize_for_inference  # noqa: E402
from phi_model.request import CompletionRequest  # noqa: E402

PHI_1 = {"vocab_size": 51_200, "max_position_embeddings": 2048}
TINY = {
    **PHI_1,
    "vocab_size": 1024,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
COPIED_BYTES = 1 << 32
COPIES = 10
GOALS = {"share": 0.70, "over_transformers": 3.0, "many_over_one": 25.0, "p99_over_median": 3.0}


@dataclass(frozen=True)
class Plan:
    """How much is run."""

    repeats: int = 5
    # Few: keys and values that grow long are what many streams wait for, and what one hardly notices.
    new_tokens: int = 128
    prompt: int = 512
    many: int = 64
    running: int = 32
    running_tokens: int = 1500
    long_prompt: int = 2000
    arrivals: int = 12
    pause_s: float = 0.1  # between two arrivals


REHEARSAL = Plan(1, 12, 40, 4, 2, 60, 600, 2, 0.01)


class Ids:
    """A tokenizer for prompts of ids; the model never draws the end."""

    eos_token_id = None

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def token_bytes(self, token_id: int, skip_special_tokens: bool = True) -> bytes:
        return b"%d " % token_id


def copy_rate(device: torch.device) -> float:
    """Bytes per second that a copy reads and writes, the best of several."""
    size = COPIED_BYTES if device.type == "cuda" else COPIED_BYTES >> 6
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(COPIES):
        wait(device)
        start = time.perf_counter()
        target.copy_(source)
        wait(device)
        best = max(best, 2 * size / (time.perf_counter() - start))
    return best


def wait(device: torch.device) -> None:
    """Until the GPU is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def random_model(
    shape: dict[str, int], device: torch.device, quantization: str | None
) -> phi_model.PhiForCausalLM:
    """Random bfloat16 weights, packed as the engine's loader packs them."""
    # An end that the tokenizer does not know is never drawn.
    config = phi_model.PhiConfig(**shape, eos_token_id=shape["vocab_size"] - 1)
    with torch.device("meta"):
        model = phi_model.PhiForCausalLM(config)
    model = model.bfloat16().to_empty(device=device)
    model.init_weights()
    return optimize_for_inference(model, quantization)


def prompt(length: int, vocab: int, seed: int) -> tuple[int, ...]:
    """Random ids."""
    draw = random.Random(seed)
    return tuple(draw.randrange(vocab - 2) for _ in range(length))


class Clock:
    """The times at which the engine had each token of each sequence."""

    def __init__(self) -> None:
        self.times: dict[Sequence, list[float]] = {}

    def __enter__(self) -> Clock:
        accept = self._accept = Sequence.accept

        def noted(sequence: Sequence, *args: Any) -> None:
            accept(sequence, *args)
            self.times.setdefault(sequence, []).append(time.perf_counter())

        Sequence.accept = noted
        return self

    def __exit__(self, *exc: object) -> None:
        Sequence.accept = self._accept


async def drain(engine: Engine, ids: tuple[int, ...], count: int) -> None:
    """Runs one stream to its end."""
    request = CompletionRequest(prompt=ids, max_tokens=count, temperature=0.0)
    async for _ in engine.stream(request):
        pass


async def one_stream(engine: Engine, plan: Plan, vocab: int) -> float:
    """Tokens per second of one stream behind its first token: the median of several."""
    rates = []
    for at in range(plan.repeats + 1):
        with Clock() as clock:
            await drain(engine, prompt(plan.prompt, vocab, at), plan.new_tokens)
        [times] = clock.times.values()
        rates.append((len(times) - 1) / (times[-1] - times[0]))
    return statistics.median(rates[1:])  # the first one may have recorded its passes


async def many_streams(engine: Engine, plan: Plan, vocab: int) -> dict[str, float]:
    """Tokens per second of all streams, while all decode, and with their prompts."""
    seeds = range(1000, 1000 + plan.many)
    await asyncio.gather(*(drain(engine, prompt(plan.prompt, vocab, seed), 8) for seed in seeds))
    with Clock() as clock:
        start = time.perf_counter()
        tokens = plan.new_tokens
        await asyncio.gather(
            *(drain(engine, prompt(plan.prompt, vocab, seed + 500), tokens) for seed in seeds)
        )
        seconds = time.perf_counter() - start
    begin = max(times[0] for times in clock.times.values())
    end = min(times[-1] for times in clock.times.values())
    inside = sum(begin < at <= end for times in clock.times.values() for at in times)
    return {
        "tokens_per_s": inside / (end - begin),
        "with_prompts_tokens_per_s": plan.many * tokens / seconds,
    }


async def long_prompts(engine: Engine, plan: Plan, vocab: int) -> dict[str, float]:
    """Gaps between the tokens of running streams, from the first long prompt's arrival to the end of the last."""
    running = [
        asyncio.create_task(drain(engine, prompt(16, vocab, 5000 + at), plan.running_tokens))
        for at in range(plan.running)
    ]
    with Clock() as clock:
        while len(clock.times) < plan.running or min(map(len, clock.times.values())) < 8:
            await asyncio.sleep(0.001)
        streams = list(clock.times)
        begin = time.perf_counter()
        arrivals = []
        for at in range(plan.arrivals):
            ids = prompt(plan.long_prompt, vocab, 9000 + at)
            arrivals.append(asyncio.create_task(drain(engine, ids, 4)))
            await asyncio.sleep(plan.pause_s)
        await asyncio.gather(*arrivals)
        end = time.perf_counter()
        outlasted = not any(task.done() for task in running)
        await asyncio.gather(*running)
    gaps = sorted(
        b - a
        for one in streams
        for a, b in itertools.pairwise(clock.times[one])
        if begin <= a and b <= end
    )
    return {
        "median_ms": 1e3 * statistics.median(gaps),
        "p99_ms": 1e3 * gaps[int(0.99 * (len(gaps) - 1))],
        "gaps": len(gaps),
        "streams_outlasted_the_prompts": outlasted,
    }


def transformers_rate(shape: dict[str, int], device: torch.device, plan: Plan) -> float:
    """Tokens per second of transformers' greedy `generate` with a static cache, which it compiles, behind the prompt."""
    import transformers

    config = transformers.PhiConfig(**shape, eos_token_id=None, dtype=torch.bfloat16)
    with torch.device(device):
        model = transformers.PhiForCausalLM(config).to(torch.bfloat16).eval()
    ids = torch.tensor([prompt(plan.prompt, shape["vocab_size"], 0)], device=device)

    def seconds(count: int) -> float:
        wait(device)
        start = time.perf_counter()
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            min_new_tokens=count,
            max_new_tokens=count,
            do_sample=False,
            cache_implementation="static",
            pad_token_id=0,
        )
        wait(device)
        return time.perf_counter() - start

    # A cache of another length is compiled anew: both lengths run before they are timed.
    short, long = plan.new_tokens // 4, plan.new_tokens
    for count in (short, long, short, long):
        seconds(count)
    rates = [(long - short) / (seconds(long) - seconds(short)) for _ in range(plan.repeats)]
    return statistics.median(rates)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All three goals."""
    plan, shape = (REHEARSAL, TINY) if options.rehearse else (Plan(), PHI_1)
    device = torch.device("cpu" if options.rehearse else "cuda")
    limit = copy_rate(device)
    model = random_model(shape, device, options.quantization)
    vocab = shape["vocab_size"]
    weights = model.memory_bytes() - model.get_input_embeddings().weight.nbytes
    start = time.perf_counter()
    tokenizer = Ids(vocab - 1)
    engine = Engine(model, tokenizer, slots=plan.many, speculation=False, graphs=True)
    runner = engine._worker.lane.runner
    assert isinstance(runner, GraphRunner)
    ready = time.perf_counter() - start
    one = asyncio.run(one_stream(engine, plan, vocab))
    many = asyncio.run(many_streams(engine, plan, vocab))
    gaps = asyncio.run(long_prompts(engine, plan, vocab))
    engine.close()
    view, recorder = runner._rows_view.__name__, runner._recorder
    linear = type(model.lm_head.kernel).__name__
    del engine, runner, model
    gc.collect()
    peer: float | str | None = None
    if not options.no_peer:
        if device.type == "cuda":
            torch.cuda.empty_cache()
        try:
            peer = transformers_rate(shape, device, plan)
        except Exception as error:  # our own figures are worth having without it
            peer = f"{type(error).__name__}: {error}"
    share = one * weights / limit
    found = {
        "share": share,
        "over_transformers": one / peer if isinstance(peer, float) else None,
        "many_over_one": many["tokens_per_s"] / one,
        "p99_over_median": gaps["p99_ms"] / gaps["median_ms"],
    }
    return {
        "benchmark": "gpu_decode",
        "rehearsal": options.rehearse,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "torch": torch.__version__,
        "quantization": options.quantization,
        "recorded": recorder.captures,
        "attention": view,
        "head": linear,
        "copy_gb_per_s": limit / 1e9,
        "weights_mb": weights / 1e6,
        "ready_s": ready,
        "one_stream": {"tokens_per_s": one, "transformers_tokens_per_s": peer},
        "many_streams": {"streams": plan.many, **many},
        "long_prompts": {"streams": plan.running, "prompts": plan.arrivals, **gaps},
        "found": found,
        "reached": {
            name: None if value is None else _reached(name, value) for name, value in found.items()
        },
    }


def _reached(name: str, value: float) -> bool:
    goal = GOALS[name]
    return value <= goal if name == "p99_over_median" else value >= goal


def main() -> None:
    """Prints the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rehearse", action="store_true", help="a tiny model on the CPU")
    parser.add_argument("--quantization", choices=METHODS, help="how the weights are packed")
    parser.add_argument("--no-peer", action="store_true", help="without transformers")
    options = parser.parse_args()
    if not options.rehearse and not torch.cuda.is_available():
        parser.error("no GPU here; --rehearse runs the same steps on a CPU")
    print(json.dumps(measure(options)))


if __name__ == "__main__":
    main()
