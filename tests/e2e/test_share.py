"""Links: made in one window, opened in a fresh one, and run again."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.e2e.studio import until
from ui.share.link import Shared, decode, encode

PROMPT = "# naïve 🙂\ndef print_prime(n):\n"


def test_a_shared_completion_opens_in_a_fresh_window_and_is_drawn_again(
    studio, open_studio, address
):
    studio.write(PROMPT)
    studio.complete(max_tokens="12", temperature="0.8", seed="5", stop=r"\n\n\n")
    ghost = studio.finish()
    bar = studio.page.locator("#share")
    bar.get_by_role("button", name="Share").click()
    box = bar.get_by_label("Link to this completion")
    box.wait_for()
    link = box.input_value()
    assert link.startswith(f"{address.rstrip('/')}/#phi=1.")
    shared = decode(link.partition("#")[2])
    assert (shared.text, shared.cursor, shared.seed) == (PROMPT, len(PROMPT), 5)
    assert shared.completion.text == ghost
    assert shared.model.name == "Embedded Phi"

    other = open_studio("/#" + link.partition("#")[2])
    bar = other.page.locator("#share")
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
    bar = third.page.locator("#share")
    bar.get_by_role("button", name="Replay").click()
    expect(bar.get_by_role("status")).to_have_text("Diverged at token 3.")
    assert bar.locator("pre").all_text_contents() == ["<b>other</b>", ghost]


def test_a_damaged_link_is_told_and_changes_nothing(open_studio):
    damaged = open_studio("/#phi=1.AAAA")
    status = damaged.page.locator("#share").get_by_role("status")
    expect(status).to_contain_text("The link was not opened: the link is damaged")
    assert until(lambda: damaged.text, "the starter") == "def print_prime(n):\n"
    expect(damaged.page.locator("#seed textarea, #seed input")).to_have_value("")
    expect(damaged.page.locator("#share").get_by_role("button", name="Replay")).to_be_hidden()


def test_a_saved_file_opens_when_it_is_dropped(studio, open_studio, tmp_path):
    studio.write(PROMPT)
    studio.complete(max_tokens="8", temperature="0", seed="5")
    ghost = studio.finish()
    saved = {}
    for name, file in (("Save .py", "a.py"), ("Save JSON", "a.json")):
        with studio.page.expect_download() as download:
            studio.page.get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / file)
        saved[file] = (tmp_path / file).read_text(encoding="utf-8")
    assert saved["a.py"] == PROMPT + ghost

    other = open_studio()
    drop = """text => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'a.json'));
        document.querySelector('.cm-content').dispatchEvent(
            new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    status = other.page.locator("#share").get_by_role("status")
    other.page.evaluate(drop, '{"text": 5}')
    expect(status).to_contain_text("a.json was not opened: text must be a text")
    other.page.evaluate(drop, saved["a.json"])
    expect(status).to_contain_text("Opened: by Embedded Phi, seed 5.")
    assert (other.text, other.ghost) == (PROMPT, ghost)


def test_the_embed_is_editor_and_result_alone(open_studio):
    link = encode(Shared(text=PROMPT, cursor=len(PROMPT), seed=3))
    embed = open_studio(f"/?embed=1#{link}", viewport={"width": 480, "height": 400})
    until(lambda: embed.text == PROMPT, "the link's prompt")
    for hidden in ("#temperature", "#examples", "h1"):
        expect(embed.page.locator(hidden).first).to_be_hidden()
    embed.complete()
    assert embed.finish()


def test_the_request_as_code(studio, address):
    studio.write(PROMPT)
    studio.set("seed", "77")
    studio.page.get_by_role("button", name="This request as code").click()
    studio.page.locator("#code-show").click()
    code = studio.page.locator("#code-shown .cm-content")
    expect(code).to_contain_text(f"curl -sS {address.rstrip('/')}/v1/completions")
    expect(code).to_contain_text('"seed": 77')
    studio.page.locator("#code-kind").get_by_label("phi_model").check()
    expect(code).to_contain_text("Engine.from_pretrained('assets/model', dtype='bfloat16')")


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
