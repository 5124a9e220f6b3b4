"""The weights' fingerprint: the same for the same weights, another for others."""

from __future__ import annotations

import re

import pytest
import torch

from phi_model import PhiConfig, PhiForCausalLM
from phi_model.errors import CheckpointError
from phi_model.fingerprint import BLOCK, BLOCKS, fingerprint
from tests.checkpoint.build import INDEX


@pytest.fixture(scope="module")
def model() -> PhiForCausalLM:
    """Its largest tensors are hashed by blocks, its smallest ones whole."""
    torch.manual_seed(0)
    config = PhiConfig(vocab_size=600, hidden_size=64, num_hidden_layers=2, num_attention_heads=2,
                       intermediate_size=512)  # fmt: skip
    model = PhiForCausalLM(config)
    sizes = [p.nbytes for p in model.parameters()]
    assert min(sizes) < BLOCK * BLOCKS < max(sizes)
    return model


def test_it_depends_on_the_weights_and_not_on_the_files(tmp_path, model):
    model.save_pretrained(tmp_path / "one")
    model.save_pretrained(tmp_path / "many", max_shard_size="100KB")
    assert (tmp_path / "many" / INDEX).exists()
    one = fingerprint(tmp_path / "one")
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert fingerprint(tmp_path / "many") == one == fingerprint(str(tmp_path / "one"))


@pytest.mark.parametrize("name", ["lm_head.weight", "model.layers.1.mlp.fc2.bias"])
@pytest.mark.parametrize("at", [0, -1])
def test_one_changed_number_changes_it(tmp_path, model, name, at):
    model.save_pretrained(tmp_path / "before")
    weight = model.get_parameter(name).data.view(-1)
    old = weight[at].clone()
    weight[at] += 1
    model.save_pretrained(tmp_path / "after")
    weight[at] = old
    assert fingerprint(tmp_path / "after") != fingerprint(tmp_path / "before")


def test_a_tensor_of_another_shape_with_the_same_bytes_changes_it(tmp_path, model):
    model.save_pretrained(tmp_path / "before")
    weight = model.lm_head.weight
    model.lm_head.weight = torch.nn.Parameter(weight.data.view(-1, 32))
    model.save_pretrained(tmp_path / "after")
    model.lm_head.weight = weight
    assert fingerprint(tmp_path / "after") != fingerprint(tmp_path / "before")


def test_a_folder_without_weights_has_none(tmp_path):
    with pytest.raises(CheckpointError, match="safetensors"):
        fingerprint(tmp_path)
