"""Ids, offsets, padding, truncation and text are transformers' own, on tokenizers trained here."""

from __future__ import annotations

import json

import pytest
import torch
import transformers
from tokenizers import Tokenizer, normalizers, pre_tokenizers

from phi_model import PhiTokenizer
from tests.tokenizer.build import CONFIG, END, TEXTS, backend, write, write_old_files

SPECIAL = {"bos_token": END, "eos_token": END, "unk_token": END}
KEYS = ("input_ids", "attention_mask", "offset_mapping", "special_tokens_mask")


def digits_apart() -> Tokenizer:
    tokenizer = backend()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.normalizer = normalizers.NFC()
    return tokenizer


def len_of() -> int:
    return backend().get_vocab_size(with_added_tokens=True)


FORMS = {
    "codegen": lambda folder: write(folder, backend(), CONFIG),
    "codegen_no_flags": lambda folder: write(
        folder, backend(), {"tokenizer_class": "CodeGenTokenizer"}
    ),
    "gpt2": lambda folder: write(folder, backend(), {**CONFIG, "tokenizer_class": "GPT2Tokenizer"}),
    "prefix_space": lambda folder: write(folder, backend(), {**CONFIG, "add_prefix_space": True}),
    "fast": lambda folder: write(
        folder, backend(), {**CONFIG, "tokenizer_class": "PreTrainedTokenizerFast"}
    ),
    "fast_left": lambda folder: write(
        folder,
        backend(),
        {
            **CONFIG,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "padding_side": "left",
            "truncation_side": "left",
            "model_max_length": 7,
            "pad_token": END,
        },
    ),
    "no_end": lambda folder: write(
        folder, backend(), {"tokenizer_class": "PreTrainedTokenizerFast"}
    ),
    "bare_json": lambda folder: write(folder, backend()),
    "template": lambda folder: write(
        folder,
        backend(template=True),
        {**SPECIAL, "tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<s>"},
    ),
    "digits": lambda folder: write(
        folder, digits_apart(), {**SPECIAL, "tokenizer_class": "PreTrainedTokenizerFast"}
    ),
    "old_files": lambda folder: write_old_files(folder, backend(), CONFIG),
    "old_files_no_config": lambda folder: write_old_files(folder, backend(), None),
    "old_files_ends": lambda folder: write_old_files(
        folder, backend(), {**CONFIG, "add_bos_token": True, "add_eos_token": True}
    ),
    "new_pad": lambda folder: write(folder, backend(), {**CONFIG, "pad_token": "[PAD]"}),
    "new_pad_fast": lambda folder: write(
        folder,
        backend(),
        {**CONFIG, "tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"},
    ),
    "extra": lambda folder: write(
        folder,
        backend(),
        {
            **CONFIG,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "additional_special_tokens": ["<|user|>", "<|code|>"],
        },
    ),
    "decoder_table": lambda folder: write(
        folder,
        backend(),
        {
            **CONFIG,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "<|pad|>",
            "added_tokens_decoder": {
                "0": {"content": END, "special": True, "normalized": False},
                str(len_of()): {"content": "<|pad|>", "special": True, "normalized": False},
                str(len_of() + 1): {"content": "<think>", "special": False, "normalized": True},
            },
        },
    ),
}


@pytest.fixture(scope="module", params=FORMS)
def both(request, tmp_path_factory):
    """transformers' tokenizer and ours, from the same folder."""
    folder = FORMS[request.param](tmp_path_factory.mktemp(request.param))
    return transformers.AutoTokenizer.from_pretrained(folder), PhiTokenizer.from_pretrained(folder)


def encoded(tokenizer, text, **options):
    wanted = {"return_offsets_mapping": True, "return_special_tokens_mask": True}
    result = tokenizer(text, **wanted, **options)
    return {key: result[key] for key in KEYS}


def test_ids_offsets_and_masks(both):
    theirs, ours = both
    for text in TEXTS:
        assert encoded(ours, text) == encoded(theirs, text), text
        assert ours.encode(text) == theirs.encode(text)
        assert ours.tokenize(text) == theirs.tokenize(text)
    assert encoded(ours, TEXTS) == encoded(theirs, TEXTS)
    assert encoded(ours, tuple(TEXTS[:2])) == encoded(theirs, tuple(TEXTS[:2]))


def test_without_special_tokens(both):
    theirs, ours = both
    for text in TEXTS:
        assert (
            ours(text, add_special_tokens=False)["input_ids"]
            == (theirs(text, add_special_tokens=False)["input_ids"])
        )
        assert ours.encode(text, add_special_tokens=False) == (
            theirs.encode(text, add_special_tokens=False)
        )


@pytest.mark.parametrize("skip", [True, False])
def test_decoding(both, skip):
    theirs, ours = both
    rows = [theirs(text)["input_ids"] for text in TEXTS]
    rows += [list(range(len(theirs))), list(range(len(theirs)))[::-1], [5, 99999, 6]]
    for ids in rows:
        want = theirs.decode(ids, skip_special_tokens=skip)
        assert ours.decode(ids, skip_special_tokens=skip) == want
        assert ours.decode(torch.tensor(ids, dtype=torch.long), skip_special_tokens=skip) == want
    assert ours.batch_decode(rows, skip_special_tokens=skip) == (
        theirs.batch_decode(rows, skip_special_tokens=skip)
    )
    assert ours.decode(rows, skip_special_tokens=skip) == theirs.decode(
        rows, skip_special_tokens=skip
    )


@pytest.mark.parametrize("skip", [True, False])
def test_bytes_of_the_tokens_make_the_text(both, skip):
    theirs, ours = both
    rows = [theirs(text)["input_ids"] for text in TEXTS]
    rows += [list(range(len(theirs))), [7, 99999, 8, -1 % 2**31]]
    for ids in rows:
        joined = b"".join(ours.token_bytes(id_, skip_special_tokens=skip) for id_ in ids)
        want = theirs.decode(ids, skip_special_tokens=skip)
        assert joined.decode("utf-8", errors="replace") == want


def test_vocabulary(both):
    theirs, ours = both
    assert len(ours) == len(theirs)
    assert ours.vocab_size == theirs.vocab_size
    assert ours.get_vocab() == theirs.get_vocab()
    ids = [*range(len(theirs)), 99999]
    assert ours.convert_ids_to_tokens(ids) == theirs.convert_ids_to_tokens(ids)
    assert ours.convert_ids_to_tokens(ids, skip_special_tokens=True) == (
        theirs.convert_ids_to_tokens(ids, skip_special_tokens=True)
    )
    tokens = theirs.convert_ids_to_tokens(ids[:-1])
    assert ours.convert_tokens_to_ids(tokens) == ids[:-1]
    assert ours.convert_tokens_to_ids("no such token") == theirs.convert_tokens_to_ids(
        "no such token"
    )
    assert ours.convert_tokens_to_string(tokens) == theirs.convert_tokens_to_string(tokens)


def test_special_tokens(both):
    theirs, ours = both
    for name in ("bos_token", "eos_token", "pad_token", "unk_token"):
        assert getattr(ours, name) == getattr(theirs, name), name
        assert getattr(ours, f"{name}_id") == getattr(theirs, f"{name}_id"), name
    assert ours.special_tokens_map == theirs.special_tokens_map
    assert ours.all_special_tokens == theirs.all_special_tokens
    assert ours.all_special_ids == theirs.all_special_ids
    assert ours.model_max_length == theirs.model_max_length
    assert ours.padding_side == theirs.padding_side
    assert ours.truncation_side == theirs.truncation_side


LENGTHS = [
    {"padding": True},
    {"padding": "longest"},
    {"padding": True, "padding_side": "left"},
    {"padding": True, "pad_to_multiple_of": 8},
    {"padding": "max_length", "max_length": 20},
    {"padding": "max_length", "max_length": 20, "truncation": True},
    {"padding": "max_length", "max_length": 12, "truncation": True, "padding_side": "left"},
    {"padding": True, "max_length": 6, "truncation": True},
    {"padding": True, "max_length": 6, "truncation": "longest_first"},
    {"padding": True, "max_length": 6, "truncation": "only_first"},
    {"truncation": True, "max_length": 5},
    {"truncation": True, "max_length": 4},
    {"max_length": 5},
    {"truncation": True},
    {"truncation": False, "padding": False},
    {"padding": "do_not_pad", "truncation": "do_not_truncate"},
]


@pytest.mark.parametrize("options", LENGTHS, ids=str)
def test_lengths(both, options):
    theirs, ours = both
    if options.get("padding") and theirs.pad_token is None:
        theirs.pad_token = ours.pad_token = theirs.convert_ids_to_tokens(0)
    assert encoded(ours, TEXTS, **options) == encoded(theirs, TEXTS, **options)
    for text in TEXTS:
        assert encoded(ours, text, **options) == encoded(theirs, text, **options)


@pytest.mark.parametrize("side", ["left", "right"])
def test_sides_set_on_the_tokenizer(both, side):
    theirs, ours = both
    if theirs.pad_token is None:
        theirs.pad_token = ours.pad_token = theirs.convert_ids_to_tokens(0)
    before = (theirs.padding_side, theirs.truncation_side)
    for tokenizer in both:
        tokenizer.padding_side = tokenizer.truncation_side = side
    options = {"padding": True, "truncation": True, "max_length": 8}
    assert encoded(ours, TEXTS, **options) == encoded(theirs, TEXTS, **options)
    for tokenizer in both:
        tokenizer.padding_side, tokenizer.truncation_side = before


def test_tensors(both):
    theirs, ours = both
    if theirs.pad_token is None:
        theirs.pad_token = ours.pad_token = theirs.convert_ids_to_tokens(0)
    for text in (TEXTS, "one text", ["one in a list"]):
        options = {"padding": True, "return_tensors": "pt"}
        want, got = theirs(text, **options), ours(text, **options)
        for key in ("input_ids", "attention_mask"):
            assert got[key].dtype == torch.long
            assert torch.equal(got[key], want[key])
            assert getattr(got, key) is got[key]
    assert torch.equal(
        ours.encode("some text", return_tensors="pt"),
        theirs.encode("some text", return_tensors="pt"),
    )


def test_saved_tokenizer_is_the_same_in_transformers(both, tmp_path):
    _, ours = both
    ours.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "phi"}))
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    again = PhiTokenizer.from_pretrained(tmp_path)
    for other in (theirs, again):
        for text in TEXTS:
            assert encoded(other, text) == encoded(ours, text), text
        assert other.special_tokens_map == ours.special_tokens_map
        assert other.model_max_length == ours.model_max_length
        assert other.padding_side == ours.padding_side
        assert len(other) == len(ours)
