"""Links: made in one window, opened in a fresh one, and run again."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import zip_longest

import pytest
import torch
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from phi_model import PhiForCausalLM, PhiTokenizer
from phi_model.engine import Engine
from tests.e2e.studio import ROOT, Studio, until
from tests.share.conftest import page_over
from ui.share.gallery import items, redraw
from ui.share.link import Shared, decode, encode
from ui.snippets import SNIPPETS

PROMPT = "# naïve 🙂\ndef print_prime(n):\n"


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    """A model that is really another, and the page over it."""
    folder = tmp_path_factory.mktemp("other")
    model = PhiForCausalLM.from_pretrained(ROOT / "assets" / "model", dtype="float32")
    noise = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.model.layers[-1].parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=noise))
    model.save_pretrained(folder)
    PhiTokenizer.from_pretrained(ROOT / "assets" / "model").save_pretrained(folder)
    engine = Engine.from_pretrained(folder, device="cpu", slots=2, name="Noisy Phi")
    with page_over(engine) as address:
        yield engine, address
    engine.close()


def message(studio: Studio) -> Locator:
    """What the share bar says."""
    return studio.page.locator(".phi-share-bar").get_by_role("status")


def shared_link(studio: Studio, what: str = "The last completion") -> str:
    """The link that the dialog makes; the dialog stays open."""
    studio.page.get_by_role("button", name="Share", exact=True).click()
    dialog = studio.page.get_by_role("dialog", name="Share")
    dialog.wait_for()
    dialog.get_by_label(what).check()
    expect(dialog.get_by_role("status")).to_contain_text("characters")
    return dialog.get_by_label("Link", exact=True).input_value()


def test_a_shared_completion_opens_in_a_fresh_window_and_is_drawn_again(
    studio, open_studio, address
):
    studio.write(PROMPT)
    studio.complete(max_tokens="12", temperature="0.8", seed="5", stop=r"\n\n\n")
    ghost = studio.finish()
    link = shared_link(studio)
    assert link.startswith(f"{address.rstrip('/')}/#phi=1.")
    shared = decode(link.partition("#")[2])
    assert (shared.text, shared.cursor, shared.seed) == (PROMPT, len(PROMPT), 5)
    assert shared.completion.text == ghost
    assert shared.model.name == "Embedded Phi"

    other = open_studio("/#" + link.partition("#")[2])
    bar = other.page.locator(".phi-share-bar")
    expect(bar.get_by_role("status")).to_contain_text("Opened: by Embedded Phi, seed 5.")
    assert (other.text, other.ghost) == (PROMPT, ghost)
    expect(other.page.locator("#seed textarea, #seed input")).to_have_value("5")
    bar.get_by_role("button", name="Replay").click()
    expect(bar.get_by_role("status")).to_have_text("Identical.")
    assert other.ghost == ghost

    # What another model, or another version of this one, would have drawn.
    tokens = shared.completion.tokens
    strange = replace(shared.completion, text="<b>other</b>", tokens=(*tokens[:2], tokens[2] + 1))
    third = open_studio("/#" + encode(replace(shared, completion=strange)))
    bar = third.page.locator(".phi-share-bar")
    bar.get_by_role("button", name="Replay").click()
    expect(bar.get_by_role("status")).to_have_text("Diverged at token 3.")
    assert third.page.locator(".phi-both pre").all_text_contents() == ["<b>other</b>", ghost]


def test_a_long_text_in_many_scripts_is_shared_and_no_server_sees_the_link(
    browser, studio, open_studio
):
    lines = (f"# naïve 🙂 漢字 עברית {i * 7919 % 9973}\nvalue_{i} = {i}\n" for i in range(200))
    text = "".join(lines)[:3996] + "\nx ="
    assert len(text) == 4000
    studio.write(text)
    studio.complete(max_tokens="8", temperature="0", seed="5")
    ghost = studio.finish()
    fragment = shared_link(studio).partition("#")[2]
    asked: list[str] = []
    other = open_studio()
    other.page.on("request", lambda sent: asked.append(f"{sent.url} {sent.post_data or ''}"))
    other.page.goto(other.page.url + "#" + fragment)
    other.page.reload()
    expect(message(other)).to_contain_text("Opened: by Embedded Phi, seed 5.")
    assert other.text == text
    assert other.ghost == ghost
    other.page.get_by_role("button", name="Replay").click()
    expect(message(other)).to_have_text("Identical.")
    assert asked
    assert not [sent for sent in asked if fragment[:200] in sent]


def test_a_damaged_link_is_told_and_changes_nothing(open_studio):
    damaged = open_studio("/#phi=1.AAAA")
    status = message(damaged)
    expect(status).to_contain_text("The link was not opened: the link is damaged")
    assert until(lambda: damaged.text, "the starter") == "def print_prime(n):\n"
    expect(damaged.page.locator("#seed textarea, #seed input")).to_have_value("")
    expect(damaged.page.locator("#share").get_by_role("button", name="Replay")).to_be_hidden()


def test_the_links_code_is_read_by_a_phone(studio):
    studio.write(PROMPT)
    studio.complete(max_tokens="12", seed="5")
    studio.finish()
    link = shared_link(studio)
    code = studio.page.get_by_role("img", name="QR code of the link")
    [read] = zxingcpp.read_barcodes(Image.open(BytesIO(code.screenshot())))
    assert read.text == link
    studio.page.keyboard.press("Escape")
    expect(studio.page.get_by_role("button", name="Share", exact=True)).to_be_focused()

    # What deflates badly makes a long link.
    studio.write("".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(3_000)))
    link = shared_link(studio, "This text alone")
    dialog = studio.page.get_by_role("dialog", name="Share")
    expect(
        dialog.get_by_text("Too long for a QR code: at most 2,953 characters fit.")
    ).to_be_visible()
    expect(code).to_have_count(0)
    expect(dialog.get_by_role("status")).to_contain_text("Some programs cut links as long as this.")
    studio.page.keyboard.press("Escape")
    studio.write("".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(12_000)))
    studio.page.get_by_role("button", name="Share", exact=True).click()
    dialog.get_by_label("This text alone").check()
    expect(dialog.get_by_role("status")).to_contain_text("Not shared: the link would be")
    expect(dialog.get_by_label("Link", exact=True)).to_be_hidden()


def test_a_text_alone_is_shared_with_its_settings(studio, open_studio):
    studio.write(PROMPT)
    studio.set("temperature", "0.35")
    studio.set("stop", "\\n\\n\nEND")
    studio.page.get_by_role("button", name="Share", exact=True).click()
    dialog = studio.page.get_by_role("dialog", name="Share")
    expect(dialog.get_by_label("The last completion")).to_be_disabled()
    studio.page.keyboard.press("Escape")
    link = shared_link(studio, "This text alone")
    shared = decode(link.partition("#")[2])
    assert (shared.text, shared.cursor, shared.completion) == (PROMPT, len(PROMPT), None)
    assert (shared.seed, shared.model) == (None, None)
    assert shared.settings["temperature"] == 0.35
    assert shared.settings["stop"] == ["\n\n", "END"]

    other = open_studio("/#" + link.partition("#")[2])
    expect(message(other)).to_have_text("Opened: a text and its settings.")
    assert other.text == PROMPT
    expect(other.page.locator("#temperature input[type=number]")).to_have_value("0.35")
    other.page.get_by_role("button", name="More sampling").click()
    expect(other.page.locator("#stop textarea")).to_have_value("\\n\\n\nEND")
    expect(other.page.get_by_role("button", name="Replay")).to_be_hidden()
    other.complete()
    assert other.finish()


def test_what_the_page_ended_is_drawn_again_to_the_same_token(studio, open_studio):
    """How many tokens arrived behind the end of a scope, or before a stop, was chance: replays diverged."""
    studio.write(PROMPT)
    studio.page.get_by_role("button", name="Suggestions").click()
    studio.page.locator("#scope").get_by_label("Line").check()
    studio.complete(max_tokens="64", temperature="0", seed="1")
    studio.finish()
    fragment = shared_link(studio).partition("#")[2]
    studio.page.keyboard.press("Escape")
    studio.page.locator("#scope").get_by_label("Free").check()
    # Hot, so that it does not end soon.
    studio.complete(max_tokens="900", temperature="2", top_p="1", seed="2")
    until(lambda: len(studio.ghost) > 20, "some text")
    # Not a mouse's click, which waits for a page that stands still.
    studio.page.get_by_role("button", name="Stop", exact=True).dispatch_event("click")
    expect(studio.status).to_contain_text("Stopped")
    for link in (fragment, shared_link(studio).partition("#")[2]):
        other = open_studio("/#" + link)
        other.page.get_by_role("button", name="Replay").click()
        expect(message(other)).to_have_text("Identical.")


def test_the_embed_is_editor_and_result_alone(open_studio, browser, address):
    # Hot enough that something is suggested whatever the model knows.
    settings = {"temperature": 2, "max_tokens": 16}
    link = encode(Shared(text=PROMPT, cursor=len(PROMPT), seed=3, settings=settings))
    studio = open_studio(f"/#{link}")
    expect(message(studio)).to_contain_text("Opened")
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shared_link(studio, "This text alone")
    studio.page.get_by_role("button", name="Copy <iframe>").click()
    expect(studio.page.get_by_role("dialog").get_by_role("status")).to_have_text("HTML copied.")
    frame = studio.page.evaluate("navigator.clipboard.readText()")
    assert frame.startswith(f'<iframe src="{address.rstrip("/")}/?embed=1#phi=1.')

    # Browsers that keep strangers' frames from storing anything throw at the mere look at it: buttons never came.
    blog = browser.new_page(viewport={"width": 720, "height": 600})
    blog.add_init_script(FORBID_STORAGE)
    problems: list[str] = []
    blog.on("pageerror", lambda error: problems.append(str(error)))
    blog.set_content(f"<h1>A post</h1>{frame}")
    inside = blog.frame_locator("iframe")
    inside.locator("#do-complete").wait_for()
    expect(inside.locator("#status")).to_contain_text("Ready")
    expect(inside.get_by_label("Code editor", exact=True)).to_contain_text("def print_prime(n):")
    for hidden in ("#temperature", "#examples", "h1", "#share button >> nth=0"):
        expect(inside.locator(hidden).first).to_be_hidden()
    inside.locator("#do-complete").click()
    expect(inside.locator("#status")).to_contain_text("Finished")
    expect(inside.locator(".cm-ghost").first).to_be_visible()
    expect(inside.get_by_role("link", name="Open the page")).to_have_attribute(
        "href", re.compile(r"/#phi=1\.")
    )
    assert problems == []
    blog.close()


FORBID_STORAGE = """
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, {
    get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); },
  });
}
"""


def test_a_replay_with_another_model_says_where_it_diverged(open_studio, other_model):
    engine, address = other_model
    info = engine.info
    fragment = items()[0]["fragment"]
    ours = decode(fragment)
    there = open_studio(f"/#{fragment}", at=address)
    told = f"this page has {info.name} ({info.fingerprint}) in float32"
    expect(message(there)).to_contain_text(f"Made with another model: {told}.")
    expect(there.page.locator(".cm-ghost").first).to_be_visible()
    there.page.get_by_role("button", name="Replay").click()
    expect(message(there)).to_contain_text("Diverged at token ")
    with ThreadPoolExecutor() as other_thread:  # this one has the browser's loop
        now = other_thread.submit(asyncio.run, redraw(ours, engine)).result().completion
    pairs = zip_longest(now.tokens, ours.completion.tokens)
    at = next(i for i, (one, other) in enumerate(pairs, 1) if one != other)
    expect(message(there)).to_contain_text(f"Diverged at token {at}. {told[0].upper()}{told[1:]}")
    texts = there.page.locator(".phi-both pre").all_text_contents()
    assert texts == [ours.completion.text, now.text]


def test_the_request_as_code(studio, address):
    studio.write(PROMPT)
    studio.set("seed", "77")
    studio.page.get_by_role("button", name="This request as code").click()
    studio.page.locator("#code-show").click()
    code = studio.page.locator("#code-shown pre")
    expect(code).to_contain_text(f"curl -sS {address.rstrip('/')}/v1/completions")
    expect(code).to_contain_text('"seed": 77')
    studio.page.locator("#code-kind").get_by_label("phi_model").check()
    expect(code).to_contain_text("Engine.from_pretrained('assets/model', dtype='bfloat16')")
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    kinds = studio.page.locator("#code-kind").get_by_role("radio")
    for kind, program in zip(kinds.all(), SNIPPETS, strict=True):
        before = code.inner_text()
        kind.check()
        if program != "phi_model":  # which is shown already
            expect(code).not_to_have_text(before)
        studio.page.locator("#code-shown").get_by_role("button", name="Copy").click()
        expect(studio.page.locator("#code-shown").get_by_role("status")).to_have_text("Copied")
        copied = studio.page.evaluate("navigator.clipboard.readText()")
        assert copied.split() == code.inner_text().split()


def test_a_control_that_is_set_before_the_page_is_quite_loaded_keeps_its_value(open_studio):
    """The page's load wrote the values back that it had read at its beginning: what came between was lost."""
    studio = open_studio(script=HOLD_THE_LOAD)
    studio.set("top_p", "0.5")
    studio.set("seed", "7")
    studio.page.evaluate("window.letGo()")
    until(lambda: studio.page.evaluate("window.opened"), "the end of the load")
    for field, value in (("top_p", "0.5"), ("seed", "7")):
        expect(
            studio.page.locator(f"#{field} :is(input[type=number], input[type=text], textarea)")
        ).to_have_value(value)
    studio.write("x = 1\n")
    studio.complete(max_tokens="2")
    studio.finish()
    assert studio.fact("seed") == "7"


# The link is opened no sooner than the test says.
HOLD_THE_LOAD = """
const held = new Promise(resolve => (window.letGo = resolve));
let made;
Object.defineProperty(window, 'PhiEditor', {
  get: () => made,
  set(api) {
    const openLink = api.openLink;
    made = {...api, async openLink(...values) {
      await held;
      const updates = await openLink(...values);
      setTimeout(() => (window.opened = true), 200);
      return updates;
    }};
  },
});
"""


def test_a_blank_seed_in_code_is_the_one_that_was_used(studio, address):
    studio.write(PROMPT)
    studio.complete(max_tokens="12", temperature="0.9")
    ghost = studio.finish()
    seed = studio.fact("seed")
    studio.page.get_by_role("button", name="This request as code").click()
    studio.page.locator("#code-show").click()
    code = studio.page.locator("#code-shown pre")
    expect(code).to_contain_text(f'"seed": {seed}')
    answer = subprocess.run(
        ["bash", "-c", code.inner_text()], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(answer.stdout)["choices"][0]["text"] == ghost
