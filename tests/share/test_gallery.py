"""The gallery's file, and the command that draws it anew."""

from __future__ import annotations

import json

import pytest

from phi_model.engine import Engine
from ui.share import gallery
from ui.share.checks import LinkError
from ui.share.link import LONG_LINK, decode, model_ref


def test_the_shipped_gallery_opens() -> None:
    entries = gallery.load()
    assert len(entries) >= 3
    for item, (name, shared) in zip(gallery.items(), entries, strict=True):
        assert item["name"] == name
        assert len(item["fragment"]) < LONG_LINK
        assert decode(item["fragment"]) == shared
        assert shared.completion is not None
        assert shared.model.name == "Embedded Phi"
        assert shared.seed is not None


async def test_it_is_drawn_anew_by_the_model_that_is_there(engine: Engine) -> None:
    _, shared = gallery.load()[0]
    one, other = [await gallery.redraw(shared, engine) for _ in range(2)]
    assert one == other
    assert one.model == model_ref(engine.info)
    assert (one.text, one.cursor, one.settings, one.seed) == (
        shared.text,
        shared.cursor,
        shared.settings,
        shared.seed,
    )
    # A block's end is the page's: the tokens stop with the text.
    assert engine.detokenize(one.completion.tokens).startswith(one.completion.text)


def test_what_the_page_saved_is_added(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = tmp_path / "a.json", tmp_path / "gallery.json"
    _, shared = gallery.load()[0]
    saved = {"format": "phi completion", "version": 1, **shared.payload(), "tokens": []}
    file.write_text(json.dumps(saved), encoding="utf-8")
    gallery.main(["--file", str(target), "--add", "Mine", str(file)])
    assert gallery.load(target) == [("Mine", shared)]
    assert capsys.readouterr().out.startswith("Mine: ")
    for arguments, message in (
        (["--add", "Mine", str(file)], "name must be a text of its own"),
        (["--add", "Other", str(target)], "gallery.json must be an object"),
    ):
        with pytest.raises(SystemExit, match=message):
            gallery.main(["--file", str(target), *arguments])
    assert gallery.load(target) == [("Mine", shared)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "gallery.json must be a list"),
        ('[{"name": "a"}]', "a: the link must be an object"),
        ('[{"name": "", "shared": {}}]', "name must be a text of its own"),
        ('[{"title": "a"}]', "must be without unknown fields"),
    ],
)
def test_a_broken_gallery_says_what_is_wrong(tmp_path, content: str, message: str) -> None:
    path = tmp_path / "gallery.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LinkError, match=message):
        gallery.load(path)
