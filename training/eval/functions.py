"""Whether bodies sampled for held-out function headers parse."""

from __future__ import annotations

import ast
import json
import random
import textwrap
from pathlib import Path

from training.corpus import Document
from training.eval.subject import Sampling, Subject
from training.sources import SEED
from training.statements import cut_at_last_statement

SAMPLES = 200
SAMPLING = Sampling(new_tokens=128, temperature=0.2)


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


def parse_rate(subject: Subject, documents: list[Document], show: Path | None) -> dict[str, int]:
    """Sample a body for each of ``SAMPLES`` held-out headers and count those that parse."""
    prompts = headers(documents, SAMPLES, SEED)
    parsed, written = 0, []
    for prompt, [completion] in zip(prompts, subject.complete(prompts, SAMPLING), strict=True):
        good = cut_at_last_statement(prompt, completion) is not None
        parsed += good
        written.append({"prompt": prompt, "completion": completion, "parses": good})
    if show is not None:
        show.write_text(json.dumps(written, indent=1) + "\n")
    return {"samples": len(written), "parsed": parsed}
