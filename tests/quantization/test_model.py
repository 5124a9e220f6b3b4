"""Whole models with packed linears: answers, saving, loading, errors, memory."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import phi_model
from phi_model.errors import CheckpointError
from phi_model.quantization import METHODS, PackedLinear, native, optimize_for_inference
from tests import tiny

ROOT = Path(__file__).parents[2]
EMBEDDED = ROOT / "assets" / "model"
BACKENDS = [pytest.param("native", marks=pytest.mark.native), "torch"]
WIDE = {"hidden_size": 128, "intermediate_size": 192}
PROMPT = "def fibonacci(n):\n"


def build(architecture: str = "mha", cls: str = "PhiForCausalLM", dtype=torch.float32, **changes):
    """One of our tiny models with random weights."""
    _, config = tiny.configs(architecture, **WIDE, **changes)
    model = getattr(phi_model, cls)(config).eval().to(dtype)
    tiny.randomise(model)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "layernorm" not in name:
                parameter.mul_(0.5)
    return model


def first_output(model, ids: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(ids, return_dict=False)[0].float()


def distance(a: torch.Tensor, b: torch.Tensor) -> float:
    return ((a - b).norm() / b.norm()).item()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("architecture", ["mha", "gqa", "mqa", "qk_layernorm", "tied", "relu"])
@pytest.mark.parametrize(
    ("dtype", "error"), [(torch.float32, 2e-6), (torch.bfloat16, 2e-2), (torch.float16, 3e-3)]
)
def test_packing_changes_answers_by_rounding_only(backend, architecture, dtype, error):
    model = build(architecture, dtype=dtype)
    ids = tiny.random_ids(2, 11)
    wanted, names = first_output(model, ids), model.state_dict()
    numbers = model.num_parameters()
    packed = optimize_for_inference(copy.deepcopy(model), backend=backend)
    assert distance(first_output(packed, ids), wanted) <= error
    assert packed.num_parameters() == numbers
    state = packed.state_dict()
    assert set(state) == set(names)
    for name, tensor in names.items():
        assert torch.equal(state[name], tensor), name


@pytest.mark.parametrize("cls", tiny.CLASSES)
@pytest.mark.parametrize("method", METHODS)
def test_every_class_is_saved_and_loaded_without_rounding_again(tmp_path, cls, method):
    model = build("gqa", cls)
    ids = tiny.random_ids(1, 9)
    plain = first_output(model, ids)
    model.save_pretrained(tmp_path / "plain")
    packed = getattr(phi_model, cls).from_pretrained(tmp_path / "plain", quantization=method)
    out = first_output(packed, ids)
    assert distance(out, plain) <= {"int8": 0.05, "int4": 0.5, "nf4": 0.5}[method]
    assert not torch.equal(out, plain)
    in_place = optimize_for_inference(copy.deepcopy(model), method)
    assert torch.equal(first_output(in_place, ids), out)

    packed.save_pretrained(tmp_path / "packed", max_shard_size=20_000)
    again = getattr(phi_model, cls).from_pretrained(tmp_path / "packed")
    assert torch.equal(first_output(again, ids), out)
    for name, tensor in packed.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name
    assert again.config.quantization_config["method"] == method
    same = getattr(phi_model, cls).from_pretrained(tmp_path / "packed", quantization=method)
    assert torch.equal(first_output(same, ids), out)


def test_a_packed_checkpoint_serves_other_classes(tmp_path):
    optimize_for_inference(build(cls="PhiModel"), "int4").save_pretrained(tmp_path / "trunk")
    optimize_for_inference(build(), "int4").save_pretrained(tmp_path / "causal")
    ids = tiny.random_ids(1, 9)
    trunk = phi_model.PhiModel.from_pretrained(tmp_path / "trunk")
    from_causal = phi_model.PhiModel.from_pretrained(tmp_path / "causal")
    assert first_output(trunk, ids).isfinite().all()
    assert first_output(from_causal, ids).shape == first_output(trunk, ids).shape
    causal = phi_model.PhiForCausalLM.from_pretrained(tmp_path / "trunk")
    assert isinstance(causal.lm_head, PackedLinear)
    assert first_output(causal, ids).shape == (1, 9, 99)


def test_tied_head_is_packed_and_the_embedding_kept(tmp_path):
    model = build("tied")
    ids = tiny.random_ids(1, 9)
    wanted = first_output(model, ids)
    model.save_pretrained(tmp_path / "plain")
    packed = phi_model.PhiForCausalLM.from_pretrained(tmp_path / "plain", quantization="int8")
    assert torch.equal(packed.get_input_embeddings().weight, model.get_input_embeddings().weight)
    assert distance(first_output(packed, ids), wanted) <= 0.03
    packed.save_pretrained(tmp_path / "packed")
    again = phi_model.PhiForCausalLM.from_pretrained(tmp_path / "packed")
    assert torch.equal(first_output(again, ids), first_output(packed, ids))


def test_another_dtype_keeps_the_codes(tmp_path):
    optimize_for_inference(build(), "int4").save_pretrained(tmp_path)
    half = phi_model.PhiForCausalLM.from_pretrained(tmp_path, dtype="bfloat16")
    full = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert (half.dtype, full.dtype) == (torch.bfloat16, torch.float32)
    a, b = half.state_dict(), full.state_dict()
    name = "model.layers.0.mlp.fc1.weight"
    assert a[name].dtype == torch.uint8
    assert torch.equal(a[name], b[name])
    ids = tiny.random_ids(1, 9)
    assert distance(first_output(half, ids), first_output(full, ids)) <= 0.03


@pytest.mark.parametrize("method", [None, *METHODS])
def test_to_another_dtype_and_back(method):
    """`to` reaches packed weights too: a module that only moves parameters would leave them behind."""
    model = optimize_for_inference(build(dtype=torch.bfloat16), method)
    ids = tiny.random_ids(1, 9)
    before = first_output(model, ids)
    full = first_output(model.float(), ids)
    assert model.dtype == torch.float32
    assert distance(full, before) <= 0.03
    assert torch.equal(first_output(model.bfloat16(), ids), before)


@pytest.mark.parametrize("method", [None, *METHODS])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_decoding_with_a_cache_equals_one_pass(method, dtype):
    model = optimize_for_inference(build(dtype=dtype), method)
    ids = tiny.random_ids(2, 12)
    whole = first_output(model, ids)
    cache, parts = phi_model.DynamicCache(), []
    with torch.no_grad():
        for piece in ids.split([5, 1, 1, 5], dim=1):
            parts.append(model(piece, past_key_values=cache).logits.float())
    # torch's products with few bits, which run where ours cannot, round what they are given to bfloat16.
    exact = dtype == torch.float32 and (method is None or native.load() is not None)
    assert distance(torch.cat(parts, dim=1), whole) <= (1e-5 if exact else 0.02)


def test_generation_with_the_embedded_model():
    tokenizer = phi_model.PhiTokenizer.from_pretrained(EMBEDDED)
    ids = tokenizer(PROMPT, return_tensors="pt")["input_ids"]
    plain = phi_model.PhiForCausalLM.from_pretrained(EMBEDDED)
    with torch.no_grad():
        wanted = plain(ids).logits.float().log_softmax(-1)
    for method, limit in (("int8", 0.01), ("nf4", 0.3), ("int4", 0.3)):
        packed = phi_model.PhiForCausalLM.from_pretrained(EMBEDDED, quantization=method)
        assert packed.memory_bytes() < plain.memory_bytes()
        with torch.no_grad():
            found = packed(ids).logits.float().log_softmax(-1)
        divergence = (wanted.exp() * (wanted - found)).sum(-1).mean()
        assert 0 < divergence < limit, method
        text = tokenizer.decode(packed.generate(ids, max_new_tokens=8)[0])
        assert text.startswith(PROMPT)
        assert len(text) > len(PROMPT)


# ---- errors


@pytest.mark.parametrize("value", ["int3", "INT8", "", 8])
def test_unknown_method_is_named(tmp_path, value):
    build().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="quantization must be one of None, 'int8', 'int4', 'nf4'"):
        phi_model.PhiForCausalLM.from_pretrained(tmp_path, quantization=value)


def test_packing_twice_is_refused():
    with pytest.raises(ValueError, match="packed already"):
        optimize_for_inference(optimize_for_inference(build()), "int8")


@pytest.fixture
def packed_folder(tmp_path):
    optimize_for_inference(build(), "int4").save_pretrained(tmp_path)
    return tmp_path


def refusal(folder) -> str:
    with pytest.raises(CheckpointError) as caught:
        phi_model.PhiForCausalLM.from_pretrained(folder)
    return str(caught.value)


def test_another_method_than_the_files_is_refused(packed_folder):
    with pytest.raises(CheckpointError, match=r"packed as 'int4'.*got 'int8'"):
        phi_model.PhiForCausalLM.from_pretrained(packed_folder, quantization="int8")


@pytest.mark.parametrize(
    "change", [{"method": "int2"}, {"method": []}, {"group_size": 32}, {"quant_method": "awq"}]
)
def test_unknown_packing_is_refused(packed_folder, change):
    file = packed_folder / "config.json"
    values = json.loads(file.read_text())
    values["quantization_config"].update(change)
    file.write_text(json.dumps(values))
    message = refusal(packed_folder)
    assert "quantization_config" in message
    assert str(file) in message
    assert repr(next(iter(change.values()))) in message


@pytest.mark.parametrize("suffix", ["weight", "weight_scale", "weight_zero"])
def test_missing_tensor_is_named(packed_folder, suffix):
    file = packed_folder / "model.safetensors"
    tensors = load_file(file)
    name = f"model.layers.1.mlp.fc2.{suffix}"
    del tensors[name]
    save_file(tensors, file)
    message = refusal(packed_folder)
    assert name in message
    assert str(file) in message


@pytest.mark.parametrize(
    ("suffix", "change"),
    [
        ("weight", lambda t: t[:, :-1].contiguous()),
        ("weight", lambda t: t.to(torch.int8)),
        ("weight", lambda t: t.float()),
        ("weight_scale", lambda t: t[:-1].contiguous()),
        ("weight_zero", lambda t: t.float()),
    ],
)
def test_wrong_shape_or_dtype_is_named(packed_folder, suffix, change):
    file = packed_folder / "model.safetensors"
    tensors = load_file(file)
    name = f"model.layers.1.self_attn.dense.{suffix}"
    tensors[name] = change(tensors[name])
    save_file(tensors, file)
    message = refusal(packed_folder)
    assert name in message
    assert "must be" in message
    assert "got" in message


# ---- memory

_PEAK = """
import ctypes, sys, torch, phi_model
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # no huge pages: the system fills them up whenever it has time
def rss(key):
    for line in open("/proc/self/status"):
        if line.startswith(key):
            return int(line.split()[1]) * 1024
phi_model.PhiForCausalLM.from_pretrained(sys.argv[2], quantization="int4")
before = rss("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
model = phi_model.PhiForCausalLM.from_pretrained(sys.argv[1], quantization="int4")
print(model.memory_bytes(), rss("VmHWM") - before)
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux only")
def test_loading_never_holds_the_dense_weights(tmp_path):
    """Peak memory is that of the packed weights and about one matrix with its work space, not the dense model's."""
    sizes = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 24}
    config = phi_model.PhiConfig(
        vocab_size=1000, num_attention_heads=8, max_position_embeddings=64, **sizes
    )
    model = phi_model.PhiForCausalLM(config)
    dense = model.memory_bytes()
    model.save_pretrained(tmp_path / "large")
    build().save_pretrained(tmp_path / "small")
    del model
    run = subprocess.run(
        [sys.executable, "-c", _PEAK, str(tmp_path / "large"), str(tmp_path / "small")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        # What is freed goes back at once, and one thread has one arena: the peak is then the same on every run.
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
            "MALLOC_MMAP_THRESHOLD_": "65536",
            "MALLOC_TRIM_THRESHOLD_": "65536",
        },
    )
    packed, peak = map(int, run.stdout.split())
    assert packed < 0.2 * dense
    assert packed < peak < packed + 0.25 * dense, (packed, peak, dense)
