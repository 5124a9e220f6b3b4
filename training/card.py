"""Write the model card, ``assets/model/README.md``, from the manifest and the measured figures.

python -m training.card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.recipe import FIRST, SECOND, Recipe
from training.sources import MANIFEST, MODEL_DIR, RESULTS, SECOND_RESULTS, TRAINED

_FRONT = """---
license: mit
language:
- en
tags:
- code
- python
- phi
library_name: transformers
pipeline_tag: text-generation
---
"""


def _bits_table(results: dict[str, Any], second: dict[str, Any]) -> str:
    rows = [
        "| held-out package | bytes | this model | second stage | `xz -9` |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, row in results["bits_per_byte"].items():
        label = f"**{name}**" if name == "total" else name
        other = second["bits_per_byte"].get(name)
        told = f"{other['model']:.3f}" if other else "not measured"
        rows.append(
            f"| {label} | {row['bytes']:,} | {row['model']:.3f} | {told} | {row['xz']:.3f} |"
        )
    return "\n".join(rows)


def _parsed(results: dict[str, Any]) -> str:
    parse = results["parse"]
    share = 100 * parse["parsed"] / parse["samples"]
    return f"{parse['parsed']} of {parse['samples']} ({share:.1f} %)"


def _other_table(results: dict[str, Any], second: dict[str, Any]) -> str:
    def both(label: str, part: str, name: str, form: str) -> str:
        values = (
            form.format(figures[part][name]) if part in figures else "not measured"
            for figures in (results, second)
        )
        return f"| {label} | {' | '.join(values)} |"

    return "\n".join(
        [
            "| | this model | second stage |",
            "| --- | ---: | ---: |",
            f"| sampled bodies that parse | {_parsed(results)} | {_parsed(second)} |",
            both("next line, exact match", "next_lines", "exact_match", "{:.1%}"),
            both("next line, edit similarity", "next_lines", "edit_similarity", "{:.1%}"),
            both("60 tasks, pass@1", "tasks", "pass@1", "{:.2%}"),
            both("60 tasks, pass@10", "tasks", "pass@10", "{:.2%}"),
            both("longest copied run, tokens", "memorisation", "longest", "{}"),
            both("99 of 100 copy at most, tokens", "memorisation", "percentile_99", "{}"),
        ]
    )


def _notes(results: dict[str, Any]) -> str:
    """Say how the figures of the second table were measured."""
    drawn = results["sampling"]
    notes = [
        f"""- **Parse**: bodies sampled for function headers of those packages (signature, and docstring where there
  is one; temperature {drawn["temperature"]}, top-p {drawn["top_p"]}, at most {drawn["new_tokens"]} tokens), cut at the last complete
  statement. That they parse does not mean that they do what the docstring says."""
    ]
    if "next_lines" in results:
        notes.append(
            f"""- **Next line**: {results["next_lines"]["lines"]} lines of those packages, greedy, from the 2,000 characters before each. Edit similarity
  is one less the insertions and deletions over both lengths."""
        )
    if "tasks" in results:
        tasks = results["tasks"]
        notes.append(
            f"""- **Tasks**: 60 short functions written for this test (`training/eval/tasks`), each with a docstring, one example
  and hidden checks; {tasks["samples"]} samples each at temperature {tasks["temperature"]}, top-p {tasks["top_p"]}, at most {tasks["new_tokens"]} tokens; the unbiased
  estimator of Chen et al. (2021). Programs run in a sandbox."""
        )
    if "memorisation" in results:
        copies = results["memorisation"]
        notes.append(
            f"""- **Copied**: {copies["samples"]:,} samples of at most {copies["new_tokens"]} tokens at temperature {copies["temperature"]}, each from the first 32 tokens
  of a training document; the longest run of tokens that stands in any training document. Half of the
  samples copy at most {copies["median"]} tokens."""
        )
    return "\n".join(notes)


def _source_table(entries: list[dict[str, Any]]) -> str:
    rows = [
        "| source | version | licence | files | functions | bytes |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    for entry in sorted(entries, key=lambda e: -e["bytes"]):
        rows.append(
            f"| {entry['name']} | {entry['version']} | {entry['licence']} | {entry['files']:,} "
            f"| {entry['functions']:,} | {entry['bytes']:,} |"
        )
    return "\n".join(rows)


def _rates(recipe: Recipe) -> str:
    knots = ((recipe.steps - recipe.decay_steps, 1.0), *recipe.bends)
    return ", ".join(f"{factor:.0%} at step {step:,}" for step, factor in knots)


def _million_tokens(recipe: Recipe) -> float:
    return recipe.steps * recipe.rows * recipe.context / 1e6


def card(
    manifest: dict[str, Any],
    results: dict[str, Any],
    second: dict[str, Any],
    trained: dict[str, Any],
) -> str:
    """Return the card's text.

    Args:
        manifest: ``training/corpus.json``.
        results: ``training/results.json``.
        second: ``training/second.json``: the same figures of the second stage's weights, as far as measured.
        trained: ``training/trained.json``: what the exported run saw.
    """
    minutes = trained["stages"][0]["minutes"]
    return f"""{_FRONT}
# The embedded model

A small Phi model for Python, trained from nothing on two CPU cores, so that the application completes
code with no download. It is a demonstration of the whole path, not a replacement for a real code
model: for that, load `microsoft/phi-1` or another Phi checkpoint.

- {results["parameters"]:,} parameters: {FIRST.layers} layers of width {FIRST.hidden}, {FIRST.heads} heads of 64,
  rotary embedding on half of each head, MLP of {FIRST.intermediate}, tied embeddings.
- Context {results["context"]:,} tokens. Byte-level BPE of {FIRST.vocabulary:,} ids made for code: runs of 2 to 24
  spaces and of 2 to 6 tabs are one token each. `<|endoftext|>` ends a document.
- Weights in bfloat16; the application may compute in another precision.

## Figures

The model in this folder is the one after the first of the two stages below. The second needs fewer
bits for held-out text, but fewer of its sampled bodies parse and fewer of its next lines are right; that weighs more in an
editor, so its weights were not taken.

{_bits_table(results, second)}

Bits per byte, lower is better. No file of these packages was in training, and near-duplicates of
their files and functions were removed from it. The model sees one file at a time, at most {results["context"]:,} tokens
back; xz sees all files of the row.

{_other_table(results, second)}

{_notes(results)}

Measured by `{results["command"]}`, in parts, on a machine with other work ({results["machine"]}, {results["dtype"]},
torch {results["torch"]}, Python {results["python"]}); the figures are in `training/results.json` and `training/second.json`.

Rounding the weights to bfloat16 moved the held-out loss from {trained["loss"]:.4f} to {trained["loss_bfloat16"]:.4f} nats a token.

## Training

First stage: {FIRST.steps:,} steps of {FIRST.rows} rows of {FIRST.context:,} tokens, {_million_tokens(FIRST):.1f} million tokens of the first corpus, seed {FIRST.seed};
bfloat16 products, float32 weights. Muon (rate {FIRST.muon_rate:g} in AdamW's scale) for the matrices of the layers, AdamW (rate
{FIRST.adamw_rate:g}) for embedding, biases and norms; {FIRST.warmup_steps} steps of warm-up, then constant,
then linear between {_rates(FIRST)} and nothing at the end. From step {FIRST.finish_from:,} on, {FIRST.finish_share:.0%} of
the text is functions with their docstrings taken out, since most code that people begin has none.

{minutes:.0f} minutes on two shared cores. `python -m training all` repeats it; see `training/README.md`.

Second stage, from the first one's weights and optimizers: {SECOND.steps:,} steps of as many tokens, {_million_tokens(SECOND):.1f} million of both corpora,
seed {SECOND.seed}; rates {SECOND.muon_rate:g} and {SECOND.adamw_rate:g}, {SECOND.warmup_steps} steps of warm-up, constant, and linear from {_rates(SECOND)} to nothing.
Rows of {SECOND.context:,} tokens from step {SECOND.long_from:,} on. From step {SECOND.finish_from:,} on, {SECOND.finish_share:.0%} of the text is functions without docstrings and
{SECOND.summary_share:.0%} functions with their docstrings cut to the summary. Its weights are a running average.

## Sources

First corpus, {manifest["bytes"] / 1e6:.1f} MB in {manifest["documents"]:,} documents: whole files, and documented functions and small classes taken
out of theirs. Only packages whose metadata states PSF, MIT, BSD, Apache or an equally permissive licence;
`training/corpus.json` names every file. The copyright of the sources stays with their authors.

{_source_table(manifest["sources"])}

Read by the second stage only, {manifest["more_bytes"] / 1e6:.1f} MB in {manifest["more_documents"]:,} documents:

{_source_table(manifest["more"])}

Left out: files that do not parse, that are generated, mostly tables, mostly prose, longer than 100 KB
or with very long lines; tests; vendored copies; files with keys or tokens in them. E-mail addresses
were replaced, licence headers dropped, near-duplicates removed (MinHash over runs of five words).

## Limits

- Python only, and in English. It continues the shape of code well and its meaning badly: names,
  indentation and idioms are plausible, algorithms are mostly wrong.
- Greedy and near-greedy sampling fall into loops. Temperature 0.8, top-p 0.95 and a repetition penalty of 1.1
  give the most readable code.
- It may repeat lines, and may reproduce short passages of its sources.
- It was not tuned to follow instructions, and nothing it writes should be run without being read.
"""


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.card", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=MODEL_DIR / "README.md")
    args = parser.parse_args(argv)
    loaded = (json.loads(path.read_text()) for path in (MANIFEST, RESULTS, SECOND_RESULTS, TRAINED))
    args.output.write_text(card(*loaded))
    print(json.dumps({"card": args.output.name}))


if __name__ == "__main__":
    main()
