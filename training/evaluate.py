"""Measure a Phi checkpoint on packages that the embedded model never saw.

    python -m training.evaluate
    python -m training.evaluate --model microsoft/phi-1 --dtype bfloat16

Bits per byte, beside ``xz -9`` on the same files, and the share of 50 sampled function bodies that
parse. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import ast
import json
import lzma
import math
import platform
import random
import shlex
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from phi_model import PhiForCausalLM
from phi_model.hub import resolve_file
from training.corpus import Document, held_out_documents
from training.sources import HELD_OUT, MODEL_DIR, RESULTS, SEED
from training.statements import cut_at_last_statement

SAMPLES = 50
NEW_TOKENS = 128
TEMPERATURE = 0.2
TOP_P = 0.95
BATCH = 4


@dataclass(frozen=True)
class Subject:
    """What is measured: a model with its tokenizer.

    Attributes:
        valid: number of ids that the tokenizer knows; the others are given no probability.
    """

    name: str
    model: PhiForCausalLM
    tokenizer: Tokenizer
    valid: int

    @classmethod
    def load(cls, name: str, revision: str | None, dtype: torch.dtype) -> Subject:
        """Load a folder or a repository of the hub."""
        path = resolve_file(name, "tokenizer.json", revision=revision)
        tokenizer = Tokenizer.from_file(str(path))
        model = PhiForCausalLM.from_pretrained(name, revision=revision, dtype=dtype)
        valid = min(tokenizer.get_vocab_size(), model.config.vocab_size)
        return cls(name, model, tokenizer, valid)


def windows(count: int, length: int) -> list[tuple[int, int, int]]:
    """Cut ``count`` tokens into windows that overlap by a quarter.

    Returns:
        (first, end, scored) for each: the window is tokens ``first`` to ``end``, and those from ``scored``
        on are counted in it. Every token but the very first is counted once.
    """
    found, scored = [], 1
    first = 0
    while scored < count:
        end = min(first + length, count)
        found.append((first, end, scored))
        scored, first = end, end - max(1, length // 4)
    return found


@torch.inference_mode()
def bits(subject: Subject, text: str) -> float:
    """Return how many bits the model needs for a text.

    The first token has no context to be predicted from, and costs the logarithm of the vocabulary.
    """
    ids = subject.tokenizer.encode(text).ids
    if not ids:
        return 0.0
    length = min(subject.model.config.max_position_embeddings, 2048)
    nats = math.log(subject.valid)
    cuts = windows(len(ids), length)
    full = [cut for cut in cuts if cut[1] - cut[0] == length]
    groups = [full[at : at + BATCH] for at in range(0, len(full), BATCH)]
    groups += [[cut] for cut in cuts if cut[1] - cut[0] != length]
    for group in groups:
        rows = torch.tensor([ids[first:end] for first, end, _ in group])
        hidden = subject.model.model(input_ids=rows, use_cache=False).last_hidden_state
        for (first, end, scored), row, states in zip(group, rows, hidden, strict=True):
            begin = scored - first
            nats += _nats(subject, states[begin - 1 : end - first - 1], row[begin:])
    return nats / math.log(2)


def _nats(subject: Subject, states: Tensor, targets: Tensor) -> float:
    """Return the summed cross entropy: states (tokens, hidden), targets (tokens,)."""
    total = 0.0
    for part, wanted in zip(states.split(512), targets.split(512), strict=True):
        logits = subject.model.lm_head(part).float()[:, : subject.valid]
        total += float(F.cross_entropy(logits, wanted, reduction="sum"))
    return total


def bits_per_byte(subject: Subject, documents: list[Document]) -> dict[str, dict[str, float]]:
    """Measure each held-out package and all together, beside ``xz -9`` on the same files."""
    table: dict[str, dict[str, float]] = {}
    everything, all_bits = b"", 0.0
    for package in HELD_OUT:
        texts = [d.text for d in documents if d.source == package]
        raw = "".join(texts).encode()
        spent = sum(bits(subject, text) for text in texts)
        table[package] = _row(raw, spent)
        everything, all_bits = everything + raw, all_bits + spent
        print(f"{package:18} {table[package]}", flush=True)
    table["total"] = _row(everything, all_bits)
    return table


def _row(raw: bytes, spent: float) -> dict[str, float]:
    packed = 8 * len(lzma.compress(raw, preset=9))
    return {
        "bytes": len(raw),
        "model": round(spent / len(raw), 4),
        "xz": round(packed / len(raw), 4),
    }


def headers(documents: list[Document], count: int, seed: int) -> list[str]:
    """Draw function headers: the signature, and the docstring where there is one, dedented.

    A function whose body is only its docstring, or one statement of a line, is left out.
    """
    found = []
    for document in documents:
        lines = document.text.split("\n")
        for node in ast.walk(ast.parse(document.text)):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            has_doc = ast.get_docstring(node, clean=False) is not None
            body = node.body[1:] if has_doc else node.body
            if not body or (node.end_lineno or 0) - body[0].lineno < 2:
                continue
            last = node.body[0].end_lineno if has_doc else body[0].lineno - 1
            header = textwrap.dedent("\n".join(lines[node.lineno - 1 : last])) + "\n"
            if header.startswith(("def ", "async def ")) and len(header) < 1500:
                found.append(header)
    return random.Random(seed).sample(sorted(set(found)), count)


def sample(subject: Subject, prompt: str, seed: int) -> str:
    """Sample a completion of a prompt at the evaluation's settings."""
    ids = torch.tensor([subject.tokenizer.encode(prompt).ids])
    out = subject.model.generate(
        ids,
        max_new_tokens=NEW_TOKENS,
        do_sample=True,
        temperature=TEMPERATURE,
        top_p=TOP_P,
        top_k=0,
        seed=seed,
    )
    return subject.tokenizer.decode(out[0, ids.shape[1] :].tolist(), skip_special_tokens=True)


def parse_rate(subject: Subject, documents: list[Document], show: Path | None) -> dict[str, int]:
    """Sample a body for each of ``SAMPLES`` held-out headers and count those that parse."""
    parsed, written = 0, []
    for number, prompt in enumerate(headers(documents, SAMPLES, SEED)):
        completion = sample(subject, prompt, seed=number)
        good = cut_at_last_statement(prompt, completion) is not None
        parsed += good
        written.append({"prompt": prompt, "completion": completion, "parses": good})
    if show is not None:
        show.write_text(json.dumps(written, indent=1) + "\n")
    return {"samples": len(written), "parsed": parsed}


def evaluate(name: str, revision: str | None, dtype: torch.dtype, show: Path | None) -> dict:
    """Run both measurements on a checkpoint and return the figures."""
    started = time.monotonic()
    subject = Subject.load(name, revision, dtype)
    documents = held_out_documents()
    table = bits_per_byte(subject, documents)
    rate = parse_rate(subject, documents, show)
    return {
        "model": "assets/model" if Path(name) == MODEL_DIR else name,
        "parameters": subject.model.num_parameters(),
        "dtype": str(dtype).removeprefix("torch."),
        "bits_per_byte": table,
        "parse": rate,
        "sampling": {"temperature": TEMPERATURE, "top_p": TOP_P, "new_tokens": NEW_TOKENS},
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "seconds": round(time.monotonic() - started),
    }


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(MODEL_DIR), help="folder or repository of the hub")
    parser.add_argument("--revision", help="branch, tag or commit of the repository")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--show", type=Path, help="write prompts and completions to this file")
    parser.add_argument(
        "--write", action="store_true", help=f"write the figures to training/{RESULTS.name}"
    )
    args = parser.parse_args(argv)
    figures = evaluate(args.model, args.revision, getattr(torch, args.dtype), args.show)
    words = [f"--dtype={args.dtype}"] if args.dtype != parser.get_default("dtype") else []
    if args.model != parser.get_default("model"):
        words += [f"--model={args.model}"]
    if args.revision:
        words += [f"--revision={args.revision}"]
    figures["command"] = shlex.join(["python", "-m", "training.evaluate", *words])
    if args.write:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
