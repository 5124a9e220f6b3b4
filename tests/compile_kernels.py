"""Compiles every Triton kernel for compute capability 9.0, with no GPU: prints a name and the code's bytes a line.

The shapes are phi-1's, and once phi-2's, whose heads are no power of two wide.
"""

from __future__ import annotations

from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from phi_model.engine import triton_attention
from phi_model.quantization import triton_linear

HALF, FLOAT, INDEX = "*bf16", "*fp32", "*i64"
H200 = GPUTarget("cuda", 90, 32)


def code(kernel: Any, pointers: dict[str, str], constants: dict[str, Any], warps: int = 4) -> None:
    """Compiles; what is neither a pointer nor a constant is a number."""
    numbers = {name: "fp32" if name == "scaling" else "i32" for name in kernel.arg_names}
    signature = {**numbers, **pointers, **dict.fromkeys(constants, "constexpr")}
    source = ASTSource(kernel, signature=signature, constexprs=constants)
    compiled = triton.compile(source, target=H200, options={"num_warps": warps})
    print(kernel.__name__, len(compiled.asm["cubin"]))


def main() -> None:
    """Compiles all."""
    cache = {"keys": HALF, "values": HALF, "slots": INDEX, "positions": INDEX}
    parts = {"parts": FLOAT, "peaks": FLOAT, "sums": FLOAT}
    heads = {"HEADS": 32, "DIM": 64, "PADDED": 64}
    code(
        triton_attention.rotate_and_store,
        {**cache, "joined": HALF, "cos": FLOAT, "sin": FLOAT, "query": HALF},
        {**heads, "KV_HEADS": 32, "ROTARY": 32},
        warps=1,
    )
    for dim, padded, splits in ((64, 64, 16), (80, 128, 1)):
        shape = {"HEADS": 32, "DIM": dim, "PADDED": padded, "SPLITS": splits}
        pointers = {**cache, **parts, "query": HALF}
        code(triton_attention.attend_part, pointers, {**shape, "GROUP": 1, "BLOCK": 64})
    code(
        triton_attention.join_parts,
        {**parts, "joined": HALF, "out": HALF},
        {**heads, "SPLITS": 16, "BLOCK": 1024},
    )
    product = {"x": HALF, "scale": HALF, "zero": HALF, "table": FLOAT, "bias": FLOAT, "out": HALF}
    int8 = {"FORMAT": 0, "GROUP": 2048, "PART": 128, "BIASED": True}
    int4 = {"FORMAT": 1, "GROUP": 64, "PART": 64, "BIASED": True}
    few = {"ROWS": 1, "BLOCK": 4}
    code(triton_linear.few_rows, {**product, "codes": "*i8"}, {**int8, **few, "PARTS": 4})
    code(triton_linear.few_rows, {**product, "codes": "*u8"}, {**int4, **few, "PARTS": 16})
    many = {"FORMAT": 2, "ROWS": 16, "BLOCK": 32}
    code(triton_linear.many_rows, {**product, "codes": "*u8"}, {**int4, **many})


if __name__ == "__main__":
    main()
