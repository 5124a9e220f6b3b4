"""Colours for text outside the editor, by Pygments.

Only text that this server has already is coloured here. The history never leaves the browser, so the editor's own
highlighter colours it there; sending it here for its colours would tell the server what was typed before.
"""

from __future__ import annotations

from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

# Classes of the page's stylesheet, the editor's own colours; the most special kinds first.
CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Keyword.Constant, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Function, "definition"),
    (Name.Class, "definition"),
    (Name.Decorator, "type"),
    (Name.Exception, "type"),
)
LEXERS = {"python": PythonLexer(), "shell": BashLexer()}


def spans(code: str, language: str = "python") -> list[tuple[str, str]]:
    """Cuts a program into coloured parts: text, never HTML.

    Args:
        code: the program.
        language: one of `LEXERS`.

    Returns:
        (class, part) pairs; the parts make the code again, and the class is empty where nothing is special.
    """
    parts: list[tuple[str, str]] = []
    # Unlike `get_tokens`, this one leaves the text as it is.
    for _, kind, part in LEXERS[language].get_tokens_unprocessed(code):
        name = next((name for parent, name in CLASSES if kind in parent), "")
        if parts and parts[-1][0] == name:
            parts[-1] = (name, parts[-1][1] + part)
        elif part:
            parts.append((name, part))
    return parts
