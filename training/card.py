"""Write the model card, ``assets/model/README.md``, from the manifest and the measured figures.

python -m training.card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.recipe import RECIPE, Recipe
from training.sources import FIRST_RESULTS, MANIFEST, MODEL_DIR, RESULTS, TRAINED

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


def _bits_table(results: dict[str, Any], first: dict[str, Any]) -> str:
    rows = [
        "| held-out package | bytes | this model | first version | `xz -9` |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, row in results["bits_per_byte"].items():
        label = f"**{name}**" if name == "total" else name
        before = first["bits_per_byte"][name]["model"]
        rows.append(
            f"| {label} | {row['bytes']:,} | {row['model']:.3f} | {before:.3f} | {row['xz']:.3f} |"
        )
    return "\n".join(rows)


def _parsed(results: dict[str, Any]) -> str:
    parse = results["parse"]
    share = 100 * parse["parsed"] / parse["samples"]
    return f"{parse['parsed']} of {parse['samples']} ({share:.1f} %)"


def _other_table(results: dict[str, Any], first: dict[str, Any]) -> str:
    def both(label: str, part: str, name: str, form: str) -> str:
        values = (form.format(figures[part][name]) for figures in (results, first))
        return f"| {label} | {' | '.join(values)} |"

    return "\n".join(
        [
            "| | this model | first version |",
            "| --- | ---: | ---: |",
            f"| sampled bodies that parse | {_parsed(results)} | {_parsed(first)} |",
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
  of a document of the corpora; the longest run of tokens that stands in any of their documents. Half of the
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


def card(
    manifest: dict[str, Any],
    results: dict[str, Any],
    first: dict[str, Any],
    trained: dict[str, Any],
) -> str:
    """Return the card's text.

    Args:
        manifest: ``training/corpus.json``.
        results: ``training/results.json``.
        first: ``training/first.json``: the same figures of the first version.
        trained: ``training/trained.json``: what the exported run saw.
    """
    book = manifest["textbook"]
    tokens = RECIPE.steps * RECIPE.rows * RECIPE.context / 1e6
    return f"""{_FRONT}
# The embedded model

A small Phi model for Python, trained from nothing on two CPU cores, so that the application completes
code with no download. It is a demonstration of the whole path, not a replacement for a real code
model: for that, load `microsoft/phi-1` or another Phi checkpoint.

- {results["parameters"]:,} parameters: {RECIPE.layers} layers of width {RECIPE.hidden}, {RECIPE.heads} heads of 64,
  rotary embedding on half of each head, MLP of {RECIPE.intermediate}, tied embeddings.
- Context {results["context"]:,} tokens. Byte-level BPE of {RECIPE.vocabulary:,} ids made for code: runs of 2 to 24
  spaces and of 2 to 6 tabs are one token each. `<|endoftext|>` ends a document.
- Weights in bfloat16; the application may compute in another precision.

## Figures

The first version had seen 7.2 million tokens of the first corpus.

{_bits_table(results, first)}

Bits per byte, lower is better. No file of these packages was in training, and near-duplicates of
their files and functions were removed from it. The model sees one file at a time, at most {results["context"]:,} tokens
back; xz sees all files of the row.

{_other_table(results, first)}

{_notes(results)}

Measured by `{results["command"]}` on a machine of two CPU cores ({results["machine"]}, {results["dtype"]}, torch {results["torch"]}, Python {results["python"]});
the figures are in `training/results.json`, those of the first version in `training/first.json`.

Rounding the weights to bfloat16 moved the held-out loss from {trained["loss"]:.4f} to {trained["loss_bfloat16"]:.4f} nats a token.

## Training

{RECIPE.steps:,} steps of {RECIPE.rows} rows of {RECIPE.context:,} tokens, {tokens:.1f} million tokens in all, seed {RECIPE.seed}; bfloat16 products, float32 weights.
Muon (rate {RECIPE.muon_rate:g} in AdamW's scale) for the matrices of the layers, AdamW (rate {RECIPE.adamw_rate:g}) for embedding, biases and
norms; {RECIPE.warmup_steps} steps of warm-up, then constant, then linear between {_rates(RECIPE)} and nothing at the end.

Up to step {RECIPE.finish_from:,}, {RECIPE.textbook:.1%} of the tokens are of the textbook, in rows of {RECIPE.textbook_context}, and the rest of both corpora. From
there on, {RECIPE.finish_textbook:.0%} are of the textbook; of the rest, {RECIPE.finish_share:.0%} are functions without docstrings, since most code that
people begin has none, {RECIPE.summary_share:.0%} functions with their docstrings cut to the summary, and whole files.

The steps took {trained["minutes"]:.0f} minutes on the same machine. `python -m training all` repeats them; see `training/README.md`.

## Sources

First corpus, {manifest["bytes"] / 1e6:.1f} MB in {manifest["documents"]:,} documents: whole files, and documented functions and small classes taken
out of theirs. Only packages whose metadata states PSF, MIT, BSD, Apache or an equally permissive licence;
`training/corpus.json` names every file. The copyright of the sources stays with their authors.

{_source_table(manifest["sources"])}

Textbook, {book["bytes"] / 1e6:.1f} MB in {book["files"] + book["functions"]:,} texts: small programs written for this model (`training/textbook`), in the spirit of
"Textbooks Are All You Need" (Gunasekar et al., 2023). They teach what people type first, which library code
seldom holds. Texts that define one of the 60 tasks' functions, or resemble one, were left out, yet the tasks are of the
same kind, so their figures say how well the model learnt such programs, not how it does on other people's problems.

Second corpus, {manifest["more_bytes"] / 1e6:.1f} MB in {manifest["more_documents"]:,} documents:

{_source_table(manifest["more"])}

Left out: files that do not parse, that are generated, mostly tables, mostly prose, longer than 100 KB
or with very long lines; tests; vendored copies; files with keys or tokens in them. E-mail addresses
were replaced, licence headers dropped, near-duplicates removed (MinHash over runs of five words).

## Limits

- Python only, and in English. It continues the shape of code well and its meaning badly: names,
  indentation and idioms are plausible, algorithms are mostly wrong.
- It may repeat lines, and may reproduce short passages of its sources.
- It was not tuned to follow instructions, and nothing it writes should be run without being read.
"""


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.card", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=MODEL_DIR / "README.md")
    args = parser.parse_args(argv)
    loaded = (json.loads(path.read_text()) for path in (MANIFEST, RESULTS, FIRST_RESULTS, TRAINED))
    args.output.write_text(card(*loaded))
    print(json.dumps({"card": args.output.name}))


if __name__ == "__main__":
    main()
