"""The attention kernels in Triton's interpreter against torch's operations, and their compilation for an H200."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from phi_model.engine.graph_runner import GraphRunner, make_runner, triton_views
from phi_model.engine.kv import Segment, SlotCache
from phi_model.engine.slot_rows import SlotRows
from phi_model.engine.triton_rows import TritonRows, _splits, agrees
from phi_model.quantization import optimize_for_inference
from tests.engine.test_exactness import tiny
from tests.engine.test_graphs import _Row

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    ("heads", "kv_heads", "dim", "dtype"),
    [(2, 2, 16, torch.float32), (4, 2, 20, torch.float32), (2, 1, 80, torch.bfloat16)],
)
def test_agrees_with_torch(heads: int, kv_heads: int, dim: int, dtype: torch.dtype) -> None:
    """Heads that share keys, and a width that is no power of two; a drafted window in one slot."""
    assert agrees(heads, kv_heads, dim, dtype, "cpu")


def test_a_disagreement_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(TritonRows, "attend", lambda self, layer, q, k, v, s: q.new_zeros(1, 3, 32))
    assert not agrees(2, 2, 16, torch.float32, "cpu")
    assert "torch attends instead" in caplog.text


def test_what_lies_behind_the_end_is_never_read() -> None:
    """A NaN left behind a sequence's end, and a whole slot of them beside it."""
    shape = {"layers": 1, "kv_heads": 1, "head_dim": 16, "slots": 2, "max_length": 70}
    query, key, value = torch.randn(3, 1, 1, 1, 16, generator=torch.Generator().manual_seed(1))
    found = []
    for view in (SlotRows, TritonRows):
        cache = SlotCache(**shape, dtype=torch.float32, device=torch.device("cpu"))
        for held in (*cache.keys, *cache.values):
            held[1].fill_(torch.nan)
            held[0, :, 66:] = torch.nan
        places = torch.tensor([[0], [65]])
        found.append(view(cache, *places, 70).attend(0, query, key, value, 0.25))
    assert found[1].isfinite().all()
    torch.testing.assert_close(found[1], found[0])


@pytest.mark.parametrize("architecture", ["gqa_qk_layernorm", "relu"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_pass_equals_that_of_torchs_operations(architecture: str, packed: bool) -> None:
    """Rotation, store, attention and activation: the same logits and the same keys and values."""
    _, ours = tiny(architecture, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1)
    if packed:
        optimize_for_inference(ours, backend="torch")
    segments = [Segment(1, 0, [5, 6, 7]), Segment(0, 4, [9])]
    runners, found, logits = [], [], []
    for views in ({}, triton_views(ours)):
        runner = GraphRunner(ours, slots=2, max_length=80, valid_vocab=200, **views)
        with torch.inference_mode():
            logits.append(runner.run([Segment(0, 0, [3, 4, 5, 6])], [3]))
            draws = [runner.decode(segments, [_Row()] * 4)]
            draws += [runner.decode([Segment(1, 3, [8])], [_Row()])]
        found.append([choice.token for draw in draws for choice in draw.choices()])
        runners.append(runner)
    assert found[0] == found[1]
    torch.testing.assert_close(*logits, atol=1e-4, rtol=1e-4)
    for kept in ("keys", "values"):
        plain, kernels = (getattr(runner.cache, kept)[0] for runner in runners)
        assert plain[1, :, :4].abs().sum() > 0
        torch.testing.assert_close(kernels[:2], plain[:2], atol=1e-5, rtol=1e-5)
    assert {key.span for key in runners[1]._recordings} == {80}


def test_few_rows_are_split_over_the_gpu() -> None:
    cpu = torch.device("cpu")
    assert [_splits(rows * 32, 2048, cpu) for rows in (1, 4, 16, 64)] == [16, 4, 1, 1]
    assert _splits(32, 100, cpu) == 2


def test_a_cpu_keeps_torchs_operations() -> None:
    _, ours = tiny()
    runner = make_runner(ours, True, slots=1, max_length=64, valid_vocab=200)
    assert isinstance(runner, GraphRunner)
    assert runner._rows_view is SlotRows
    assert type(make_runner(ours, slots=1, max_length=64, valid_vocab=200)) is not GraphRunner


def test_the_kernels_compile_for_an_h200(tmp_path: Path) -> None:
    """To machine code, in a process of its own: this one's kernels are interpreted."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.compile_kernels"],
        env={**os.environ, "TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 7
