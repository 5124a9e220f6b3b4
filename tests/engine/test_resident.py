"""A process's model is exchanged while others' streams go on: with the embedded model and tiny ones."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from phi_model import PhiConfig, PhiForCausalLM
from phi_model.engine import memory
from phi_model.engine.resident import ModelChoice, Resident, SwitchingError
from phi_model.lease import UnavailableError, leased
from phi_model.request import CompletionRequest
from tests.checkpoint.hub_server import Hub, Repo, serving
from tests.engine.collect import complete, read, until
from tests.tiny_checkpoint import EMBEDDED, write_tiny

FIRST = ModelChoice(str(EMBEDDED))
NAMES = {str(EMBEDDED): "Embedded Phi"}
PLENTY = 2**50
LONG = CompletionRequest(prompt="def f():\n", max_tokens=48, temperature=0.8, seed=3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny-phi")


@pytest.fixture
def make() -> Iterator[Callable[..., Resident]]:
    made = []

    def make(choice: ModelChoice = FIRST, **options: object) -> Resident:
        options = {"free_memory": lambda device: PLENTY, "slots": 4, **options}
        made.append(Resident(choice, names=NAMES, **options))
        return made[-1]

    yield make
    for resident in made:
        resident.close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


class Held:
    """A completion of which something has come, and the rest comes when it is let go."""

    def __init__(self, resident: Resident) -> None:
        self._gate = threading.Event()
        self._stream = resident.stream(LONG)
        # A job holds the engine's thread between two steps.
        resident.submit(lambda: self._gate.wait(20))

    async def end(self) -> str:
        self._gate.set()
        (choice,) = await read(self._stream)
        assert choice.finish_reason == "length"
        return choice.text


def room_for_one(resident: Resident, tiny: Path) -> Callable[[torch.device], int]:
    """Memory in which the tiny model has a place only where the one that is there gives up its own."""
    config = PhiConfig.from_pretrained(tiny)
    needed = memory.needed_bytes(config, torch.float32, None)
    taken = resident.info.memory_bytes
    return lambda device: max(needed - taken // 2, 0)


async def test_streams_end_on_the_model_that_they_began_on(make, tiny):
    resident = make()
    old = resident.engine
    expected = (await read(old.stream(LONG)))[0].text
    running = Held(resident)
    resident.switch(ModelChoice(str(tiny)))
    status = await asyncio.to_thread(resident.wait)
    assert status.loaded
    assert (status.error, status.loading) == (None, None)
    assert resident.info.context_length == 96
    assert resident.info.name == str(tiny)
    # The new one answers while the old one is at it, and the old one is closed when it has ended.
    (fresh,) = await complete(resident, "a b", max_tokens=4)
    assert len(fresh.ids) == 4
    assert old.active == 1
    assert await running.end() == expected
    await until(lambda: not resident._leaving)
    with pytest.raises(RuntimeError, match="closed"):
        old.stream(LONG)


async def test_where_both_do_not_fit_the_old_one_goes_first(make, tiny):
    resident = make(free_memory=lambda device: 0)
    resident._free_memory = room_for_one(resident, tiny)
    running = Held(resident)
    version = resident.status.version
    resident.switch(ModelChoice(str(tiny)))
    await until(lambda: resident.status.message.startswith("Waiting for 1"))
    assert not resident.status.loaded
    with pytest.raises(UnavailableError, match="tiny-phi is being loaded") as caught:
        resident.stream(LONG)
    assert caught.value.retry_after_s > 0
    with pytest.raises(UnavailableError):
        resident.count_tokens("x")
    assert await running.end()
    status = await asyncio.to_thread(resident.wait)
    assert (status.error, status.loaded) == (None, True)
    assert status.version > version
    assert resident.info.context_length == 96


async def test_a_failure_after_the_old_one_went_brings_it_back(make, tiny, monkeypatch):
    resident = make()
    resident._free_memory = room_for_one(resident, tiny)
    load = resident._load

    def fail(choice: ModelChoice, progress: object):
        if choice.model == str(tiny):
            raise OSError("disk: cannot be read")
        return load(choice, progress)

    monkeypatch.setattr(resident, "_load", fail)
    resident.switch(ModelChoice(str(tiny)))
    status = await asyncio.to_thread(resident.wait)
    assert status.error == "disk: cannot be read"
    assert status.loaded
    assert resident.info.name == "Embedded Phi"
    assert (await complete(resident, "def f():", max_tokens=3))[0].finish_reason == "length"


def test_what_cannot_fit_is_refused_before_anything_is_freed(make, tiny):
    resident = make(free_memory=lambda device: 0)
    engine = resident.engine
    resident.switch(ModelChoice(str(tiny)))
    error = resident.wait().error
    assert error.startswith("memory: it needs about 0.3 GB on cpu, and 0.")
    assert resident.engine is engine


def broken_config(folder: Path) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "num_attention_heads": 7}))


def cut_short(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def only_pickles(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (broken_config, "config.json: num_key_value_heads must divide"),
        (cut_short, "model.safetensors: is not a complete safetensors file"),
        (no_tokenizer, "tokenizer.json"),
        (only_pickles, "holds only pickled weights (pytorch_model.bin)"),
    ],
)
def test_a_broken_checkpoint_is_one_line_and_the_old_model_stays(make, tmp_path, damage, message):
    resident = make()
    engine = resident.engine
    folder = write_tiny(tmp_path / "broken")
    damage(folder)
    resident.switch(ModelChoice(str(folder)))
    status = resident.wait()
    assert message in status.error
    assert "\n" not in status.error
    assert status.loaded
    assert resident.engine is engine


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (ModelChoice("./no/such/folder"), "./no/such/folder: no such folder"),
        (ModelChoice(str(EMBEDDED), dtype="int3"), "dtype must be"),
        (ModelChoice(str(EMBEDDED), device="cuda:99"), "device must be one that is here"),
        (ModelChoice(str(EMBEDDED), device="abacus"), "device must be cpu, cuda or cuda:N"),
        (ModelChoice(str(EMBEDDED), quantization="int2"), "quantization must be"),
    ],
)
def test_a_choice_out_of_range_names_its_field(make, choice, message):
    resident = make()
    resident.switch(choice)
    status = resident.wait()
    assert message in status.error
    assert str(EMBEDDED) not in status.error
    assert status.version == 1


def test_one_change_at_a_time_and_it_can_be_given_up(make, tiny):
    resident = make()
    at, go = threading.Event(), threading.Event()
    load = resident._load

    def slowly(choice, progress):
        progress("Loading the weights", 0.5)
        at.set()
        assert go.wait(10)
        progress("Loading the weights", 0.6)
        return load(choice, progress)

    resident._load = slowly
    resident.switch(ModelChoice(str(tiny)))
    assert at.wait(10)
    status = resident.status
    assert (status.loading, status.message, status.share) == (str(tiny), "Loading the weights", 0.5)
    with pytest.raises(SwitchingError, match="tiny-phi is being loaded"):
        resident.switch(FIRST)
    with pytest.raises(SwitchingError):
        resident.unload()
    resident.cancel()
    assert resident.status.loading is None
    go.set()
    status = resident.wait()
    assert (status.version, status.error, status.loaded) == (1, None, True)
    assert resident.info.name == "Embedded Phi"


async def test_giving_up_while_streams_are_waited_for_puts_the_old_model_back(make, tiny):
    resident = make()
    resident._free_memory = room_for_one(resident, tiny)
    engine = resident.engine
    running = Held(resident)
    resident.switch(ModelChoice(str(tiny)))
    await until(lambda: not resident.status.loaded)
    resident.cancel()
    status = await asyncio.to_thread(resident.wait)
    assert (status.loaded, status.error) == (True, None)
    assert resident.engine is engine
    assert await running.end()


async def test_unloaded_and_loaded_again(make):
    resident = make()
    old = resident.engine
    running = Held(resident)
    resident.unload()
    resident.unload()
    assert not resident.status.loaded
    assert resident.info.memory_bytes == 0
    assert resident.waiting == 0
    with pytest.raises(UnavailableError, match="No model is loaded"):
        resident.stream(LONG)
    assert await running.end()
    await until(lambda: not resident._leaving)
    with pytest.raises(RuntimeError, match="closed"):
        old.stream(LONG)
    resident.switch(resident.status.choice)
    assert (await asyncio.to_thread(resident.wait)).loaded
    assert resident.info.memory_bytes > 0
    (choice,) = await complete(resident, "def f():", max_tokens=3)
    assert choice.finish_reason == "length"


async def test_loading_again_waits_for_the_memory_of_what_leaves(make):
    resident = make()
    resident._free_memory = lambda device: 0 if resident._leaving else PLENTY
    running = Held(resident)
    resident.unload()
    resident.switch(FIRST)
    await until(lambda: resident.status.message.startswith("Waiting for 1"))
    assert await running.end()
    status = await asyncio.to_thread(resident.wait)
    assert (status.error, status.loaded) == (None, True)
    resident._free_memory = lambda device: 0
    resident.unload()
    resident.switch(FIRST)
    status = await asyncio.to_thread(resident.wait)
    assert "memory: it needs about" in status.error
    assert not status.loaded


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_model_that_went_takes_no_memory_any_more(make, tiny, streamed):
    """Its parts refer to each other, and the collector comes when it likes: a few models later there was no memory."""
    resident = make()
    gc.disable()
    try:
        for change in (lambda: resident.switch(ModelChoice(str(tiny))), resident.unload):
            if streamed:
                await complete(resident, "def f():", max_tokens=4)
            engine = weakref.ref(resident.engine)
            change()
            await asyncio.to_thread(resident.wait)
            await until(lambda engine=engine: engine() is None)
    finally:
        gc.enable()


async def test_it_goes_while_another_collection_is_under_way(make):
    """A collection does nothing while another thread is in the middle of one."""
    resident = make()
    begun, end = threading.Event(), threading.Event()

    class Slow:
        def __del__(self) -> None:
            begun.set()
            end.wait(30)

    slow = Slow()
    slow.itself = slow
    gc.disable()
    try:
        del slow
        collecting = threading.Thread(target=gc.collect)
        collecting.start()
        await until(begun.is_set)
        engine = weakref.ref(resident.engine)
        resident.unload()
        await until(lambda: not resident._leaving)
        assert engine() is not None
        end.set()
        collecting.join()
        await until(lambda: engine() is None)
    finally:
        end.set()
        gc.enable()


async def test_a_lease_keeps_its_model_open(make, tiny):
    resident = make()
    with leased(resident) as engine:
        resident.switch(ModelChoice(str(tiny)))
        await asyncio.to_thread(resident.wait)
        assert resident.engine is not engine
        assert engine.info.context_length == 1024
        assert (await complete(engine, "def f():", max_tokens=3))[0].finish_reason == "length"
        assert resident._leaving
    await until(lambda: not resident._leaving)


async def test_jobs_run_on_the_engine_of_the_moment(make, tiny):
    resident = make()
    name = await asyncio.wrap_future(resident.submit(lambda: threading.current_thread().name))
    assert name == "phi-engine"
    resident.unload()
    with pytest.raises(UnavailableError):
        resident.submit(print)


async def test_the_examples_are_public_on_every_model(make, tiny):
    example = "def f(a, b):\n    return a +"
    resident = make(public_prefixes=[example])
    for choice in (None, ModelChoice(str(tiny))):
        if choice is not None:
            resident.switch(choice)
            await asyncio.to_thread(resident.wait)
        await complete(resident, example, "one", max_tokens=2)
        (other,) = await complete(resident, example, "two", max_tokens=2)
        assert other.usage.cached_tokens > 0
        await complete(resident, "import os\nimport sys\n", "one", max_tokens=2)
        (unknown,) = await complete(resident, "import os\nimport sys\n", "two", max_tokens=2)
        assert unknown.usage.cached_tokens == 0


async def test_from_the_hub_with_its_progress(make, tiny, hub):
    hub.repos.setdefault("org/phi", Repo()).commit(tiny, "main", "v1")
    resident = make()
    said: list[tuple[str, float | None]] = []
    told = resident._tell

    def tell(message, share):
        said.append((message, share))
        told(message, share)

    resident._tell = tell
    resident.switch(ModelChoice("org/phi@v1", quantization="int8"))
    status = await asyncio.to_thread(resident.wait)
    assert status.error is None
    info = resident.info
    assert (info.name, info.revision, info.quantization) == ("org/phi", "v1", "int8")
    size = (tiny / "model.safetensors").stat().st_size
    shares = [share for message, share in said if message.startswith("Downloading")]
    assert ("Downloading model.safetensors (%.1f MB)" % (size / 1e6), 1.0) in said
    assert len(shares) > 1
    assert shares == sorted(shares)


def test_a_gated_or_unknown_repository_is_told(make, tiny, hub):
    hub.repos["org/gated"] = Repo(token="secret")
    hub.repos["org/gated"].commit(tiny, "main")
    resident = make()
    for name, message in (
        ("org/gated", "access is gated"),
        ("org/none", "no such repository"),
        ("org/gated@v9", "access is gated"),
    ):
        resident.switch(ModelChoice(name))
        assert message in resident.wait().error
    assert resident.status.version == 1


def test_an_error_of_a_download_does_not_say_where_the_cache_is(make, tmp_path, hub):
    folder = write_tiny(tmp_path / "broken")
    broken_config(folder)
    hub.repos["org/broken"] = Repo()
    hub.repos["org/broken"].commit(folder, "main")
    resident = make()
    resident.switch(ModelChoice("org/broken"))
    assert resident.wait().error.startswith("config.json: num_key_value_heads must divide")


def test_a_packed_checkpoint_says_itself_how(make, tmp_path):
    folder = write_tiny(tmp_path / "packed", quantization="int4")
    resident = make(ModelChoice(str(folder)))
    assert resident.info.quantization == "int4"


def test_the_base_of_a_copy_is_known(make, tmp_path):
    folder = write_tiny(tmp_path / "copy", _name_or_path="microsoft/phi-1")
    assert make(ModelChoice(str(folder))).status.base == "microsoft/phi-1"


def test_closing_ends_everything(make, tiny):
    resident = make()
    engine = resident.engine
    resident.close()
    with pytest.raises(RuntimeError, match="closed"):
        engine.stream(LONG)
    with pytest.raises(RuntimeError, match="closed"):
        resident.switch(ModelChoice(str(tiny)))


@pytest.mark.parametrize("quantization", [None, "int8", "int4", "nf4"])
def test_the_estimate_is_near_what_is_taken(quantization):
    model = PhiForCausalLM.from_pretrained(EMBEDDED, quantization=quantization)
    estimate = memory.weights_bytes(model.config, torch.bfloat16, quantization)
    assert estimate == pytest.approx(model.memory_bytes(), rel=0.1)


def test_a_container_has_what_its_limit_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    machine = memory.free_bytes(torch.device("cpu"))
    assert machine > 0
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("3000\n")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 700\n")
    assert memory.free_bytes(torch.device("cpu")) == 2700
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_bytes(torch.device("cpu")) > 2700
