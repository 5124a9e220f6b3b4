"""What is our own in the tokenizer: arguments, errors, special tokens, files, threads."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from tokenizers import AddedToken

import phi_model
from phi_model import PhiTokenizer
from phi_model.byte_level import BYTE_OF, token_to_bytes
from phi_model.checkpoint import CheckpointError, CheckpointNotFoundError
from tests.checkpoint.hub_server import Repo, serving
from tests.tokenizer.build import CONFIG, CORPUS, END, TEXTS, backend, write, write_old_files


@pytest.fixture
def tokenizer(tmp_path):
    return PhiTokenizer.from_pretrained(write(tmp_path, backend(), CONFIG))


def test_runs_of_spaces_survive(tokenizer):
    """They are added tokens that are not special, and nothing is cleaned up."""
    text = "def f( a , b ) :\n" + "\n".join(" " * count + "x" for count in range(40)) + "\t\t."
    ids = tokenizer.encode(text)
    for run in (2, 7, 31):
        id_ = tokenizer.convert_tokens_to_ids(" " * run)
        assert id_ in ids
        assert tokenizer.token_bytes(id_) == b" " * run
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode(ids, skip_special_tokens=False) == text


@pytest.mark.parametrize("text", TEXTS)
def test_round_trip(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text), skip_special_tokens=False) == text


def test_special_tokens_are_left_out_unless_asked_for(tokenizer):
    ids = tokenizer.encode(f"a{END}b")
    assert tokenizer.decode(ids) == "ab"
    assert tokenizer.decode(ids, skip_special_tokens=False) == f"a{END}b"
    assert tokenizer.token_bytes(tokenizer.eos_token_id) == b""
    assert tokenizer.token_bytes(tokenizer.eos_token_id, skip_special_tokens=False) == END.encode()


def test_ids_beyond_the_tokenizer_are_nothing(tokenizer):
    """The logits of phi-1, 1.5 and 2 have 51200 rows, their tokenizer knows 50295."""
    beyond = [len(tokenizer), 51199, 10**9]
    assert tokenizer.decode(beyond) == ""
    assert tokenizer.decode([tokenizer.encode("x")[0], *beyond]) == "x"
    assert tokenizer.convert_ids_to_tokens(beyond) == [None, None, None]
    assert [tokenizer.token_bytes(id_) for id_ in beyond] == [b"", b"", b""]


@pytest.mark.parametrize("ids", [[-1], [5, -100], -3, [[1], [-1]], torch.tensor([-1])])
def test_negative_id(tokenizer, ids):
    with pytest.raises(ValueError, match="at least 0, got -"):
        tokenizer.decode(ids)


def test_decode_takes_every_shape_of_ids(tokenizer):
    ids = tokenizer.encode("one two")
    text = tokenizer.decode(ids)
    assert tokenizer.decode(tuple(ids)) == text
    assert tokenizer.decode(torch.tensor(ids)) == text
    assert tokenizer.decode(torch.tensor(ids[0])) == tokenizer.decode(ids[0])
    assert tokenizer.decode([ids, ids]) == [text, text]
    assert tokenizer.decode(torch.tensor([ids, ids])) == [text, text]
    assert tokenizer.batch_decode([torch.tensor(ids), torch.tensor(ids)]) == [text, text]
    assert tokenizer.batch_decode(torch.tensor([ids])) == [text]
    assert tokenizer.decode([]) == ""
    assert tokenizer.batch_decode([]) == []
    assert tokenizer.batch_decode([[], ids]) == ["", text]


def test_decode_as_the_documentation_calls_it(tokenizer):
    """`clean_up_tokenization_spaces` was an unknown argument; ids in a numpy array were taken for several rows."""
    ids = tokenizer.encode("a , b . don 't")
    for clean in (False, True, None):
        options = {"skip_special_tokens": True, "clean_up_tokenization_spaces": clean}
        assert tokenizer.decode(ids, **options) == "a , b . don 't"
        assert tokenizer.batch_decode([ids], **options) == ["a , b . don 't"]
    assert tokenizer.decode(torch.tensor(ids).numpy()) == "a , b . don 't"
    assert tokenizer.batch_decode(torch.tensor([ids, ids]).numpy()) == ["a , b . don 't"] * 2


@pytest.mark.parametrize("text", [None, 5, [5], [None], [["a"]]])
def test_what_is_no_text_is_named(tokenizer, text):
    """None and a number ended in "object is not iterable"."""
    with pytest.raises(ValueError, match="text must be a string or a list of strings, got"):
        tokenizer(text)


def test_empty_inputs(tokenizer):
    assert tokenizer("")["input_ids"] == []
    assert tokenizer([])["input_ids"] == []
    tensors = tokenizer("", return_tensors="pt")
    assert tensors["input_ids"].shape == (1, 0)
    assert tensors["input_ids"].dtype == torch.long


def test_model_takes_an_encoding(tokenizer):
    config = phi_model.PhiConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    tokenizer.pad_token = tokenizer.eos_token
    encoding = tokenizer(["a b c", "d"], return_tensors="pt", padding=True).to("cpu")
    assert phi_model.PhiForCausalLM(config)(**encoding).logits.shape[:2] == encoding.input_ids.shape


def test_encoding_moves_its_tensors_only(tokenizer):
    encoding = tokenizer("some words", return_tensors="pt").to("meta")
    assert encoding.input_ids.device.type == "meta"
    assert isinstance(tokenizer("some words").to("meta").input_ids, list)
    with pytest.raises(AttributeError, match="no 'labels'"):
        encoding.labels  # noqa: B018


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"return_tensors": "np"}, "return_tensors must be None or 'pt', got 'np'"),
        ({"padding": "max"}, "padding must be .*got 'max'"),
        ({"truncation": "only_second"}, "truncation must be .*got 'only_second'"),
        ({"max_length": 0}, "max_length must be at least 1, got 0"),
        ({"padding": True, "pad_to_multiple_of": 0}, "pad_to_multiple_of must be .*got 0"),
        ({"padding": True, "padding_side": "top"}, "padding_side must be .*got 'top'"),
        ({"padding": True}, "padding needs a pad_token"),
        ({"return_tensors": "pt"}, r"rows of one length, got input_ids of \[\d+, \d+\]"),
    ],
)
def test_argument_out_of_range(tokenizer, options, message):
    with pytest.raises(ValueError, match=message):
        tokenizer(["a b c d", "e"], **options)


@pytest.mark.parametrize("text", [None, 5, [None], ["a", 5], [["a", "b"]], b"bytes"])
def test_text_that_is_none(tokenizer, text):
    with pytest.raises((ValueError, TypeError)):
        tokenizer(text)


def test_template_does_not_fit(tmp_path):
    tokenizer = PhiTokenizer(backend(template=True))
    with pytest.raises(ValueError, match="room for the 3 tokens that the tokenizer adds, got 2"):
        tokenizer("some words", truncation=True, max_length=2)
    assert len(tokenizer("some words", truncation=True, max_length=4).input_ids) == 4


def test_setting_special_tokens(tokenizer):
    assert tokenizer.pad_token is None
    assert tokenizer.pad_token_id is None
    tokenizer.pad_token = tokenizer.eos_token
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    tokenizer.pad_token_id = 7
    assert tokenizer.pad_token == tokenizer.convert_ids_to_tokens(7)
    tokenizer.pad_token = None
    assert tokenizer.pad_token_id is None
    with pytest.raises(ValueError, match=r"pad_token must be .*'no such token'"):
        tokenizer.pad_token = "no such token"
    with pytest.raises(ValueError, match=r"eos_token_id must be .*99999"):
        tokenizer.eos_token_id = 99999


def test_pad_token_that_was_set_is_saved(tokenizer, tmp_path):
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
    tokenizer.save_pretrained(tmp_path / "new")
    again = PhiTokenizer.from_pretrained(tmp_path / "new")
    assert again.pad_token == END
    assert again.padding_side == "left"


def test_settings_replace_those_of_the_file(tmp_path):
    write(tmp_path, backend(), CONFIG)
    tokenizer = PhiTokenizer.from_pretrained(
        tmp_path, padding_side="left", pad_token=END, model_max_length=9
    )
    assert tokenizer.padding_side == "left"
    assert tokenizer.pad_token_id == 0
    assert tokenizer.model_max_length == 9


def test_settings_of_the_last_use_in_tokenizer_json(tmp_path):
    """A tokenizer.json may carry padding and truncation; they must not act on every call."""
    tokenizer = backend()
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(direction="left", pad_id=0, pad_token=END, length=50)
    ours = PhiTokenizer.from_pretrained(write(tmp_path, tokenizer, CONFIG))
    assert 3 < len(ours.encode("def print_prime(n): pass")) < 50
    assert ours.padding_side == "left"
    assert ours.pad_token == END


def test_a_call_changes_nothing_for_others(tokenizer):
    """Threads share a tokenizer: padding and truncation of one call must not reach another's."""
    tokenizer.pad_token = END
    texts = [text * 3 for text in CORPUS]
    want = [tokenizer.encode(text) for text in texts]

    def encode(number):
        text = texts[number % len(texts)]
        if number % 2:
            return tokenizer([text, "x"], padding=True, truncation=True, max_length=5).input_ids
        return tokenizer.encode(text)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(encode, range(400)))
    for number, result in enumerate(results):
        if number % 2:
            assert [len(row) for row in result] == [5, 5]
        else:
            assert result == want[number % len(texts)]


def test_bytes_of_every_character_split_over_tokens(tokenizer):
    """An emoji is four bytes in several tokens: only joined they are text."""
    ids = tokenizer.encode("🦜")
    assert len(ids) > 1
    parts = [tokenizer.token_bytes(id_) for id_ in ids]
    assert b"".join(parts) == "🦜".encode()
    with pytest.raises(UnicodeDecodeError):
        parts[0].decode()


def test_byte_alphabet():
    assert sorted(BYTE_OF.values()) == list(range(256))
    assert token_to_bytes("Ġdef") == b" def"
    assert token_to_bytes("Ċ") == b"\n"
    assert token_to_bytes("ðŁĻĤ") == "🙂".encode()
    assert token_to_bytes("  ") == b"  "
    assert token_to_bytes("日") == "日".encode()


# ---- files


def test_folder_without_a_tokenizer(tmp_path):
    with pytest.raises(CheckpointNotFoundError, match=r"no tokenizer\.json") as caught:
        PhiTokenizer.from_pretrained(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "merges.txt" in str(caught.value)


@pytest.mark.parametrize("missing", ["vocab.json", "merges.txt"])
def test_half_of_the_old_files(tmp_path, missing):
    (write_old_files(tmp_path, backend(), CONFIG) / missing).unlink()
    with pytest.raises(CheckpointNotFoundError, match=missing):
        PhiTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"model": 3}'])
def test_broken_tokenizer_json(tmp_path, content):
    write(tmp_path, backend(), CONFIG)
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"tokenizer\.json: must hold a tokenizer"):
        PhiTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "7"])
@pytest.mark.parametrize(
    "name", ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"]
)
def test_broken_json_beside_it(tmp_path, content, name):
    write_old_files(tmp_path, backend(), None)
    (tmp_path / name).write_text(content)
    with pytest.raises(CheckpointError, match=f"{name}: must hold"):
        PhiTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
def test_broken_old_files(tmp_path, name):
    write_old_files(tmp_path, backend(), CONFIG)
    (tmp_path / name).write_text("{broken, not merges")
    with pytest.raises(CheckpointError, match=name):
        PhiTokenizer.from_pretrained(tmp_path)


def test_added_tokens_whose_ids_leave_a_gap(tmp_path):
    """Such a token would silently get another id than the model was trained with."""
    write_old_files(tmp_path, backend(), CONFIG)
    (tmp_path / "added_tokens.json").write_text(json.dumps({"<gap>": 5000}))
    with pytest.raises(CheckpointError, match="'<gap>' must get the id 5000"):
        PhiTokenizer.from_pretrained(tmp_path)


def test_merges_that_begin_with_a_hash(tmp_path):
    """`# #` is a merge like any other in a tokenizer for Python; only `#version` is a comment."""
    tokenizer = backend(corpus=["## ###### #a ##" * 40])
    folder = write_old_files(tmp_path, tokenizer, CONFIG)
    assert "\n# #" in (folder / "merges.txt").read_text()
    ours = PhiTokenizer.from_pretrained(folder)
    assert ours.encode("######") == tokenizer.encode("######").ids


def test_special_token_given_with_its_flags(tmp_path):
    config = {**CONFIG, "pad_token": {"content": "<pad>", "lstrip": True, "special": True}}
    ours = PhiTokenizer.from_pretrained(write(tmp_path, backend(), config))
    added = ours.backend.get_added_tokens_decoder()[ours.pad_token_id]
    assert isinstance(added, AddedToken)
    assert added.lstrip
    assert ours.decode(ours.encode("x   <pad>y")) == "xy"


def test_from_a_hub_repository(tmp_path, monkeypatch):
    for name, size in (("old", 300), ("main", 420)):
        write(tmp_path / name, backend(size), CONFIG)
    repo = Repo()
    for name in ("old", "main"):
        repo.commit(tmp_path / name, name)
    with serving() as hub:
        hub.repos["org/tok"] = repo
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        options = {"cache_dir": tmp_path / "cache", "token": False}
        sizes = [
            PhiTokenizer.from_pretrained(name, **options, **more).vocab_size
            for name, more in (
                ("org/tok", {}),
                ("org/tok@old", {}),
                ("org/tok", {"revision": "old"}),
            )
        ]
        assert sizes[0] > sizes[1] == sizes[2]
        hub.requests.clear()
        offline = PhiTokenizer.from_pretrained("org/tok@old", local_files_only=True, **options)
        assert offline.vocab_size == sizes[1]
        assert not hub.requests
