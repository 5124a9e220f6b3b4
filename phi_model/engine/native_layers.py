"""All layers of a packed model in one call of `layers.c`: between two products the interpreter took as long as a quarter of one."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from phi_model.activations import ACTIVATIONS
from phi_model.quantization import native
from phi_model.quantization.native_linear import ALONE, NativeKernel

if TYPE_CHECKING:
    from phi_model.layers import PhiDecoderLayer

TYPES = {torch.float32: 0, torch.bfloat16: 1}
LANES = 16  # what divides the widths that the kernels take


class Attend(ctypes.Structure):
    """`Attend` of attention.h."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("query", "key", "value", "inner", "cos", "sin")),
        *((name, ctypes.c_void_p) for name in ("out", "keys", "values", "segments", "places")),
        *((name, ctypes.c_int64) for name in ("stride", "inner_width", "inner_at", "out_stride")),
        *((name, ctypes.c_int64) for name in ("tokens", "count", "heads", "kv_heads", "head_dim")),
        *((name, ctypes.c_int64) for name in ("rotary", "blocks")),
        ("scaling", ctypes.c_float),
        *((name, ctypes.c_int32) for name in ("type", "cache_type", "tiles", "threads")),
    ]

    def read(
        self, joined: Tensor, rotation: tuple[Tensor, Tensor] | None, heads: int, inner: int
    ) -> None:
        """Takes queries, keys, values and the inner part from where they lie behind each other.

        Args:
            joined: (..., tokens, all widths) float32 or bfloat16.
            rotation: cos and sin, (..., tokens, rotary_dim) float32; None where they are rotated already.
            heads: of the queries.
            inner: width of the inner part, 0 where it is not activated.
        """
        start, size = joined.data_ptr(), joined.element_size() * self.head_dim
        self.query, self.key = start, start + heads * size
        self.value = start + (heads + self.kv_heads) * size
        self.inner = start + (heads + 2 * self.kv_heads) * size if inner else None
        if rotation is not None:
            self.cos, self.sin = (part.data_ptr() for part in rotation)
            self.rotary = rotation[0].shape[-1]
        self.stride, self.heads, self.inner_width = joined.shape[-1], heads, inner
        self.type = TYPES[joined.dtype]


class _Layer(ctypes.Structure):
    """`Layer` of layers.c."""

    _fields_ = [
        ("enter", native.Linear),
        ("leave", native.Linear),
        *((name, ctypes.c_void_p) for name in ("weight", "bias", "keys", "values")),
    ]


class _Pass(ctypes.Structure):
    """`Pass` of layers.c."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("layers", "hidden", "normed", "joined", "inner")),
        *((name, ctypes.c_int64) for name in ("count", "width", "alone")),
        ("epsilon", ctypes.c_float),
        ("threads", ctypes.c_int32),
        ("attend", Attend),
    ]


class NativeLayers:
    """The layers of one model over the slots of one cache.

    Args:
        layers: of the trunk; `takes` must have said yes to them.
        keys, values: of each layer, as `NativeSlotCache` has them.
    """

    def __init__(
        self, layers: Sequence[PhiDecoderLayer], keys: list[Tensor], values: list[Tensor]
    ) -> None:
        self._ends = _ends(layers)
        # Kept here: the array only has their addresses.
        self._held: list[Any] = [keys, values]
        self._array = (_Layer * len(layers))()
        for layer, entry, key, value in zip(layers, self._array, keys, values, strict=True):
            norm = layer.input_layernorm
            entry.enter, entry.leave = (
                self._linear(joined.kernel, joined.bias) for joined in (layer.enter, layer.leave)
            )
            entry.weight, entry.bias = self._keep(norm.weight), self._keep(norm.bias)
            entry.keys, entry.values = key.data_ptr(), value.data_ptr()
        first = layers[0]
        self._filled, self._widths = first.leave.filled, first.enter.widths
        self._epsilon = first.input_layernorm.eps
        self._scaling = first.self_attn.scaling

    def _keep(self, tensor: Tensor) -> int:
        self._held.append(tensor.detach().float().contiguous())
        return self._held[-1].data_ptr()

    def _linear(self, kernel: NativeKernel, bias: Tensor | None) -> native.Linear:
        self._held += [kernel, bias]
        call = native.Linear.from_buffer_copy(kernel.call)
        call.bias = None if bias is None else bias.data_ptr()
        return call

    def are_of(self, layers: Sequence[PhiDecoderLayer]) -> bool:
        """Whether these are still the layers' weights. `to` packs all of them anew, so the first and the last tell it."""
        return self._ends == _ends(layers)

    def run(self, hidden: Tensor, cos: Tensor, sin: Tensor, attend: Attend) -> Tensor:
        """One pass.

        Args:
            hidden: bfloat16 (1, tokens, width).
            cos, sin: float32 (1, 1, tokens, rotary_dim).
            attend: with its segments, places and sizes; the rest is filled in.

        Returns:
            What the last layer gives, (1, tokens, width).

        Raises:
            MemoryError: there is no memory for a product.
        """
        tokens, width = hidden.shape[1:]
        widths, filled = self._widths, self._filled
        hidden = hidden.clone()
        normed = torch.empty_like(hidden)
        joined = hidden.new_empty(tokens, sum(widths))
        # What fills up a group is multiplied by zero, and must be a number.
        make = hidden.new_empty if filled == [widths[0], widths[3]] else hidden.new_zeros
        inner = make(tokens, sum(filled))
        attend.read(joined, (cos, sin), widths[0] // attend.head_dim, widths[3])
        attend.out, attend.out_stride, attend.inner_at = inner.data_ptr(), sum(filled), filled[0]
        attend.scaling = self._scaling
        call = _Pass(
            layers=ctypes.addressof(self._array),
            hidden=hidden.data_ptr(),
            normed=normed.data_ptr(),
            joined=joined.data_ptr(),
            inner=inner.data_ptr(),
            count=len(self._array),
            width=width,
            alone=ALONE,
            epsilon=self._epsilon,
            threads=torch.get_num_threads(),
            attend=attend,
        )
        if native.load().phi_layers(ctypes.byref(call)):
            raise MemoryError(f"no memory for a pass over {tokens} tokens")
        return hidden


def takes(layers: Sequence[PhiDecoderLayer]) -> bool:
    """Whether `layers.c` is made for such layers."""
    return len(layers) > 0 and all(map(_takes, layers))


def _takes(layer: PhiDecoderLayer) -> bool:
    enter, leave = layer.enter, layer.leave
    if enter is None or leave is None or layer.self_attn.qk_layernorm:
        return False
    kernels = (enter.kernel, leave.kernel)
    width = layer.input_layernorm.normalized_shape[0]
    return (
        all(isinstance(kernel, NativeKernel) for kernel in kernels)
        and layer.mlp.activation is ACTIVATIONS["gelu_new"]
        and width % LANES == enter.widths[3] % LANES == 0
        and enter.kernel.filled == width
        and leave.kernel.filled == sum(leave.filled)
    )


def _ends(layers: Sequence[PhiDecoderLayer]) -> tuple[Any, ...]:
    """The first and the last product's weights."""
    enter, leave = layers[0].enter, layers[-1].leave
    return (enter and enter.kernel, leave and leave.kernel)
