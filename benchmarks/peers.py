"""llama.cpp as a peer: a random model in the shape of phi-1 as a GGUF file, and its speed on this machine.

    pip install llama-cpp-python==0.3.36 gguf        # builds from source; best in an environment of its own
    python benchmarks/peers.py write phi1-q4_0.gguf --type Q4_0
    python benchmarks/peers.py run phi1-q4_0.gguf --tokens 32 --prefill 128 1024

`run` prints one JSON line. `cpu_decode.py --llama-python PYTHON` does both in that environment. This file needs nothing
of the project, so it runs where only the peer is installed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

TYPES = ("BF16", "Q8_0", "Q4_0")
HIDDEN, INNER, HEADS, VOCABULARY, CONTEXT = 2048, 8192, 32, 51200, 2048
ROTARY = 32
EPSILON = 1e-5
STD = 0.02
PROMPT_TOKENS = 16


def write(path: Path, kind: str, layers: int) -> None:
    """Writes a phi2-architecture GGUF with random weights; every layer has the same ones."""
    import gguf

    quantized = gguf.GGMLQuantizationType[kind]
    writer = gguf.GGUFWriter(path, "phi2")
    writer.add_name(f"phi-1-shaped random {kind}")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(layers)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_eps(EPSILON)
    writer.add_rope_dimension_count(ROTARY)
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{kind}"])
    writer.add_add_bos_token(False)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([f"t{i}" for i in range(VOCABULARY)])
    writer.add_token_types([int(gguf.TokenType.NORMAL)] * VOCABULARY)
    writer.add_token_merges(["t 1"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)

    random = np.random.default_rng(0)
    packed: dict[tuple[int, int], np.ndarray] = {}

    def matrix(name: str, rows: int, columns: int) -> None:
        if (rows, columns) not in packed:
            values = random.standard_normal((rows, columns), dtype=np.float32) * STD
            packed[rows, columns] = gguf.quants.quantize(values, quantized)
        writer.add_tensor(name, packed[rows, columns], raw_dtype=quantized)

    def vector(name: str, size: int, value: float) -> None:
        writer.add_tensor(name, np.full(size, value, dtype=np.float32))

    def linear(name: str, rows: int, columns: int) -> None:
        matrix(f"{name}.weight", rows, columns)
        vector(f"{name}.bias", rows, 0.0)

    def norm(name: str) -> None:
        vector(f"{name}.weight", HIDDEN, 1.0)
        vector(f"{name}.bias", HIDDEN, 0.0)

    matrix("token_embd.weight", VOCABULARY, HIDDEN)
    norm("output_norm")
    linear("output", VOCABULARY, HIDDEN)
    for layer in range(layers):
        norm(f"blk.{layer}.attn_norm")
        linear(f"blk.{layer}.attn_qkv", 3 * HIDDEN, HIDDEN)
        linear(f"blk.{layer}.attn_output", HIDDEN, HIDDEN)
        linear(f"blk.{layer}.ffn_up", INNER, HIDDEN)
        linear(f"blk.{layer}.ffn_down", HIDDEN, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def run(
    path: Path,
    tokens: int,
    prefill: Sequence[int],
    repeats: int,
    threads: int,
    flash: bool,
    clock: Callable[[], float],
) -> dict[str, object]:
    """Tokens per second of decoding one row, and of prompts: medians, and the best rounds."""
    import llama_cpp

    model = llama_cpp.Llama(
        str(path),
        n_ctx=CONTEXT,
        n_batch=max(512, *prefill),
        n_ubatch=512,
        n_threads=threads,
        n_threads_batch=threads,
        flash_attn=flash,
        verbose=False,
    )
    random = np.random.default_rng(1)

    def ids(count: int) -> list[int]:
        return random.integers(3, VOCABULARY - 1, count).tolist()

    def timed(work: Callable[[], None]) -> float:
        start = clock()
        work()
        return clock() - start

    rounds: list[list[float]] = []
    for _ in range(repeats):
        model.reset()
        model.eval(ids(PROMPT_TOKENS))
        rounds.append([timed(lambda: model.eval(ids(1))) for _ in range(tokens)])
    prompts, best = {}, {}
    for count in prefill:
        times = []
        for _ in range(repeats):
            model.reset()
            times.append(timed(lambda count=count: model.eval(ids(count))))
        prompts[str(count)] = count / statistics.median(times)
        best[str(count)] = count / min(times)
    return {
        "version": llama_cpp.__version__,
        "decode_tokens_per_s": 1 / statistics.median(itertools.chain(*rounds)),
        "decode_best_tokens_per_s": 1 / min(map(statistics.median, rounds)),
        "prefill_tokens_per_s": prompts,
        "prefill_best_tokens_per_s": best,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write", help="write a GGUF with random weights")
    writing.add_argument("path", type=Path)
    writing.add_argument("--type", choices=TYPES, required=True)
    writing.add_argument("--layers", type=int, default=24)
    running = commands.add_parser("run", help="measure llama.cpp with it")
    running.add_argument("path", type=Path)
    running.add_argument("--tokens", type=int, default=32)
    running.add_argument("--prefill", type=int, nargs="*", default=[128])
    running.add_argument("--repeats", type=int, default=3)
    running.add_argument("--threads", type=int, default=2)
    running.add_argument("--flash", action="store_true", help="llama.cpp's flash attention")
    running.add_argument("--cpu-time", action="store_true", help="count processor seconds")
    options = parser.parse_args()
    if options.command == "write":
        write(options.path, options.type, options.layers)
        return
    print(
        json.dumps(
            run(
                options.path,
                options.tokens,
                options.prefill,
                options.repeats,
                options.threads,
                options.flash,
                time.process_time if options.cpu_time else time.perf_counter,
            )
        )
    )


if __name__ == "__main__":
    main()
