"""Loading: dtypes, heads, tied embeddings, vocabulary, generation settings, arguments, memory."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

import phi_model
from phi_model.checkpoint import load_pretrained
from tests.checkpoint.build import checkpoint, config_of, oracle, tensors_of, write
from tests.tiny import ARCHITECTURES, random_ids

IDS = random_ids(2, 9)
TOLERANCE = {"rtol": 1e-4, "atol": 2e-5}
DTYPES = [torch.float32, torch.float16, torch.bfloat16, torch.float64]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("max_shard_size", ["5GB", "20KB"])
def test_what_transformers_saves_is_read(tmp_path, architecture, max_shard_size):
    theirs = oracle(architecture)
    theirs.save_pretrained(tmp_path, max_shard_size=max_shard_size)
    assert (tmp_path / "model.safetensors").exists() == (max_shard_size == "5GB")
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)
    assert not ours.training
    assert all(parameter.requires_grad for parameter in ours.parameters())
    assert set(ours.state_dict()) == set(theirs.state_dict())


@pytest.mark.parametrize("path", [str, Path, os.path.relpath])
def test_folder_is_named_by_string_or_path(tmp_path, path):
    folder, theirs = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(path(folder))
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)
    assert ours.commit is None


def test_folder_whose_name_holds_an_at_sign(tmp_path):
    folder, _ = checkpoint(tmp_path / "model@3")
    assert phi_model.PhiForCausalLM.from_pretrained(str(folder)).config.hidden_size == 32


# ---- dtype


@pytest.mark.parametrize("file_dtype", DTYPES)
@pytest.mark.parametrize("dtype", [None, "auto"])
def test_dtype_of_the_file_counts_whatever_the_config_says(tmp_path, file_dtype, dtype):
    theirs = oracle()
    tensors = {name: value.to(file_dtype) for name, value in tensors_of(theirs).items()}
    write(tmp_path, tensors, {**theirs.config.to_dict(), "torch_dtype": "float32"})
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path, dtype=dtype)
    assert ours.dtype == file_dtype
    assert {parameter.dtype for parameter in ours.parameters()} == {file_dtype}
    assert torch.equal(ours.lm_head.weight, tensors["lm_head.weight"])


@pytest.mark.parametrize("file_dtype", DTYPES)
@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("float32", torch.float32),
        ("bfloat16", torch.bfloat16),
        ("float16", torch.float16),
        ("torch.bfloat16", torch.bfloat16),
        ("half", torch.float16),
        (torch.float16, torch.float16),
        (torch.float64, torch.float64),
    ],
)
def test_dtype_converts(tmp_path, file_dtype, dtype, expected):
    theirs = oracle()
    tensors = {name: value.to(file_dtype) for name, value in tensors_of(theirs).items()}
    write(tmp_path, tensors, theirs.config.to_dict())
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path, dtype=dtype)
    for name, value in ours.state_dict().items():
        assert value.dtype == expected
        assert torch.equal(value, tensors[name].to(expected)), name


def test_mixed_file_takes_the_dtype_of_most_numbers(tmp_path):
    theirs = oracle()
    tensors = {
        name: value if "layernorm" in name else value.half()
        for name, value in tensors_of(theirs).items()
    }
    write(tmp_path, tensors, theirs.config.to_dict())
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert {parameter.dtype for parameter in ours.parameters()} == {torch.float16}


@pytest.mark.parametrize("layout", ["phi-msft", "fused"])
def test_dtype_converts_fused_tensors(tmp_path, layout):
    folder, theirs = checkpoint(tmp_path, layout=layout)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, dtype="bfloat16")
    for name, value in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value.bfloat16()), name


# ---- arguments


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("dtype", "int8"),
        ("dtype", "float31"),
        ("dtype", torch.int32),
        ("quantization", "int3"),
        ("quantization", ""),
        ("attn_implementation", "flash"),
    ],
)
def test_bad_argument_is_named(tmp_path, argument, value):
    folder, _ = checkpoint(tmp_path)
    with pytest.raises(ValueError, match=argument) as caught:
        phi_model.PhiForCausalLM.from_pretrained(folder, **{argument: value})
    assert repr(value) in str(caught.value)


def test_unknown_argument_is_named(tmp_path):
    """A misspelt argument was taken for a field of the configuration, and changed nothing."""
    folder, _ = checkpoint(tmp_path)
    with pytest.raises(TypeError, match="no such argument: dytpe"):
        phi_model.PhiForCausalLM.from_pretrained(folder, dytpe="bfloat16", use_cache=False)
    assert not phi_model.PhiForCausalLM.from_pretrained(folder, use_cache=False).config.use_cache


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_attention_implementation_is_passed_on(tmp_path, implementation):
    folder, theirs = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, attn_implementation=implementation)
    assert ours.config._attn_implementation == implementation
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu"), None])
def test_device(tmp_path, device):
    folder, _ = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device=device)
    assert ours.device == torch.device("cpu")


@pytest.mark.parametrize("device_map", ["meta", torch.device("meta"), {"": "meta"}])
def test_device_map_is_the_documented_name_of_device(tmp_path, device_map):
    """The documentation's `device_map` was taken for a field of the configuration: the model stayed on the CPU."""
    folder, _ = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device_map=device_map)
    assert {parameter.device.type for parameter in ours.parameters()} == {"meta"}


def test_device_map_auto_and_refusals(tmp_path):
    folder, _ = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device_map="auto")
    assert ours.device.type == ("cuda" if torch.cuda.is_available() else "cpu")
    for bad in ({"device_map": {"model": "cpu", "lm_head": "meta"}}, {"device_map": {}}):
        with pytest.raises(ValueError, match="device_map must put the whole model on one device"):
            phi_model.PhiForCausalLM.from_pretrained(folder, **bad)
    with pytest.raises(ValueError, match="device_map must be None with device='cpu'"):
        phi_model.PhiForCausalLM.from_pretrained(folder, device="cpu", device_map="auto")


def test_device_meta_is_where_the_weights_go(tmp_path):
    """A device other than the CPU, on any machine."""
    folder, _ = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device="meta")
    assert {parameter.device.type for parameter in ours.parameters()} == {"meta"}


@pytest.mark.gpu
@pytest.mark.parametrize("device", ["cuda", "cuda:0"])
@pytest.mark.parametrize("layout", ["transformers", "phi-msft", "fused"])
def test_device_cuda(tmp_path, device, layout):
    folder, theirs = checkpoint(tmp_path, layout=layout)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder, device=device)
    assert {parameter.device.type for parameter in ours.parameters()} == {"cuda"}
    for name, value in ours.state_dict().items():
        assert torch.equal(value.cpu(), theirs.state_dict()[name]), name


def test_progress_counts_up_to_the_whole(tmp_path):
    folder, theirs = checkpoint(tmp_path, shards=3)
    seen: list[tuple[int, int]] = []
    load_pretrained(
        phi_model.PhiForCausalLM, folder, progress=lambda done, total: seen.append((done, total))
    )
    count = sum(value.numel() for value in theirs.state_dict().values())
    assert seen[-1] == (count, count)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) == len(theirs.state_dict())


# ---- heads


def test_head_that_the_file_lacks_is_new_and_named(tmp_path, caplog):
    folder, _ = checkpoint(tmp_path)
    with caplog.at_level(logging.WARNING):
        ours = phi_model.PhiForTokenClassification.from_pretrained(
            folder, num_labels=5, dtype="bfloat16"
        )
    assert "score.weight" in caplog.text
    assert "score.bias" in caplog.text
    assert ours.score.weight.shape == (5, 32)
    assert ours.score.weight.dtype == torch.bfloat16
    assert 0.01 < ours.score.weight.std() < 0.04
    assert not ours.score.bias.any()
    assert torch.isfinite(ours(IDS).logits).all()


def test_complete_file_gives_no_warning(tmp_path, caplog):
    folder, _ = checkpoint(tmp_path)
    with caplog.at_level(logging.WARNING):
        phi_model.PhiForCausalLM.from_pretrained(folder)
        phi_model.PhiModel.from_pretrained(folder)
    assert not caplog.records


def test_trunks_file_gives_a_causal_model_with_a_new_head(tmp_path, caplog):
    folder, theirs = checkpoint(tmp_path, layout="bare")
    with caplog.at_level(logging.WARNING):
        ours = phi_model.PhiForCausalLM.from_pretrained(folder)
    assert "lm_head.weight, lm_head.bias" in caplog.text
    assert torch.equal(ours.model.embed_tokens.weight, theirs.model.embed_tokens.weight)


@pytest.mark.parametrize("cls", ["PhiForSequenceClassification", "PhiForTokenClassification"])
def test_labels_come_from_the_config(tmp_path, cls):
    names = {0: "cat", 1: "dog", 2: "owl"}
    theirs = oracle(cls=cls, id2label=names, label2id={v: k for k, v in names.items()})
    theirs.save_pretrained(tmp_path)
    ours = getattr(phi_model, cls).from_pretrained(tmp_path)
    assert ours.config.num_labels == 3
    assert ours.config.id2label == names
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)


# ---- tied embeddings


@pytest.mark.parametrize("kept", ["model.embed_tokens.weight", "lm_head.weight", "both"])
def test_tied_matrix_under_either_name(tmp_path, kept):
    theirs = oracle("tied")
    both = {"model.embed_tokens.weight", "lm_head.weight"}
    drop = set() if kept == "both" else both - {kept}
    tensors = {name: value for name, value in tensors_of(theirs).items() if name not in drop}
    write(tmp_path, tensors, theirs.config.to_dict())
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert ours.lm_head.weight is ours.model.embed_tokens.weight
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)


def test_tied_matrices_that_differ_stay_apart(tmp_path, caplog):
    """As in transformers: the file is right, the config is not."""
    theirs = oracle()
    write(tmp_path, tensors_of(theirs), {**theirs.config.to_dict(), "tie_word_embeddings": True})
    with caplog.at_level(logging.WARNING):
        ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert "not tied" in caplog.text
    assert ours.lm_head.weight is not ours.model.embed_tokens.weight
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)
    reference = transformers.PhiForCausalLM.from_pretrained(tmp_path)
    torch.testing.assert_close(ours(IDS).logits, reference(IDS).logits, **TOLERANCE)
    ours.save_pretrained(tmp_path / "again")
    again = phi_model.PhiForCausalLM.from_pretrained(tmp_path / "again")
    assert torch.equal(again.lm_head.weight, ours.lm_head.weight)


# ---- the configuration against the file


@pytest.mark.parametrize("said", [51200, 50, 120])
@pytest.mark.parametrize("layout", ["transformers", "phi-msft"])
def test_rows_of_the_tensor_are_the_vocabulary(tmp_path, said, layout):
    theirs = oracle()
    write(tmp_path, tensors_of(theirs, layout), {**config_of(theirs, layout), "vocab_size": said})
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert ours.config.vocab_size == 99
    torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, **TOLERANCE)


@pytest.mark.parametrize(("rows", "expected"), [(50257, 50256), (50256, None), (99, None)])
@pytest.mark.parametrize("said", [51200, 99])
def test_null_end_of_text_is_50256_where_there_is_such_a_row(tmp_path, rows, expected, said):
    theirs = oracle(hidden_size=8, num_attention_heads=2, num_hidden_layers=1, vocab_size=rows)
    config = {**theirs.config.to_dict(), "eos_token_id": None, "vocab_size": said}
    write(tmp_path, tensors_of(theirs), config)
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert ours.config.eos_token_id == expected
    assert ours.generation_config.eos_token_id == expected


# ---- generation_config.json


def test_generation_config_beats_config(tmp_path):
    theirs = oracle()
    settings = {"eos_token_id": [7, 8], "do_sample": True, "temperature": 0.3, "strange": [1]}
    write(tmp_path, tensors_of(theirs), theirs.config.to_dict(), generation_config=settings)
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert ours.generation_config.eos_token_id == [7, 8]
    assert ours.generation_config.do_sample is True
    assert ours.generation_config.temperature == 0.3
    assert ours.generation_config.top_p is None
    assert ours.generation_config.bos_token_id is None  # the file is silent, and it alone counts
    assert ours.config.eos_token_id == 2
    assert ours.generation_config.to_dict() == settings


def test_generation_config_comes_from_config_where_there_is_no_file(tmp_path):
    theirs = oracle()
    write(tmp_path, tensors_of(theirs), {**theirs.config.to_dict(), "top_k": 7})
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    reference = transformers.PhiForCausalLM.from_pretrained(tmp_path).generation_config
    for name in ("bos_token_id", "eos_token_id", "pad_token_id", "top_k", "do_sample"):
        assert getattr(ours.generation_config, name) == getattr(reference, name), name


@pytest.mark.parametrize("eos", [2, [2, 5], None])
def test_eos_of_either_file_as_transformers_reads_it(tmp_path, eos):
    theirs = oracle()
    for place in ("config", "generation_config"):
        config = {**theirs.config.to_dict(), "eos_token_id": eos}
        files = {"generation_config": {"eos_token_id": eos}} if place != "config" else {}
        folder = write(tmp_path / place, tensors_of(theirs), config, **files)
        ours = phi_model.PhiForCausalLM.from_pretrained(folder)
        reference = transformers.PhiForCausalLM.from_pretrained(folder)
        assert ours.generation_config.eos_token_id == reference.generation_config.eos_token_id


# ---- memory


_MEASURE = """
import gc, json, sys, torch
import phi_model
def rss():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1]) * 1024
def peak():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1]) * 1024
phi_model.PhiForCausalLM.from_pretrained(sys.argv[1])
gc.collect()
before = rss()
open("/proc/self/clear_refs", "w").write("5")
model = phi_model.PhiForCausalLM.from_pretrained(sys.argv[2], dtype=json.loads(sys.argv[3]))
total = sum(float(p.detach().view(-1)[::512].sum()) for p in model.parameters())
print(json.dumps([before, peak(), sum(p.nbytes for p in model.parameters())]))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="needs Linux's /proc")
@pytest.mark.parametrize("dtype", [None, "bfloat16"])
@pytest.mark.parametrize("layout", ["transformers", "phi-msft"])
def test_no_second_copy_in_memory(tmp_path, dtype, layout):
    """Peak memory while loading stays near the model's own size, which is 107 MB in the file."""
    big = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 8}
    small, _ = checkpoint(tmp_path / "small")
    theirs = oracle(**big, vocab_size=2000)
    write(tmp_path / "big", tensors_of(theirs, layout), config_of(theirs, layout))
    command = [sys.executable, "-c", _MEASURE, small, tmp_path / "big", json.dumps(dtype)]
    root = Path(phi_model.__file__).parents[1]
    out = subprocess.run(command, check=True, cwd=root, capture_output=True, text=True).stdout
    before, peak, size = json.loads(out.splitlines()[-1])
    largest = 4 * 4 * 512 * 512
    assert peak - before < size + 3 * largest + 8e6
