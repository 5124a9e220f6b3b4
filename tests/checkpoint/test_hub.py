"""Hub ids and revisions, against a stand-in hub on the loopback."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import phi_model
from phi_model import hub
from phi_model.checkpoint import CheckpointError, CheckpointNotFoundError
from tests.checkpoint.build import INDEX, SINGLE, checkpoint, config_of, oracle, tensors_of, write
from tests.checkpoint.hub_server import Repo, serving
from tests.tiny import random_ids

IDS = random_ids(1, 5)
NAME = "org/tiny-phi"
ROOT = Path(phi_model.__file__).parents[1]


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A hub, and an empty cache and no token of the machine's user."""
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(
        "huggingface_hub.constants.HF_STORED_TOKENS_PATH", str(tmp_path / "no-tokens")
    )
    with serving() as hub_:
        monkeypatch.setenv("HF_ENDPOINT", hub_.url)
        yield hub_


@pytest.fixture
def no_patience(monkeypatch):
    """The hub library waits 23 seconds before it gives up."""
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)


def publish(server, folder, *names, repo=NAME):
    return server.repos.setdefault(repo, Repo()).commit(folder, *(names or ("main",)))


@pytest.fixture
def versions(server, tmp_path):
    """Two commits with different weights: `v1`, and `main` which is `v2` too."""
    models, commits = [], []
    for seed, names in enumerate((("v1",), ("main", "v2"))):
        model = oracle(seed=seed)
        folder = write(tmp_path / f"source-{seed}", tensors_of(model), config_of(model), shards=2)
        models.append(model)
        commits.append(publish(server, folder, *names))
    return models, commits


def load(name=NAME, cls="PhiForCausalLM", **options):
    return getattr(phi_model, cls).from_pretrained(name, **options)


def head_of(model):
    return model.lm_head.weight.detach()


def test_default_branch(versions):
    models, commits = versions
    ours = load()
    assert torch.equal(head_of(ours), head_of(models[1]))
    assert ours.name_or_path == NAME
    assert ours.commit == commits[1]


@pytest.mark.parametrize("spelling", ["argument", "name", "both"])
@pytest.mark.parametrize(("revision", "which"), [("v1", 0), ("v2", 1), ("main", 1), ("commit", 0)])
def test_revision(versions, spelling, revision, which):
    models, commits = versions
    revision = commits[0] if revision == "commit" else revision
    name = NAME if spelling == "argument" else f"{NAME}@{revision}"
    options = {} if spelling == "name" else {"revision": revision}
    ours = load(name, **options)
    assert torch.equal(head_of(ours), head_of(models[which]))
    assert ours.commit == commits[which]


def test_config_and_tokenizer_take_the_revision_too(server, tmp_path):
    for size, name in ((32, "small"), (64, "main")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"hidden_size": size, "vocab_size": 9}))
        publish(server, folder, name)
    assert phi_model.PhiConfig.from_pretrained(NAME).hidden_size == 64
    assert phi_model.PhiConfig.from_pretrained(NAME, revision="small").hidden_size == 32
    assert phi_model.PhiConfig.from_pretrained(f"{NAME}@small").hidden_size == 32


@pytest.mark.parametrize("shards", [1, 3])
def test_only_the_needed_files_are_fetched(server, tmp_path, shards):
    folder, _ = checkpoint(tmp_path / "source", shards=shards)
    for name in ("pytorch_model.bin", "model.fp16.safetensors", "modeling_phi.py", "figure.png"):
        (folder / name).write_bytes(b"unwanted")
    publish(server, folder)
    load()
    fetched = {path.rsplit("/", 1)[1] for path in server.requests if path.startswith("GET")}
    weights = {SINGLE} if shards == 1 else {INDEX, *(p.name for p in folder.glob("model-*"))}
    assert fetched <= weights | {SINGLE, "config.json", "generation_config.json"}
    assert weights <= fetched


def test_second_load_comes_from_the_cache(versions, server):
    load()
    server.requests.clear()
    load()
    assert not [path for path in server.requests if path.startswith("GET") and "resolve" in path]


@pytest.mark.parametrize("how", ["local_files_only", "unreachable"])
def test_offline_from_the_cache(versions, server, monkeypatch, how):
    models, _ = versions
    load()
    if how == "unreachable":
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    server.requests.clear()
    ours = load(local_files_only=how == "local_files_only")
    assert torch.equal(head_of(ours), head_of(models[1]))
    assert not server.requests


def test_cache_dir(versions, tmp_path):
    load(cache_dir=tmp_path / "mine")
    assert (tmp_path / "mine" / "models--org--tiny-phi").is_dir()
    assert not (tmp_path / "cache" / "models--org--tiny-phi").exists()


def message_of(name=NAME, error=CheckpointNotFoundError, **options):
    with pytest.raises(error) as caught:
        load(name, **options)
    assert isinstance(caught.value, CheckpointError)
    return str(caught.value)


def test_repository_that_does_not_exist(server):
    message = message_of("org/nothing")
    assert "org/nothing" in message
    assert "no such repository" in message
    assert server.url in message


def test_revision_that_does_not_exist(versions):
    for options in ({"revision": "v9"}, {"name": f"{NAME}@v9"}):
        message = message_of(**options)
        assert NAME in message
        assert "no revision 'v9'" in message


def test_two_revisions(versions):
    with pytest.raises(ValueError, match="revision must be given once, got 'v1'"):
        load(f"{NAME}@v1", revision="v2")


def test_gated_repository(versions, server):
    server.repos[NAME].token = "hf_good"
    for token in (None, False, "hf_bad"):
        message = message_of(error=CheckpointError, token=token)
        assert "gated" in message
        assert "token" in message
        assert "hf_bad" not in message
    assert load(token="hf_good").config.hidden_size == 32


def test_offline_and_not_in_the_cache(versions, server, monkeypatch, no_patience):
    message = message_of(local_files_only=True)
    assert "config.json" in message
    assert "not in the local cache" in message
    assert not server.requests
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    message = message_of()
    assert "not in the local cache" in message
    assert "http://127.0.0.1:9 cannot be reached" in message


@pytest.mark.parametrize("status", [500, 503])
def test_hub_that_is_out_of_order(versions, server, status, no_patience):
    server.broken_status = status
    assert str(status) in message_of(error=CheckpointError)


def test_hub_that_breaks_in_the_middle(versions, server, monkeypatch, no_patience):
    """A 500 for an optional file is no sign that the file does not exist."""
    source = hub.Source.of(NAME)
    source.file("config.json")
    server.broken_status = 500
    with pytest.raises(CheckpointError, match="500"):
        source.file(SINGLE, required=False)


@pytest.mark.parametrize("name", ["org/ti ny", "org/--x", "a..b", "org/name.git"])
def test_name_that_is_no_id(server, name):
    message = message_of(name)
    assert name in message
    assert "no hub id" in message


def test_repository_without_config(server, tmp_path):
    folder, _ = checkpoint(tmp_path / "source")
    (folder / "config.json").unlink()
    publish(server, folder)
    message = message_of()
    assert NAME in message
    assert "has no config.json" in message


def test_repository_with_pickles_only(server, tmp_path):
    folder, _ = checkpoint(tmp_path / "source")
    (folder / SINGLE).rename(folder / "pytorch_model.bin")
    publish(server, folder)
    message = message_of(error=CheckpointError)
    assert "pytorch_model.bin" in message
    assert "Convert" in message
    assert not [path for path in server.requests if path.endswith("pytorch_model.bin")]


def test_index_that_names_a_file_the_repository_lacks(server, tmp_path):
    folder, _ = checkpoint(tmp_path / "source", shards=2)
    (folder / "model-00002-of-00002.safetensors").unlink()
    publish(server, folder)
    message = message_of()
    assert INDEX in message
    assert "model-00002-of-00002.safetensors" in message


def when_config_was_fetched(server, action):
    """Runs `action` after the next answer that carries config.json."""

    class Requests(list):
        def append(self, request):
            if self and "GET" in self[-1] and "/config.json" in self[-1]:
                action()
            super().append(request)

    server.requests = Requests()


def test_branch_that_moves_between_two_files(versions, server, tmp_path):
    """Weights of one commit with the config of another would be wrong without a word."""
    models, commits = versions
    moved = checkpoint(tmp_path / "moved", "gqa", shards=2)[0]
    when_config_was_fetched(server, lambda: publish(server, moved))
    ours = load()
    assert ours.commit == commits[1]
    assert torch.equal(head_of(ours), head_of(models[1]))
    server.requests = []
    assert load().config.num_key_value_heads == 2


@pytest.mark.parametrize("moves", [False, True])
def test_mirror_that_knows_names_only(versions, server, tmp_path, moves):
    """Such a mirror answers 404 to a commit; a branch that moves there is an error, not a mixture."""
    models, _ = versions
    server.names_only = True
    if moves:
        other = write(tmp_path / "moved", tensors_of(models[0]), config_of(models[0]), shards=2)
        (other / "README.md").write_text("moved")
        when_config_was_fetched(server, lambda: publish(server, other))
        assert "changed while it was being read" in message_of(error=CheckpointError)
    else:
        assert torch.equal(head_of(load()), head_of(models[1]))


@pytest.mark.parametrize("required", [True, False])
def test_resolve_file(versions, required, tmp_path):
    path = hub.resolve_file(NAME, "config.json", revision="v1", required=required)
    assert path.is_file()
    assert hub.commit_of(path) == versions[1][0]
    if required:
        with pytest.raises(CheckpointNotFoundError, match=r"has no nothing\.json"):
            hub.resolve_file(NAME, "nothing.json")
    else:
        assert hub.resolve_file(NAME, "nothing.json", required=False) is None
    assert hub.resolve_file(tmp_path, "nothing.json", required=False) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("org/name", ("org/name", None)),
        ("org/name@v1", ("org/name", "v1")),
        ("org/name@refs/pr/3", ("org/name", "refs/pr/3")),
        ("name@", ("name", None)),
    ],
)
def test_split_revision(name, expected):
    assert hub.split_revision(name) == expected


def test_offline_switch_of_the_environment(versions, server, tmp_path):
    """`HF_HUB_OFFLINE=1`, which the hub library reads when it is imported."""
    code = f"import phi_model; phi_model.PhiForCausalLM.from_pretrained({NAME!r})"
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_ENDPOINT": server.url,
        "HF_HOME": str(tmp_path / "home"),
        "PATH": "",
    }
    server.requests.clear()
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "not in the local cache and downloads are off" in done.stderr
    assert not server.requests


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_downloads_show_progress_on_a_terminal(versions, server, tmp_path):
    import fcntl
    import pty
    import struct
    import termios

    code = f"import phi_model; phi_model.PhiForCausalLM.from_pretrained({NAME!r})"
    environment = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home"), "PATH": ""}
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 120, 0, 0))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's other end is closed
            while part := os.read(screen, 4096):
                shown += part
    os.close(screen)
    assert process.returncode == 0, shown
    assert b"model-00002-of-00002" in shown
    assert b"100%" in shown
