"""Runs the model over packed segments: the one place where the engine meets the forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from phi_model.engine.kv import Segment
from phi_model.engine.native_kv import make_cache, native_takes
from phi_model.engine.sampler import Draw, Sampler, SampleRow
from phi_model.engine.transfer import to_device


class EagerRunner:
    """The plain runner, on any device.

    Args:
        model: a causal LM whose trunk is ``model.model`` and whose head is ``model.lm_head``.
        slots: number of sequences that fit.
        max_length: tokens a slot holds.
        valid_vocab: ids from here on are never drawn.

    Attributes:
        lags: whether a decode pass may take tokens that the host has not seen, `kv.UNKNOWN`.
    """

    lags = False

    def __init__(self, model: Any, *, slots: int, max_length: int, valid_vocab: int) -> None:
        self.model = model
        self.device = model.device
        self.cache = make_cache(
            model, slots=slots, max_length=max_length, dtype=self.cache_dtype(model)
        )
        self._sampler = Sampler(valid_vocab, self.device)

    @staticmethod
    def cache_dtype(model: Any) -> torch.dtype:
        """The dtype of keys and values: on a CPU torch's attention in half precision is 5 times slower."""
        return (
            torch.float32 if model.device.type == "cpu" and not native_takes(model) else model.dtype
        )

    def run(self, segments: Sequence[Segment], wanted: Sequence[int] | None = None) -> Tensor:
        """One forward pass.

        Args:
            segments: the tokens, packed in this order.
            wanted: indices of the tokens whose logits are needed; None is all of them.

        Returns:
            (wanted, vocab) float32.
        """
        ids = [token for segment in segments for token in segment.tokens]
        positions = [at for segment in segments for at in range(segment.start, segment.end)]
        packed = to_device([ids, positions], self.device)
        hidden = self.model.model(
            input_ids=packed[:1],
            position_ids=packed[1:],
            past_key_values=self.cache.view(segments),
        ).last_hidden_state[0]  # (tokens, hidden)
        if wanted is not None and len(wanted) < len(ids):
            if not wanted:
                return hidden.new_empty((0, 0), dtype=torch.float32)
            hidden = hidden[to_device(wanted, self.device)]
        return self.model.lm_head(hidden).float()

    def sample(self, logits: Tensor, rows: list[SampleRow]) -> Draw:
        """Draws one token for each row of the logits."""
        return self._sampler.draw(logits, rows)

    def decode(self, segments: Sequence[Segment], rows: list[SampleRow]) -> Draw:
        """One forward pass over decoded tokens and drafted windows, and one draw a token."""
        return self.sample(self.run(segments), rows)


class Float32Runner(EagerRunner):
    """Runs a half-precision model in float32, one module's weights upcast at a time.

    Slow and small on purpose: it serves the rare request whose numbers overflowed.
    """

    @staticmethod
    def cache_dtype(model: Any) -> torch.dtype:
        """Float32, wherever the model is."""
        return torch.float32

    def run(self, segments: Sequence[Segment], wanted: Sequence[int] | None = None) -> Tensor:
        """One forward pass in float32; the weights are as they were afterwards."""
        with upcast(self.model):
            return super().run(segments, wanted)


@contextmanager
def upcast(model: nn.Module) -> Iterator[None]:
    """Within it, every module computes with float32 copies of its own parameters.

    A copy lives only while its module runs, so the extra memory is that of the largest module.
    """
    kept: dict[nn.Module, dict[str, nn.Parameter | None]] = {}

    def before(module: nn.Module, args: tuple[Any, ...]) -> None:
        kept[module] = dict(module._parameters)
        for name, parameter in kept[module].items():
            if parameter is not None and parameter.is_floating_point():
                module._parameters[name] = nn.Parameter(parameter.detach().float(), False)

    def after(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        module._parameters.update(kept.pop(module))

    hooks = []
    try:
        for module in model.modules():
            if module._parameters:
                hooks.append(module.register_forward_pre_hook(before))
                hooks.append(module.register_forward_hook(after))
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for module, parameters in kept.items():
            module._parameters.update(parameters)
