"""Files of a completion: saved, opened again, and as pictures; and the gallery."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import serious
from tests.e2e.test_share import PROMPT, message, shared_link
from ui.share.gallery import items, load
from ui.share.link import decode, encode, read

SVG = "{http://www.w3.org/2000/svg}"
DROP = """text => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'a.json'));
    document.querySelector('.cm-content').dispatchEvent(
        new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def saved(studio: Studio, button: str, folder: Path) -> Path:
    """The file that a button gives."""
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_saved_file_has_everything_and_opens_when_dropped_or_chosen(
    studio, open_studio, tmp_path
):
    studio.write(PROMPT)
    studio.complete(max_tokens="8", temperature="0", seed="5")
    ghost = studio.finish()
    assert saved(studio, "Save .py", tmp_path).read_text(encoding="utf-8") == PROMPT + ghost
    file = saved(studio, "Save JSON", tmp_path)
    whole = json.loads(file.read_text(encoding="utf-8"))
    tokens = whole.pop("tokens")
    assert (whole.pop("format"), whole.pop("version")) == ("phi completion", 1)
    link = shared_link(studio).partition("#")[2]
    assert read(whole) == decode(link)
    assert [token["id"] for token in tokens] == whole["completion"]["tokens"]
    assert "".join(token["text"] for token in tokens) == ghost
    assert all(token["logprob"] <= 0 for token in tokens)
    studio.page.keyboard.press("Escape")

    other = open_studio()
    text = file.read_text(encoding="utf-8")
    for broken, said in (
        ('{"text": 5}', "text must be a text"),
        ("[]", "it is not a saved completion"),
        ("<", "it is not JSON"),
        (text.replace('"version": 1', '"version": 3'), "it is of version 3"),
        (text.replace('"logprob": -', '"logprob": '), "tokens must be those of the completion"),
    ):
        other.page.evaluate(DROP, broken)
        expect(message(other)).to_contain_text(f"a.json was not opened: {said}")
        assert other.text == "def print_prime(n):\n"
    other.page.evaluate(DROP, text)
    expect(message(other)).to_have_text("Opened: by Embedded Phi, seed 5.")
    assert (other.text, other.ghost) == (PROMPT, ghost)
    assert saved(other, "Save JSON", tmp_path).read_text(encoding="utf-8") == text

    third = open_studio()
    with third.page.expect_file_chooser() as chooser:
        third.page.get_by_role("button", name="Open JSON").press("Enter")
    chooser.value.set_files(file)
    expect(message(third)).to_have_text("Opened: by Embedded Phi, seed 5.")
    expect(third.page.locator("#seed textarea, #seed input")).to_have_value("5")
    third.page.get_by_role("button", name="Replay").click()
    expect(message(third)).to_have_text("Identical.")


def test_a_logit_bias_is_shared_too(studio, open_studio, tmp_path):
    """Links had no field for it: what was shared drew another text."""
    bias = '" None": 100\n198: -5.5'
    studio.write("x =")
    studio.complete(max_tokens="3", temperature="0", seed="5", logit_bias=bias)
    ghost = studio.finish()
    assert ghost.startswith(" None")
    link = shared_link(studio)
    assert "/#phi=2." in link
    studio.page.keyboard.press("Escape")
    file = saved(studio, "Save JSON", tmp_path)
    assert decode(link.partition("#")[2]).settings["logit_bias"] == [[" None", 100], [198, -5.5]]

    other = open_studio("/#" + link.partition("#")[2])
    third = open_studio()
    third.page.evaluate(DROP, file.read_text(encoding="utf-8"))
    for opened in (other, third):
        expect(message(opened)).to_contain_text("Opened: by Embedded Phi, seed 5.")
        opened.page.get_by_role("button", name="More sampling").click()
        expect(opened.page.locator("#logit_bias textarea")).to_have_value(bias)
        opened.page.get_by_role("button", name="Replay").click()
        expect(message(opened)).to_have_text("Identical.")
        assert opened.ghost == ghost
    # One without a bias takes it away again.
    fragment = items()[0]["fragment"]
    other.page.evaluate("hash => { location.hash = hash; }", fragment)
    expect(other.page.locator("#logit_bias textarea")).to_have_value("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_tells_the_completion_from_the_prompt(open_studio, tmp_path, scheme):
    studio = open_studio(color_scheme=scheme)
    prompt = 'print("<b>&amp; \x07")\ndef f(a):\n\treturn [a,   a'
    studio.write(prompt)
    studio.complete(
        max_tokens="6", temperature="0.5", seed="5", top_k="40", repetition_penalty="1.1"
    )
    ghost = studio.finish()
    studio.page.get_by_role("button", name="Picture").click()
    dialog = studio.page.get_by_role("dialog", name="Picture")
    expect(dialog.get_by_label(scheme.capitalize())).to_be_checked()
    assert serious(studio) == []
    svg = ElementTree.parse(saved(studio, "Save SVG", tmp_path)).getroot()
    rows = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    packed = re.sub(r"\s", "", "".join(rows))
    assert re.sub(r"\s", "", prompt.replace("\x07", "\u2407") + ghost) in packed
    assert rows[-2].startswith("Shaded: completed by Embedded Phi (")
    asked = (
        "temperature 0.5 · top-p 0.95 · top-k 40 · repetition penalty 1.1 · max tokens 6 · seed 5"
    )
    assert re.fullmatch(rf"{re.escape(asked)} · \d tokens?", rows[-1])
    # Nothing but shapes and text, and nothing from elsewhere.
    assert {e.tag.removeprefix(SVG) for e in svg.iter()} <= {
        "svg",
        "title",
        "g",
        "rect",
        "path",
        "text",
        "tspan",
    }
    assert not re.search(
        r"https?:(?!//www\.w3\.org/)|url\(", (tmp_path / "completion.svg").read_text()
    )
    fills = {e.get("fill") for e in svg.iter(f"{SVG}tspan")}
    assert len(fills) >= 3

    picture = Image.open(BytesIO(saved(studio, "Save PNG", tmp_path).read_bytes())).convert("RGB")
    assert picture.size == (2 * int(svg.get("width")), 2 * int(svg.get("height")))
    band = svg.find(f".//{SVG}g[@data-part='completion']/{SVG}rect")
    inside = picture.getpixel(
        (2 * int(float(band.get("x"))) + 3, 2 * int(float(band.get("y"))) + 3)
    )
    ground = picture.getpixel((4, 4))
    assert inside != ground
    assert (sum(ground) > 600) == (scheme == "light")


def test_the_gallery_opens_by_keyboard_and_is_drawn_again(studio):
    entries = load()
    button = studio.page.get_by_role("button", name="Gallery")
    button.focus()
    studio.page.keyboard.press("Enter")
    dialog = studio.page.get_by_role("dialog", name="Gallery")
    assert dialog.locator("li").all_inner_texts() == [name for name, _ in entries]
    assert serious(studio) == []
    studio.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    for name, shared in (entries[1], entries[0]):
        button.click()
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(message(studio)).to_contain_text(f"Opened: by Embedded Phi, seed {shared.seed}.")
        assert (studio.text, studio.ghost) == (shared.text, shared.completion.text)
        assert studio.page.evaluate("location.hash") == f"#{encode(shared)}"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_serious_in_the_share_dialog(open_studio, scheme, width):
    studio = open_studio(color_scheme=scheme, viewport={"width": width, "height": 844})
    studio.write(PROMPT)
    studio.complete(max_tokens="4", seed="1")
    studio.finish()
    shared_link(studio)
    assert serious(studio) == []
    dialog = studio.page.get_by_role("dialog", name="Share")
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # All of it by Tab alone, in order, and the page behind it never.
    seen = []
    dialog.get_by_label("The last completion").focus()
    for _ in range(5):
        seen.append(
            studio.page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.innerText || 'radio'"
            )
        )
        studio.page.keyboard.press("Tab")
    assert seen == ["radio", "Link", "Copy link", "Copy <iframe>", "Close"]
