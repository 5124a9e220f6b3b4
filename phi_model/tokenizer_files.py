"""Reads a tokenizer's files: `tokenizer.json`, or the `vocab.json` and `merges.txt` of the first releases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import TemplateProcessing

from phi_model.errors import CheckpointError, CheckpointNotFoundError
from phi_model.hub import Source

TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILE = "tokenizer_config.json"
SPECIAL_TOKENS_FILE = "special_tokens_map.json"
ADDED_TOKENS_FILE = "added_tokens.json"
VOCAB_FILE = "vocab.json"
MERGES_FILE = "merges.txt"

NAMED_TOKENS = (
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
)
# Classes of transformers that are byte-level BPE, and what they take for granted.
_BYTE_LEVEL_CLASSES = ("", "CodeGenTokenizer", "GPT2Tokenizer")
_THEIR_DEFAULT_TOKEN = "<|endoftext|>"
_THEIR_DEFAULTS = ("bos_token", "eos_token", "unk_token")


@dataclass
class TokenizerFiles:
    """What a tokenizer's files say.

    Attributes:
        backend: the tokenizer itself, with every added token in it.
        named: `bos_token` and the like -> their text.
        extra: further special tokens.
        config: the content of `tokenizer_config.json`.
    """

    backend: Tokenizer
    named: dict[str, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)


def read(source: Source, settings: Mapping[str, Any] | None = None) -> TokenizerFiles:
    """Reads the tokenizer of a folder or a hub repository; `settings` replace those of its config.

    Raises:
        CheckpointError: there is none, a file is broken, or the added tokens' ids leave a gap.
    """
    source = source.pinned(source.file(CONFIG_FILE, required=False))
    config = _object(source, CONFIG_FILE)
    if "added_tokens_decoder" not in config:
        config.update(_object(source, SPECIAL_TOKENS_FILE))
    config.update(settings or {})
    added = _added_tokens(source, config)
    backend, from_json = _backend(source, config)
    padding = backend.padding
    if padding is not None:  # a tokenizer.json may carry the settings of its last use
        config.setdefault("padding_side", padding["direction"])
        config.setdefault("pad_token", padding["pad_token"])
    backend.no_padding()
    backend.no_truncation()
    backend.encode_special_tokens = bool(config.get("split_special_tokens", False))
    for id_, token in sorted(added.items(), key=lambda item: item[0]):
        _add(backend, token, id_, source)

    files = TokenizerFiles(backend, config=config)
    special = _special_tokens(config, backend)
    for name, token in special.items():
        text = str(token)
        if text not in {str(known) for known in backend.get_added_tokens_decoder().values()}:
            backend.add_special_tokens([token])
        if name in NAMED_TOKENS:
            files.named[name] = text
        elif text not in files.extra:
            files.extra.append(text)
    if not from_json:
        _add_ends(backend, files)
    return files


def known_ids(source: Source) -> int | None:
    """How many ids the tokenizer beside a model knows, found without building it; None where it cannot be read."""
    try:
        values = _object(source, TOKENIZER_FILE)
        added = [
            *values.get("added_tokens", []),
            *_object(source, CONFIG_FILE).get("added_tokens_decoder", {}),
        ]
        ids = [*values["model"]["vocab"].values()]
        ids += [int(token["id"] if isinstance(token, dict) else token) for token in added]
    except (CheckpointError, AttributeError, KeyError, TypeError, ValueError):
        return None
    return max(ids, default=-1) + 1 or None


def _object(source: Source, filename: str) -> dict[str, Any]:
    path = source.file(filename, required=False)
    if path is None:
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path}: must hold JSON, {error}") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path}: must hold a JSON object, got {type(values).__name__}")
    return values


def _backend(source: Source, config: Mapping[str, Any]) -> tuple[Tokenizer, bool]:
    """The tokenizer without what the other files add, and whether it came out of a `tokenizer.json`."""
    space = config.get("add_prefix_space")
    if path := source.file(TOKENIZER_FILE, required=False):
        try:
            backend = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises plain Exception
            raise CheckpointError(f"{path}: must hold a tokenizer, {error}") from error
        if (
            space is not None
            and _class(config) in _BYTE_LEVEL_CLASSES
            and isinstance(backend.pre_tokenizer, ByteLevel)
        ):
            backend.pre_tokenizer.add_prefix_space = bool(space)
        return backend, True
    vocab = source.file(VOCAB_FILE, required=False)
    merges = source.file(MERGES_FILE, required=False)
    if vocab is None or merges is None:
        raise CheckpointNotFoundError(
            f"{source}: has no {TOKENIZER_FILE}, and not both of {VOCAB_FILE} and {MERGES_FILE}"
        )
    return _byte_level(vocab, merges, bool(space)), False


def _byte_level(vocab: Path, merges: Path, add_prefix_space: bool) -> Tokenizer:
    try:
        model = BPE(*BPE.read_file(str(vocab), str(merges)))
    except Exception as error:  # the library raises plain Exception
        raise CheckpointError(
            f"{vocab}, {merges.name}: must hold a BPE vocabulary, {error}"
        ) from error
    backend = Tokenizer(model)
    backend.pre_tokenizer = ByteLevel(add_prefix_space=add_prefix_space)
    backend.decoder = ByteLevelDecoder()
    return backend


def _added_tokens(source: Source, config: Mapping[str, Any]) -> dict[int, AddedToken]:
    """Tokens beside the vocabulary, by id: of `tokenizer_config.json`, else of `added_tokens.json`."""
    if "added_tokens_decoder" in config:
        return {int(id_): _token(token) for id_, token in config["added_tokens_decoder"].items()}
    special = {_text(config[name]) for name in NAMED_TOKENS if config.get(name)}
    special.update(_text(token) for token in _extra_tokens(config).values())
    return {
        id_: AddedToken(text, normalized=text not in special, special=text in special)
        for text, id_ in _object(source, ADDED_TOKENS_FILE).items()
    }


def _special_tokens(config: Mapping[str, Any], backend: Tokenizer) -> dict[str, AddedToken]:
    named = {name: _token(config[name]) for name in NAMED_TOKENS if config.get(name)}
    if (
        _class(config) in _BYTE_LEVEL_CLASSES
        and backend.token_to_id(_THEIR_DEFAULT_TOKEN) is not None
    ):
        for name in _THEIR_DEFAULTS:
            if name not in config:
                named[name] = _token(_THEIR_DEFAULT_TOKEN)
    return {**named, **{name: _token(token) for name, token in _extra_tokens(config).items()}}


def _extra_tokens(config: Mapping[str, Any]) -> dict[str, Any]:
    extra = config.get("extra_special_tokens") or config.get("additional_special_tokens") or []
    return (
        dict(extra) if isinstance(extra, dict) else {f"extra {i}": t for i, t in enumerate(extra)}
    )


def _add(backend: Tokenizer, token: AddedToken, id_: int, source: Source) -> None:
    known = backend.get_added_tokens_decoder().get(id_)
    if known is not None and known.content == token.content:
        return
    backend.add_tokens([token])
    got = backend.token_to_id(token.content)
    if got != id_:
        raise CheckpointError(
            f"{source}: added token {token.content!r} must get the id {id_} that its file gives it, "
            f"got {got}: the ids before it leave a gap, or it is in the vocabulary already"
        )


def _add_ends(backend: Tokenizer, files: TokenizerFiles) -> None:
    """`add_bos_token` and `add_eos_token`; a `tokenizer.json` says itself what it puts around a text."""
    first, last = (
        files.named.get(f"{end}_token") if files.config.get(f"add_{end}_token") else None
        for end in ("bos", "eos")
    )
    if first or last:
        backend.post_processor = TemplateProcessing(
            single=[token for token in (first, "$A", last) if token],
            special_tokens=[
                (token, backend.token_to_id(token)) for token in {first, last} if token
            ],
        )


def _class(config: Mapping[str, Any]) -> str:
    return (config.get("tokenizer_class") or "").removesuffix("Fast")


def _text(token: str | Mapping[str, Any]) -> str:
    return token if isinstance(token, str) else token["content"]


def _token(token: str | Mapping[str, Any]) -> AddedToken:
    if isinstance(token, str):
        return AddedToken(token, special=True, normalized=False)
    flags = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return AddedToken(token["content"], **{flag: token[flag] for flag in flags if flag in token})
