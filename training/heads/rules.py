"""Which snippets show the language that their file's name says, so that a reader could tell.

Languages overlap: a C function is often valid C++, JavaScript is valid TypeScript, and an HTML file is half script and style.
A snippet of such a file counts only where something in it belongs to its own language. The rules look at the text and
the label alone, and hold for training, validation and test alike.
"""

from __future__ import annotations

import re

LEAST_CODE = 0.35  # of a snippet's visible characters that are neither comment nor string
CODE_LINES = 4
TAG_LINES = 0.4
_STRINGS = re.compile(
    r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|/\*(?:.|\n)*?\*/|<!--(?:.|\n)*?-->|\{-(?:.|\n)*?-\}'
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\\n]|\\.)*`"
)
_COMMENTS = {
    "//": re.compile(r"//[^\n]*"),
    "#": re.compile(r"(?<![\w$\"'{(\[&.])#[^\n]*"),
    "--": re.compile(r"--[^\n]*"),
}
_COMMENT_OF = {
    **dict.fromkeys(("C", "C++", "C#", "Go", "Java", "JavaScript", "Rust", "TypeScript", "PHP"), "//"),
    **dict.fromkeys(("Perl", "Python", "Ruby", "Shell"), "#"),
    **dict.fromkeys(("Haskell", "Lua"), "--"),
}  # fmt: skip
_TYPESCRIPT = re.compile(
    r"\binterface\s+\w+[^;{]*\{|\btype\s+\w+(?:<[^=]*>)?\s*=|\benum\s+\w+\s*\{|\bimport\s+type\b|\bexport\s+type\b"
    r"|\bdeclare\s|\bnamespace\s+\w|\b(?:private|public|protected|readonly|abstract)\s+\w|\bimplements\s+[A-Z]"
    r"|\bas\s+(?:const|any|unknown|string|number|never|[A-Z]\w*)\b|\bkeyof\b|\bsatisfies\b|\bis\s+[A-Z]\w*\b"
    r"|[\w)\]]\??\s*:\s*(?:string|number|boolean|any|void|unknown|never|object|symbol|bigint)\b"
    r"|[\w)\]]\?\s*:\s*\w|\)\s*:\s*[A-Z]\w*(?:<|\s*[{;=]|\[)|[(,]\s*\w+\s*:\s*[A-Z]\w*(?:<[^>]*>)?(?:\[\])?\s*[,)=]"
    r"|\b(?:const|let|var)\s+\w+\s*:\s*\w|\w<(?:[A-Z]\w*|string|number|any|unknown)(?:\[\])?(?:,\s*\w+)*>"
)
_CPLUSPLUS = re.compile(
    r"\w::~?\w|::\w+\s*\(|\b(?:namespace|template|typename|nullptr|constexpr|noexcept|virtual|explicit|friend|mutable|decltype"
    r"|static_cast|dynamic_cast|const_cast|reinterpret_cast|operator|using|private|public|protected|override)\b"
    r"|\bclass\s+\w|\bthis->|\bnew\s+\w|\bdelete\s+\w|\bdelete\[\]|\btry\s*\{|\bcatch\s*\(|\bthrow\s+\w"
    r"|#\s*include\s*<\w+>|\bauto\s*[&*]?\s*\w+\s*[=:]|\bconst\s+\w+\s*&|\w&\s+\w+\s*[,)]|\bstd\b|<<\s*\""
)
_OPEN_COMMENT = re.compile(r"/\*(?:(?!\*/)[\s\S])*\Z")
SUPERSETS = {
    "C++": "C",
    "TypeScript": "JavaScript",
}  # nearly: what is valid in the second is so in the first
_EXCESS = {"C++": _CPLUSPLUS, "TypeScript": _TYPESCRIPT}
_TAG = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s|>|/|$)")
_SCRIPT = re.compile(r"<(script|style)\b(?:.|\n)*?(?:</\1>|\Z)", re.IGNORECASE)
_OWN = {
    "CSS": re.compile(r"[\w-]+\s*:[^;{}\n]+[;}]|\{\s*$", re.MULTILINE),
    "PHP": re.compile(r"\$\w|<\?php"),
    "Perl": re.compile(r"[$@%][\w{]|\b(?:sub|my|use|our)\s"),
    "Lua": re.compile(r"\b(?:local|function|end|then|nil|elseif|require)\b"),
    "Shell": re.compile(r"\$[\w({]|\b(?:fi|done|esac|then|echo|export|local|exit|set|test)\b|\[\[?\s"),
}  # fmt: skip


def code_of(label: str, text: str) -> str:
    """Return a snippet without the comments and the strings of its language."""
    text = _STRINGS.sub('""', text)
    comment = _COMMENT_OF.get(label)
    return _COMMENTS[comment].sub("", text) if comment else text


def _visible(text: str) -> int:
    return sum(not c.isspace() for c in text)


def _tag_share(text: str) -> float:
    lines = [line for line in text.split("\n") if line.strip()]
    return sum(bool(_TAG.search(line)) for line in lines) / max(1, len(lines))


def exceeds(label: str, text: str) -> bool:
    """Tell whether something in a text belongs to a language of `SUPERSETS` and not to the smaller one inside it."""
    return bool(_EXCESS[label].search(code_of(label, text)))


def exceeds_already(label: str, beginning: str) -> bool:
    """As `exceeds`, of a text that goes on: a comment that is still open shows nothing, as it will not once it is closed."""
    return exceeds(label, _OPEN_COMMENT.sub("", beginning))


def shows(label: str, text: str) -> bool:
    """Tell whether something in a snippet belongs to its language and, where languages overlap, to no other.

    Args:
        label: name of a language.
        text: snippet of a file of that language.
    """
    if label == "HTML":
        return _tag_share(_SCRIPT.sub("", text)) >= TAG_LINES and _tag_share(text) >= TAG_LINES
    code = code_of(label, text)
    lines = [line for line in code.split("\n") if re.search(r"[A-Za-z]{2}", line)]
    if len(lines) < CODE_LINES or _visible(code) < LEAST_CODE * _visible(text):
        return False
    if label != "PHP" and _tag_share(code) > TAG_LINES and label not in ("Rust", "C++", "Java", "C#", "TypeScript"):  # fmt: skip
        return False
    for larger, smaller in SUPERSETS.items():
        if label in (larger, smaller):
            return exceeds(larger, text) == (label == larger)
    own = _OWN.get(label)
    return own is None or bool(own.search(code))
