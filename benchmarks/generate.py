"""`generate` beside transformers' own, on the same weights, in one run.

    python benchmarks/generate.py                 # the embedded model
    python benchmarks/generate.py --phi1          # random weights in the shape of phi-1, bfloat16
    python benchmarks/generate.py --model FOLDER

Both decode greedily from the same prompt, in turns. For each: time to the first token, tokens per second after it, and the
memory taken beyond the weights at the peak. The share of the physical limit says how many of the bytes per second that this
machine was measured to read are spent on reading each weight once a token. The last line is JSON.

Needs transformers (requirements-dev.txt).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the script runs from a clone that is not installed

import transformers  # noqa: E402

import phi_model  # noqa: E402

PHI_1 = {
    "vocab_size": 51200,
    "hidden_size": 2048,
    "intermediate_size": 8192,
    "num_hidden_layers": 24,
}
PHI_1 |= {"num_attention_heads": 32, "max_position_embeddings": 2048, "eos_token_id": 50256}
MEASURED_BYTES = 1 << 29
Generate = Callable[[int], Tensor]


@dataclass
class Measured:
    """Seconds of each round, and the memory of the longest call."""

    first_token_s: list[float] = field(default_factory=list)
    decode_tokens_per_s: list[float] = field(default_factory=list)
    peak_extra_bytes: int = 0

    def summary(self) -> dict[str, float]:
        """The best round, in units for reading: what else runs on a machine only makes a round slower."""
        return {
            "tokens_per_s": round(max(self.decode_tokens_per_s), 2),
            "first_token_ms": round(1000 * min(self.first_token_s), 2),
            "peak_extra_mb": round(self.peak_extra_bytes / 2**20, 1),
        }


class PeakMemory:
    """The most memory taken while the block runs, beyond what was taken at its beginning."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._done = threading.Event()
        self.extra_bytes = 0

    def __enter__(self) -> PeakMemory:
        gc.collect()
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
            self._before = torch.cuda.memory_allocated()
        else:
            self._before = resident_bytes()
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._cuda:
            self.extra_bytes = torch.cuda.max_memory_allocated() - self._before
        else:
            self._done.set()
            self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self.extra_bytes = max(self.extra_bytes, resident_bytes() - self._before)


def resident_bytes() -> int:
    """Memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def wait(device: torch.device) -> None:
    """Returns when the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def read_bandwidth(device: torch.device) -> float:
    """Bytes per second that this machine reads from memory: the best of several sums over a buffer beyond any cache."""
    data = torch.ones(MEASURED_BYTES // 4, dtype=torch.float32, device=device)
    best = 0.0
    for _ in range(6):
        wait(device)
        start = time.perf_counter()
        data.sum()
        wait(device)
        best = max(best, MEASURED_BYTES / (time.perf_counter() - start))
    return best


def weight_bytes(model: Any) -> int:
    """Bytes of weights that a token needs: all of them, but only one row of an embedding that is not the head too."""
    embedding = model.get_input_embeddings().weight
    total = sum(p.numel() * p.element_size() for p in model.parameters())
    if model.lm_head.weight is embedding:
        return total
    return total - embedding.numel() * embedding.element_size()


def phi1_models(device: torch.device, seed: int) -> tuple[Any, Any]:
    """Both models in the shape of phi-1, over one set of random bfloat16 weights."""
    config = phi_model.PhiConfig(**PHI_1)
    with torch.device("meta"):
        ours = phi_model.PhiForCausalLM(config)
    generator = torch.Generator(device).manual_seed(seed)
    state = {}
    for name, parameter in ours.state_dict().items():
        value = torch.empty(parameter.shape, dtype=torch.bfloat16, device=device)
        state[name] = value.normal_(std=config.initializer_range, generator=generator)
        if name.endswith("layernorm.weight"):
            state[name].add_(1.0)
    ours.load_state_dict(state, assign=True)
    theirs_config = transformers.PhiConfig(**PHI_1, dtype="bfloat16")
    theirs_config._attn_implementation = "sdpa"
    with torch.device("meta"):
        theirs = transformers.PhiForCausalLM(theirs_config)
    theirs.load_state_dict(state, assign=True)
    rotary = theirs.model.rotary_emb  # its buffers are not in the state
    theirs.model.rotary_emb = type(rotary)(theirs_config).to(device)
    return ours.eval(), theirs.eval()


def loaded_models(folder: str, device: torch.device) -> tuple[Any, Any]:
    """Both models from one folder."""
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device=device)
    theirs = transformers.PhiForCausalLM.from_pretrained(folder, dtype=ours.dtype).to(device)
    return ours, theirs.eval()


def measure(generate: Generate, new_tokens: int, device: torch.device, into: Measured) -> Tensor:
    """One round: a call for one token, and a call for all of them."""
    wait(device)
    start = time.perf_counter()
    generate(1)
    wait(device)
    first = time.perf_counter() - start
    with PeakMemory(device) as memory:
        start = time.perf_counter()
        ids = generate(new_tokens)
        wait(device)
        total = time.perf_counter() - start
    into.first_token_s.append(first)
    into.decode_tokens_per_s.append((new_tokens - 1) / max(total - first, 1e-9))
    into.peak_extra_bytes = max(into.peak_extra_bytes, memory.extra_bytes)
    return ids


def compare(
    ours: Any, theirs: Any, options: argparse.Namespace, device: torch.device
) -> dict[str, Any]:
    """Measures every way to decode in turns, so that a slow minute of the machine meets all of them."""
    generator = torch.Generator().manual_seed(options.seed)
    shape = (1, options.prompt_tokens)
    prompt = torch.randint(3, ours.config.vocab_size - 1, shape, generator=generator).to(device)
    mask = torch.ones_like(prompt)

    def way(model: Any, **how: Any) -> Generate:
        how |= {"do_sample": False, "eos_token_id": None, "pad_token_id": 0, "attention_mask": mask}
        return lambda count: model.generate(prompt, max_new_tokens=count, **how)

    ways = {
        "phi_model": way(ours),
        "phi_model static cache": way(ours, cache_implementation="static"),
        "transformers": way(theirs),
    }
    measured = {name: Measured() for name in ways}
    outputs: dict[str, Tensor] = {}
    for generate in ways.values():
        generate(2)  # the first call allocates and compiles
    for _ in range(options.repeats):
        for name, generate in ways.items():
            outputs[name] = measure(generate, options.new_tokens, device, measured[name])
    results = {name: m.summary() for name, m in measured.items()}
    same = (outputs["phi_model"] == outputs["transformers"])[0].long().cumprod(0).sum()
    bandwidth, needed = read_bandwidth(device), weight_bytes(ours)
    for result in results.values():
        result["share_of_read_limit"] = round(result["tokens_per_s"] * needed / bandwidth, 3)
    ratio = results["phi_model"]["tokens_per_s"] / results["transformers"]["tokens_per_s"]
    first = results["transformers"]["first_token_ms"] / results["phi_model"]["first_token_ms"]
    return {
        "results": results,
        "speed_ratio": round(ratio, 2),
        "first_token_ratio": round(first, 2),
        "equal_new_tokens": int(same) - options.prompt_tokens,
        "weight_mb_per_token": round(needed / 2**20, 1),
        "read_gb_per_s": round(bandwidth / 1e9, 1),
    }


def main() -> None:
    """Reads the flags, runs, prints a table and one line of JSON."""
    parser = argparse.ArgumentParser(description="generate beside transformers' own, in one run")
    parser.add_argument("--phi1", action="store_true", help="random weights in the shape of phi-1")
    parser.add_argument("--model", default=str(ROOT / "assets" / "model"), help="a folder")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=None, help="of the CPU")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    device = torch.device(options.device)
    if options.phi1:
        ours, theirs = phi1_models(device, options.seed)
    else:
        ours, theirs = loaded_models(options.model, device)
    report = compare(ours, theirs, options, device)
    print(f"{'':24}{'tokens/s':>10}{'first ms':>10}{'extra MB':>10}{'of limit':>10}")
    for name, r in report["results"].items():
        print(
            f"{name:24}{r['tokens_per_s']:>10}{r['first_token_ms']:>10}{r['peak_extra_mb']:>10}"
            f"{r['share_of_read_limit']:>10.0%}"
        )
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    facts = {
        "benchmark": "generate",
        "model": "phi-1 shape, random" if options.phi1 else Path(options.model).name,
        "parameters": sum(p.numel() for p in ours.parameters()),
        "dtype": str(ours.dtype).removeprefix("torch."),
        "device": gpu or platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "prompt_tokens": options.prompt_tokens,
        "new_tokens": options.new_tokens,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    print(json.dumps(facts | report))


if __name__ == "__main__":
    main()
