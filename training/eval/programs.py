"""pass@k: the share of problems of which at least one of k programs is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.eval.problems import Problem
from training.eval.sandbox import PASSED, Limits, run_all
from training.eval.subject import BODY_ENDS, Sampling, Subject
from training.sources import SEED


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Estimate the chance that one of ``k`` samples passes, without bias.

    Chen et al., "Evaluating Large Language Models Trained on Code" (2021), page 3: 1 less the chance that ``k`` of
    the ``samples`` drawn without replacement all fail.

    Raises:
        ValueError: the numbers contradict each other.
    """
    if not 0 <= passed <= samples or not 1 <= k <= samples:
        raise ValueError(
            f"pass@{k}: needs 0 <= passed <= samples and 1 <= k <= samples, "
            f"got {passed} of {samples}"
        )
    all_fail = 1.0
    for number in range(samples - passed + 1, samples + 1):
        all_fail *= max(0.0, 1 - k / number)
    return 1 - all_fail


def measure(
    subject: Subject,
    problems: Sequence[Problem],
    *,
    samples: int,
    sampling: Sampling,
    limits: Limits | None = None,
    workers: int = 2,
) -> tuple[dict[str, Any], list[list[str]]]:
    """Complete every problem and run the programs.

    Args:
        subject: the model.
        problems: what it completes.
        samples: programs for each.
        sampling: how they are drawn.
        limits: of each program; None: the default ones.
        workers: programs that run at once.

    Returns:
        The figures, and the completions of each problem.
    """
    completions = subject.complete(
        [problem.prompt for problem in problems], sampling, samples=samples, seed=SEED
    )
    programs = [
        problem.program(text)
        for problem, texts in zip(problems, completions, strict=True)
        for text in texts
    ]
    verdicts = run_all(programs, limits or Limits(), workers)
    passed = [
        sum(verdict == PASSED for verdict in verdicts[start : start + samples])
        for start in range(0, len(verdicts), samples)
    ]
    figures: dict[str, Any] = {
        "problems": len(problems),
        "samples": samples,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "new_tokens": sampling.new_tokens,
    }
    for k in (1, 10):
        if k <= samples:
            rates = [pass_at_k(samples, count, k) for count in passed]
            figures[f"pass@{k}"] = round(sum(rates) / len(rates), 4)
    figures["solved"] = {
        problem.name: count for problem, count in zip(problems, passed, strict=True) if count
    }
    return figures, completions


def body_sampling(new_tokens: int, temperature: float) -> Sampling:
    """Return how the bodies of functions are drawn."""
    return Sampling(new_tokens, temperature, stop=BODY_ENDS)
