"""What a replay says of a shared completion."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from phi_model.backend import ModelInfo
from tests.share.links import HERE, shared
from ui.share.link import Shared, decode, encode, made

LINK = decode(encode(shared()))
BIASED = decode(encode(shared(settings={"logit_bias": [["x", 5], [70, -100]], "scope": "line"})))
INFO = ModelInfo("org/phi", "main", 1, "bfloat16", "cpu", 1, 64, 99, fingerprint="0f" * 8)
OPTIONS = {"scope": "line", "confident": False, "colour": True, "n": 1}
IDS = list(LINK.completion.tokens)


def tokenize(text: str) -> list[int]:
    return [ord(character) for character in text]


def verdict(
    ids: list[int], info: ModelInfo = INFO, *, link: Shared = LINK, bias: Any = None, **changes
) -> dict:
    """What a replay of `link` says that drew `ids`; `bias` is what the page's box holds."""
    options = OPTIONS if bias is None else {**OPTIONS, "logit_bias": bias}
    here = made(replace(link.request(tokenize), **changes), options, info)
    done = subprocess.run(
        ["node", "--no-warnings", str(HERE / "verdict.mjs")],
        input=json.dumps([link.payload(), here, {"text": "", "ids": ids}]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_same_tokens_are_identical_however_they_are_shown():
    assert verdict(IDS) == {"same": True, "message": "Identical."}


@pytest.mark.parametrize(
    ("ids", "at"), [([9, *IDS[1:]], 1), (IDS[:-1], 3), ([*IDS, 7], 4), ([*IDS[:2], 1], 3), ([], 1)]
)
def test_the_first_other_token_is_named(ids, at):
    assert verdict(ids) == {"same": False, "message": f"Diverged at token {at}."}


def test_another_model_is_named():
    told = verdict([9], replace(INFO, name="org/other", fingerprint="ab" * 8, dtype="float32"))
    assert told["message"] == (
        "Diverged at token 1. This page has org/other (abababababababab) in float32, "
        "the link is of org/phi in bfloat16."
    )


def test_changed_settings_are_told():
    message = "Identical. The settings are not those of the link."
    assert verdict(IDS, temperature=0.3)["message"] == message
    assert verdict(IDS, seed=1)["message"] == message


def test_a_bias_is_a_setting_like_the_others():
    bias = BIASED.settings["logit_bias"]
    message = "Identical. The settings are not those of the link."
    assert verdict(IDS, link=BIASED, bias=bias) == {"same": True, "message": "Identical."}
    assert verdict(IDS, link=BIASED, bias=bias[:1])["message"] == message
    assert verdict(IDS, link=BIASED, bias=[])["message"] == message
    assert verdict(IDS, link=LINK, bias=bias)["message"] == message
    assert verdict(IDS, link=LINK, bias=[])["message"] == "Identical."


def test_without_its_text_a_bias_is_told_by_ids():
    here = made(BIASED.request(tokenize), OPTIONS, INFO)
    assert here["settings"]["logit_bias"] == [[120, 5.0], [70, -100.0]]
