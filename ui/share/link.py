"""The permalink: a completion with all that made it, as the fragment of an address.

A fragment is `phi=VERSION.DATA`. DATA is JSON in UTF-8, deflated without a header (RFC 1951), in base64url without padding.
Version 2 has the setting `logit_bias`, which version 1 lacks; a link says the lowest version that can hold it, so that an
older page opens what it can. `ui/editor/src/link.js` is the same codec for the browser; `tests/share/links_v1.json` and
`links_v2.json` hold both to it.
What a link says is never trusted: it is read whole and checked before anything of it is used.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from phi_model.backend import ModelInfo, TokenPiece
from phi_model.request import MAX_SEED, CompletionRequest
from ui.bias import Tokenize, bias_of_ids
from ui.share.checks import (
    FIELDS,
    MAX_TOKEN_ID,
    LinkError,
    checked_settings,
    integer,
    keys,
    refuse,
    said,
    text,
    version_of,
)

VERSION = 2
PREFIX = "phi="
MAX_LINK = 32_768  # characters; a link that long is pasted in one piece by few programs
LONG_LINK = 8_000  # from here on some programs cut a link: the page warns
MAX_BYTES = 2**20  # of the JSON: a short fragment can unpack to a thousand times its length
MAX_NAME = 512
MAX_TOKENS = 16_384
_FRAGMENT = re.compile(r"#?phi=([0-9]{1,6})\.([A-Za-z0-9_-]*)")
_NOT_REQUEST = ("scope", "confident", "colour", "auto")


@dataclass(frozen=True, kw_only=True)
class ModelRef:
    """Which model completed.

    Attributes:
        name, revision, fingerprint, dtype, quantization: as in `phi_model.backend.ModelInfo`.
    """

    name: str
    revision: str | None = None
    fingerprint: str | None = None
    dtype: str | None = None
    quantization: str | None = None


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What it completed.

    Attributes:
        text: what was shown.
        tokens: ids of all tokens drawn, of which the text may show only the first ones.
        choice: which of the request's choices it is.
    """

    text: str
    tokens: tuple[int, ...]
    choice: int = 0

    @property
    def hash(self) -> str:
        """`token_hash` of the tokens."""
        return token_hash(self.tokens)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What a link carries.

    Attributes:
        text: the whole document.
        cursor: the caret, in characters from the start.
        settings: values of the page's controls by name, see `fields.json`; none is missing.
        seed: the seed used; None where nothing was completed.
        model: who completed.
        completion: what came; None in a link to a prompt alone.
    """

    text: str
    cursor: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    model: ModelRef | None = None
    completion: Completion | None = None

    @property
    def version(self) -> int:
        """The version of the link."""
        return version_of(self.settings)

    def request(self, tokenize: Tokenize) -> CompletionRequest:
        """The request that draws the completion again.

        Args:
            tokenize: gives the ids of a text, for a logit bias that names its tokens by their texts.

        Raises:
            RequestError: a field is out of its range.
        """
        fields = {k: v for k, v in self.settings.items() if k not in _NOT_REQUEST}
        fields["logit_bias"] = bias_of_ids(fields.get("logit_bias", ()), tokenize)
        return CompletionRequest(prompt=self.text[: self.cursor], seed=self.seed, **fields)

    def payload(self) -> dict[str, Any]:
        """The JSON object of the link's version."""
        completion = None
        if self.completion is not None:
            completion = {**asdict(self.completion), "hash": self.completion.hash}
            completion["tokens"] = list(self.completion.tokens)
        return {
            "text": self.text,
            "cursor": self.cursor,
            "settings": said(self.settings),
            # A number of JavaScript holds no more than 53 bits.
            "seed": None if self.seed is None else str(self.seed),
            "model": None if self.model is None else asdict(self.model),
            "completion": completion,
        }


def made(request: CompletionRequest, options: Mapping[str, Any], info: ModelInfo) -> dict[str, Any]:
    """What a link says of the making of a completion: its settings, seed and model.

    Args:
        request: as it was sent, its seed included.
        options: the page's settings that are not the request's, and the logit bias as it was written, see
            `ui.bias.read_bias`; without it, the link names the request's ids.
        info: who completed.
    """
    asked = {name: getattr(request, name) for name in FIELDS if name not in _NOT_REQUEST}
    asked["logit_bias"] = list(request.logit_bias.items())
    shown = {name: options[name] for name in (*_NOT_REQUEST, "logit_bias") if name in options}
    return {
        "settings": said(checked_settings({**asked, **shown})),
        "seed": None if request.seed is None else str(request.seed),
        "model": asdict(model_ref(info)),
    }


def model_ref(info: ModelInfo) -> ModelRef:
    """What a link says of a model."""
    return ModelRef(**{f.name: getattr(info, f.name) for f in fields(ModelRef)})


def drawn(tokens: Sequence[TokenPiece], token_text: Callable[[int], str]) -> list[dict[str, Any]]:
    """What a saved file says of each token: `{id, text, logprob}`; None is a log-probability that nobody knows."""
    return [
        {
            "id": token.id,
            "text": token_text(token.id),
            "logprob": None if token.logprob is None else round(token.logprob, 5),
        }
        for token in tokens
    ]


def token_hash(tokens: Sequence[int]) -> str:
    """FNV-1a of the ids as 4 bytes each, little-endian: 16 hexadecimal digits.

    It tells by a glance whether two completions are the same; it protects from nothing.
    """
    value = 0xCBF29CE484222325
    for byte in b"".join(token.to_bytes(4, "little") for token in tokens):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def encode(shared: Shared) -> str:
    """The fragment of a completion, without the `#`.

    Raises:
        LinkError: it would be longer than `MAX_LINK` characters, or no page would open it.
    """
    shared = read(shared.payload())
    payload = shared.payload()
    packed = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if len(packed) > MAX_BYTES:
        raise LinkError(f"the link would hold {len(packed):,} bytes, and at most {MAX_BYTES:,} fit")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = base64.urlsafe_b64encode(deflate.compress(packed) + deflate.flush())
    fragment = f"{PREFIX}{shared.version}.{data.decode().rstrip('=')}"
    if len(fragment) > MAX_LINK:
        raise LinkError(
            f"the link would be {len(fragment):,} characters long, and at most {MAX_LINK:,} are allowed: "
            "shorten the text, or save it as a file"
        )
    return fragment


def decode(fragment: str) -> Shared:
    """Reads a fragment of this version or an older one.

    Args:
        fragment: with or without the `#`.

    Raises:
        LinkError: it is damaged, too long, of a newer version, or a value is out of its range.
    """
    if len(fragment) > MAX_LINK + 1:
        raise LinkError(f"the link must be at most {MAX_LINK:,} characters long")
    match = _FRAGMENT.fullmatch(fragment)
    if match is None:
        raise LinkError("the link is damaged: it must be phi=, a version, a point, and base64url")
    version = int(match[1])
    if not 1 <= version <= VERSION:
        raise LinkError(
            f"the link is of version {version}, and this page reads versions up to {VERSION}"
        )
    return _read(_unpack(match[2]), version)


def read(payload: Any) -> Shared:
    """Reads the JSON object of a link of this version, as `Shared.payload` gives it.

    Raises:
        LinkError: a value is out of its range.
    """
    return _read(payload, VERSION)


def _unpack(data: str) -> Any:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = inflate.decompress(
            base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)), MAX_BYTES + 1
        )
    except (binascii.Error, zlib.error):
        raise LinkError("the link is damaged: its data cannot be read") from None
    if len(unpacked) > MAX_BYTES:
        raise LinkError(f"the link is refused: it unpacks to more than {MAX_BYTES:,} bytes")
    if not inflate.eof or inflate.unused_data:
        raise LinkError("the link is damaged: its data cannot be read")
    try:
        return json.loads(unpacked.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise LinkError("the link is damaged: its data cannot be read") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _read(payload: Any, version: int) -> Shared:
    keys("the link", payload, ("text", "cursor", "settings", "seed", "model", "completion"))
    document = text("text", payload.get("text"))
    seed = payload.get("seed")
    if seed is not None:
        digits = isinstance(seed, str) and re.fullmatch(r"[0-9]{1,19}", seed)
        if not digits or int(seed) > MAX_SEED:
            refuse("seed", f"null or the digits of an integer from 0 to {MAX_SEED}", seed)
        seed = int(seed)
    model, completion = payload.get("model"), payload.get("completion")
    return Shared(
        text=document,
        cursor=integer("cursor", payload.get("cursor"), 0, len(document)),
        settings=checked_settings(payload.get("settings"), version),
        seed=seed,
        model=None if model is None else _model(model),
        completion=None if completion is None else _completion(completion),
    )


def _model(value: Any) -> ModelRef:
    names = ("name", "revision", "fingerprint", "dtype", "quantization")
    keys("model", value, names)
    facts = {
        name: text(f"model.{name}", value.get(name), MAX_NAME)
        for name in names
        if name == "name" or value.get(name) is not None
    }
    return ModelRef(**facts)


def _completion(value: Any) -> Completion:
    keys("completion", value, ("text", "tokens", "choice", "hash"))
    ids = value.get("tokens")
    if not isinstance(ids, list) or len(ids) > MAX_TOKENS:
        refuse("completion.tokens", f"a list of at most {MAX_TOKENS} token ids", ids)
    completion = Completion(
        text=text("completion.text", value.get("text")),
        tokens=tuple(integer("completion.tokens", token, 0, MAX_TOKEN_ID) for token in ids),
        choice=integer("completion.choice", value.get("choice"), 0, 15),
    )
    if value.get("hash") != completion.hash:
        refuse("completion.hash", "the hash of its tokens", value.get("hash"))
    return completion


__all__ = [
    "LONG_LINK",
    "MAX_LINK",
    "VERSION",
    "Completion",
    "LinkError",
    "ModelRef",
    "Shared",
    "decode",
    "drawn",
    "encode",
    "made",
    "model_ref",
    "read",
    "token_hash",
]
