"""Speed of packed weights on a CPU: decoding one row, and prompts, against the memory's limit and the peers.

    python benchmarks/cpu_decode.py                              # random weights in the shape of phi-1
    python benchmarks/cpu_decode.py --model assets/model         # a model of one's own
    python benchmarks/cpu_decode.py --llama-python VENV/bin/python

Each line: how the weights are kept, tokens per second (median of the steps, and of the best round's), bytes of weights read
per second and their share of what this machine was measured to read in the same run, and a prompt's share of the products
that its units can do for such weights. `plain` is the model as it is loaded, without packing.
Peers: transformers where it is installed, llama.cpp where `--llama-python` names an interpreter that has llama-cpp-python
and gguf (see peers.py). The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the script runs from a clone that is not installed

import phi_model  # noqa: E402
from benchmarks.limits import product_peaks, read_limit  # noqa: E402
from phi_model.engine.kv import Segment  # noqa: E402
from phi_model.engine.runner import EagerRunner  # noqa: E402
from phi_model.quantization import METHODS, native, optimize_for_inference  # noqa: E402

PHI_1 = {"vocab_size": 51200, "max_position_embeddings": 2048, "eos_token_id": 50256}
STD = 0.02
PROMPT_TOKENS = 16
WAYS = ("plain", "bf16", *METHODS)
# What llama.cpp calls the way that reads about as many bytes.
PEER_TYPES = {"bf16": "BF16", "int8": "Q8_0", "int4": "Q4_0"}


def random_state(config: phi_model.PhiConfig) -> dict[str, torch.Tensor]:
    """Random bfloat16 weights; drawn once and shifted from tensor to tensor, since drawing takes longest."""
    with torch.device("meta"):
        model = phi_model.PhiForCausalLM(config)
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    generator = torch.Generator().manual_seed(0)
    largest = max(shape.numel() for shape in shapes.values())
    pool = torch.empty(largest + 65536).normal_(std=STD, generator=generator).bfloat16()
    state = {}
    for index, (name, shape) in enumerate(shapes.items()):
        start = index * 97 % 65536
        state[name] = pool[start : start + shape.numel()].view(shape).clone()
        if name.endswith("layernorm.weight"):
            state[name] += 1
    return state


def load(options: argparse.Namespace, way: str) -> phi_model.PhiForCausalLM:
    """The model with its weights kept in one of the ways."""
    if options.model is not None:
        model = phi_model.PhiForCausalLM.from_pretrained(options.model, dtype=options.dtype)
    else:
        config = phi_model.PhiConfig(**PHI_1, num_hidden_layers=options.layers)
        with torch.device("meta"):
            model = phi_model.PhiForCausalLM(config)
        model.load_state_dict(random_state(config), assign=True)
    if way != "plain":
        method = way if way in METHODS else None
        optimize_for_inference(model, method, backend=options.backend)
    return model.eval()


def read_bytes(model: phi_model.PhiForCausalLM) -> int:
    """Bytes of weights that a token needs: one row of an embedding that is not the head's too, else all."""
    if model.config.tie_word_embeddings and getattr(model.lm_head, "shared", True):
        return model.memory_bytes()
    return model.memory_bytes() - model.get_input_embeddings().weight.nbytes


class Cached:
    """A sequence of transformers' model: its own cache."""

    def __init__(self, model: Any, length: int) -> None:
        import transformers

        self._model, self._cache = model, transformers.DynamicCache()

    def feed(self, ids: list[int]) -> torch.Tensor:
        """Reads tokens; the logits after the last."""
        output = self._model(torch.tensor([ids]), past_key_values=self._cache, logits_to_keep=1)
        return output.logits[0, -1]


class Slotted:
    """A sequence of ours, as the engine runs it."""

    def __init__(self, model: Any, length: int) -> None:
        vocabulary = model.config.vocab_size
        self._runner = EagerRunner(model, slots=1, max_length=length, valid_vocab=vocabulary)
        self._at = 0

    def feed(self, ids: list[int]) -> torch.Tensor:
        """Reads tokens; the logits after the last."""
        segment = Segment(0, self._at, ids)
        self._at += len(ids)
        return self._runner.run([segment], [len(ids) - 1])[-1]


@torch.inference_mode()
def measure(
    model: Any, sequence: Callable[[Any, int], Any], options: argparse.Namespace
) -> dict[str, Any]:
    """Tokens per second of decoding one row, and of prompts: medians, and the best rounds."""
    generator = torch.Generator().manual_seed(1)
    clock = time.process_time if options.cpu_time else time.perf_counter

    def ids(count: int) -> list[int]:
        last = model.config.vocab_size - 1
        return torch.randint(3, last, (count,), generator=generator).tolist()

    rounds: list[list[float]] = []
    for _ in range(options.repeats):
        steps: list[float] = []
        rounds.append(steps)
        text = sequence(model, PROMPT_TOKENS + options.tokens + 2)
        text.feed(ids(PROMPT_TOKENS))
        for step in range(options.tokens + 2):
            token = ids(1)
            start = clock()
            text.feed(token).argmax().item()
            if step >= 2:  # the first ones warm up
                steps.append(clock() - start)
    prompts, best = {}, {}
    for count in options.prefill:
        times = []
        for _ in range(options.repeats + 1):
            prompt, text = ids(count), sequence(model, count)
            start = clock()
            text.feed(prompt)
            times.append(clock() - start)
        prompts[str(count)] = count / statistics.median(times[1:])
        best[str(count)] = count / min(times[1:])
    return {
        "decode_tokens_per_s": 1 / statistics.median(itertools.chain(*rounds)),
        "decode_best_tokens_per_s": 1 / min(map(statistics.median, rounds)),
        "prefill_tokens_per_s": prompts,
        "prefill_best_tokens_per_s": best,
    }


def ours(options: argparse.Namespace, way: str, limit: float, peak: float | None) -> dict[str, Any]:
    """One way of keeping the weights."""
    start = time.perf_counter()
    model = load(options, way)
    seconds = time.perf_counter() - start
    found = measure(model, Slotted, options)
    size = read_bytes(model)
    rate = size * found["decode_tokens_per_s"]
    # The head is run for a prompt's last token only; attention is not counted.
    trunk = model.model.num_parameters() - model.get_input_embeddings().weight.numel()
    shares = (
        {count: 2 * trunk * speed / peak for count, speed in found["prefill_tokens_per_s"].items()}
        if peak
        else {}
    )
    return {
        **found,
        "megabytes": size / 1e6,
        "gigabytes_per_s": rate / 1e9,
        "share_of_limit": rate / limit,
        "prefill_share_of_peak": shares,
        "load_s": seconds,
    }


def theirs(options: argparse.Namespace) -> dict[str, Any] | None:
    """transformers on the same weights, or None where it is not installed."""
    if importlib.util.find_spec("transformers") is None:
        return None
    import transformers

    if options.model is not None:
        model = transformers.PhiForCausalLM.from_pretrained(options.model, dtype=options.dtype)
    else:
        own = phi_model.PhiConfig(**PHI_1, num_hidden_layers=options.layers)
        config = transformers.PhiConfig(**PHI_1, num_hidden_layers=options.layers, dtype="bfloat16")
        config._attn_implementation = "sdpa"
        with torch.device("meta"):
            model = transformers.PhiForCausalLM(config)
        model.load_state_dict(random_state(own), assign=True)
        model.model.rotary_emb = type(model.model.rotary_emb)(config)  # its buffers are in no state
    found = measure(model.eval(), Cached, options)
    return {"version": transformers.__version__, **found}


def llama(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    """llama.cpp with a random model in the shape of phi-1."""
    script = str(Path(__file__).with_name("peers.py"))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(options.peer_files or folder)
        kept.mkdir(parents=True, exist_ok=True)
        path = str(kept / f"{kind}-{options.layers}.gguf")
        python = options.llama_python
        size = ["--type", kind, "--layers", str(options.layers)]
        if not Path(path).exists():
            subprocess.run([python, script, "write", path, *size], check=True)
        found: list[dict[str, Any]] = []
        for flash in ([], ["--flash"]):
            command = [python, script, "run", path, "--tokens", str(options.tokens), *flash]
            command += ["--repeats", str(options.repeats), "--threads", str(options.threads)]
            command += ["--prefill", *map(str, options.prefill)]
            command += ["--cpu-time"] if options.cpu_time else []
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found.append(json.loads(output.splitlines()[-1]))
    return _better(*found)


def _better(one: Any, other: Any) -> Any:
    """The faster of two settings of the peer, figure by figure."""
    if isinstance(one, dict):
        return {key: _better(value, other[key]) for key, value in one.items()}
    return max(one, other)


def line(name: str, found: dict[str, Any], extra: str = "") -> str:
    prompts = ", ".join(
        f"{rate:6.1f} at {count}" for count, rate in found["prefill_tokens_per_s"].items()
    )
    decode, best = found["decode_tokens_per_s"], found["decode_best_tokens_per_s"]
    return f"{name:14} {decode:7.2f} tokens/s (best {best:7.2f})   prompt {prompts}   {extra}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="folder or hub id; random weights of phi-1's shape without")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--backend", default="auto", help="auto, native or torch")
    parser.add_argument("--layers", type=int, default=24, help="of the random model")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--prefill", type=int, nargs="*", default=[128, 1024])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--cpu-time",
        action="store_true",
        help="count processor seconds on one thread: for a machine that others use too",
    )
    parser.add_argument("--no-transformers", action="store_true")
    parser.add_argument("--llama-python", help="an interpreter with llama-cpp-python and gguf")
    parser.add_argument("--peer-files", help="folder that keeps llama.cpp's files for the next run")
    options = parser.parse_args()
    if options.cpu_time:
        options.threads = 1
    torch.set_num_threads(options.threads)

    clock = time.process_time if options.cpu_time else time.perf_counter
    limit, peaks = read_limit(clock), product_peaks(options.threads)
    load_average = os.getloadavg()[0]
    kernels = "own kernels" if native.load() is not None else "torch's products"
    kernels = f"{torch.backends.cpu.get_cpu_capability()}, {kernels}"
    print(f"{platform.processor() or platform.machine()}, {options.threads} threads, {kernels}")
    print(f"memory read limit {limit / 1e9:.1f} GB/s; load before the start {load_average:.1f}")
    for way, peak in peaks.items():
        print(f"peak of products with {way} weights {peak / 1e9:.0f} GFLOP/s")
    results: dict[str, Any] = {}
    for way in options.ways:
        found = results[way] = ours(options, way, limit, peaks.get(way))
        gc.collect()
        extra = f"{found['gigabytes_per_s']:5.1f} GB/s, {found['share_of_limit']:4.0%} of the limit"
        if shares := found["prefill_share_of_peak"]:
            extra += f"; prompts {', '.join(f'{s:.0%}' for s in shares.values())} of the peak"
        print(line(way, found, extra), flush=True)
        # At once after ours, so that a slow minute of the machine meets both.
        if options.llama_python and options.model is None and (kind := PEER_TYPES.get(way)):
            results[f"llama.cpp {kind}"] = found = llama(options, kind)
            print(line(f"llama.cpp {kind}", found), flush=True)
    if not options.no_transformers and (found := theirs(options)):
        results["transformers"] = found
        print(line("transformers", found), flush=True)
    ratios: dict[str, float] = {}
    for way in options.ways:
        for peer in ("transformers", f"llama.cpp {PEER_TYPES.get(way)}"):
            if peer in results:
                mine, other = results[way], results[peer]
                key = f"{way} / {peer}"
                ratios[key] = mine["decode_tokens_per_s"] / other["decode_tokens_per_s"]
                for count, rate in mine["prefill_tokens_per_s"].items():
                    ratios[f"{key} prompt {count}"] = rate / other["prefill_tokens_per_s"][count]
    for name, ratio in ratios.items():
        print(f"{name:42} {ratio:6.2f}")
    summary = {
        "benchmark": "cpu_decode",
        "model": options.model or f"random, phi-1 shape, {options.layers} layers",
        "torch": torch.__version__,
        "threads": options.threads,
        "clock": "processor" if options.cpu_time else "wall",
        "kernels": kernels,
        "read_limit_gb_per_s": limit / 1e9,
        "peaks_gflop_per_s": {way: peak / 1e9 for way, peak in peaks.items()},
        "load_average": load_average,
        "results": results,
        "ratios": ratios,
    }
    print(json.dumps(summary, default=str))


if __name__ == "__main__":
    main()
