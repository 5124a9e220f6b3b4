"""The bytes behind the tokens of a byte-level BPE.

Such a vocabulary spells each byte as one printable character: the printable bytes as themselves, the others as
the characters from U+0100 on (the scheme of GPT-2). A character of a text may be spread over several tokens, so
one token alone is bytes, not text.
"""

from __future__ import annotations

_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_OTHERS = tuple(byte for byte in range(256) if byte not in _PRINTABLE)
BYTE_OF = {
    **{chr(byte): byte for byte in _PRINTABLE},
    **{chr(0x100 + index): byte for index, byte in enumerate(_OTHERS)},
}


def token_to_bytes(token: str) -> bytes:
    """The bytes that a token of the vocabulary, or an added token, decodes to.

    A token with any character outside the alphabet, such as a run of spaces, stands for its own UTF-8: so
    does the decoder of the tokenizers library.
    """
    try:
        return bytes(BYTE_OF[character] for character in token)
    except KeyError:
        return token.encode("utf-8")
