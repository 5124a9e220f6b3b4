"""The command line, run as a person runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phi_model import PhiForCausalLM, PhiTokenizer, pipeline
from phi_model.cli import main
from tests.pipelines.conftest import save

ROOT = Path(__file__).parents[2]
PROMPT = "def print_prime(n):\n"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "phi_model", "run", *arguments]


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
    if "input" in options:
        del options["stdin"]
    options["env"] = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command(*arguments), capture_output=True, timeout=120, check=False, **options
    )


@pytest.fixture(scope="module")
def greedy(causal):
    model, tokenizer = PhiForCausalLM.from_pretrained(causal), PhiTokenizer.from_pretrained(causal)
    ids = tokenizer(PROMPT, return_tensors="pt")["input_ids"]
    return tokenizer.decode(model.generate(ids, max_new_tokens=12)[0])


def test_the_prompt_from_standard_input(causal, greedy) -> None:
    done = run(
        "--task",
        "text-generation",
        "--model",
        str(causal),
        "--max-new-tokens",
        "12",
        input=PROMPT.encode(),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == greedy.rstrip("\n") + "\n"
    assert done.stderr == b""


def test_the_prompt_as_an_argument(causal, greedy, capsys) -> None:
    assert (
        main(["run", "--model", str(causal), "--max-new-tokens", "12", "--device", "cpu", PROMPT])
        == 0
    )
    assert capsys.readouterr().out.rstrip("\n") == greedy.rstrip("\n")
    arguments = ["--completion-only", "--stats", "--max-new-tokens", "12", PROMPT]
    assert main(["run", "--model", str(causal), *arguments]) == 0
    captured = capsys.readouterr()
    assert PROMPT + captured.out.rstrip("\n") == greedy.rstrip("\n")
    assert "12 written" in captured.err


def test_the_model_in_the_repository_needs_no_flag() -> None:
    done = run("--max-new-tokens", "5", "def print_prime(n):", cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("def print_prime(n):")
    assert len(done.stdout.decode()) > len("def print_prime(n):\n")


def test_sampling_flags(causal, capsys) -> None:
    def once(*flags: str) -> str:
        arguments = ["run", "--model", str(causal), "--max-new-tokens", "8", *flags, PROMPT]
        assert main(arguments) == 0
        return capsys.readouterr().out

    hot = ("--temperature", "3", "--top-k", "40", "--top-p", "0.95", "--min-p", "0.001")
    assert once(*hot, "--seed", "3") == once(*hot, "--seed", "3")
    assert once(*hot, "--seed", "3") != once(*hot, "--seed", "4")
    assert once(*hot) != once(*hot)


def test_stop(causal, greedy, capsys) -> None:
    completion = greedy.removeprefix(PROMPT)
    stop = completion[len(completion) // 2 :][:3]
    arguments = ["run", "--model", str(causal), "--max-new-tokens", "12", "--completion-only"]
    assert main([*arguments, "--stop", stop, PROMPT]) == 0
    assert capsys.readouterr().out.rstrip("\n") == completion[: completion.index(stop)].rstrip("\n")


@pytest.mark.parametrize("task", ["text-classification", "token-classification"])
def test_classification(task, tmp_path, capsys) -> None:
    cls = {
        "text-classification": "PhiForSequenceClassification",
        "token-classification": "PhiForTokenClassification",
    }
    folder = save(tmp_path, cls[task], num_labels=3)
    text = "print('naïve')"
    assert main(["run", "--task", task, "--model", str(folder), "--device", "-1", text]) == 0
    assert json.loads(capsys.readouterr().out) == pipeline(task, folder, device="cpu")(text)
    extra = (
        ["--top-k", "2"] if task == "text-classification" else ["--aggregation-strategy", "simple"]
    )
    assert main(["run", "--task", task, "--model", str(folder), *extra, text]) == 0
    call = {"top_k": 2} if task == "text-classification" else {"aggregation_strategy": "simple"}
    assert json.loads(capsys.readouterr().out) == pipeline(task, folder, device="cpu")(text, **call)


def test_dtype(causal, capsys) -> None:
    assert (
        main(
            ["run", "--model", str(causal), "--dtype", "bfloat16", "--max-new-tokens", "2", "x = 1"]
        )
        == 0
    )
    assert capsys.readouterr().out.startswith("x = 1")


def test_help_names_every_flag() -> None:
    done = run("--help")
    assert done.returncode == 0
    for flag in (
        "--task",
        "--model",
        "--device",
        "--dtype",
        "--revision",
        "--max-new-tokens",
        "--temperature",
    ):
        assert flag in done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "translation", "x"], "invalid choice: 'translation'"),
        (["--max-new-tokens", "-1", "x"], "--max-new-tokens must be"),
        (
            ["--max-new-tokens", "128", "x"],
            "--max-new-tokens must be below the context length of 128",
        ),
        (["--temperature", "-1", "x"], "--temperature must be"),
        (["--top-p", "2", "x"], "--top-p must be"),
        (["--logit-bias", "x:1", "x"], "--logit-bias must be a token id, a colon and a number"),
        (["--logit-bias", "7:101", "x"], "--logit-bias must be a table from token ids to numbers"),
        (["--top-p", "often", "x"], "invalid float value: 'often'"),
        (["--device", "cuda:99", "x"], "--device must be a device of this machine, got 'cuda:99'"),
        (["--device", "toaster", "x"], "--device must be a device of this machine, got 'toaster'"),
        (["--model", "/nowhere/at/all", "x"], "/nowhere/at/all"),
        (["--task", "text-classification", "--quantization", "int3", "x"], "quantization must be"),
    ],
    ids=lambda v: v if isinstance(v, str) else " ".join(v),
)
def test_errors_are_one_line_and_status_2(causal, arguments, message, capsys) -> None:
    model = [] if "--model" in arguments else ["--model", str(causal)]
    try:
        status = main(["run", *model, *arguments])
    except SystemExit as stop:  # argparse ends the program itself
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert message in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("context", [48, 1024])
def test_a_short_context_is_no_error(tmp_path, context, capsys) -> None:
    """The default of 256 tokens was refused where the context is shorter, by the name of a flag that nobody gave."""
    folder = save(tmp_path, "PhiForCausalLM", max_position_embeddings=context, eos_token_id=8191)
    assert main(["run", "--model", str(folder), "--device", "cpu", "--stats", PROMPT]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(PROMPT)
    assert f" read, {min(256, context // 2)} written" in captured.err


def test_input_that_is_not_utf8(causal) -> None:
    done = run("--model", str(causal), input=b"\xff\xfe")
    assert done.returncode == 2
    assert b"standard input must be UTF-8, got b'\\xff'" in done.stderr


def test_no_model_in_the_repository(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr("phi_model.cli.EMBEDDED_MODEL", tmp_path)
    assert main(["run", "x"]) == 2
    assert "--model must be given" in capsys.readouterr().err


def test_a_reader_that_goes_away(causal) -> None:
    with subprocess.Popen(
        command("--model", str(causal), "--max-new-tokens", "100", PROMPT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        process.stdout.read(1)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(60) == 141, errors
        assert b"Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is POSIX")
def test_interrupt(tmp_path) -> None:
    """A context of 20,000 tokens takes long enough to be interrupted in the middle.

    The signal is set to its default in the child: tests started by a shell's `&` ignore it, and hand that on.
    """
    folder = save(tmp_path, "PhiForCausalLM", max_position_embeddings=20_000, eos_token_id=8191)
    with subprocess.Popen(
        command("--model", str(folder), "--max-new-tokens", "19000", "--temperature", "1", PROMPT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        process.stdout.read(len(PROMPT) + 20)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
        assert process.returncode == 130, (rest, errors)
        assert b"Traceback" not in errors
