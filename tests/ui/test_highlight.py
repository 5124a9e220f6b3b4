"""Colours by Pygments: every character once, as text."""

import pytest

from ui.highlight import CLASSES, spans

CODE = '''@cached
class A(Base):
    """<b>text</b>"""

    def f(self, x=1):  # why
        raise ValueError(None) if x not in "y" else 2.5
'''


@pytest.mark.parametrize(
    "code", [CODE, "", "\n\n", "  x", "def f(:\n\t$ \N{SNAKE} '", '"""open', "\r\n"]
)
def test_the_parts_make_the_code_again(code):
    assert "".join(part for _, part in spans(code)) == code
    assert "".join(part for _, part in spans(code, "shell")) == code


def test_the_kinds_of_python():
    found = {part.strip(): name for name, part in spans(CODE)}
    expected = {
        "@cached": "type",
        "class": "keyword",
        "A": "definition",
        '"""<b>text</b>"""': "string",
        "def": "keyword",
        "f": "definition",
        "1": "number",
        "# why": "comment",
        "raise": "keyword",
        "ValueError": "type",
        "None": "number",
        '"y"': "string",
        "2.5": "number",
    }
    assert {part: found.get(part) for part in expected} == expected
    assert set(found.values()) == {"", *(name for _, name in CLASSES)}
