"""Stop strings against transformers' criterion, on the embedded model's tokenizer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerFast
from transformers.generation.stopping_criteria import StopStringCriteria

from phi_model import PhiTokenizer
from phi_model.generation.stop import StopStrings
from tests.tiny import pair

MODEL = Path(__file__).parents[2] / "assets" / "model"
TEXTS = [
    "def stop(self):\n    return 'naïve café 🙂'\n\n\nclass Stopper:\n        pass\n",
    "    for i in range(10):\n        print(i, 'stop', end='')  # stopping\n<|endoftext|>x = 1\n",
    '日本語のコメント # 説明\n\tif x:\r\n\t\ty = "…"\n',
]
STOPS = [
    ["stop"],
    ["\n\n"],
    ["\n"],
    ["café", "🙂'"],
    ["class Stopper:\n        pass"],
    ["<|endoftext|>"],
    ["語の", "  "],
    ["return 'na", "x = 1\n"],
    ["e"],
]


@pytest.fixture(scope="module")
def tokenizers():
    return PreTrainedTokenizerFast(
        tokenizer_file=str(MODEL / "tokenizer.json")
    ), PhiTokenizer.from_pretrained(MODEL)


@pytest.mark.parametrize("stops", STOPS, ids=str)
def test_every_prefix_agrees(tokenizers, stops) -> None:
    theirs, ours = tokenizers
    want_criterion, got_criterion = StopStringCriteria(theirs, stops), StopStrings(ours, stops)
    hits = 0
    for text in TEXTS:
        ids = torch.tensor([ours.encode(text)])
        for end in range(1, ids.shape[1] + 1):
            want = want_criterion(ids[:, :end], None)
            assert torch.equal(got_criterion(ids[:, :end]), want), (text, end)
            hits += int(want)
    assert hits > 0


@pytest.mark.parametrize("seed", range(3))
def test_random_ids_agree(tokenizers, seed) -> None:
    """Any ids, unknown ones too, and stop strings cut out of their text at any character."""
    theirs, ours = tokenizers
    rng = random.Random(seed)
    rows = [[rng.randrange(len(ours) + 40) for _ in range(12)] for _ in range(40)]
    stops = []
    for row in rows:
        text = ours.decode(row).replace("\ufffd", "")
        start = rng.randrange(max(len(text) - 1, 1))
        stops.append(text[start : start + rng.randint(1, 6)] or "x")
    ids = torch.tensor(rows)
    want_criterion, got_criterion = StopStringCriteria(theirs, stops), StopStrings(ours, stops)
    hits = 0
    for end in range(1, 13):
        want = want_criterion(ids[:, :end], None)
        assert torch.equal(got_criterion(ids[:, :end]), want)
        hits += int(want.sum())
    assert hits > 20


@pytest.fixture(scope="module")
def models(tokenizers):
    return pair("gqa", vocab_size=len(tokenizers[1]), eos_token_id=0, pad_token_id=0)


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("eos", ["eos", "no eos"])
def test_generate_stops(tokenizers, models, beams, eos) -> None:
    theirs_tokenizer, tokenizer = tokenizers
    ids = torch.tensor(
        [
            tokenizer.encode("def f(x):\n    return")[:6],
            tokenizer.encode("for i in range(10):\n")[:6],
        ]
    )
    options = {"max_new_tokens": 16, "num_beams": beams}
    if eos == "no eos":
        options |= {"eos_token_id": None}
    plain = models[1].generate(ids, **options)
    # Part of a token in the middle of what the first row says.
    stop = tokenizer.decode(plain[0, 10:12]).strip()[:4]
    assert stop
    want = models[0].generate(ids, stop_strings=stop, tokenizer=theirs_tokenizer, **options)
    got = models[1].generate(ids, stop_strings=stop, tokenizer=tokenizer, **options)
    # Where no end token is known, transformers fills shorter beams with -1; no tokenizer decodes that.
    assert torch.equal(got, want.masked_fill(want == -1, 0))
    if beams == 1:
        one = models[1].generate(
            ids[:1], stop_strings=[stop], tokenizer=tokenizer, max_new_tokens=16
        )
        assert one.shape[1] < 22
        assert stop in tokenizer.decode(one[0])


def test_a_stop_string_that_the_prompt_ends_with_does_not_stop(tokenizers, models) -> None:
    tokenizer = tokenizers[1]
    ids = torch.tensor([tokenizer.encode("print('stop')\n")])
    got = models[1].generate(ids, stop_strings="stop')\n", tokenizer=tokenizer, max_new_tokens=5)
    assert torch.equal(got, models[1].generate(ids, max_new_tokens=5))


def test_prompt_lookup_stops_inside_a_draft(tokenizers, models) -> None:
    tokenizer = tokenizers[1]
    ids = torch.tensor([tokenizer.encode("x = 1\ny = 2\n")]).repeat(1, 3)
    plain = models[1].generate(ids, max_new_tokens=24)
    stop = tokenizer.decode(plain[0, ids.shape[1] + 9 : ids.shape[1] + 11])
    options = {"stop_strings": stop, "tokenizer": tokenizer, "max_new_tokens": 24}
    want = models[1].generate(ids, **options)
    assert torch.equal(models[1].generate(ids, prompt_lookup_num_tokens=8, **options), want)


def test_errors(models) -> None:
    ids = torch.tensor([[5, 6]])
    with pytest.raises(ValueError, match="tokenizer must be given with stop_strings"):
        models[1].generate(ids, stop_strings="x")
    with pytest.raises(ValueError, match="stop_strings must be"):
        models[1].generate(ids, stop_strings=["a", ""], tokenizer=object())
