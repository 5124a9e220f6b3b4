"""Permalinks: what goes in comes out, and nothing else gets in."""

import json
import subprocess

import pytest

from phi_model.request import CompletionRequest, RequestError
from tests.share.conftest import ROOT
from tests.share.links import (
    BIASES,
    NAUGHTY,
    VERSION_1,
    VERSION_2,
    browser_says,
    fuzzed,
    pack,
    python_says,
    shared,
)
from ui.bias import read_bias
from ui.scope import SCOPES
from ui.share.checks import FIELDS
from ui.share.link import MAX_LINK, LinkError, Shared, decode, encode, token_hash

CODE = "def area(width, height):\n    return width * height\n\n\n"
LONG = "".join(f"def f{i}(x_{i}):\n    return x_{i} ** {i * 7919}\n\n" for i in range(120))[:4000]


@pytest.mark.parametrize(
    "text", ["", CODE, NAUGHTY, LONG], ids=["empty", "code", "naughty", "long"]
)
def test_round_trip(text):
    before = shared(text, cursor=len(text) // 2)
    after = decode(encode(before))
    assert after.payload() == decode("#" + encode(after)).payload()
    assert (after.text, after.cursor, after.seed) == (text, len(text) // 2, 2**63 - 1)
    assert after.model == before.model
    assert after.completion == before.completion
    assert {k: after.settings[k] for k in before.settings} == dict(before.settings)
    assert set(after.settings) == set(FIELDS)


def test_a_prompt_of_4000_characters_makes_a_link_that_can_be_pasted():
    assert len(LONG) == 4000
    assert len(encode(shared(LONG))) < 4000


def test_a_prompt_alone():
    link = decode(encode(Shared(text="x = ", cursor=4)))
    assert (link.seed, link.model, link.completion) == (None, None, None)
    assert link.settings == {name: rule["default"] for name, rule in FIELDS.items()}


def test_the_request_is_the_one_that_was_shared():
    link = decode(encode(shared("ab🙂cd", cursor=3)))
    assert link.request(tokenize) == CompletionRequest(
        prompt="ab🙂", max_tokens=32, temperature=0.2, stop=("\n\n", "é🙂"), seed=2**63 - 1
    )


def tokenize(text: str) -> list[int]:
    return [ord(character) for character in text]


def test_a_logit_bias_is_shared_as_it_was_written():
    link = decode(encode(shared(settings={"logit_bias": [["x", 5], [70, -100]]})))
    assert link.settings["logit_bias"] == [["x", 5], [70, -100]]
    assert link.request(tokenize).logit_bias == {120: 5.0, 70: -100.0}
    with pytest.raises(RequestError, match="texts that are one token; this one makes 2"):
        link.request(lambda text: [1, 2])


def test_a_link_says_the_lowest_version_that_can_hold_it():
    """Pages from before version 2 then open what they always could."""
    assert encode(shared()).startswith("phi=1.")
    assert encode(shared(settings={"logit_bias": []})).startswith("phi=1.")
    assert encode(shared(settings={"logit_bias": BIASES})).startswith("phi=2.")


def test_links_of_older_versions_keep_opening():
    assert len(VERSION_1) >= 3
    assert len(VERSION_2) >= 2
    for link in [*VERSION_1, *VERSION_2]:
        assert decode(link["fragment"]).payload() == link["payload"]


def test_the_most_biases_fit_into_a_link_and_are_counted_in_its_length():
    most = [[f"token {i * 7919 % 50_000} {i}", i % 100] for i in range(300)]
    fragment = encode(shared(settings={"logit_bias": most}))
    assert decode(fragment).settings["logit_bias"] == most
    assert len(encode(shared())) + 1000 < len(fragment) < MAX_LINK
    letters = "".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(256 * 300))
    noise = [[letters[i * 256 : (i + 1) * 256], 1] for i in range(300)]
    with pytest.raises(LinkError, match="at most 32,768 are allowed"):
        encode(shared(settings={"logit_bias": noise}))


def test_the_box_and_the_link_hold_the_same_biases():
    """What the browser writes into the box, both sides read back as it was."""
    script = (
        "import {biasLines, fromControls} from './ui/editor/src/settings.js';"
        "const lines = biasLines(JSON.parse(process.argv[1]));"
        "const {settings} = fromControls(['logit_bias'], [lines]);"
        "console.log(JSON.stringify([lines, settings.logit_bias]));"
    )
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", script, json.dumps(BIASES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    lines, back = json.loads(done.stdout)
    assert back == BIASES
    assert [list(pair) for pair in read_bias(lines)] == BIASES


@pytest.mark.parametrize(
    ("fragment", "message"),
    [
        ("", "the link is damaged: it must be phi="),
        ("#section-2", "the link is damaged: it must be phi="),
        (pack({}, 3), "version 3, and this page reads versions up to 2"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": []}}), "settings must be without unknown fields"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": {"5": 1}}}, 2), "settings.logit_bias must be a list of at most 300 pairs"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": [[1, 2]] * 301}}, 2), "settings.logit_bias must be a list of at most 300 pairs"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": [["a" * 257, 2]]}}, 2), "a text of 1 to 256 characters, and a number from -100 to 100"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": [[True, 2]]}}, 2), "settings.logit_bias must be a list"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": [[5, -100.5]]}}, 2), "settings.logit_bias must be a list"),
        (pack({"text": "", "cursor": 0, "settings": {"logit_bias": [["\ud800", 1]]}}, 2), "settings.logit_bias must be a text of Unicode"),
        (pack({}, 0), "version 0"),
        ("phi=1." + "A" * MAX_LINK, f"at most {MAX_LINK:,} characters"),
        ("phi=1.A", "cannot be read"),
        (pack({"text": ""})[:-3], "cannot be read"),
        (pack(b" " * 20_000_000), "unpacks to more than 1,048,576 bytes"),
        (pack(b"[" * 1_000_000), "cannot be read"),
        (pack(b"\xff\xfe"), "cannot be read"),
        (pack([]), "the link must be an object, got []"),
        (pack({"text": 5}), "text must be a text of Unicode characters, got 5"),
        (pack({"text": "a\ud800", "cursor": 0, "settings": {}}), "text must be a text of Unicode"),
        (pack({"text": "ab", "cursor": 3, "settings": {}}), "cursor must be an integer from 0 to 2, got 3"),
        (pack({"text": "ab", "cursor": True, "settings": {}}), "cursor must be an integer"),
        (pack({"text": "", "cursor": 0, "settings": {"top_p": 0}}), "settings.top_p must be a number above 0, up to 1, got 0"),
        (pack({"text": "", "cursor": 0, "settings": {"__proto__": {}}}), "settings must be without unknown fields"),
        (pack({"text": "", "cursor": 0, "settings": {"stop": ["a" * 257]}}), "settings.stop must be a list of at most 16"),
        (pack({"text": "", "cursor": 0, "settings": {}, "seed": str(2**63)}), "seed must be null or the digits"),
        (pack({"text": "", "cursor": 0, "settings": {}, "model": {"name": None}}), "model.name must be a text"),
        (pack({"text": "", "cursor": 0, "settings": {}, "completion": {"text": "", "tokens": [2**31], "choice": 0}}), "completion.tokens must be an integer"),
        (pack({"text": "", "cursor": 0, "settings": {}, "completion": {"text": "", "tokens": [1], "choice": 0, "hash": "0"}}), "completion.hash must be the hash of its tokens"),
    ],
)  # fmt: skip
def test_a_bad_link_says_what_is_wrong(fragment, message):
    with pytest.raises(LinkError) as caught:
        decode(fragment)
    assert message in str(caught.value)
    [answer] = browser_says([("decode", fragment)])
    assert answer.get("error", "").partition(", got")[0] == str(caught.value).partition(", got")[0]


def test_a_link_that_would_be_too_long_is_not_made():
    noise = "".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(20_000))
    with pytest.raises(LinkError, match=r"would be \d+,\d+ characters long, and at most 32,768"):
        encode(shared(noise))


def test_nothing_is_shared_that_would_not_open():
    with pytest.raises(LinkError, match="cursor must be"):
        encode(shared("ab", cursor=3))


def test_200_fuzzed_links_are_opened_or_refused_alike_here_and_in_the_browser():
    fragments = fuzzed(200, seed=6)
    here = [python_says(fragment) for fragment in fragments]
    there = browser_says([("decode", fragment) for fragment in fragments])
    refused = [answer for answer in here if "error" in answer]
    assert 150 < len(refused) < 200
    for fragment, ours, theirs in zip(fragments, here, there, strict=True):
        assert ours.keys() == theirs.keys(), (fragment, ours, theirs)
        if "error" in ours:
            assert ours["error"].partition(", got")[0] == theirs["error"].partition(", got")[0]
        else:
            assert ours == theirs


def test_both_codecs_read_what_the_other_wrote():
    links = [shared(text) for text in ("", CODE, NAUGHTY, LONG)]
    links += [decode(link["fragment"]) for link in [*VERSION_1, *VERSION_2]]
    written = browser_says([("encode", link.payload()) for link in links])
    for link, answer in zip(links, written, strict=True):
        assert decode(answer["value"]) == decode(encode(link))
    read = browser_says([("decode", encode(link)) for link in links])
    assert [answer["value"] for answer in read] == [
        decode(encode(link)).payload() for link in links
    ]


def test_the_token_hash_is_fnv_1a():
    # The published value of the empty text, and of the bytes of "foob": 0x626f6f66 in little-endian order.
    assert token_hash([]) == "cbf29ce484222325"
    assert token_hash([0x626F6F66]) == "dd120e790c2512af"


def test_the_links_ranges_are_the_requests():
    for name, rule in FIELDS.items():
        if rule["type"] not in ("int", "number"):
            continue
        outside = [rule["max"] + 1] if rule["max"] < 1_000_000 else []
        outside += [rule["above"]] if "above" in rule else [rule["min"] - 1]
        inside = [rule["max"], rule["default"], *([rule["min"]] if "min" in rule else [])]
        for value in inside:
            CompletionRequest(prompt="", **{name: value})
        if name in ("top_k", "min_p", "n", "temperature"):
            for value in outside:
                with pytest.raises(RequestError):
                    CompletionRequest(prompt="", **{name: value})
    assert tuple(FIELDS["scope"]["choices"]) == SCOPES
