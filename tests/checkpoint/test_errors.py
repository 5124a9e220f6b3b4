"""Bad checkpoints: the message names the file, the tensor, the rule and the value."""

from __future__ import annotations

import json
import os

import pytest
import torch
from safetensors.torch import save_file

import phi_model
from phi_model.checkpoint import CheckpointError, CheckpointNotFoundError
from tests.checkpoint.build import INDEX, SINGLE, checkpoint, config_of, oracle, tensors_of, write

LAYER_1_FC1 = {
    "transformers": "model.layers.1.mlp.fc1.weight",
    "bare": "layers.1.mlp.fc1.weight",
    "fused": "model.layers.1.mlp.fc1.weight",
    "phi-msft": "transformer.h.1.mlp.fc1.weight",
    "mixformer": "layers.2.mlp.fc1.weight",
}
FUSED = {
    "fused": "model.layers.1.self_attn.query_key_value.weight",
    "phi-msft": "transformer.h.1.mixer.Wqkv.weight",
    "mixformer": "layers.2.mixer.Wqkv.weight",
}


def message_of(folder, *parts, cls="PhiForCausalLM", error=CheckpointError):
    """The message of the error that loading gives; it must hold the parts."""
    with pytest.raises(error) as caught:
        getattr(phi_model, cls).from_pretrained(folder)
    message = str(caught.value)
    for part in parts:
        assert str(part) in message
    return message


def change(folder, layout, edit):
    """Writes a checkpoint whose tensors went through `edit`."""
    model = oracle()
    tensors = tensors_of(model, layout)
    edit(tensors)
    return write(folder, tensors, config_of(model, layout))


def set_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return path


# ---- tensors


@pytest.mark.parametrize("layout", LAYER_1_FC1)
def test_missing_tensor(tmp_path, layout):
    change(tmp_path, layout, lambda tensors: tensors.pop(LAYER_1_FC1[layout]))
    message_of(
        tmp_path, tmp_path / SINGLE, "lacks", "layers.1.mlp.fc1.weight", tmp_path / "config.json"
    )


@pytest.mark.parametrize("layout", FUSED)
def test_missing_fused_tensor(tmp_path, layout):
    change(tmp_path, layout, lambda tensors: tensors.pop(FUSED[layout]))
    message_of(tmp_path, SINGLE, "lacks", "layers.1.self_attn.q_proj.weight", "k_proj", "v_proj")


@pytest.mark.parametrize("name", ["model.embed_tokens.weight", "model.final_layernorm.bias"])
@pytest.mark.parametrize("cls", ["PhiModel", "PhiForCausalLM", "PhiForSequenceClassification"])
def test_missing_end_of_the_trunk(tmp_path, name, cls):
    change(tmp_path, "transformers", lambda tensors: tensors.pop(name))
    message_of(tmp_path, SINGLE, "lacks", name.removeprefix("model."), cls=cls)


def test_many_missing_tensors_are_counted(tmp_path):
    change(
        tmp_path,
        "transformers",
        lambda tensors: [tensors.pop(name) for name in list(tensors) if ".layers.1." in name],
    )
    message_of(tmp_path, "model.layers.1.self_attn.q_proj.weight", "and 9 more")


@pytest.mark.parametrize(
    ("layout", "name"),
    [
        ("transformers", "model.layers.1.mlp.fc3.weight"),
        ("transformers", "model.layers.1.mlp.fc1.scales"),
        ("transformers", "model.layers.7.mlp.fc1.weight"),
        ("transformers", "model.layers.3.input_layernorm.bias"),
        ("transformers", "model.layers.0.self_attn.q_layernorm.weight"),
        ("transformers", "vision.weight"),
        ("bare", "layers.3.mlp.fc1.weight"),
        ("fused", "model.layers.3.self_attn.query_key_value.weight"),
        ("phi-msft", "transformer.h.3.ln.weight"),
        ("phi-msft", "transformer.h.1.moe.router.weight"),
        ("mixformer", "layers.5.ln.weight"),
        ("mixformer", "layers.4.mlp.fc1.weight"),
    ],
)
def test_extra_tensor(tmp_path, layout, name):
    change(tmp_path, layout, lambda tensors: tensors.update({name: torch.ones(3, 3)}))
    message_of(
        tmp_path,
        tmp_path / SINGLE,
        repr(name),
        "does not have",
        "num_hidden_layers 3",
        "qk_layernorm False",
    )


@pytest.mark.parametrize("layout", LAYER_1_FC1)
def test_wrong_shape(tmp_path, layout):
    name = LAYER_1_FC1[layout]
    change(tmp_path, layout, lambda tensors: tensors.update({name: torch.ones(5, 32)}))
    message_of(
        tmp_path,
        tmp_path / SINGLE,
        repr(name),
        "(37, 32)",
        "(5, 32)",
        "intermediate_size 37",
        tmp_path / "config.json",
    )


@pytest.mark.parametrize("layout", FUSED)
@pytest.mark.parametrize("shape", [(95, 32), (3 * 32 + 1, 32), ()])
def test_wrong_rows_of_a_fused_tensor(tmp_path, layout, shape):
    name = FUSED[layout]
    change(tmp_path, layout, lambda tensors: tensors.update({name: torch.ones(shape)}))
    message_of(tmp_path, SINGLE, repr(name), "96 rows", "num_attention_heads 4", str(shape))


@pytest.mark.parametrize("layout", FUSED)
def test_wrong_columns_of_a_fused_tensor(tmp_path, layout):
    name = FUSED[layout]
    change(tmp_path, layout, lambda tensors: tensors.update({name: torch.ones(96, 31)}))
    message_of(tmp_path, SINGLE, repr(name), "(32, 32)", "(32, 31)", "q_proj")


def test_two_tensors_for_one(tmp_path):
    change(
        tmp_path,
        "transformers",
        lambda tensors: tensors.update({"embed_tokens.weight": torch.ones(99, 32)}),
    )
    message_of(tmp_path, "'embed_tokens.weight'", "'model.embed_tokens.weight'", "not both")


@pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.float8_e4m3fn])
def test_packed_weights(tmp_path, dtype):
    name = "model.layers.1.mlp.fc1.weight"
    change(
        tmp_path, "transformers", lambda tensors: tensors.update({name: tensors[name].to(dtype)})
    )
    message_of(tmp_path, SINGLE, repr(name), "must be one of F64, F32, F16, BF16")


def test_head_with_another_number_of_rows(tmp_path):
    change(
        tmp_path,
        "transformers",
        lambda tensors: tensors.update({"lm_head.weight": torch.ones(98, 32)}),
    )
    message_of(tmp_path, "'lm_head.weight'", "vocab_size 99", "(98, 32)")


@pytest.mark.parametrize("cls", ["PhiForSequenceClassification", "PhiForTokenClassification"])
def test_head_with_another_number_of_labels(tmp_path, cls):
    model = oracle(cls=cls, num_labels=3)
    write(tmp_path, tensors_of(model), {**model.config.to_dict(), "id2label": {"0": "a", "1": "b"}})
    message_of(tmp_path, "'score.weight'", "num_labels 2", "(3, 32)", cls=cls)


# ---- the configuration


@pytest.mark.parametrize(
    ("field", "value", "parts"),
    [
        ("hidden_size", 64, ["embed_tokens.weight", "hidden_size 64", "(99, 32)"]),
        ("intermediate_size", 100, ["mlp.fc1", "intermediate_size 100"]),
        ("num_hidden_layers", 4, ["lacks", "layers.3.", "num_hidden_layers 4"]),
        ("num_hidden_layers", 2, ["layers.2.", "does not have", "num_hidden_layers 2"]),
        ("num_key_value_heads", 2, ["k_proj", "num_key_value_heads 2", "(16, 32)"]),
        ("qk_layernorm", True, ["lacks", "q_layernorm.weight", "qk_layernorm True"]),
    ],
)
def test_config_that_contradicts_its_tensors(tmp_path, field, value, parts):
    folder, _ = checkpoint(tmp_path)
    path = set_config(folder, **{field: value})
    message_of(folder, folder / SINGLE, path, *parts)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_type", "llama"),
        ("model_type", "phi3"),
        ("model_type", "phimoe"),
        ("num_local_experts", 16),
        ("quantization_config", {"quant_method": "bitsandbytes"}),
        ("num_attention_heads", 5),
        ("num_key_value_heads", 3),
        ("hidden_act", "swoosh"),
        ("vocab_size", "many"),
    ],
)
def test_config_out_of_range(tmp_path, field, value):
    folder, _ = checkpoint(tmp_path)
    path = set_config(folder, **{field: value})
    message = message_of(folder, path, field)
    if not isinstance(value, dict):
        assert repr(value) in message


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "\x80", "null"])
@pytest.mark.parametrize("name", ["config.json", "generation_config.json"])
def test_broken_json(tmp_path, content, name):
    folder, _ = checkpoint(tmp_path)
    (folder / name).write_bytes(content.encode("latin-1"))
    message_of(folder, folder / name, "JSON")


def test_names_of_another_model(tmp_path):
    model = oracle()
    write(tmp_path, {"bert.encoder.weight": torch.ones(2, 2)}, model.config.to_dict())
    message_of(tmp_path, tmp_path / SINGLE, "'bert.encoder.weight'", "no tensor of a Phi model")


# ---- files


@pytest.mark.parametrize("keep", [0, 4, 8, 100, 0.5, -1])
@pytest.mark.parametrize("shards", [1, 2])
def test_truncated_file(tmp_path, keep, shards):
    folder, _ = checkpoint(tmp_path, shards=shards)
    path = folder / (SINGLE if shards == 1 else "model-00002-of-00002.safetensors")
    size = path.stat().st_size
    cut = int(size * keep) if isinstance(keep, float) else keep % size
    os.truncate(path, cut)
    message_of(folder, path, "cut short")


def test_file_that_is_no_safetensors(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / SINGLE).write_bytes(b"PK\x03\x04" + bytes(1000))
    message_of(folder, folder / SINGLE, "not a complete safetensors file")


def test_git_lfs_pointer(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / SINGLE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9")
    message_of(folder, folder / SINGLE, "git lfs pull")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"weight_map": []}', '{"weight_map": {}}', '{"weight_map": null}'],
)
def test_broken_index(tmp_path, content):
    folder, _ = checkpoint(tmp_path, shards=2)
    (folder / INDEX).write_text(content)
    message_of(folder, folder / INDEX)


@pytest.mark.parametrize(
    "filename",
    ["../other.safetensors", "/etc/passwd", "a/b.safetensors", "..\\x.safetensors", "x.bin", 7, ""],
)
def test_index_that_leads_out_of_the_folder(tmp_path, filename):
    folder, _ = checkpoint(tmp_path, shards=2)
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"]["lm_head.bias"] = filename
    (folder / INDEX).write_text(json.dumps(index))
    message_of(folder, folder / INDEX, "'lm_head.bias'", repr(filename))


def test_index_that_names_a_missing_file(tmp_path):
    folder, _ = checkpoint(tmp_path, shards=2)
    missing = "model-00002-of-00002.safetensors"
    (folder / missing).unlink()
    message = message_of(folder, folder / INDEX, missing, error=CheckpointNotFoundError)
    index = json.loads((folder / INDEX).read_text())
    first = next(name for name, file in index["weight_map"].items() if file == missing)
    assert repr(first) in message


def test_index_that_names_a_tensor_its_file_lacks(tmp_path):
    folder, _ = checkpoint(tmp_path, shards=2)
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"]["lm_head.bias"] = next(
        file for name, file in index["weight_map"].items() if name == "lm_head.weight"
    )
    index["weight_map"]["lm_head.ghost"] = "model-00001-of-00002.safetensors"
    (folder / INDEX).write_text(json.dumps(index))
    message_of(folder, "model-0000", "lacks tensor 'lm_head.", folder / INDEX)


def test_tensor_missing_from_all_shards(tmp_path):
    folder, _ = checkpoint(tmp_path, shards=2)
    name = "model.layers.1.mlp.fc1.weight"
    index = json.loads((folder / INDEX).read_text())
    file = folder / index["weight_map"].pop(name)
    from safetensors.torch import load_file

    tensors = load_file(file)
    del tensors[name]
    save_file(tensors, file)
    (folder / INDEX).write_text(json.dumps(index))
    message_of(folder, folder / INDEX, "lacks", name)


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth", "model.pt"]
)
def test_pickles_only(tmp_path, name):
    folder, _ = checkpoint(tmp_path)
    (folder / SINGLE).unlink()
    (folder / name).write_bytes(b"\x80\x02.")
    message_of(folder, folder, name, "pickle", "safetensors", "save_pretrained", "Convert")


def test_pickle_beside_safetensors_is_ignored(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02.")
    assert phi_model.PhiForCausalLM.from_pretrained(folder).config.hidden_size == 32


def test_no_weights_at_all(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / SINGLE).unlink()
    message_of(folder, folder, SINGLE, INDEX, "config.json", error=CheckpointNotFoundError)


def test_safetensors_under_another_name(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / SINGLE).rename(folder / "phi.safetensors")
    message_of(folder, SINGLE, "it holds phi.safetensors")


def test_folder_without_config(tmp_path):
    folder, _ = checkpoint(tmp_path)
    (folder / "config.json").unlink()
    message_of(folder, folder, "config.json", error=CheckpointNotFoundError)
    message_of(folder, error=FileNotFoundError)
    message_of(folder, error=ValueError)


@pytest.mark.parametrize("name", ["/nowhere/at/all", "./nowhere", "../nowhere", "~/no/where"])
def test_folder_that_does_not_exist(name):
    message_of(name, name, "no such folder", error=CheckpointNotFoundError)


def test_file_in_place_of_a_folder(tmp_path):
    folder, _ = checkpoint(tmp_path)
    message_of(folder / SINGLE, folder / SINGLE, "a checkpoint is a folder")
