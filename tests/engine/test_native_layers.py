"""All layers in one call against a layer after the other."""

from __future__ import annotations

import pytest
import torch

import phi_model
from phi_model.engine.kv import Segment
from phi_model.engine.native_kv import NativeSegments
from phi_model.engine.native_layers import NativeLayers, takes
from phi_model.engine.runner import EagerRunner
from phi_model.quantization import optimize_for_inference
from tests import tiny

pytestmark = pytest.mark.native
# A prompt, and then a decoded token beside a chunk of another prompt.
PASSES = ([Segment(0, 0, range(3, 43))], [Segment(0, 40, [7]), Segment(1, 0, range(30, 60))])


def build(
    method: str | None = None, architecture: str = "mha", **changes
) -> phi_model.PhiForCausalLM:
    sizes = {"hidden_size": 128, "intermediate_size": 192, "num_hidden_layers": 3, **changes}
    _, config = tiny.configs(architecture, **sizes)
    model = phi_model.PhiForCausalLM(config).eval()
    tiny.randomise(model)
    return optimize_for_inference(model.bfloat16(), method)


def logits(model: phi_model.PhiForCausalLM) -> torch.Tensor:
    runner = EagerRunner(model, slots=2, max_length=64, valid_vocab=99)
    with torch.inference_mode():
        return torch.cat([runner.run(segments) for segments in PASSES])


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """A number for each call that ran all layers."""
    calls, run = [], NativeLayers.run

    def spy(self, hidden, *arguments):
        calls.append(hidden.shape[1])
        return run(self, hidden, *arguments)

    monkeypatch.setattr(NativeLayers, "run", spy)
    return calls


@pytest.mark.parametrize("method", [None, "int8", "int4", "nf4"])
@pytest.mark.parametrize("architecture", ["mha", "gqa", "mqa", "tied"])
def test_one_call_gives_what_the_layers_give(method, architecture, counted, monkeypatch):
    model = build(method, architecture)
    found = logits(model)
    assert counted == [40, 31]
    monkeypatch.setattr(NativeSegments, "run_layers", lambda *given: None)
    wanted = logits(model)
    assert len(counted) == 2
    # Both round to bfloat16 after every operation, not always to the same side.
    assert (found - wanted).norm() <= 2e-2 * wanted.norm()
    assert found.isfinite().all()


def test_it_is_no_further_from_float32_than_the_layers_are(monkeypatch):
    exact = build()
    state = {name: value.float() for name, value in exact.state_dict().items()}
    plain = phi_model.PhiForCausalLM(exact.config).eval()
    plain.load_state_dict(state)
    ids = torch.tensor([list(range(3, 43))])
    with torch.inference_mode():
        wanted = plain(ids).logits[0]
    ours = logits(exact)[:40]
    monkeypatch.setattr(NativeSegments, "run_layers", lambda *given: None)
    theirs = logits(exact)[:40]
    assert (ours - wanted).norm() <= 1.2 * (theirs - wanted).norm()


def test_a_row_is_bit_for_bit_what_it_is_alone():
    """Through norms and sums on one thread and on several."""
    model = build()
    runner = EagerRunner(model, slots=3, max_length=64, valid_vocab=99)
    prompt = list(range(3, 53))
    with torch.inference_mode():
        whole = runner.run([Segment(0, 0, prompt), Segment(2, 0, range(20))])[:50]
        single = torch.cat([runner.run([Segment(1, at, [t])]) for at, t in enumerate(prompt)])
    assert torch.equal(whole, single)


def test_weights_that_moved_are_found_again(counted):
    """`to` packs the linears anew; a call must not read where they were."""
    model = build()
    runner = EagerRunner(model, slots=2, max_length=64, valid_vocab=99)
    with torch.inference_mode():
        before = runner.run(PASSES[0])
        for layer in model.model.layers:
            layer.enter._take(layer.enter.parts())
            layer.leave._take(layer.leave.parts())
        assert torch.equal(runner.run(PASSES[0]), before)
    assert counted == [40, 40]


@pytest.mark.parametrize(
    ("architecture", "changes"),
    [
        ("qk_layernorm", {}),
        ("relu", {}),
        ("mha", {"hidden_size": 120, "num_attention_heads": 3}),
        ("mha", {"intermediate_size": 200}),
    ],
    ids=["qk_layernorm", "relu", "hidden 120", "inner 200"],
)
def test_what_it_is_not_made_for_runs_layer_after_layer(architecture, changes, counted):
    model = build(None, architecture, **changes)
    assert not takes(model.model.layers)
    assert logits(model).isfinite().all()
    assert counted == []


def test_states_between_the_layers_are_still_given(counted):
    model = build()
    runner = EagerRunner(model, slots=1, max_length=64, valid_vocab=99)
    segments = [Segment(0, 0, range(3, 13))]
    with torch.inference_mode():
        output = model.model(
            torch.arange(3, 13)[None],
            position_ids=torch.arange(10)[None],
            past_key_values=runner.cache.view(segments),
            output_hidden_states=True,
        )
    assert len(output.hidden_states) == 4
    assert counted == []
