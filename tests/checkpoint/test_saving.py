"""What is saved, this package and transformers read back."""

from __future__ import annotations

import json
import os
import stat

import pytest
import torch
import transformers
from safetensors import safe_open

import phi_model
from phi_model.saving import parse_size, save_pretrained
from tests.checkpoint.build import INDEX, SINGLE, checkpoint, oracle, tensors_of, write
from tests.tiny import ARCHITECTURES, CLASSES, pair, random_ids

IDS = random_ids(2, 9)
TOLERANCE = {"rtol": 1e-4, "atol": 2e-5}


def output_of(model, ids=IDS):
    output = model(ids)
    return output.last_hidden_state if not hasattr(output, "logits") else output.logits


@pytest.mark.parametrize("size", ["5GB", "20KB"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_transformers_reads_it_back(tmp_path, architecture, size):
    _, ours = pair(architecture)
    want = output_of(ours)
    ours.save_pretrained(tmp_path, max_shard_size=size)
    assert (tmp_path / INDEX).exists() == (size == "20KB")
    theirs, loading = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path, output_loading_info=True
    )
    assert not any(loading.values()), loading
    torch.testing.assert_close(output_of(theirs.eval()), want, **TOLERANCE)
    again = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(output_of(again), want)
    assert again.config == ours.config or again.config.architectures == ["PhiForCausalLM"]
    for name, value in ours.state_dict().items():
        assert torch.equal(theirs.state_dict()[name], value), name


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class(tmp_path, cls):
    _, ours = pair("gqa", cls)
    ours.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == [cls]
    theirs = getattr(transformers, cls).from_pretrained(tmp_path)
    torch.testing.assert_close(output_of(theirs), output_of(ours), **TOLERANCE)
    again = getattr(phi_model, cls).from_pretrained(tmp_path)
    assert torch.equal(output_of(again), output_of(ours))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_dtype_survives(tmp_path, dtype):
    _, ours = pair()
    ours.to(dtype).save_pretrained(tmp_path)
    name = str(dtype).removeprefix("torch.")
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["dtype"] == config["torch_dtype"] == name
    assert phi_model.PhiForCausalLM.from_pretrained(tmp_path).dtype == dtype
    theirs = transformers.PhiForCausalLM.from_pretrained(tmp_path, dtype="auto")
    assert theirs.dtype == dtype


def test_config_reads_the_same_in_transformers_4s_words(tmp_path):
    """transformers 4 knows `rope_theta`, `partial_rotary_factor` and `rope_scaling` at the top level."""
    _, ours = pair("llama3")
    ours.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert "transformers_version" not in config
    assert config["model_type"] == "phi"
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"] == 10000.0
    assert config["partial_rotary_factor"] == 0.5
    assert config["rope_scaling"]["rope_type"] == "llama3"
    assert config["rope_scaling"]["factor"] == 4.0
    for name in ("rope_parameters",):
        del config[name]
    flat = transformers.PhiConfig(**config)
    full = transformers.PhiConfig.from_pretrained(tmp_path)
    assert flat.rope_parameters == full.rope_parameters


def test_saving_leaves_the_model_as_it_was(tmp_path):
    _, ours = pair()
    before = ours.config.to_dict()
    ours.save_pretrained(tmp_path)
    assert ours.config.to_dict() == before


@pytest.mark.parametrize("size", ["5GB", "10KB"])
def test_tied_weights_are_written_once(tmp_path, size):
    _, ours = pair("tied")
    ours.save_pretrained(tmp_path, max_shard_size=size)
    names = []
    for path in tmp_path.glob("*.safetensors"):
        with safe_open(path, "pt") as tensors:
            names += list(tensors.keys())
            assert tensors.metadata() == {"format": "pt"}
    assert "lm_head.weight" not in names
    assert sorted(names) == sorted(set(ours.state_dict()) - {"lm_head.weight"})


@pytest.mark.parametrize("size", [1, 10_000, "10KB", "20KB", "100KB"])
def test_shards_keep_to_their_size(tmp_path, size):
    _, ours = pair()
    ours.save_pretrained(tmp_path, max_shard_size=size)
    index = json.loads((tmp_path / INDEX).read_text())
    files = sorted(tmp_path.glob("*.safetensors"))
    assert sorted(set(index["weight_map"].values())) == [path.name for path in files]
    assert set(index["weight_map"]) == set(ours.state_dict())
    total = 0
    for path in files:
        with safe_open(path, "pt") as tensors:
            parts = [tensors.get_tensor(name) for name in tensors.keys()]  # noqa: SIM118
        part = sum(tensor.nbytes for tensor in parts)
        assert len(parts) == 1 or part <= parse_size(size)
        total += part
    assert index["metadata"]["total_size"] == total
    assert path.name == f"model-{len(files):05d}-of-{len(files):05d}.safetensors"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (5, 5),
        ("5", 5),
        ("10B", 10),
        ("5GB", 5 * 10**9),
        ("10MB", 10**7),
        ("1.5KB", 1500),
        ("2GiB", 2 * 2**30),
        (" 3 mib ", 3 * 2**20),
        ("1TB", 10**12),
    ],
)
def test_sizes(size, expected):
    assert parse_size(size) == expected


@pytest.mark.parametrize("size", ["", "big", "-1GB", 0, -5, "5XB", "GB", None])
def test_sizes_out_of_range(tmp_path, size):
    with pytest.raises(ValueError, match="max_shard_size") as caught:
        save_pretrained(pair()[1], tmp_path / "out", max_shard_size=size)
    assert repr(size) in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_folder_that_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(ValueError, match="save_directory"):
        pair()[1].save_pretrained(path)


def test_save_over_what_it_was_loaded_from(tmp_path):
    """The weights in use must survive that their own files are replaced."""
    folder, _ = checkpoint(tmp_path)
    ours = phi_model.PhiForCausalLM.from_pretrained(folder)
    want = output_of(ours)
    with torch.no_grad():
        ours.lm_head.bias.add_(1.0)
    for size in ("10KB", "5GB", "40KB"):
        ours.save_pretrained(folder, max_shard_size=size)
        torch.testing.assert_close(output_of(ours), want + 1.0)
        again = phi_model.PhiForCausalLM.from_pretrained(folder)
        assert torch.equal(output_of(again), output_of(ours))


def test_files_of_an_earlier_save_go_and_others_stay(tmp_path):
    _, ours = pair()
    (tmp_path / "README.md").write_text("card")
    (tmp_path / "other.safetensors").write_text("mine")
    ours.save_pretrained(tmp_path, max_shard_size="10KB")
    assert (tmp_path / INDEX).exists()
    ours.save_pretrained(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "README.md",
        "config.json",
        "generation_config.json",
        SINGLE,
        "other.safetensors",
    ]


@pytest.mark.skipif(os.name == "nt", reason="POSIX rights")
def test_weights_have_the_rights_of_a_new_file(tmp_path):
    """safetensors makes its files readable by their owner only; a shared folder needs more."""
    pair()[1].save_pretrained(tmp_path)
    rights = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    probe = tmp_path / "probe"
    probe.touch()
    assert rights == {stat.S_IMODE(probe.stat().st_mode)}


def test_generation_settings_survive(tmp_path):
    theirs = oracle()
    settings = {
        "eos_token_id": [7, 8],
        "do_sample": True,
        "temperature": 0.3,
        "epsilon_cutoff": 0.0,
    }
    write(tmp_path, tensors_of(theirs), theirs.config.to_dict(), generation_config=settings)
    ours = phi_model.PhiForCausalLM.from_pretrained(tmp_path)
    ours.save_pretrained(tmp_path / "again")
    assert json.loads((tmp_path / "again" / "generation_config.json").read_text()) == settings
    reference = transformers.GenerationConfig.from_pretrained(tmp_path / "again")
    assert reference.eos_token_id == [7, 8]
    assert reference.do_sample is True


def test_new_model_saves_its_special_tokens(tmp_path):
    pair()[1].save_pretrained(tmp_path)
    reference = transformers.GenerationConfig.from_pretrained(tmp_path)
    assert (reference.bos_token_id, reference.eos_token_id, reference.pad_token_id) == (1, 2, 0)


@pytest.mark.parametrize("layout", ["phi-msft", "mixformer", "fused"])
def test_old_layout_is_saved_as_transformers_own(tmp_path, layout):
    folder, theirs = checkpoint(tmp_path / "old", layout=layout)
    phi_model.PhiForCausalLM.from_pretrained(folder).save_pretrained(tmp_path / "new")
    again = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "new")
    torch.testing.assert_close(output_of(again), output_of(theirs), **TOLERANCE)
