"""The GPU's products over packed weights: the Triton kernels in their interpreter against decoded weights in float32."""

from __future__ import annotations

import pytest
import torch

from phi_model.quantization import gpu
from phi_model.quantization.formats import Quantized, encode, same_groups
from phi_model.quantization.gpu import MOST_ROWS, DenseKernel, TritonKernel, agrees
from phi_model.quantization.kernels import PlainKernel
from tests.quantization.test_kernels import draw


@pytest.mark.interpreter
@pytest.mark.parametrize("method", gpu.METHODS)
def test_agrees_with_decoded_weights(method: str) -> None:
    """One, three and twenty rows; outputs and parts that fill no program's block."""
    assert agrees.__wrapped__(method, "cpu")


@pytest.mark.interpreter
def test_a_disagreement_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(TritonKernel, "__call__", lambda self, x, bias: x.new_zeros(len(x), 70))
    assert not agrees.__wrapped__("int4", "cpu")
    assert "int4 weights are decoded" in caplog.text


@pytest.mark.interpreter
@pytest.mark.parametrize("tokens", [2, 9])
@pytest.mark.parametrize("method", gpu.METHODS)
def test_no_bias_and_many_parts(method: str, tokens: int) -> None:
    weight = encode(draw(9, 1100) * 0.1, method)
    x = torch.nn.functional.pad(draw(tokens, 1100, seed=1), (0, weight.filled - 1100)).half()
    expected = x[:, :1100].float() @ weight.dequantize().t()
    torch.testing.assert_close(
        TritonKernel(weight)(x, None).float(), expected, atol=5e-3, rtol=2e-3
    )


@pytest.mark.interpreter
@pytest.mark.parametrize("tokens", [1, 17])
def test_int8_matrices_side_by_side(tokens: int) -> None:
    """Their rows have a scale each, repeated for groups of one size."""
    left, right = same_groups((encode(draw(6, 96), "int8"), encode(draw(6, 224, seed=3), "int8")))
    joined = Quantized(
        "int8",
        320,
        torch.cat((left.codes, right.codes), dim=1),
        torch.cat((left.scale, right.scale), dim=1),
    )
    assert joined.group == 32
    assert TritonKernel.takes(joined)
    x = draw(tokens, 320, seed=1).half()
    expected = x.float() @ joined.dequantize().t()
    found = TritonKernel(joined)(x, None).float()
    torch.testing.assert_close(found, expected, atol=0.05, rtol=2e-3)


@pytest.mark.interpreter
def test_what_the_kernels_do_not_take() -> None:
    """float32 inputs and long prompts meet decoded weights; odd groups are no matter for the kernels."""
    weight, bias = encode(draw(5, 100), "int4"), draw(5, seed=2)
    kernel = TritonKernel(weight)
    for x in (draw(2, 128, seed=1), draw(MOST_ROWS + 1, 128, seed=1).half()):
        x[:, 100:] = 0
        expected = PlainKernel(weight)(x[:, :100], bias)
        assert torch.equal(kernel(x, bias), expected)
    assert kernel.unpack() is weight
    assert (kernel.rows, kernel.filled, kernel.nbytes) == (5, 128, weight.nbytes)
    assert not TritonKernel.takes(encode(draw(5, 96), "int4", group=48))
    assert not TritonKernel.takes(encode(draw(5, 96), "nf4", group=16))


def test_without_triton_weights_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "kernels", lambda: None)
    weight = encode(draw(5, 128), "int8")
    assert not TritonKernel.takes(weight)
    assert gpu.make_gpu_kernel(weight) is None
    assert isinstance(gpu.make_gpu_kernel(draw(5, 8)), DenseKernel)


def test_a_dense_matrix_converts_its_bias_once() -> None:
    weight, bias, other = draw(5, 8).bfloat16(), draw(64, seed=1), draw(64, seed=2)
    kernel, plain = DenseKernel(weight), PlainKernel(weight)
    for dtype in (torch.bfloat16, torch.float32):
        x = draw(3, 8, seed=3).to(dtype)
        for given in (bias, bias, other, None):
            assert torch.equal(kernel(x, given), plain(x, given))
    assert kernel._bias[0] is other
    assert kernel.unpack() is weight
