"""The configuration of a Phi model, in every spelling that checkpoints use.

Names and defaults follow the documented `PhiConfig` of transformers v5. Older files are read too: the flat
`rope_theta` / `rope_scaling` / `partial_rotary_factor` of v4, and the `n_embd`-style names of the first
releases (`phi-msft`, `mixformer-sequential`).
"""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phi_model.activations import ACTIVATIONS
from phi_model.spellings import (
    LEGACY_NAMES,
    flat_rope,
    fold_rope_parameters,
    refuse_other_architectures,
    rename_legacy,
)

# What phi-1 and phi-1.5 stop at: their config says null, their tokenizer `<|endoftext|>`.
CODEGEN_END_OF_TEXT_ID = 50256
# What `PhiConfig` reads beside its named arguments.
_FURTHER_FIELDS = (
    "architectures",
    "return_dict",
    "output_attentions",
    "output_hidden_states",
    "num_labels",
    "id2label",
    "label2id",
    "problem_type",
    "classifier_dropout",
    "hidden_dropout",
    "head_dim",
    "rope_theta",
    "rope_scaling",
    "partial_rotary_factor",
    "original_max_position_embeddings",
)
# Facts about the file or the library that wrote it, not about the model.
_NOT_MODEL_FACTS = (
    "model_type",
    "torch_dtype",
    "dtype",
    "transformers_version",
    "auto_map",
    "_name_or_path",
)


class PhiConfig:
    """Sizes and switches of a Phi model.

    Args are those of the documented Phi API; `num_key_value_heads=None` means `num_attention_heads` and
    `rope_parameters=None` the plain rotary embedding over half of each head. `rope_theta`, `rope_scaling` and
    `partial_rotary_factor` are accepted too and folded into `rope_parameters`. Unknown names are kept as
    attributes.

    Raises:
        ValueError: a field is out of its range; the message names field, rule and value.
    """

    model_type = "phi"

    def __init__(
        self,
        vocab_size: int = 51200,
        hidden_size: int = 2048,
        intermediate_size: int = 8192,
        num_hidden_layers: int = 24,
        num_attention_heads: int = 32,
        num_key_value_heads: int | None = None,
        resid_pdrop: float = 0.0,
        embd_pdrop: float = 0.0,
        attention_dropout: float = 0.0,
        hidden_act: str = "gelu_new",
        max_position_embeddings: int = 2048,
        initializer_range: float = 0.02,
        layer_norm_eps: float = 1e-5,
        use_cache: bool = True,
        tie_word_embeddings: bool = False,
        rope_parameters: Mapping[str, Any] | None = None,
        qk_layernorm: bool = False,
        bos_token_id: int | None = 1,
        eos_token_id: int | list[int] | None = 2,
        pad_token_id: int | None = None,
        **extra: Any,
    ) -> None:
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.intermediate_size = intermediate_size
        self.num_hidden_layers = num_hidden_layers
        self.num_attention_heads = num_attention_heads
        self.num_key_value_heads = (
            num_attention_heads if num_key_value_heads is None else num_key_value_heads
        )
        self.resid_pdrop = resid_pdrop
        self.embd_pdrop = embd_pdrop
        self.attention_dropout = attention_dropout
        self.hidden_act = hidden_act
        self.max_position_embeddings = max_position_embeddings
        self.initializer_range = initializer_range
        self.layer_norm_eps = layer_norm_eps
        self.use_cache = use_cache
        self.tie_word_embeddings = tie_word_embeddings
        self.qk_layernorm = qk_layernorm
        self.bos_token_id = bos_token_id
        self.eos_token_id = eos_token_id
        self.pad_token_id = pad_token_id

        self.architectures: list[str] | None = extra.pop("architectures", None)
        self.return_dict: bool = extra.pop("return_dict", True)
        self.output_attentions: bool = extra.pop("output_attentions", False)
        self.output_hidden_states: bool = extra.pop("output_hidden_states", False)
        self._attn_implementation: str = (
            extra.pop("attn_implementation", None)
            or extra.pop("_attn_implementation", None)
            or "sdpa"
        )
        self.problem_type: str | None = extra.pop("problem_type", None)
        self._set_labels(
            extra.pop("num_labels", None), extra.pop("id2label", None), extra.pop("label2id", None)
        )
        self._head_dim: int | None = extra.pop("head_dim", None)
        flat = {key: extra.pop(key, None) for key in ("rope_theta", "partial_rotary_factor")}
        self.rope_parameters = fold_rope_parameters(
            extra.pop("rope_scaling", None) or rope_parameters,
            flat,
            max_position_embeddings,
            extra.get("original_max_position_embeddings"),
        )
        for name, value in extra.items():
            if name not in _NOT_MODEL_FACTS:
                setattr(self, name, value)
        self._validate()

    # ---- derived values

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self._head_dim or self.hidden_size // self.num_attention_heads

    @head_dim.setter
    def head_dim(self, value: int | None) -> None:
        self._head_dim = value

    @property
    def rotary_dim(self) -> int:
        """How many of a head's dimensions are rotated: `int(head_dim * factor)`, truncated."""
        return int(self.head_dim * self.rope_parameters["partial_rotary_factor"])

    @property
    def num_labels(self) -> int:
        """Number of classes of a classification head."""
        return len(self.id2label)

    @num_labels.setter
    def num_labels(self, value: int) -> None:
        if value != len(self.id2label):
            self._set_labels(value, None, None)

    # ---- reading and writing

    @classmethod
    def knows(cls, name: str) -> bool:
        """Whether `name`, in today's spelling, is a field that Phi models read."""
        return name in _FURTHER_FIELDS or name in inspect.signature(cls).parameters

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], **overrides: Any) -> PhiConfig:
        """Reads a `config.json`'s content, of any release.

        Raises:
            ValueError: another architecture, or a field out of its range.
        """
        values = {**values}
        refuse_other_architectures(values)
        if legacy := [name for name in LEGACY_NAMES if name in values]:
            values = rename_legacy(values, legacy)
        values.update(overrides)
        vocabulary = values.get("vocab_size", 51200)
        if values.get("eos_token_id", 2) is None and vocabulary > CODEGEN_END_OF_TEXT_ID:
            values["eos_token_id"] = CODEGEN_END_OF_TEXT_ID
        return cls(**values)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | Path,
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        **overrides: Any,
    ) -> PhiConfig:
        """Reads `config.json` of a folder or a hub repository (`org/name`, `org/name@revision`).

        Other keyword arguments replace the file's fields.
        """
        from phi_model import hub

        path = hub.resolve_file(
            pretrained_model_name_or_path,
            "config.json",
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
        )
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}: not valid JSON ({error})") from error
        if not isinstance(values, dict):
            raise ValueError(f"{path}: must hold a JSON object, got {type(values).__name__}")
        try:
            return cls.from_dict(values, **overrides)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """Everything needed to build the same configuration again, ready for JSON."""
        values = {key: value for key, value in vars(self).items() if not key.startswith("_")}
        if self._head_dim is not None:
            values["head_dim"] = self._head_dim
        values["model_type"] = self.model_type
        return copy.deepcopy(values)

    def save_pretrained(self, save_directory: str | Path) -> None:
        """Writes `config.json` in a form that transformers 4 and 5 read too."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        values = self.to_dict()
        values.update(flat_rope(values["rope_parameters"]))
        text = json.dumps(values, indent=2, sort_keys=True) + "\n"
        (folder / "config.json").write_text(text, encoding="utf-8")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhiConfig) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"PhiConfig({json.dumps(self.to_dict(), indent=2, sort_keys=True, default=str)})"

    # ---- checks

    def _set_labels(
        self,
        num_labels: int | None,
        id2label: Mapping[Any, str] | None,
        label2id: Mapping[str, Any] | None,
    ) -> None:
        if id2label is None or (num_labels is not None and len(id2label) != num_labels):
            count = 2 if num_labels is None else num_labels
            if not isinstance(count, int) or count < 1:
                raise ValueError(f"num_labels must be an integer of at least 1, got {count!r}")
            id2label = {index: f"LABEL_{index}" for index in range(count)}
            label2id = None
        self.id2label = {int(index): label for index, label in id2label.items()}
        self.label2id = (
            {label: index for index, label in self.id2label.items()}
            if label2id is None
            else {label: int(index) for label, index in label2id.items()}
        )

    def _validate(self) -> None:
        for name in (
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "max_position_embeddings",
            "head_dim",
        ):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")
        if self.num_attention_heads % self.num_key_value_heads:
            raise ValueError(
                "num_key_value_heads must divide num_attention_heads "
                f"({self.num_attention_heads}), got {self.num_key_value_heads}"
            )
        if self._head_dim is None and self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"hidden_size must be a multiple of num_attention_heads "
                f"({self.num_attention_heads}), got {self.hidden_size}"
            )
        for name in ("resid_pdrop", "embd_pdrop", "attention_dropout"):
            value = getattr(self, name)
            if value is None:
                setattr(self, name, 0.0)
            elif not 0 <= value <= 1:
                raise ValueError(f"{name} must be between 0 and 1, got {value!r}")
        if self.hidden_act not in ACTIVATIONS:
            raise ValueError(
                f"hidden_act must be one of {', '.join(sorted(ACTIVATIONS))}, got {self.hidden_act!r}"
            )
        if not self.layer_norm_eps > 0:
            raise ValueError(f"layer_norm_eps must be above 0, got {self.layer_norm_eps!r}")
