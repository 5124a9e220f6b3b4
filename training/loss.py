"""Cross entropy of a tied language-model head, without the whole matrix of logits.

Rows x vocabulary logits in float32 are the largest tensor of a small model's training step. Here they
exist for one chunk of tokens at a time, and their gradient is taken in the same visit.
"""

from __future__ import annotations

from typing import Any

import torch

from training.data import IGNORED

CHUNK = 512


class _HeadCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        targets: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        matrix = weight.to(dtype)  # (vocab, hidden)
        offset = bias.float()
        grad_hidden = torch.empty_like(hidden)
        grad_weight = torch.zeros_like(weight)
        grad_bias = torch.zeros_like(bias)
        total = torch.zeros((), dtype=torch.float32)
        for start in range(0, hidden.shape[0], CHUNK):
            part = hidden[start : start + CHUNK].to(dtype)  # (chunk, hidden)
            wanted = targets[start : start + CHUNK]
            valid = wanted != IGNORED
            index = wanted.clamp(min=0)[:, None]
            logits = (part @ matrix.t()).float().add_(offset)  # (chunk, vocab)
            log_p = logits.log_softmax(-1)
            total -= log_p.gather(-1, index)[:, 0][valid].sum()
            grad = log_p.exp_()
            grad.scatter_add_(-1, index, grad.new_full((1, 1), -1.0).expand(len(grad), 1))
            grad.mul_(valid[:, None])
            grad_bias += grad.sum(0)
            narrow = grad.to(dtype)
            grad_hidden[start : start + CHUNK] = narrow @ matrix
            grad_weight += narrow.t() @ part
        ctx.save_for_backward(grad_hidden, grad_weight, grad_bias)
        return total

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        grad_hidden, grad_weight, grad_bias = ctx.saved_tensors
        return grad_hidden * grad, grad_weight * grad, grad_bias * grad, None, None


def head_cross_entropy(
    hidden: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    targets: torch.Tensor,
    dtype: torch.dtype = torch.bfloat16,
) -> torch.Tensor:
    """Return the summed cross entropy in nats over the targets that are not ``IGNORED``.

    Args:
        hidden: the trunk's output, (tokens, hidden).
        weight: the head's matrix, (vocab, hidden).
        bias: the head's bias, (vocab,).
        targets: ids, (tokens,).
        dtype: precision of the matrix products; the softmax is float32.

    Returns:
        A scalar, differentiable in ``hidden``, ``weight`` and ``bias``.
    """
    return _HeadCrossEntropy.apply(hidden, weight, bias, targets, dtype)
