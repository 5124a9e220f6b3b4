"""Names and row orders under which checkpoints keep a Phi model's tensors.

Four layouts are in use; the model's own is transformers', so the others are renamed and, where query, key and
value are one tensor, split:

    transformers   `model.layers.N.self_attn.q_proj`   also without `model.`, and with the fused
                                                        `query_key_value` of the first ports,
                                                        rows (heads, 3, head_dim)
    phi-msft       `transformer.h.N.mixer.Wqkv`         rows (3, heads, head_dim), or q, k, v when grouped
    mixformer      `layers.N.mixer.Wqkv`                the same rows; layer 0 is the embedding, n+1 the head

A layout is a table. `convert` looks one name up in it and returns what the tensor becomes; it never copies more
than one tensor, and works on `meta` tensors too, which is how shapes are checked before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

HEAD_PREFIXES = ("lm_head.", "score.")
BACKBONE_PREFIX = "model."

_NUMBER = re.compile(r"(?<=\.)\d+(?=\.)|^\d+(?=\.)")
# Constants that old releases stored beside the weights: rotary tables, masks.
_BUFFER = re.compile(
    r"(^|\.)(rotary_emb|inner_attn|inner_cross_attn)\.|\.(attn|self_attn|mixer)\.(masked_)?bias$"
)


class AttentionSizes(Protocol):
    """What the conversion needs to know of a configuration."""

    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int

    @property
    def head_dim(self) -> int: ...


Split = Callable[[Tensor, AttentionSizes], tuple[Tensor, Tensor, Tensor]]


def split_blocks(fused: Tensor, sizes: AttentionSizes) -> tuple[Tensor, Tensor, Tensor]:
    """Rows (heads + 2 kv_heads) * head_dim, all of q before all of k before all of v: three views.

    Raises:
        ValueError: the number of rows is another.
    """
    query = sizes.num_attention_heads * sizes.head_dim
    key = sizes.num_key_value_heads * sizes.head_dim
    _check_rows(fused, query + 2 * key, sizes)
    q, k, v = fused.split([query, key, key])
    return q, k, v


def split_interleaved(fused: Tensor, sizes: AttentionSizes) -> tuple[Tensor, Tensor, Tensor]:
    """Rows (heads, 3, head_dim), head after head: three copies.

    Raises:
        ValueError: the number of rows is another, or the keys are grouped.
    """
    heads, width = sizes.num_attention_heads, sizes.head_dim
    if sizes.num_key_value_heads != heads:
        raise ValueError(
            f"num_key_value_heads must be num_attention_heads ({heads}) where query_key_value is one "
            f"tensor, got {sizes.num_key_value_heads}"
        )
    _check_rows(fused, 3 * heads * width, sizes)
    rows = fused.unflatten(0, (heads, 3, width))  # (heads, 3, head_dim[, hidden])
    q, k, v = (part.flatten(0, 1).contiguous() for part in rows.unbind(1))
    return q, k, v


def _check_rows(fused: Tensor, rows: int, sizes: AttentionSizes) -> None:
    if fused.ndim == 0 or fused.shape[0] != rows:
        raise ValueError(
            f"must have {rows} rows (num_attention_heads {sizes.num_attention_heads}, num_key_value_heads "
            f"{sizes.num_key_value_heads}, head_dim {sizes.head_dim}), got shape {tuple(fused.shape)}"
        )


@dataclass(frozen=True)
class Layout:
    """One naming scheme.

    Attributes:
        name: for messages.
        marker: a checkpoint with a tensor name that this matches is of this layout.
        modules: module in the file -> module in the model; `N` is the layer's number, `LAST` that of the
            file's last layer.
        fused: modules of the file that hold q, k and v, and how to take them apart.
        first_block: number of the first transformer block in the file.
    """

    name: str
    marker: re.Pattern[str]
    modules: Mapping[str, str]
    fused: Mapping[str, Split]
    first_block: int = 0


_BLOCK = "model.layers.N."
_FUSED_TARGETS = tuple(f"{_BLOCK}self_attn.{part}_proj" for part in "qkv")
_HEADS = {"lm_head": "lm_head", "score": "score", "classifier": "score"}
_SAME_IN_BLOCK = (
    "input_layernorm",
    *(f"self_attn.{name}_proj" for name in "qkv"),
    "self_attn.dense",
    "self_attn.q_layernorm",
    "self_attn.k_layernorm",
    "mlp.fc1",
    "mlp.fc2",
)
_MSFT_IN_BLOCK = {
    "ln": f"{_BLOCK}input_layernorm",
    "mixer.out_proj": f"{_BLOCK}self_attn.dense",
    "mlp.fc1": f"{_BLOCK}mlp.fc1",
    "mlp.fc2": f"{_BLOCK}mlp.fc2",
}

TRANSFORMERS = Layout(
    name="transformers",
    marker=re.compile(r"(model\.)?(embed_tokens|layers\.\d+\.(self_attn|input_layernorm))\."),
    modules={
        "embed_tokens": "model.embed_tokens",
        "final_layernorm": "model.final_layernorm",
        **{f"layers.N.{name}": f"{_BLOCK}{name}" for name in _SAME_IN_BLOCK},
        **_HEADS,
    },
    fused={"layers.N.self_attn.query_key_value": split_interleaved},
)
PHI_MSFT = Layout(
    name="phi-msft",
    marker=re.compile(r"transformer\.(embd\.|h\.\d+\.)"),
    modules={
        "transformer.embd.wte": "model.embed_tokens",
        **{f"transformer.h.N.{name}": target for name, target in _MSFT_IN_BLOCK.items()},
        "lm_head.ln": "model.final_layernorm",
        "lm_head.linear": "lm_head",
        "score": "score",
        "classifier": "score",
    },
    fused={"transformer.h.N.mixer.Wqkv": split_blocks},
)
MIXFORMER = Layout(
    name="mixformer-sequential",
    marker=re.compile(r"layers\.0\.wte\.|layers\.\d+\.mixer\."),
    modules={
        "layers.0.wte": "model.embed_tokens",
        **{f"layers.N.{name}": target for name, target in _MSFT_IN_BLOCK.items()},
        "layers.LAST.ln": "model.final_layernorm",
        "layers.LAST.linear": "lm_head",
    },
    fused={"layers.N.mixer.Wqkv": split_blocks},
    first_block=1,
)
LAYOUTS = (PHI_MSFT, MIXFORMER, TRANSFORMERS)


def detect(names: Iterable[str]) -> Layout | None:
    """The layout that a checkpoint's tensor names follow, or None where they are no Phi model's."""
    names = list(names)
    for layout in LAYOUTS:
        if any(layout.marker.match(name) for name in names):
            return layout
    return None


def convert(
    layout: Layout, name: str, tensor: Tensor, sizes: AttentionSizes
) -> dict[str, Tensor] | None:
    """What one tensor of a file becomes in `PhiForCausalLM` (and the heads): name -> tensor.

    Args:
        layout: the layout of the file, see `detect`.
        name: the tensor's name in the file.
        tensor: its values, or a `meta` tensor of its shape.
        sizes: the configuration.

    Returns:
        one entry, three for a fused projection, none for a constant that is not needed; None where the
        layout does not know the name.

    Raises:
        ValueError: a fused tensor does not have the rows that the configuration asks for.
    """
    if _BUFFER.search(name):
        return {}
    module, _, parameter = name.rpartition(".")
    if parameter not in ("weight", "bias"):
        return None
    for key, layer in _keys(layout, module, sizes):
        if split := layout.fused.get(key):
            targets = (_numbered(target, layer) for target in _FUSED_TARGETS)
            parts = split(tensor, sizes)
            return {
                f"{target}.{parameter}": part for target, part in zip(targets, parts, strict=True)
            }
        if target := layout.modules.get(key):
            return {f"{_numbered(target, layer)}.{parameter}": tensor}
    return None


def _keys(layout: Layout, module: str, sizes: AttentionSizes) -> list[tuple[str, int]]:
    """The table keys that a module may stand under, with the number of its block in the model."""
    if layout is TRANSFORMERS:
        module = module.removeprefix(BACKBONE_PREFIX)
    found = _NUMBER.search(module)
    if found is None:
        return [(module, -1)]
    number = int(found[0])
    block = number - layout.first_block
    if not 0 <= block < sizes.num_hidden_layers:
        last = number == sizes.num_hidden_layers + layout.first_block
        return [(module, -1), *([(_NUMBER.sub("LAST", module, count=1), -1)] if last else [])]
    return [(_NUMBER.sub("N", module, count=1), block)]


def _numbered(target: str, layer: int) -> str:
    return target.replace(".N.", f".{layer}.", 1)
