"""Products over packed weights against the same product of the decoded weights in float64."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

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
from phi_model.quantization.linear import _join
from phi_model.quantization.native_linear import BLOCK, NativeKernel

needs_native = pytest.mark.native
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
    elif kind == "nf4":
        error = max(error, 1e-4)  # its values as two bytes, the product of both low ones left out
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


# Every way of multiplying with each format, whatever is fastest here.
WAYS = [
    *(pytest.param(kind, "pairs", marks=pytest.mark.avx512) for kind in FORMATS),
    pytest.param("bf16", "floats", marks=needs_native),
    pytest.param("bf16", "tiles", marks=pytest.mark.amx),
    *(
        pytest.param(kind, way, marks=pytest.mark.vnni if way == "bytes" else pytest.mark.narrow)
        for way in ("bytes", "words")
        for kind in ("int8", "int4", "nf4")
    ),
]


def rounding(arithmetic: str) -> float:
    """The relative error that a product of bfloat16 numbers may have: that of the result's rounding, and where x is bytes,
    that of normal numbers to 254 steps of the largest of 64 or 128."""
    return 1e-2 if arithmetic == "bytes" else 4e-3


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_arithmetic_gives_the_plain_product(kind, arithmetic, shape):
    """Of numbers that bfloat16 holds, so that only the product can differ: beyond its rounding, of nf4's values by 5 in
    10^5."""
    rows, columns = shape
    weight = weight_of(kind, rows, columns)
    kernel = NativeKernel(weight, arithmetic)
    assert kernel.arithmetic == arithmetic
    exact = 1e-4 if kind == "nf4" else 2e-5
    for tokens in TOKENS:
        x = inputs(kernel, tokens, columns, torch.bfloat16)
        wanted = x[:, :columns].double() @ decoded(weight).double().T
        for out, error in (
            (kernel(x, None), rounding(arithmetic)),
            (kernel(x.float(), None), exact),
        ):
            assert (out.double() - wanted).norm() <= error * wanted.norm(), tokens


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
def test_numbers_of_all_sizes_beside_each_other(kind, arithmetic):
    """A column that is a thousand times as large as the others costs them less than its own bfloat16 rounding; as bytes, it
    costs those that are rounded with it what half of one of 127 steps to it may be, and all others nothing."""
    weight = weight_of(kind, 64, 512)
    kernel = NativeKernel(weight, arithmetic)
    x = draw(3, 512, seed=1)
    x[:, 100] *= 1000
    x[1] *= 1e-20
    x[2] = 0
    x = x.bfloat16()
    plain = decoded(weight).double()
    wanted = x.double() @ plain.T
    out = kernel(x.float(), None).double()
    assert ((out - wanted).norm(dim=1)[:2] <= 1e-4 * wanted.norm(dim=1)[:2]).all()
    assert torch.equal(out[2], torch.zeros(64).double())
    rounded = (kernel(x, None).double() - wanted)[:2]
    if arithmetic != "bytes":
        assert (rounded.norm(dim=1) <= 4e-3 * wanted.norm(dim=1)[:2]).all()
        return
    span = slice(0 if kind == "int8" else 64, 128)
    steps = x[:2, span].double().abs().amax(1, keepdim=True) / 127
    # A sum of errors, each of them less than half a step.
    lost = (steps / 2) * plain[:, span].norm(dim=1) * 4
    assert (rounded.abs() <= lost + 4e-3 * wanted[:2].abs()).all()
    x[:, 100] = 0
    wanted = x.double() @ plain.T
    rounded = kernel(x, None).double() - wanted
    assert (rounded.norm(dim=1)[:2] <= rounding(arithmetic) * wanted.norm(dim=1)[:2]).all()


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), float("nan")])
def test_what_is_not_finite_is_seen(kind, arithmetic, bad):
    kernel = NativeKernel(weight_of(kind, 64, 512), arithmetic)
    x = draw(3, 512).bfloat16()
    x[1, 77] = bad
    out = kernel(x, None)
    assert not out[1].isfinite().any()
    assert out[[0, 2]].isfinite().all()


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_batch_is_bit_for_bit_what_its_rows_are_alone(kind, arithmetic, dtype):
    kernel = NativeKernel(weight_of(kind, 200, 576), arithmetic)
    x = inputs(kernel, 400, 576, dtype)
    bias = padded_bias(200)
    alone = torch.cat([kernel(row[None], bias) for row in x])
    for tokens in TOKENS:
        assert torch.equal(kernel(x[:tokens], bias), alone[:tokens]), tokens


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
def test_number_of_threads_changes_nothing(kind, arithmetic):
    kernel = NativeKernel(weight_of(kind, 300, 256), arithmetic)
    x = inputs(kernel, 9, 256, torch.bfloat16)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = kernel(x, None)
        torch.set_num_threads(3)
        assert torch.equal(kernel(x, None), one)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
def test_side_by_side_with_scales_of_their_own(kind, arithmetic):
    """int8 matrices of 320 and 1,280 columns share groups of 320: whole spans and what is left of one."""
    parts = tuple(encode(draw(64, columns, seed=columns), "int8") for columns in (320, 1280))
    weight = _join(parts, "columns") if kind == "int8" else weight_of(kind, 64, 1600)
    kernel = NativeKernel(weight, arithmetic)
    for tokens in (7, 40):
        x = draw(tokens, 1600, seed=1).bfloat16()
        wanted = x.double() @ decoded(weight).double().T
        assert (kernel(x, None).double() - wanted).norm() <= rounding(arithmetic) * wanted.norm()


@pytest.mark.parametrize(("kind", "arithmetic"), WAYS)
def test_large_products_are_cut_and_change_nothing(kind, arithmetic):
    """More rows of x, more columns and more rows of weights than any kernel takes at once, none of them a multiple."""
    rows, columns, tokens = 1300, 2112, 1050
    kernel = NativeKernel(weight_of(kind, rows, columns), arithmetic)
    x = inputs(kernel, tokens, columns, torch.bfloat16)
    bias = padded_bias(rows)
    out = kernel(x, bias)
    some = [0, 15, 16, 511, 512, 1023, 1024, 1049]
    assert torch.equal(torch.cat([kernel(x[i : i + 1], bias) for i in some]), out[some])


@pytest.mark.parametrize(
    ("speeds", "dense", "whole", "nf4"),
    [
        # Products a second on registers: of bfloat16 pairs, of float32, of bytes, of words, of tiles.
        ((117, 58, 233, 0, 0), "pairs", "bytes", "pairs"),  # AMD Zen 4
        (
            (43, 87, 340, 0, 0),
            "floats",
            "bytes",
            "bytes",
        ),  # Intel Emerald Rapids, its tiles kept from us
        ((43, 87, 340, 0, 1300), "tiles", "bytes", "bytes"),  # the same
        ((0, 80, 320, 0, 0), "floats", "bytes", "bytes"),  # Intel Ice Lake: no pairs
        ((0, 80, 0, 0, 0), "floats", "pairs", "pairs"),  # Intel Skylake: neither
        ((0, 56, 0, 112, 0), "floats", "words", "words"),  # AVX2 alone
    ],
)
def test_the_fastest_arithmetic_of_a_processor(speeds, dense, whole, nf4):
    found = dict(zip(native.ARITHMETICS, speeds, strict=True))
    assert native.best_arithmetic(None, found) == dense
    assert {native.best_arithmetic(kind, found) for kind in ("int8", "int4")} == {whole}
    assert native.best_arithmetic("nf4", found) == nf4


@needs_native
def test_rates_are_those_of_instructions_that_are_there():
    flags = Path("/proc/cpuinfo").read_text()
    found = native.rates()
    assert found["floats"] > 1e9
    assert (found["pairs"] > 1e9) == ("avx512_bf16" in flags)
    assert (found["bytes"] > 1e9) == ("avx512_vnni" in flags)
    assert (found["words"] > 1e9) == ("avx512bw" not in flags)
    assert found["tiles"] == 0 or "amx_bf16" in flags


@needs_native
def test_the_tiles_compile_whatever_runs_here(tmp_path):
    compiler = next(filter(None, map(shutil.which, native.COMPILERS)))
    source = next(path for path in native.SOURCES if path.name == "tiles.c")
    flags = [flag for flag in native.FLAGS if flag not in ("-march=native", "-shared")]
    command = [compiler, *flags, "-march=sapphirerapids", "-Wall", "-Wextra", "-Werror", "-c"]
    subprocess.run([*command, source, "-o", tmp_path / "tiles.o"], check=True, timeout=60)


@needs_native
def test_an_arithmetic_that_cannot_be_had_is_named():
    with pytest.raises(
        ValueError, match=r"bf16 weights must be one of .*floats.* processor, got 'bytes'"
    ):
        NativeKernel(weight_of("bf16", 64, 64), "bytes")
    with pytest.raises(ValueError, match=r"int4 weights must be one of (pairs|words).*'floats'"):
        NativeKernel(weight_of("int4", 64, 64), "floats")


@pytest.fixture(scope="module", params=["skylake-avx512", "haswell"])
def older(request, tmp_path_factory):
    """The kernels as the first processors with AVX-512 get them, or one with AVX2 alone: in which arithmetic they
    multiply with few bits there, the library, and what it says of its rates."""
    march = {"-march=native": f"-march={request.param}"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(native, "FLAGS", tuple(march.get(flag, flag) for flag in native.FLAGS))
        patch.setattr(native, "BUILD_SECONDS", 900)
        library = native.load.__wrapped__()
        patch.setattr(native, "load", lambda: library)
        arithmetic = {"skylake-avx512": "pairs", "haswell": "words"}[request.param]
        return arithmetic, library, native.rates.__wrapped__()


@pytest.mark.avx512
@pytest.mark.parametrize("kind", FORMATS)
def test_on_an_older_processor(kind, older, monkeypatch):
    """Bfloat16 pairs are float32 products there."""
    arithmetic, library, rates = older
    monkeypatch.setattr(native, "load", lambda: library)
    monkeypatch.setattr(native, "rates", lambda: rates)
    assert (rates["pairs"], rates["bytes"]) == (0, 0)
    weight = weight_of(kind, 200, 512)
    kernel = NativeKernel(weight)
    assert kernel.arithmetic == ("floats" if kind == "bf16" else arithmetic)
    for tokens in TOKENS:
        x = inputs(kernel, tokens, 512, torch.bfloat16)
        wanted = x.double() @ decoded(weight).double().T
        assert (kernel(x, None).double() - wanted).norm() <= 4e-3 * wanted.norm(), tokens


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
    dense = OneDnnKernel if OneDnnKernel.runs_here() else PlainKernel
    assert type(make_kernel(weight_of("bf16", 64, 64), "torch")) is dense
    assert type(make_kernel(draw(64, 64))) is PlainKernel
    assert type(make_kernel(draw(64, 64).half())) is PlainKernel
    with pytest.raises(ValueError, match=r"backend must be one of .*'vulkan'"):
        make_kernel(few, "vulkan")


def test_a_processor_without_bfloat16_products(monkeypatch):
    """With AVX2 alone oneDNN refuses to reorder bfloat16 weights: the app ended before it had begun."""
    monkeypatch.setattr(OneDnnKernel, "runs_here", lambda: False)
    weight, x = weight_of("bf16", 37, 64), draw(3, 64, seed=1).bfloat16()
    kernel = make_kernel(weight, "torch")
    assert type(kernel) is PlainKernel
    wanted = x.float() @ weight.float().T
    assert (kernel(x, None).float() - wanted).norm() <= 8e-3 * wanted.norm()
    assert torch.equal(kernel.unpack(), weight)


def test_onednn_is_asked_before_it_refuses():
    weight = weight_of("bf16", 64, 64)
    if OneDnnKernel.runs_here():
        assert torch.equal(OneDnnKernel(weight).unpack(), weight)
    else:
        with pytest.raises(RuntimeError):
            OneDnnKernel(weight)


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
