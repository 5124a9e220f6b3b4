"""Linears in few bits, and in the order in which the processor reads them fastest.

>>> from phi_model import PhiForCausalLM
>>> from phi_model.quantization import optimize_for_inference
>>> model = optimize_for_inference(PhiForCausalLM.from_pretrained(folder), "int4")  # doctest: +SKIP
"""

from phi_model.quantization.apply import METHODS, check_method, is_packed, optimize_for_inference
from phi_model.quantization.formats import Quantized, encode
from phi_model.quantization.linear import PackedLinear

__all__ = [
    "METHODS",
    "PackedLinear",
    "Quantized",
    "check_method",
    "encode",
    "is_packed",
    "optimize_for_inference",
]
