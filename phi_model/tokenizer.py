"""Text to token ids and back, over the `tokenizers` library.

A call changes nothing in the tokenizer, so threads may share one: truncation and padding are done here, and not
by settings of the backend.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from torch import Tensor

from phi_model import tokenizer_files
from phi_model.byte_level import token_to_bytes
from phi_model.hub import PathLike, Source
from phi_model.tokenizer_files import NAMED_TOKENS, TokenizerFiles
from phi_model.tokenizer_rows import (
    SIDES,
    BatchEncoding,
    Row,
    as_tensor,
    padded_length,
    truncation_limit,
)

NO_LIMIT = int(1e30)  # what transformers writes where a tokenizer has no length limit

Ids = int | Sequence[int] | Sequence[Sequence[int]] | Tensor


def _special(name: str) -> property:
    """A special token's text; None where the tokenizer has no such token."""

    def get(self: PhiTokenizer) -> str | None:
        return self._named.get(name)

    def set_(self: PhiTokenizer, token: str | None) -> None:
        if token is not None and self.backend.token_to_id(token) is None:
            raise ValueError(f"{name} must be a token that the tokenizer knows, got {token!r}")
        self._named[name] = token

    return property(get, set_)


def _special_id(name: str) -> property:
    """A special token's id; None where the tokenizer has no such token."""

    def get(self: PhiTokenizer) -> int | None:
        token = self._named.get(name)
        return None if token is None else self.backend.token_to_id(token)

    def set_(self: PhiTokenizer, id_: int | None) -> None:
        token = None if id_ is None else self.backend.id_to_token(id_)
        if id_ is not None and token is None:
            raise ValueError(f"{name}_id must be an id that the tokenizer knows, got {id_!r}")
        self._named[name] = token

    return property(get, set_)


class PhiTokenizer:
    """A Phi model's tokenizer.

    Attributes:
        backend: the `tokenizers.Tokenizer`.
        padding_side, truncation_side: "right" or "left".
        model_max_length: the longest input of the model, in tokens.
        splits_at_lines: whether a text may be cut between a visible character and the end of its line, and the pieces
            encoded apart.
    """

    bos_token, bos_token_id = _special("bos_token"), _special_id("bos_token")
    eos_token, eos_token_id = _special("eos_token"), _special_id("eos_token")
    pad_token, pad_token_id = _special("pad_token"), _special_id("pad_token")
    unk_token, unk_token_id = _special("unk_token"), _special_id("unk_token")

    def __init__(self, files: TokenizerFiles | Tokenizer) -> None:
        """Wraps what `tokenizer_files.read` returns, or a bare `tokenizers.Tokenizer`."""
        if isinstance(files, Tokenizer):
            files = TokenizerFiles(files)
        self.backend = files.backend
        self._named: dict[str, str | None] = dict(files.named)
        self._extra = list(files.extra)
        self._config = dict(files.config)
        self.padding_side: str = self._config.get("padding_side", "right")
        self.truncation_side: str = self._config.get("truncation_side", "right")
        self.model_max_length = int(self._config.get("model_max_length") or NO_LIMIT)
        added = self.backend.get_added_tokens_decoder()
        self._skipped = frozenset(id_ for id_, token in added.items() if token.special)
        decoder = self.backend.decoder
        self._byte_level = decoder is not None and b"ByteLevel" in decoder.__getstate__()
        self.splits_at_lines = _splits_at_lines(self.backend)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: PathLike,
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: PathLike | None = None,
        local_files_only: bool = False,
        **settings: Any,
    ) -> PhiTokenizer:
        """Reads the tokenizer of a folder or a hub repository (`org/name`, `org/name@revision`).

        Args:
            pretrained_model_name_or_path: the folder or the hub id.
            revision: branch, tag or commit of the repository.
            token: the hub token; True means the stored one.
            cache_dir: the download cache.
            local_files_only: never use the network.
            **settings: replace those of `tokenizer_config.json`, such as `padding_side="left"`.

        Raises:
            CheckpointError: there is none, or a file of it is broken.
        """
        source = Source.of(
            pretrained_model_name_or_path,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
        )
        return cls(tokenizer_files.read(source, settings))

    def save_pretrained(self, save_directory: PathLike) -> None:
        """Writes `tokenizer.json` and `tokenizer_config.json`, which transformers reads too."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.backend.save(str(folder / tokenizer_files.TOKENIZER_FILE))
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            **{key: value for key, value in self._config.items() if key not in NAMED_TOKENS},
            "model_max_length": self.model_max_length,
            "padding_side": self.padding_side,
            "truncation_side": self.truncation_side,
            "clean_up_tokenization_spaces": False,
            **self.special_tokens_map,
        }
        text = json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        (folder / tokenizer_files.CONFIG_FILE).write_text(text, encoding="utf-8")

    # ---- text to ids

    def __call__(
        self,
        text: str | Sequence[str],
        *,
        return_tensors: str | None = None,
        padding: bool | str = False,
        truncation: bool | str | None = None,
        max_length: int | None = None,
        add_special_tokens: bool = True,
        pad_to_multiple_of: int | None = None,
        padding_side: str | None = None,
        return_attention_mask: bool = True,
        return_offsets_mapping: bool = False,
        return_special_tokens_mask: bool = False,
    ) -> BatchEncoding:
        """Encodes one text or several.

        Args:
            text: a text, or a list of texts.
            return_tensors: "pt" gives tensors (batch, tokens); None lists, for one text without the batch.
            padding: True or "longest", "max_length", False.
            truncation: True cuts at `max_length`, or at `model_max_length` where that is None. `max_length` alone
                cuts too.
            max_length: in tokens, those that the tokenizer adds included.
            add_special_tokens: whether to add what the tokenizer's template asks for (Phi's asks for nothing).
            pad_to_multiple_of: round the padded length up to a multiple of this.
            padding_side: this call's side instead of the tokenizer's own.
            return_attention_mask: 1 at tokens and 0 at padding.
            return_offsets_mapping: the characters [start, end) of each token, as `offset_mapping`.
            return_special_tokens_mask: 1 at what the tokenizer added.

        Raises:
            ValueError: padding is asked for and there is no pad token, tensors of unequal rows, or an argument is
                out of its range.
        """
        single = isinstance(text, str)
        texts = [text] if single or not isinstance(text, Iterable) else list(text)
        for item in texts:
            if not isinstance(item, str):
                raise ValueError(f"text must be a string or a list of strings, got {item!r}")
        if return_tensors not in (None, "pt"):
            raise ValueError(f"return_tensors must be None or 'pt', got {return_tensors!r}")
        if max_length is not None and truncation is None and padding is False:
            truncation = True
        side = padding_side or self.padding_side
        if side not in SIDES:
            raise ValueError(f"padding_side must be one of {', '.join(SIDES)}, got {side!r}")
        known_limit = None if self.model_max_length >= NO_LIMIT else self.model_max_length
        limit = truncation_limit(truncation, max_length, known_limit)
        rows = [Row.of(encoding) for encoding in self._encodings(texts, add_special_tokens)]
        if limit is not None:
            rows = [row.truncated(limit, self.truncation_side) for row in rows]
        length = padded_length(padding, max_length or known_limit, pad_to_multiple_of, rows)
        if length is not None:
            if self.pad_token_id is None:
                raise ValueError(
                    "padding needs a pad_token, and this tokenizer has none: set one, for instance "
                    "tokenizer.pad_token = tokenizer.eos_token"
                )
            rows = [row.padded(length, side, self.pad_token_id) for row in rows]

        columns: dict[str, list[Any]] = {"input_ids": [row.ids for row in rows]}
        if return_attention_mask:
            columns["attention_mask"] = [row.attention for row in rows]
        if return_special_tokens_mask:
            columns["special_tokens_mask"] = [row.special for row in rows]
        if return_offsets_mapping:
            columns["offset_mapping"] = [row.offsets for row in rows]
        if return_tensors == "pt":
            return BatchEncoding({key: as_tensor(key, values) for key, values in columns.items()})
        return BatchEncoding(
            {key: values[0] if single else values for key, values in columns.items()}
        )

    def encode(self, text: str, **options: Any) -> Any:
        """The ids of one text: a list, or a tensor (1, tokens) with `return_tensors="pt"`; options as for a call."""
        if not options and isinstance(text, str):
            return self.backend.encode(text).ids  # nothing else of it is looked at
        return self(text, **options)["input_ids"]

    def tokenize(self, text: str, add_special_tokens: bool = False) -> list[str]:
        """The tokens of a text, as the vocabulary spells them."""
        return self.backend.encode(text, add_special_tokens=add_special_tokens).tokens

    # ---- ids to text

    def decode(
        self,
        token_ids: Ids,
        skip_special_tokens: bool = True,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> str | list[str]:
        """The text of one sequence of ids, or the texts of several.

        Spaces stay as they are: `clean_up_tokenization_spaces` is accepted, and does nothing. Ids that the tokenizer does
        not know are left out; so are special tokens, unless `skip_special_tokens` is False.

        Raises:
            ValueError: an id is negative.
        """
        ids = token_ids.tolist() if hasattr(token_ids, "tolist") else token_ids
        if isinstance(ids, int):
            ids = [ids]
        ids = [item.tolist() if hasattr(item, "tolist") else item for item in ids]
        if ids and not isinstance(ids[0], int):
            return [self._decode(row, skip_special_tokens) for row in ids]
        return self._decode(ids, skip_special_tokens)

    def batch_decode(
        self,
        sequences: Iterable[Sequence[int] | Tensor] | Tensor,
        skip_special_tokens: bool = True,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> list[str]:
        """The texts of several sequences of ids, as `decode` gives them."""
        rows = sequences if isinstance(sequences, Tensor) else list(sequences)
        if not len(rows):
            return []
        texts = self.decode(rows, skip_special_tokens)
        return [texts] if isinstance(texts, str) else texts

    def token_bytes(self, token_id: int, skip_special_tokens: bool = True) -> bytes:
        """The bytes that one token adds to a text; none for an unknown id and a special token.

        Joined over a sequence and decoded as UTF-8 with replacement characters they are `decode` of it.
        """
        token = self.backend.id_to_token(token_id) if token_id >= 0 else None
        if token is None or (skip_special_tokens and token_id in self._skipped):
            return b""
        if self._byte_level:
            return token_to_bytes(token)
        return self.backend.decode([token_id], skip_special_tokens=False).encode("utf-8")

    # ---- the vocabulary

    def __len__(self) -> int:
        """How many tokens there are, added ones included."""
        return self.backend.get_vocab_size(with_added_tokens=True)

    @property
    def vocab_size(self) -> int:
        """How many tokens there are without the added ones."""
        return self.backend.get_vocab_size(with_added_tokens=False)

    def get_vocab(self) -> dict[str, int]:
        """Token -> id, added ones included."""
        return self.backend.get_vocab(with_added_tokens=True)

    @property
    def special_tokens_map(self) -> dict[str, str]:
        """`bos_token` and the like -> their text, as far as the tokenizer has them."""
        return {
            name: token for name in NAMED_TOKENS if (token := self._named.get(name)) is not None
        }

    @property
    def all_special_tokens(self) -> list[str]:
        """All special tokens, each once."""
        return list(dict.fromkeys([*self.special_tokens_map.values(), *self._extra]))

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of `all_special_tokens`."""
        return self.convert_tokens_to_ids(self.all_special_tokens)

    def convert_ids_to_tokens(
        self, ids: int | Sequence[int] | Tensor, skip_special_tokens: bool = False
    ) -> Any:
        """The token of an id, or the tokens of several, as the vocabulary spells them; None for an unknown id."""
        ids = ids.tolist() if isinstance(ids, Tensor) else ids
        if isinstance(ids, int):
            return self.backend.id_to_token(ids)
        left_out = set(self.all_special_ids) if skip_special_tokens else set()
        return [self.backend.id_to_token(id_) for id_ in ids if id_ not in left_out]

    def convert_tokens_to_ids(self, tokens: str | Sequence[str]) -> Any:
        """The id of a token, or the ids of several; that of `unk_token` for an unknown one."""
        if isinstance(tokens, str):
            id_ = self.backend.token_to_id(tokens)
            return self.unk_token_id if id_ is None else id_
        return [self.convert_tokens_to_ids(token) for token in tokens]

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """The text of tokens as the vocabulary spells them."""
        decoder = self.backend.decoder
        return " ".join(tokens) if decoder is None else decoder.decode(list(tokens))

    def __repr__(self) -> str:
        return f"PhiTokenizer({len(self)} tokens, {self.special_tokens_map})"

    def _encodings(self, texts: list[str], add_special_tokens: bool) -> list[Any]:
        if len(texts) == 1:  # the batch call starts the library's thread pool
            return [self.backend.encode(texts[0], add_special_tokens=add_special_tokens)]
        return self.backend.encode_batch(texts, add_special_tokens=add_special_tokens)

    def _decode(self, ids: Sequence[int], skip_special_tokens: bool) -> str:
        for id_ in ids:
            if id_ < 0:
                raise ValueError(f"token ids must be at least 0, got {id_}")
        return self.backend.decode(list(ids), skip_special_tokens=skip_special_tokens)


def _splits_at_lines(backend: Tokenizer) -> bool:
    """Whether no token reaches across such a cut, and none looks across it: GPT-2's pattern, as all Phis have it."""
    split = backend.pre_tokenizer
    return (
        isinstance(backend.model, BPE)
        and backend.model.dropout is None
        and backend.normalizer is None
        and isinstance(split, ByteLevel)
        and split.use_regex
        and not split.add_prefix_space
        and backend.num_special_tokens_to_add(False) == 0
        and not any(
            token.rstrip or "\n" in token.content
            for token in backend.get_added_tokens_decoder().values()
        )
    )
