"""Products over packed weights against the same product of the decoded weights in float64."""

from __future__ import annotations

import pytest
import torch

from phi_model.quantization import native
from phi_model.quantization.formats import Quantized, encode
from phi_model.quantization.kernels import (
    OneDnnKernel,
    PlainKernel,
    TorchInt4Kernel,
    TorchInt8Kernel,
    make_kernel,
)
from phi_model.quantization.native_linear import BLOCK, NativeKernel

needs_native = pytest.mark.avx512
BACKENDS = [pytest.param("native", marks=needs_native), "torch"]
FORMATS = ("bf16", "int8", "int4", "nf4")
# Rows of x: one, some, more than the kernel takes at once, more than one panel.
TOKENS = (1, 2, 5, 6, 7, 20, 400)
SHAPES = ((64, 64), (200, 512), (128, 320), (37, 99))  # (rows, columns)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def weight_of(kind: str, rows: int, columns: int) -> torch.Tensor | Quantized:
    weight = draw(rows, columns) * 0.1
    return weight.bfloat16() if kind == "bf16" else encode(weight, kind)


def decoded(weight: torch.Tensor | Quantized) -> torch.Tensor:
    return weight.dequantize() if isinstance(weight, Quantized) else weight.float()


def inputs(kernel, tokens: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
    x = draw(tokens, columns, seed=1).to(dtype)
    return torch.nn.functional.pad(x, (0, kernel.filled - columns))


def padded_bias(rows: int) -> torch.Tensor:
    return torch.nn.functional.pad(draw(rows, seed=2), (0, -rows % BLOCK))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("dtype", "error"), [(torch.float32, 2e-5), (torch.bfloat16, 8e-3), (torch.float16, 1e-3)]
)
def test_product_equals_that_of_decoded_weights(backend, kind, shape, dtype, error):
    rows, columns = shape
    weight = weight_of(kind, rows, columns)
    kernel = make_kernel(weight, backend)
    if isinstance(kernel, TorchInt4Kernel | TorchInt8Kernel):
        error = 8e-3  # they compute in bfloat16 whatever comes in
    bias = padded_bias(rows)
    for tokens in TOKENS:
        x = inputs(kernel, tokens, columns, dtype)
        out = kernel(x, bias)
        wanted = x[:, :columns].double() @ decoded(weight).double().T + bias[:rows].double()
        assert out.dtype == dtype
        assert out.shape == wanted.shape
        assert (out.double() - wanted).norm() <= error * wanted.norm(), tokens
        without = kernel(x, None).double() + bias[:rows].double()
        assert (without - wanted).norm() <= error * wanted.norm(), tokens


@needs_native
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_batch_is_bit_for_bit_what_its_rows_are_alone(kind, dtype):
    kernel = NativeKernel(weight_of(kind, 200, 576))
    x = inputs(kernel, 400, 576, dtype)
    bias = padded_bias(200)
    alone = torch.cat([kernel(row[None], bias) for row in x])
    for tokens in TOKENS:
        assert torch.equal(kernel(x[:tokens], bias), alone[:tokens]), tokens


@needs_native
@pytest.mark.parametrize("kind", FORMATS)
def test_number_of_threads_changes_nothing(kind):
    kernel = NativeKernel(weight_of(kind, 300, 256))
    x = inputs(kernel, 9, 256, torch.bfloat16)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = kernel(x, None)
        torch.set_num_threads(3)
        assert torch.equal(kernel(x, None), one)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_unpack_gives_back_what_was_packed(backend, kind, shape):
    weight = weight_of(kind, *shape)
    kernel = make_kernel(weight, backend)
    back = kernel.unpack()
    if isinstance(weight, torch.Tensor):
        assert torch.equal(back, weight)
        return
    assert (back.method, back.columns) == (weight.method, weight.columns)
    for name, tensor in weight.tensors().items():
        assert torch.equal(back.tensors()[name], tensor), name
    assert kernel.nbytes <= (weight.nbytes / weight.rows) * (weight.rows + BLOCK)


@needs_native
def test_rounding_and_non_finite_numbers():
    """The kernel rounds to bfloat16 itself: halves to even, infinities and NaN kept."""
    weight = torch.eye(64).bfloat16()
    kernel = NativeKernel(weight)
    bias = torch.zeros(64)
    values = torch.tensor([1 + 2**-8, 1 + 3 * 2**-8, 3.3e38, 1e-3, -7.77])
    bias[: len(values)] = values
    out = kernel(torch.zeros(1, 64, dtype=torch.bfloat16), bias)
    assert torch.equal(out[0, : len(values)], values.bfloat16())
    x = torch.zeros(1, 64, dtype=torch.bfloat16)
    x[0, 3] = float("nan")
    assert kernel(x, None).isnan().all()
    x[0, 3] = float("inf")
    assert kernel(x, None)[0, 3] == float("inf")


def test_long_int8_rows_are_multiplied_in_pieces():
    weight = encode(draw(64, 4096 + 2048), "int8")
    kernel = TorchInt8Kernel(weight)
    assert len(kernel._pieces) == 3
    x = draw(2, 6144, seed=1).bfloat16()
    wanted = x.float() @ weight.dequantize().T
    assert (kernel(x, None).float() - wanted).norm() <= 8e-3 * wanted.norm()


def test_choice():
    few = weight_of("int4", 64, 64)
    assert type(make_kernel(few, "torch")) is TorchInt4Kernel
    assert type(make_kernel(weight_of("int4", 37, 64), "torch")) is PlainKernel
    assert type(make_kernel(weight_of("int8", 64, 64), "torch")) is TorchInt8Kernel
    assert type(make_kernel(weight_of("bf16", 64, 64), "torch")) is OneDnnKernel
    assert type(make_kernel(draw(64, 64))) is PlainKernel
    assert type(make_kernel(draw(64, 64).half())) is PlainKernel
    with pytest.raises(ValueError, match=r"backend must be one of .*'vulkan'"):
        make_kernel(few, "vulkan")


def test_switched_off_by_the_environment(monkeypatch):
    monkeypatch.setenv("PHI_NATIVE", "0")
    assert native.load.__wrapped__() is None


def test_no_compiler_is_no_error(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "AVX512")
    monkeypatch.delenv("PHI_NATIVE", raising=False)
    with caplog.at_level("INFO"):
        assert native.load.__wrapped__() is None
    assert "no C compiler" in caplog.text


@needs_native
def test_a_cache_folder_that_others_may_write_to_is_not_used(monkeypatch, tmp_path):
    folder = tmp_path / "phi_model"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert native._cache_folder() != folder
    folder.chmod(0o700)
    assert native._cache_folder() == folder


@needs_native
def test_kernels_are_compiled_once(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = native._build()
    written = first.stat().st_mtime_ns
    assert native._build() == first
    assert first.stat().st_mtime_ns == written
    assert [path.name for path in (tmp_path / "phi_model").iterdir()] == [first.name]
