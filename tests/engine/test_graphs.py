"""Recorded decode passes, called instead of captured: the same results as the plain runner's, and nothing that waits.

All but `torch.cuda.graph` itself runs here; that one is for the tests marked gpu.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import phi_model
from phi_model.engine import Engine, graph_runner, graphs
from phi_model.engine.graph_runner import GraphRunner
from phi_model.engine.graphs import BUCKETS, CalledGraph, Recorder, bucket_for
from phi_model.engine.kv import UNKNOWN, Segment
from phi_model.engine.prefill import CHUNKS
from phi_model.engine.recipe import Recipe
from phi_model.quantization import optimize_for_inference
from tests.engine.collect import all_quiet, complete, read
from tests.engine.test_exactness import (
    PROMPTS,
    drawn,
    make,
    mixed_requests,
    oracle_greedy,
    tiny,
    together,
)


class NothingWaits(TorchDispatchMode):
    """Forbids what looks at a value on the host, or has a shape that depends on one."""

    FORBIDDEN = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "equal", "item")

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name in self.FORBIDDEN or name.startswith("unique"):
            raise AssertionError(f"{name} waits for the device")
        if name.startswith("index"):
            for index in args[1] if isinstance(args[1], list | tuple) else ():
                if index is not None and index.dtype in (torch.bool, torch.uint8):
                    raise AssertionError(f"{name} by booleans waits for the device")
        return func(*args, **(kwargs or {}))


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every recorded pass runs under `NothingWaits`."""

    def record(self: Recorder, function: Callable[[], Sequence[torch.Tensor]]) -> CalledGraph:
        def checked() -> Sequence[torch.Tensor]:
            with NothingWaits():
                return function()

        return CalledGraph(checked)

    monkeypatch.setattr(Recorder, "record", record)


@pytest.fixture
def engines() -> Iterator[Callable[..., Engine]]:
    made: list[Engine] = []

    def build(model: phi_model.PhiForCausalLM, **options: Any) -> Engine:
        made.append(make(model, **{"graphs": True, **options}))
        return made[-1]

    yield build
    for engine in made:
        engine.close()


@pytest.mark.parametrize(
    "code",
    [
        lambda x: x.sum().item(),
        lambda x: bool((x > 0).any()),
        lambda x: x.nonzero(),
        lambda x: x[x > 0],
        lambda x: x.masked_select(x > 0),
        lambda x: x.index_put_((x > 0,), torch.zeros(())),
    ],
)
def test_the_guard_sees_what_waits(code: Callable[[torch.Tensor], Any]) -> None:
    x = torch.arange(-2.0, 3.0)
    with NothingWaits():
        x.index_put_((torch.tensor([1]),), torch.ones(())).clamp(min=0).argmax()
        with pytest.raises(AssertionError, match="waits"):
            code(x)


async def test_batch_equals_alone_whatever_the_parameters(
    guarded: None, engines: Callable[..., Engine]
) -> None:
    """Mixed parameters, joins, leaves, filled buckets: the plain runner's tokens, text and reasons."""
    _, ours = tiny("gqa_qk_layernorm")
    plain = engines(ours, graphs=False, slots=1, speculation=False, prefill_chunk=256)
    alone = [await read(plain.stream(request)) for request in mixed_requests()]
    for options in (
        {"slots": 13, "speculation": False},
        {"slots": 3, "speculation": True, "prefill_chunk": 7},
    ):
        engine = engines(ours, **options)
        assert isinstance(engine._worker.lane.runner, GraphRunner)
        assert drawn(await together(engine, mixed_requests())) == drawn(alone), options
        await all_quiet(engine)
        assert not engine._worker.lane.flights


@pytest.mark.parametrize("architecture", ["mqa", "quarter_rotary", "llama3", "longrope"])
async def test_greedy_equals_transformers(
    architecture: str, engines: Callable[..., Engine]
) -> None:
    """Packed linears too; frequencies that depend on the length keep the plain runner."""
    theirs, ours = tiny(architecture)
    expected = [oracle_greedy(theirs, prompt, 24) for prompt in PROMPTS]
    for packed in (False, True):
        if packed:
            optimize_for_inference(ours, backend="torch")
        engine = engines(ours)
        recorded = isinstance(engine._worker.lane.runner, GraphRunner)
        assert recorded == (architecture != "longrope")
        results = await asyncio.gather(*(complete(engine, p, max_tokens=24) for p in PROMPTS))
        assert [choice.ids for [choice] in results] == expected


async def test_logprobs_are_the_plain_runners(engines: Callable[..., Engine]) -> None:
    _, ours = tiny()
    settings = {"temperature": 0.7, "top_k": 12, "top_p": 0.9, "repetition_penalty": 1.2, "seed": 3}
    found = [
        await complete(
            engines(ours, graphs=graphs), PROMPTS[0], max_tokens=12, n=2, logprobs=4, **settings
        )
        for graphs in (False, True)
    ]
    for plain, recorded in zip(*found, strict=True):
        assert recorded.ids == plain.ids
        for ours_piece, piece in zip(recorded.tokens, plain.tokens, strict=True):
            assert ours_piece.logprob == pytest.approx(piece.logprob, abs=1e-5)
            assert ours_piece.sampler_logprob == pytest.approx(piece.sampler_logprob, abs=1e-5)
            for a, b in ((ours_piece.top, piece.top), (ours_piece.sampler_top, piece.sampler_top)):
                assert [i for i, _ in a] == [i for i, _ in b]
                assert [v for _, v in a] == pytest.approx([v for _, v in b], abs=1e-5)


def test_the_pass_needs_no_value_at_all() -> None:
    """On tensors without data: no value is looked at, no shape depends on one, and all is on one device.

    What the pass does for phi-1 on a GPU, but for the kernels: whatever is not for a CPU goes this way.
    """
    with torch.device("meta"):
        model = phi_model.PhiForCausalLM(phi_model.PhiConfig(num_hidden_layers=2)).eval()
    runner = GraphRunner(model, slots=64, max_length=2048, valid_vocab=50_295)
    everything = Recipe(True, 64, True, True, True, True, (2, 3), True, True)
    for recipe in (Recipe(), Recipe(sampled=True), everything):
        for rows in (1, 24):
            key = graph_runner.Key(rows, recipe, 512)
            with torch.inference_mode():
                found, tokens, *seen = runner._recording(key).graph.outputs
            assert (found.shape, tokens.shape) == ((rows, 2), (rows,))
            assert [x.shape for x in seen] == (
                [(rows, 51_200), (rows, 50_295)] if recipe.scored else []
            )


def test_a_chunk_needs_no_value_either() -> None:
    with torch.device("meta"):
        model = phi_model.PhiForCausalLM(phi_model.PhiConfig(num_hidden_layers=1)).eval()
    runner = GraphRunner(model, slots=2, max_length=300, valid_vocab=50_295)
    runner.warm_up()
    chunks = runner._chunks._recordings
    assert set(chunks) == {(size, span) for size in CHUNKS for span in (128, 256, 300)}
    assert {recording.graph.outputs[0].shape for recording in chunks.values()} == {(1, 51_200)}
    assert {key.rows for key in runner._recordings} == {1, 2}


@pytest.mark.parametrize("architecture", ["gqa", "quarter_rotary"])
def test_a_prompt_in_chunks(architecture: str) -> None:
    """Any lengths, several prompts at once, more than a chunk holds: the plain forward's logits; others untouched."""
    _, ours = tiny(architecture, max_position_embeddings=512)
    runner = GraphRunner(ours, slots=3, max_length=400, valid_vocab=200)
    tokens = torch.randint(0, 200, (1, 390), generator=torch.Generator().manual_seed(0))
    ids = tokens[0].tolist()
    for held in (*runner.cache.keys, *runner.cache.values):
        held.fill_(torch.nan)  # what an earlier sequence may have left
    with torch.inference_mode():
        expected = ours(tokens).logits[0]
        both = runner.run([Segment(2, 0, ids[:5]), Segment(0, 0, ids[:70])], [4, 74])
        nothing = runner.run([Segment(2, 5, ids[5:300])], [])
        last = runner.run([Segment(2, 300, ids[300:])], [89])
        every = runner.run([Segment(1, 0, ids[:6])])
    torch.testing.assert_close(both, expected[[4, 69]], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(last, expected[389:], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(every, expected[:6], atol=1e-4, rtol=1e-4)
    assert nothing.numel() == 0
    for held in (*runner.cache.keys, *runner.cache.values):
        for slot, length in ((0, 70), (1, 6), (2, 390)):
            assert held[slot, :, :length].isfinite().all()
            assert held[slot, :, length:].isnan().all()


def test_filled_up_rows_touch_no_slot_in_use() -> None:
    """Three rows in a bucket of four: each changes its own position, the fourth the spare slot."""
    _, ours = tiny()
    runner = GraphRunner(ours, slots=5, max_length=32, valid_vocab=200)
    state = [*runner.cache.keys, *runner.cache.values, runner._tokens]
    for tensor in state:
        tensor.copy_(torch.arange(tensor.numel()).view(tensor.shape) % 7)
    before = [tensor.clone() for tensor in state]
    places = {4: 9, 0: 0, 2: 31}
    segments = [Segment(slot, at, [UNKNOWN if slot == 2 else 7]) for slot, at in places.items()]
    rows = [_Row() for _ in segments]
    with torch.inference_mode():
        tokens = [choice.token for choice in runner.decode(segments, rows).choices()]
    for was, now in zip(before[:-1], state[:-1], strict=True):
        for slot, at in places.items():
            assert not torch.equal(now[slot, :, at], was[slot, :, at])
            was[slot, :, at] = now[slot, :, at]
        assert torch.equal(now[:5], was[:5])
    table = before[-1]
    for (slot, at), token in zip(places.items(), tokens, strict=True):
        table[slot, at] = table[2, 31] if slot == 2 else 7
        table[slot, at + 1] = token
    assert torch.equal(state[-1][:5], table[:5])


class _Row:
    """As much of a `SampleRow` as a draw without log-probabilities looks at."""

    class sequence:
        class job:
            scored = False


def test_more_rows_than_a_recording_holds() -> None:
    """A drafted window cut in two sees what lies before the cut."""
    _, ours = tiny()
    tokens = [(3 * at) % 200 for at in range(90)]
    with torch.inference_mode():
        expected = ours(torch.tensor([tokens])).logits[0, :, :200].argmax(-1).tolist()
        runner = GraphRunner(ours, slots=1, max_length=128, valid_vocab=200)
        draw = runner.decode([Segment(0, 0, tokens)], [_Row()] * len(tokens))
    assert [choice.token for choice in draw.choices()] == expected
    assert draw.tokens.tolist() == expected
    assert [bucket_for(rows) for rows in (1, 3, 64)] == [1, 4, BUCKETS[-1]]
    with pytest.raises(ValueError, match="rows: must be at most 64, got 65"):
        bucket_for(65)


def test_a_refused_capture_is_called_instead(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a GPU whose driver refuses the first one: no other is tried."""
    tried = []

    def refuse(function: Any, pool: Any) -> None:
        tried.append(pool)
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(graphs, "CudaGraph", refuse)
    monkeypatch.setattr(torch.cuda, "device", lambda device: contextlib.nullcontext())
    recorder = Recorder(torch.device("cpu"))
    recorder._pool = (0, 1)
    assert recorder.captures
    x = torch.zeros(1)
    made = [recorder.record(lambda: [x + 1]) for _ in range(2)]
    x.fill_(4)
    for graph in made:
        graph.replay()
        assert graph.outputs[0] == 5
    assert tried == [(0, 1)]
    assert not recorder.captures
    assert "not permitted" in caplog.text


async def test_recordings_are_few(
    monkeypatch: pytest.MonkeyPatch, engines: Callable[..., Engine]
) -> None:
    """The least recently used goes, and is made again when it is needed."""
    _, ours = tiny()
    monkeypatch.setattr(graph_runner, "MOST_GRAPHS", 2)
    engine, plain = engines(ours, slots=13), engines(ours, slots=13, graphs=False)
    results = [drawn(await together(one, mixed_requests())) for one in (engine, plain)]
    assert results[0] == results[1]
    assert len(engine._worker.lane.runner._recordings) == 2
