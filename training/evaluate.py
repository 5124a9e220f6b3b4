"""Measure a Phi checkpoint: bits per byte, what parses, next lines, programs that run, and what it copies.

    python -m training.evaluate
    python -m training.evaluate --model microsoft/phi-1 --dtype bfloat16 --humaneval HumanEval.jsonl.gz

Takes a folder or a repository of the hub. Held-out packages are read where the project's requirements put them;
memorisation needs the texts of ``python -m training.corpus`` and is left out without them. Programs that the model
writes run in a sandbox (``training/eval/sandbox.py``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from training.corpus import held_out_documents
from training.eval.bits import bits_per_byte
from training.eval.copied import corpus_documents, memorisation
from training.eval.functions import SAMPLING, parse_rate
from training.eval.lines import next_lines
from training.eval.problems import Problem, humaneval_problems, mbpp_problems, own_problems
from training.eval.programs import body_sampling, measure
from training.eval.sandbox import namespaces
from training.eval.subject import Subject
from training.sources import MODEL_DIR, RESULTS, WORK

PARTS = ("bits", "parse", "lines", "tasks", "memorisation")
OWN = {"samples": 20, "temperature": 0.4, "new_tokens": 64}
PUBLIC = {"samples": 1, "temperature": 0.0, "new_tokens": 384}


def evaluate(subject: Subject, args: argparse.Namespace) -> dict[str, Any]:
    """Run the chosen measurements and return the figures."""
    figures: dict[str, Any] = {
        "model": "assets/model" if Path(subject.name) == MODEL_DIR else subject.name,
        "parameters": subject.model.num_parameters(),
        "context": subject.context,
        "dtype": str(subject.model.dtype).removeprefix("torch."),
    }
    seconds: dict[str, int] = {}
    processor_seconds: dict[str, int] = {}

    def timed(part: str, make: Callable[[], Any]) -> None:
        started, used = time.monotonic(), processor_time()
        figures[part] = make()
        seconds[part] = round(time.monotonic() - started)
        processor_seconds[part] = round(processor_time() - used)
        print(part, figures[part] if part != "bits_per_byte" else "", f"{seconds[part]} s", flush=True)  # fmt: skip

    documents = held_out_documents() if {"bits", "parse", "lines"} & set(args.only) else []
    if "bits" in args.only:
        timed("bits_per_byte", lambda: bits_per_byte(subject, documents, args.context))
    if "parse" in args.only:
        timed("parse", lambda: parse_rate(subject, documents, args.show))
        figures["sampling"] = {
            "temperature": SAMPLING.temperature,
            "top_p": SAMPLING.top_p,
            "new_tokens": SAMPLING.new_tokens,
        }
    if "lines" in args.only:
        timed("next_lines", lambda: next_lines(subject, documents))
    if "tasks" in args.only:
        timed("tasks", lambda: programs(subject, own_problems(), args, OWN))
    for name, path, read in (
        ("humaneval", args.humaneval, humaneval_problems),
        ("mbpp", args.mbpp, mbpp_problems),
    ):
        if path is not None:
            timed(name, lambda path=path, read=read: programs(subject, read(path), args, PUBLIC))
    if "memorisation" in args.only:
        texts = corpus_documents(args.work)
        if texts:
            timed("memorisation", lambda: memorisation(subject, texts))
        else:
            print(f"memorisation: left out, {args.work} has no texts (python -m training.corpus)")
    figures.update(
        python=platform.python_version(),
        torch=torch.__version__,
        machine=f"{processor()}, {torch.get_num_threads()} threads",
        namespaces=bool(namespaces()),
        seconds=sum(seconds.values()),
        seconds_by_part=seconds,
        processor_seconds=sum(processor_seconds.values()),
    )
    return figures


def processor() -> str:
    """Return the processor's name, or its architecture where Linux does not say more."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def processor_time() -> float:
    """Return the seconds of processor time of this process and of the programs it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def programs(
    subject: Subject, problems: list[Problem], args: argparse.Namespace, defaults: dict[str, float]
) -> dict[str, Any]:
    """Measure pass@k on some problems, as the command line or the defaults say."""
    given = {name: getattr(args, name) for name in defaults}
    chosen = {name: defaults[name] if given[name] is None else given[name] for name in defaults}
    sampling = body_sampling(int(chosen["new_tokens"]), chosen["temperature"])
    return measure(subject, problems, samples=int(chosen["samples"]), sampling=sampling)[0]


def parser_of_arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(MODEL_DIR), help="folder or repository of the hub")
    parser.add_argument("--revision", help="branch, tag or commit of the repository")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument(
        "--only", nargs="*", choices=PARTS, default=PARTS, help="parts to measure; default: all"
    )
    parser.add_argument("--context", type=int, help="tokens of a window for bits per byte")
    parser.add_argument("--humaneval", type=Path, help="HumanEval.jsonl or HumanEval.jsonl.gz")
    parser.add_argument("--mbpp", type=Path, help="mbpp.jsonl or sanitized-mbpp.json")
    parser.add_argument("--samples", type=int, help="programs for each problem")
    parser.add_argument("--temperature", type=float, help="of the programs; 0: the likeliest")
    parser.add_argument("--new-tokens", type=int, help="the most tokens of a program")
    parser.add_argument("--work", type=Path, default=WORK, help="folder with the corpus's texts")
    parser.add_argument("--show", type=Path, help="write prompts and bodies to this file")
    parser.add_argument("--output", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--write", action="store_true", help=f"write the figures to training/{RESULTS.name}"
    )
    return parser


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = parser_of_arguments()
    args = parser.parse_args(argv)
    subject = Subject.load(args.model, args.revision, getattr(torch, args.dtype), args.device)
    figures = evaluate(subject, args)
    words = []
    for name, value in vars(args).items():
        if name in ("write", "output", "show", "work") or value == parser.get_default(name):
            continue
        values = [str(item) for item in value] if isinstance(value, list) else [str(value)]
        words += [f"--{name.replace('_', '-')}", *values]
    figures["command"] = shlex.join(["python", "-m", "training.evaluate", *words])
    for path in ([RESULTS] if args.write else []) + ([args.output] if args.output else []):
        path.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
