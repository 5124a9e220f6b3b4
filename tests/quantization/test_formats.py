"""Encoding and decoding weights in few bits."""

from __future__ import annotations

import pytest
import torch

from phi_model.quantization.formats import NF4, Quantized, encode, same_groups, table

METHODS = ("int8", "int4", "nf4")
# Relative error (root mean square) of normal weights: what theory and llama.cpp's Q8_0 and Q4_0 are near to.
LIMITS = {"int8": 0.008, "int4": 0.095, "nf4": 0.095}


def weights(rows: int, columns: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(64, 256), (99, 37), (1, 1), (130, 65)])
def test_decoded_weights_are_near(method, shape):
    weight = weights(*shape)
    packed = encode(weight, method)
    decoded = packed.dequantize()
    assert decoded.shape == weight.shape
    assert (packed.rows, packed.columns) == shape
    assert (decoded - weight).norm() <= LIMITS[method] * weight.norm()


@pytest.mark.parametrize("method", METHODS)
def test_bits_per_weight(method):
    packed = encode(weights(128, 1024), method)
    bits = {"int8": 8 + 16 / 1024, "int4": 4.5, "nf4": 4.25}
    assert packed.nbytes * 8 / (128 * 1024) == pytest.approx(bits[method])


@pytest.mark.parametrize("method", METHODS)
def test_zeros_and_large_values_survive(method):
    weight = weights(4, 128)
    weight[0] = 0
    weight[1] *= 1e4
    weight[2, 64:] = 0.25
    decoded = encode(weight, method).dequantize()
    assert decoded.isfinite().all()
    assert (decoded[0] == 0).all()
    assert torch.allclose(decoded[2, 64:], weight[2, 64:], rtol=0.05)
    assert (decoded[1] - weight[1]).norm() <= LIMITS[method] * weight[1].norm() * 1.3


def test_int4_beats_plain_rounding_of_the_range():
    """The search for a narrower range must pay off where a group has an outlier."""
    weight = weights(64, 256)
    weight[:, ::64] *= 3
    groups = weight.view(64, 4, 64)
    low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    step = (high - low) / 15
    plain = ((groups - low) / step).round() * step + low
    assert (encode(weight, "int4").dequantize() - weight).norm() < 0.97 * (
        plain.flatten(1) - weight
    ).norm()


def test_nf4_table_is_the_papers():
    assert len(NF4) == 16
    assert torch.allclose(table("nf4"), torch.tensor(NF4), rtol=2**-8)
    assert torch.equal(table("nf4").bfloat16().float(), table("nf4"))


def test_chunks_of_rows_change_nothing(monkeypatch):
    weight = weights(50, 96)
    whole = encode(weight, "int4")
    monkeypatch.setattr("phi_model.quantization.formats._CHUNK", 96 * 7)
    parts = encode(weight, "int4")
    assert torch.equal(whole.codes, parts.codes)
    assert torch.equal(whole.scale, parts.scale)


def test_int8_rows_side_by_side_get_groups_of_one_size():
    left, right = encode(weights(8, 96), "int8"), encode(weights(8, 160, seed=1), "int8")
    first, second = same_groups((left, right))
    assert first.group == second.group == 32
    assert torch.equal(first.dequantize(), left.dequantize())
    assert torch.equal(second.dequantize(), right.dequantize())


def test_to_moves_every_tensor():
    packed = encode(weights(8, 64), "int4").to(torch.device("meta"))
    assert isinstance(packed, Quantized)
    assert {tensor.device.type for tensor in packed.tensors().values()} == {"meta"}
