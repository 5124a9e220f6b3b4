"""What packing the weights costs in accuracy.

    python benchmarks/quantization_error.py                  # the embedded model on its held-out packages
    python benchmarks/quantization_error.py --phi1           # and random weights in the shape of phi-1: error of the logits

For each way of keeping the weights: bits per byte of Python that the model never saw, and the change against the model in
float32; for phi-1's shape, the error of the logits against those of the bfloat16 model. The last line is JSON.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the script runs from a clone that is not installed

import phi_model  # noqa: E402
from benchmarks.cpu_decode import PHI_1, random_state  # noqa: E402
from phi_model.quantization import METHODS, optimize_for_inference  # noqa: E402
from training.corpus import Document, held_out_documents  # noqa: E402
from training.eval.bits import bits  # noqa: E402
from training.eval.subject import Subject  # noqa: E402
from training.sources import MODEL_DIR  # noqa: E402

PROMPT_TOKENS = 64


def held_out(limit: int | None) -> list[Document]:
    """Held-out files: all, or every package's in turn, of about `limit` bytes in all."""
    if limit is None:
        return list(held_out_documents())
    packages: dict[str, list[Document]] = {}
    for document in held_out_documents():
        packages.setdefault(document.source, []).append(document)
    chosen, size = [], 0
    while any(packages.values()):
        for documents in packages.values():
            if documents and size < limit:
                chosen.append(documents.pop(0))
                size += len(chosen[-1].text.encode())
        if size >= limit:
            break
    return chosen


def bits_per_byte(limit: int | None) -> dict[str, float]:
    """Bits per byte of the embedded model in each way."""
    documents = held_out(limit)
    size = sum(len(document.text.encode()) for document in documents)
    print(f"{len(documents)} held-out files, {size} bytes")
    loaded = Subject.load(str(MODEL_DIR), None, torch.float32)
    found = {}
    for way in ("float32", "bfloat16", *METHODS):
        dtype = torch.float32 if way == "float32" else torch.bfloat16
        subject = replace(loaded, model=copy.deepcopy(loaded.model).to(dtype))
        if way in METHODS:
            optimize_for_inference(subject.model, way)
        with torch.inference_mode():
            found[way] = sum(bits(subject, document.text) for document in documents) / size
        change = found[way] / found["float32"] - 1
        print(f"{way:10} {found[way]:.4f} bits per byte   {change:+.2%}", flush=True)
    return found


@torch.inference_mode()
def logit_errors(layers: int) -> dict[str, dict[str, float]]:
    """Error of the logits of random weights in the shape of phi-1, in each way."""
    config = phi_model.PhiConfig(**PHI_1, num_hidden_layers=layers)
    with torch.device("meta"):
        plain = phi_model.PhiForCausalLM(config)
    plain.load_state_dict(random_state(config), assign=True)
    plain.eval()
    ids = torch.randint(0, 51200, (1, PROMPT_TOKENS), generator=torch.Generator().manual_seed(0))
    reference = plain(ids).logits.float()
    found: dict[str, dict[str, float]] = {}
    for way in ("bfloat16, packed", *METHODS):
        model = copy.deepcopy(plain)
        optimize_for_inference(model, way if way in METHODS else None)
        logits = model(ids).logits.float()
        wanted = reference.log_softmax(-1)
        divergence = (wanted.exp() * (wanted - logits.log_softmax(-1))).sum(-1).mean()
        found[way] = {
            "relative_error": ((logits - reference).norm() / reference.norm()).item(),
            "kl_nats": divergence.item(),
            "same_first_choice": (logits.argmax(-1) == reference.argmax(-1)).float().mean().item(),
        }
        print(f"{way:18} {found[way]}", flush=True)
        del model
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bytes", type=int, help="of held-out files, about; all of them without")
    parser.add_argument("--phi1", action="store_true", help="the error of phi-1-shaped logits too")
    parser.add_argument("--layers", type=int, default=24, help="of the random model")
    options = parser.parse_args()
    summary: dict[str, Any] = {
        "benchmark": "quantization_error",
        "bits_per_byte": bits_per_byte(options.bytes),
    }
    if options.phi1:
        summary["phi1_logits"] = logit_errors(options.layers)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
