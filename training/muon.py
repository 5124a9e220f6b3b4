"""Muon in float32, for processors without bfloat16 instructions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

# Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), the quintic's coefficients.
QUINTIC = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


def orthogonalise(matrix: Tensor) -> Tensor:
    """Bring a matrix's singular values near one by Newton and Schulz's iteration.

    Args:
        matrix: (rows, columns), float32.

    Returns:
        (rows, columns): about U V^T, where the matrix is U S V^T.
    """
    a, b, c = QUINTIC
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.t()
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.t()
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if wide else x.t()


class Float32Muon(torch.optim.Muon):
    """torch's Muon with AdamW's root mean square, its products in float32 instead of bfloat16.

    torch rounds each update to bfloat16 first. Where a processor has no instructions for it, products of that type take
    five to nine times as long, which was most of a step (`training/README.md`).
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Take one step; ``closure`` is not supported."""
        if closure is not None:
            raise ValueError("closure: must be None, got a function")
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(parameter)
                buffer = state["momentum_buffer"].lerp_(parameter.grad, 1 - group["momentum"])
                update = orthogonalise(parameter.grad.lerp(buffer, group["momentum"]))
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                scale = 0.2 * math.sqrt(max(parameter.shape))
                parameter.add_(update, alpha=-group["lr"] * scale)
