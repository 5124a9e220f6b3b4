"""Packs the linears of a Phi model in place: two products a decoder layer and one for the output head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import nn

from phi_model.quantization.formats import GROUP, Quantized, encode
from phi_model.quantization.linear import PackedLinear, Part

if TYPE_CHECKING:
    from phi_model.pretrained import PhiPreTrainedModel

# name -> how the layers' linears are kept, and how the head's: it is read once a token, and it decides it.
METHODS: Mapping[str, tuple[str, str]] = {
    "int8": ("int8", "int8"),
    "int4": ("int4", "int8"),
    "nf4": ("nf4", "int8"),
}
QUANT_METHOD = "phi_model"  # what `quantization_config` calls files of this package
ENTER = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1")
LEAVE = ("self_attn.dense", "mlp.fc2")
HEAD = "lm_head"


def check_method(quantization: str | None) -> str | None:
    """The name, where it is one of `METHODS` or None.

    Raises:
        ValueError: it is not.
    """
    if quantization is not None and quantization not in METHODS:
        allowed = ", ".join(["None", *map(repr, METHODS)])
        raise ValueError(f"quantization must be one of {allowed}, got {quantization!r}")
    return quantization


def method_of(weight_name: str, quantization: str) -> str | None:
    """How a tensor of the state dict is kept; None is as it is."""
    module, _, parameter = weight_name.rpartition(".")
    if parameter != "weight":
        return None
    layers, head = METHODS[quantization]
    if module == HEAD:
        return head
    return layers if module.endswith((*ENTER, *LEAVE)) else None


def quantization_config(quantization: str) -> dict[str, Any]:
    """What `config.json` says of packed weights."""
    layers, head = METHODS[quantization]
    return {
        "quant_method": QUANT_METHOD,
        "method": quantization,
        "layers": layers,
        "head": head,
        "group_size": GROUP,
    }


def optimize_for_inference(
    model: PhiPreTrainedModel,
    quantization: str | None = None,
    *,
    backend: str = "auto",
    quantized: dict[str, Quantized] | None = None,
) -> PhiPreTrainedModel:
    """Joins and packs the linears of a model in place, and frees the originals layer by layer.

    Results change by rounding only, unless `quantization` says otherwise. The packed model cannot be trained and
    loads no state dict; its `state_dict` has the names of an unpacked one.

    Args:
        model: any Phi model; put into `eval()`.
        quantization: None, "int8", "int4" or "nf4".
        backend: "native", "torch" or "auto"; see `make_kernel`.
        quantized: state-dict names of weights that are in few bits already; emptied as they are used.

    Returns:
        the same model.

    Raises:
        ValueError: no such method or backend, or the model is packed already.
    """
    check_method(quantization)
    if is_packed(model):
        raise ValueError(
            "the model's linears are packed already; load it again to pack them otherwise"
        )
    quantized = {} if quantized is None else quantized
    trunk = model.base_model
    prefix = "" if trunk is model else f"{model.base_model_prefix}."

    def part(root: nn.Module, name: str, path: str) -> Part:
        parent, _, leaf = name.rpartition(".")
        owner = root.get_submodule(parent)
        linear = owner.get_submodule(leaf)
        delattr(owner, leaf)
        full = f"{path}{name}.weight"
        weight = quantized.pop(full, None)
        if weight is None:
            weight = linear.weight.detach()
            method = method_of(full, quantization) if quantization else None
            weight = encode(weight, method) if method else weight
        return Part(name, weight, None if linear.bias is None else linear.bias.detach())

    for index, layer in enumerate(trunk.layers):
        path = f"{prefix}layers.{index}."
        layer.enter = PackedLinear([part(layer, name, path) for name in ENTER], "rows", backend)
        layer.leave = PackedLinear([part(layer, name, path) for name in LEAVE], "columns", backend)
    if hasattr(model, HEAD):
        tied = model.config.tie_word_embeddings and quantization is None
        model.lm_head = PackedLinear([part(model, HEAD, "")], "rows", backend, shared=tied)
    if quantization is not None:
        model.config.quantization_config = quantization_config(quantization)
    return model.eval()


def is_packed(model: nn.Module) -> bool:
    """Whether `optimize_for_inference` was there."""
    return any(isinstance(module, PackedLinear) for module in model.modules())
