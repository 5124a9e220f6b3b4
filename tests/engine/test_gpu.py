"""What only a GPU can show: kernels compiled and captured. Left out where there is none."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import pytest
import torch

import phi_model
from phi_model.engine import Engine
from phi_model.engine.graph_runner import GraphRunner
from phi_model.engine.kv import Segment
from phi_model.engine.runner import EagerRunner
from phi_model.quantization import METHODS, gpu, optimize_for_inference
from phi_model.quantization.formats import encode
from tests.engine.collect import all_quiet, complete, read
from tests.engine.mock import END
from tests.engine.test_exactness import PROMPTS, drawn, make, mixed_requests, tiny, together
from tests.engine.test_graphs import _Row

pytestmark = pytest.mark.gpu


def on_gpu(architecture: str = "mha", **overrides: Any) -> phi_model.PhiForCausalLM:
    _, ours = tiny(architecture, **overrides)
    return ours.to("cuda")


def plain_and_recorded(model: phi_model.PhiForCausalLM, **options: Any) -> list[Engine]:
    return [make(model, graphs=graphs, **options) for graphs in (False, True)]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize(("heads", "kv_heads", "dim"), [(32, 32, 64), (32, 32, 80), (8, 2, 16)])
def test_attention_agrees_with_torch(
    heads: int, kv_heads: int, dim: int, dtype: torch.dtype
) -> None:
    from phi_model.engine.triton_rows import agrees

    assert agrees(heads, kv_heads, dim, dtype, "cuda")


@pytest.mark.parametrize("method", METHODS)
def test_products_agree_with_decoded_weights(method: str) -> None:
    """In phi-1's shapes; `agrees` takes odd ones."""
    assert gpu.agrees(method, "cuda")
    generator = torch.Generator("cuda").manual_seed(0)
    weight = encode(torch.randn(2048, 10240, device="cuda", generator=generator) * 0.02, method)
    kernel = gpu.make_gpu_kernel(weight)
    assert isinstance(kernel, gpu.TritonKernel)
    bias = torch.randn(2048, device="cuda", generator=generator)
    for tokens in (1, 2, 5, 8, 9, 33, 64, 128, 129):
        x = torch.randn(tokens, 10240, device="cuda", generator=generator).bfloat16()
        expected = x.double() @ weight.dequantize().double().t() + bias
        error = (kernel(x, bias).double() - expected).norm() / expected.norm()
        assert error < 5e-3


@pytest.mark.parametrize("packed", [False, True])
async def test_recorded_equals_plain_whatever_the_parameters(packed: bool) -> None:
    model = on_gpu("gqa_qk_layernorm")
    if packed:
        optimize_for_inference(model)
    for options in ({"slots": 13, "speculation": False}, {"slots": 3, "speculation": True}):
        engines = plain_and_recorded(model, **options)
        plain, recorded = (engine._worker.lane.runner for engine in engines)
        assert type(plain) is EagerRunner
        assert isinstance(recorded, GraphRunner)
        assert recorded._recorder.captures
        results = [drawn(await together(engine, mixed_requests())) for engine in engines]
        assert results[0] == results[1], options
        for engine in engines:
            await all_quiet(engine)
            engine.close()
        assert recorded._recorder.captures


@pytest.mark.parametrize("quantization", [None, *METHODS])
async def test_half_precision_runs(quantization: str | None) -> None:
    model = optimize_for_inference(on_gpu("gqa").bfloat16(), quantization)
    engine = make(model, slots=5)
    assert isinstance(engine._worker.lane.runner, GraphRunner)
    results = await asyncio.gather(*(complete(engine, p, max_tokens=20) for p in PROMPTS))
    assert all(choice.finish_reason in ("length", "stop") for [choice] in results)
    assert not any(choice.usage.retried for [choice] in results)
    await all_quiet(engine)
    engine.close()


def test_a_step_waits_for_nothing() -> None:
    """torch itself says where the host would wait for the GPU."""
    model = optimize_for_inference(on_gpu().bfloat16())
    engine = make(model, slots=8)
    runner = engine._worker.lane.runner
    segments = [Segment(slot, 3, [5]) for slot in range(6)]
    rows = [_Row()] * 6
    with torch.inference_mode():
        runner.run([Segment(0, 0, [1, 2, 3])], [2])
        runner.decode(segments, rows).choices()
        torch.cuda.set_sync_debug_mode("error")
        try:
            runner.run([Segment(0, 0, [1, 2, 3])], [2])
            draws = [runner.decode(segments, rows) for _ in range(3)]
        finally:
            torch.cuda.set_sync_debug_mode("default")
        assert all(choice.finite for draw in draws for choice in draw.choices())
    engine.close()


async def test_recording_while_another_thread_uses_the_gpu() -> None:
    """The next model is loaded while this one records."""
    stop = threading.Event()

    def allocate() -> None:
        while not stop.is_set():
            torch.randn(512, 512, device="cuda").cpu()

    thread = threading.Thread(target=allocate)
    thread.start()
    try:
        engine = make(on_gpu(), graphs=True, slots=13)
        plain = make(on_gpu(), graphs=False, slots=13)
        results = [drawn(await together(one, mixed_requests())) for one in (engine, plain)]
        assert results[0] == results[1]
        assert engine._worker.lane.runner._recorder.captures
    finally:
        stop.set()
        thread.join()
    engine.close()
    plain.close()


async def test_random_cancellations_leave_nothing_behind() -> None:
    engine = make(on_gpu(), slots=6, prefill_chunk=9, max_waiting=200)
    alone = make(on_gpu(), slots=1, graphs=False, speculation=False)
    requests = [request for request in mixed_requests() if request.logprobs is None] * 8
    expected = [drawn([await read(alone.stream(request))]) for request in requests[:12]]
    choose = random.Random(3)

    async def run(index: int) -> None:
        stream = engine.stream(requests[index])
        if choose.random() < 0.5:
            assert drawn([await read(stream)]) == expected[index % 12]
            return
        patience = choose.randrange(10)
        async for _ in stream:
            patience -= 1
            if patience < 0:
                await stream.aclose()

    await asyncio.gather(*map(run, range(len(requests))))
    await all_quiet(engine)
    assert not engine._worker.lane.flights
    engine.close()
    alone.close()


async def test_numbers_beyond_half_precision_are_retried() -> None:
    model = on_gpu(max_position_embeddings=128, eos_token_id=END)
    with torch.no_grad():
        model.model.layers[0].mlp.fc2.weight.mul_(4e4)
    exact = make(on_gpu_copy(model.half()).float(), graphs=False, slots=1)
    engine = make(optimize_for_inference(model), slots=2)
    for prompt in PROMPTS[:2]:
        [found], [expected] = [await complete(one, prompt, max_tokens=8) for one in (engine, exact)]
        assert found.usage.retried
        assert found.ids == expected.ids
    await all_quiet(engine)
    for one in (engine, exact):
        one.close()


def on_gpu_copy(model: phi_model.PhiForCausalLM) -> phi_model.PhiForCausalLM:
    copy = phi_model.PhiForCausalLM(model.config).to("cuda")
    copy.load_state_dict(model.state_dict())
    return copy.eval()
