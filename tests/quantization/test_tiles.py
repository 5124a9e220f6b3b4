"""What is written for Intel's tiles, with the instructions in plain C where there are none: each kernel as AMX runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from phi_model.quantization import native
from phi_model.quantization.native_linear import NativeKernel
from tests.engine import test_native_kv as attention
from tests.engine import test_native_layers as layers
from tests.quantization import test_kernels as products

pytestmark = pytest.mark.halves
INSTRUCTIONS = Path(__file__).with_name("tiles_in_c.h")
# Not more than vectors take, one tile and less, both of a strip, several strips and what is left of one.
TOKENS = (5, 7, 16, 17, 33, 79)
SHAPES = ((64, 64), (200, 512), (1100, 832))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(native, "FLAGS", (*native.FLAGS, "-include", str(INSTRUCTIONS)))
        return native.load.__wrapped__()


@pytest.fixture
def tiles(compiled, monkeypatch):
    """The kernels with tiles, and a processor that is best at them."""
    monkeypatch.setattr(native, "load", lambda: compiled)
    rates = native.rates.__wrapped__()
    assert rates["tiles"] > 0
    monkeypatch.setattr(native, "rates", lambda: {**rates, "tiles": 1e13, "bytes": 4e12})
    return compiled


@pytest.mark.parametrize("kind", ["int8", "int4", "nf4"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_products_of_bytes_are_bit_for_bit_those_on_vectors(kind, shape, tiles, monkeypatch):
    weight = products.weight_of(kind, *shape)
    kernel = NativeKernel(weight)
    assert kernel.arithmetic == "bytes"
    bias = products.padded_bias(shape[0])
    for tokens in TOKENS:
        x = products.inputs(kernel, tokens, shape[1], torch.bfloat16)
        rows = torch.cat([kernel(row[None], bias) for row in x])  # one row never meets a tile
        assert torch.equal(kernel(x, bias), rows), tokens


@pytest.mark.parametrize("shape", products.SHAPES, ids=str)
def test_products_of_bfloat16(shape, tiles):
    products.test_every_arithmetic_gives_the_plain_product("bf16", "tiles", shape)


def test_products_of_bfloat16_with_many_rows(tiles):
    products.test_a_batch_is_bit_for_bit_what_its_rows_are_alone("bf16", "tiles", torch.bfloat16)
    products.test_large_products_are_cut_and_change_nothing("bf16", "tiles")


@pytest.mark.parametrize("head_dim", attention.HEAD_DIMS)
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (7, 1)])
def test_attention(head_dim, heads, kv_heads, tiles):
    attention.test_attention_equals_torchs(head_dim, heads, kv_heads, torch.bfloat16, 6e-3)
    attention.test_what_others_left_behind_is_never_seen(head_dim, torch.bfloat16)


def test_company_and_chunks_change_no_bit(tiles):
    attention.test_company_and_chunks_change_no_bit(torch.bfloat16)


def test_a_row_of_all_layers_is_bit_for_bit_what_it_is_alone(tiles):
    layers.test_a_row_is_bit_for_bit_what_it_is_alone()
