"""Write the model card, ``assets/model/README.md``, from the manifest and the measured figures.

python -m training.card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training.recipe import Recipe
from training.sources import MANIFEST, MODEL_DIR, RESULTS, TRAINED

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


def _bits_table(results: dict[str, Any]) -> str:
    rows = ["| held-out package | bytes | this model | `xz -9` |", "| --- | ---: | ---: | ---: |"]
    for name, row in results["bits_per_byte"].items():
        label = f"**{name}**" if name == "total" else name
        rows.append(f"| {label} | {row['bytes']:,} | {row['model']:.3f} | {row['xz']:.3f} |")
    return "\n".join(rows)


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


def card(manifest: dict[str, Any], results: dict[str, Any], trained: dict[str, Any]) -> str:
    """Return the card's text.

    Args:
        manifest: ``training/corpus.json``.
        results: ``training/results.json``.
        trained: ``training/trained.json``: what the exported run saw.
    """
    recipe = Recipe(steps=trained["step"], decay_steps=trained["decay_steps"])
    tokens = recipe.steps * recipe.rows * recipe.context
    rates = ", ".join(
        f"{factor:.0%} at step {step:,}"
        for step, factor in ((recipe.steps - recipe.decay_steps, 1.0), *recipe.bends)
    )
    parse = results["parse"]
    share = 100 * parse["parsed"] / parse["samples"]
    return f"""{_FRONT}
# The embedded model

A small Phi model for Python, trained from nothing on two CPU cores, so that the application completes
code with no download. It is a demonstration of the whole path, not a replacement for a real code
model: for that, load `microsoft/phi-1` or another Phi checkpoint.

- {results["parameters"]:,} parameters: {recipe.layers} layers of width {recipe.hidden}, {recipe.heads} heads of 64,
  rotary embedding on half of each head, MLP of {recipe.intermediate}, tied embeddings.
- Context {recipe.context} tokens. Byte-level BPE of {recipe.vocabulary:,} ids made for code: runs of 2 to 24
  spaces and of 2 to 6 tabs are one token each. `<|endoftext|>` ends a document.
- Weights in bfloat16; the application may compute in another precision.

## Figures

{_bits_table(results)}

Bits per byte, lower is better. No file of these packages was in training, and near-duplicates of
their files and functions were removed from it. The model sees one file at a time, at most {recipe.context}
tokens back; xz sees all files of the row.

Of {parse["samples"]} bodies sampled for function headers of those packages (signature, and docstring where there
is one; temperature {results["sampling"]["temperature"]}, top-p {results["sampling"]["top_p"]}, at most {results["sampling"]["new_tokens"]} tokens), **{parse["parsed"]} parse** ({share:.0f} %) when cut
at the last complete statement. That they parse does not mean that they do what the docstring says.

Measured by `{results["command"]}` in {results["seconds"]} s ({results["machine"]}, {results["dtype"]},
torch {results["torch"]}, Python {results["python"]}); the figures are in `training/results.json`.

Rounding the weights to bfloat16 moved the held-out loss from {trained["loss"]:.4f} to {trained["loss_bfloat16"]:.4f} nats a token.

## Training

{recipe.steps:,} steps of {recipe.rows} rows of {recipe.context} tokens, {tokens / 1e6:.1f} million tokens (less than one pass over the sources), seed {recipe.seed}; bfloat16 products,
float32 weights. Muon (rate {recipe.muon_rate:g} in AdamW's scale) for the matrices of the layers, AdamW (rate
{recipe.adamw_rate:g}) for embedding, biases and norms; {recipe.warmup_steps} steps of warm-up, then constant,
then linear between {rates} and nothing at the end. From step {recipe.finish_from:,} on, {recipe.finish_share:.0%} of
the text is functions with their docstrings taken out, since most code that people begin has none.

{trained["minutes"]:.0f} minutes on two shared cores. `python -m training all` repeats it; see `training/README.md`.

## Sources

{manifest["bytes"] / 1e6:.1f} MB in {manifest["documents"]:,} documents: whole files, and documented functions and small classes taken
out of theirs. Only packages whose metadata states PSF, MIT, BSD, Apache or an equally permissive licence;
`training/corpus.json` names every file. The copyright of the sources stays with their authors.

{_source_table(manifest["sources"])}

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
    loaded = (json.loads(path.read_text()) for path in (MANIFEST, RESULTS, TRAINED))
    args.output.write_text(card(*loaded))
    print(json.dumps({"card": args.output.name}))


if __name__ == "__main__":
    main()
