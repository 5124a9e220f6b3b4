"""Keys and values of the tokens already seen.

A cache is given to `forward` as `past_key_values`; each layer's attention hands it the new keys and values and
gets back all of them. A cache with another layout (the engine's slots) brings its own attention: see
`AttendingCache`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from phi_model.config import PhiConfig


@runtime_checkable
class AttendingCache(Protocol):
    """A cache that stores keys and values where it likes and computes the attention itself.

    `PhiModel` builds no mask for it, and `position_ids` must be given.
    """

    def attend(
        self, layer_idx: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """Stores the rotated keys and the values, and attends.

        Args:
            layer_idx: which layer.
            query: (batch, heads, tokens, head_dim), rotated, not scaled.
            key, value: (batch, kv_heads, tokens, head_dim).
            scaling: factor of the scores.

        Returns:
            (batch, tokens, heads * head_dim).
        """
        ...


class CacheLayer:
    """Keys and values of one layer: views of (batch, kv_heads, length, head_dim), None while empty."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None
        self._buffers: tuple[Tensor, Tensor] | None = None

    @property
    def length(self) -> int:
        """How many tokens are held."""
        return 0 if self.keys is None else self.keys.shape[-2]


class Cache:
    """What the two caches share: one `CacheLayer` per layer of the model."""

    def __init__(self) -> None:
        self.layers: list[CacheLayer] = []

    def _layer(self, layer_idx: int) -> CacheLayer:
        while len(self.layers) <= layer_idx:
            self.layers.append(CacheLayer())
        return self.layers[layer_idx]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Number of tokens seen so far."""
        return self.layers[layer_idx].length if layer_idx < len(self.layers) else 0

    def get_max_cache_shape(self) -> int:
        """The most tokens it can hold; -1 where nothing limits it."""
        return -1

    def update(self, key: Tensor, value: Tensor, layer_idx: int) -> tuple[Tensor, Tensor]:
        """Appends keys and values (batch, kv_heads, tokens, head_dim) and returns all of them.

        Room is doubled when it runs out, so that a token costs no copy of the whole past.
        """
        layer = self._layer(layer_idx)
        past, new = layer.length, key.shape[-2]
        if past == 0 and layer._buffers is None:
            layer.keys, layer.values = key, value
        elif (
            key.requires_grad and layer.keys is not None
        ):  # writing into a buffer would break the graph
            layer.keys = torch.cat((layer.keys, key), dim=-2)
            layer.values = torch.cat((layer.values, value), dim=-2)
            layer._buffers = None
        else:
            buffers = self._room(layer, key, value, past + new)
            buffers[0][:, :, past : past + new] = key
            buffers[1][:, :, past : past + new] = value
            layer.keys = buffers[0][:, :, : past + new]
            layer.values = buffers[1][:, :, : past + new]
        return layer.keys, layer.values

    def _room(
        self, layer: CacheLayer, key: Tensor, value: Tensor, needed: int
    ) -> tuple[Tensor, Tensor]:
        if layer._buffers is None or layer._buffers[0].shape[-2] < needed:
            capacity = max(2 * layer.length, needed + 64)
            grown = []
            for held, new in ((layer.keys, key), (layer.values, value)):
                buffer = new.new_empty((*new.shape[:-2], capacity, new.shape[-1]))
                if held is not None:
                    buffer[:, :, : held.shape[-2]] = held
                grown.append(buffer)
            layer._buffers = grown[0], grown[1]
        return layer._buffers

    def crop(self, max_length: int) -> None:
        """Forgets all but the first `max_length` tokens; a negative number: the last `-max_length`."""
        for layer in self.layers:
            length = layer.length + max_length if max_length < 0 else max_length
            if layer.keys is not None and length < layer.length:
                layer.keys = layer.keys[:, :, : max(length, 0)]
                layer.values = layer.values[:, :, : max(length, 0)]

    def select(self, rows: Tensor) -> None:
        """Keeps the rows of the batch at the indices `rows`, in their order; one may come twice."""
        for layer in self.layers:
            if layer.keys is not None:
                layer.keys = layer.keys.index_select(0, rows.to(layer.keys.device))
                layer.values = layer.values.index_select(0, rows.to(layer.values.device))
                layer._buffers = None

    # Beam search speaks of reordering; it is the same selection.
    reorder = select

    def repeat_interleave(self, repeats: int) -> None:
        """Repeats each row of the batch `repeats` times."""
        for layer in self.layers:
            if layer.keys is not None:
                layer.keys = layer.keys.repeat_interleave(repeats, dim=0)
                layer.values = layer.values.repeat_interleave(repeats, dim=0)
                layer._buffers = None

    def reset(self) -> None:
        """Forgets everything."""
        self.layers = []

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, layer_idx: int) -> tuple[Tensor | None, Tensor | None]:
        layer = self.layers[layer_idx]
        return layer.keys, layer.values


class DynamicCache(Cache):
    """A cache that grows with the sequence."""


class StaticCache(Cache):
    """A cache whose room is taken once, for `max_batch_size` rows of `max_cache_len` tokens.

    Raises:
        ValueError: in `update`, when more tokens come than it can hold, or other rows than it has.
    """

    def __init__(
        self,
        config: PhiConfig,
        max_batch_size: int,
        max_cache_len: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.max_batch_size = max_batch_size
        self.max_cache_len = max_cache_len
        shape = (max_batch_size, config.num_key_value_heads, max_cache_len, config.head_dim)
        for layer_idx in range(config.num_hidden_layers):
            keys = torch.zeros(shape, device=device, dtype=dtype)
            values = torch.zeros(shape, device=device, dtype=dtype)
            self._layer(layer_idx)._buffers = keys, values

    def get_max_cache_shape(self) -> int:
        """The most tokens it can hold."""
        return self.max_cache_len

    def _room(
        self, layer: CacheLayer, key: Tensor, value: Tensor, needed: int
    ) -> tuple[Tensor, Tensor]:
        if needed > self.max_cache_len:
            raise ValueError(f"max_cache_len is {self.max_cache_len}, but {needed} tokens came")
        if key.shape[0] != layer._buffers[0].shape[0]:
            raise ValueError(
                f"max_batch_size is {self.max_batch_size}, but {key.shape[0]} rows came"
            )
        return layer._buffers

    def select(self, rows: Tensor) -> None:
        """Keeps the rows of the batch at the indices `rows`; their number must not change."""
        for layer in self.layers:
            length = layer.length
            for buffer in layer._buffers:
                buffer[:, :, :length] = buffer[:, :, :length].index_select(
                    0, rows.to(buffer.device)
                )

    reorder = select

    def repeat_interleave(self, repeats: int) -> None:
        """Repeats each row of the batch `repeats` times."""
        for layer in self.layers:
            length = layer.length
            keys, values = (buffer.repeat_interleave(repeats, dim=0) for buffer in layer._buffers)
            layer._buffers = keys, values
            layer.keys, layer.values = keys[:, :, :length], values[:, :, :length]
        self.max_batch_size *= repeats

    def reset(self) -> None:
        """Forgets everything, and keeps the room."""
        for layer in self.layers:
            layer.keys = layer.values = None
