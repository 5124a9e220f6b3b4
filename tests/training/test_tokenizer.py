"""The tokenizer: every text survives the round trip, and one indent is one token."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from training.sources import MODEL_DIR
from training.tokenizer import END_OF_TEXT, SPACES, TABS, save_tokenizer, train_tokenizer

TEXTS = [
    "def f(x):\n    for i in range(10):\n            print(i)\n",
    "class A:\n\tdef g(self):\n\t\t\treturn 'x'\n",
    "x  =   1    # aligned\n\n\n    y = 2\n" + " " * 60 + "deep\n",
    "s = 'ünïcödé → 木 🐍'\r\n\x00\x7f",
    " leading and trailing ",
    "",
    "\n",
    "    ",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    words = [f"def name{n}(value):\n    return value + {n}\n" for n in range(200)]
    tokenizer = train_tokenizer(words, vocabulary=400)
    folder = tmp_path_factory.mktemp("tokenizer")
    save_tokenizer(tokenizer, folder)
    return folder


@pytest.fixture(params=["small", "shipped"])
def folder(request, small):
    return small if request.param == "small" else MODEL_DIR


def test_round_trip_by_both_libraries(folder) -> None:
    ours = Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs = PreTrainedTokenizerFast.from_pretrained(folder)
    for text in TEXTS:
        ids = ours.encode(text).ids
        assert ours.decode(ids) == text
        assert theirs.encode(text) == ids
        assert theirs.decode(ids) == text
        assert theirs.decode(ids, skip_special_tokens=True) == text


def test_a_run_is_one_token_and_special_to_nobody(folder) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for run in [" " * n for n in SPACES] + ["\t" * n for n in TABS]:
        encoding = tokenizer.encode(f"if x:\n{run}return")
        assert run in encoding.tokens
        assert tokenizer.decode(encoding.ids, skip_special_tokens=True).endswith(f"\n{run}return")
    special = [t.content for t in tokenizer.get_added_tokens_decoder().values() if t.special]
    assert special == [END_OF_TEXT]
    assert tokenizer.token_to_id(END_OF_TEXT) == 0


def test_the_vocabulary_has_the_size_asked_for(small) -> None:
    tokenizer = Tokenizer.from_file(str(small / "tokenizer.json"))
    assert tokenizer.get_vocab_size() == 400
    assert sorted(tokenizer.get_vocab().values()) == list(range(400))
    with pytest.raises(ValueError, match="must yield 400 ids, got"):
        train_tokenizer(["a"], vocabulary=400)
