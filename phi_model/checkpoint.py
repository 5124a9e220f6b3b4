"""Loads a Phi checkpoint: config, tensors of any of the four layouts, generation settings.

The model is built on the `meta` device and the file's tensors become its parameters, so no weight is in memory
twice. Names and shapes are checked against the configuration before any weight is read.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor

from phi_model import layouts
from phi_model.attention import check_implementation
from phi_model.errors import CheckpointError, CheckpointNotFoundError
from phi_model.generation_config import GenerationConfig
from phi_model.hub import PathLike, Source, commit_of
from phi_model.layouts import Layout
from phi_model.matching import EMBEDDING, OUTPUT_EMBEDDING, Plan, in_model, listed, vocabulary_rows
from phi_model.quantization.apply import check_method, method_of, optimize_for_inference
from phi_model.quantization.files import PackedTensors, stored_method
from phi_model.quantization.formats import Quantized, encode
from phi_model.shards import FLOAT_DTYPES, Entry, Shards, find
from phi_model.tokenizer_files import known_ids

if TYPE_CHECKING:
    from phi_model.config import PhiConfig
    from phi_model.pretrained import PhiPreTrainedModel

__all__ = ["CheckpointError", "CheckpointNotFoundError", "load_pretrained"]

logger = logging.getLogger(__name__)
Model = TypeVar("Model", bound="PhiPreTrainedModel")

CONFIG_FILE = "config.json"
GENERATION_CONFIG_FILE = "generation_config.json"

_DTYPE_NAMES = {
    **{str(dtype).removeprefix("torch."): dtype for dtype in FLOAT_DTYPES.values()},
    "half": torch.float16,
    "float": torch.float32,
    "double": torch.float64,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "fp32": torch.float32,
}


def load_pretrained(
    cls: type[Model],
    path_or_repo: PathLike,
    *,
    revision: str | None = None,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    attn_implementation: str = "sdpa",
    quantization: str | None = None,
    token: str | bool | None = None,
    cache_dir: PathLike | None = None,
    local_files_only: bool = False,
    progress: Callable[[int, int], None] | None = None,
    **config_overrides: Any,
) -> Model:
    """Builds a model of class `cls` with the weights of a folder or a hub repository, in `eval()`.

    Args:
        cls: `PhiModel` or a model with a head. A checkpoint of another of these classes will do: its head is left
            out, and a head that it lacks is initialised anew, which a warning says.
        path_or_repo: a folder, `org/name` or `org/name@revision`.
        revision: branch, tag or commit of the repository.
        dtype: None and "auto" keep the dtype of the tensors in the file (of most of their numbers, where they
            differ); a torch dtype or its name converts.
        device: where the weights are read to; torch's default device where None.
        attn_implementation: "sdpa" or "eager".
        quantization: "int8", "int4" or "nf4" packs each weight as it is read; None leaves them as they are
            in the file, which may be packed too.
        token: the hub token; True means the stored one.
        cache_dir: the download cache.
        local_files_only: never use the network.
        progress: called with (numbers read, numbers in all) as the weights come in.
        **config_overrides: fields of the configuration to replace.

    Returns:
        the model, with `generation_config`, `name_or_path` and `commit` (None for a folder). One that generates has
        `known_ids` too: ids from there on, which its tokenizer does not know, are never sampled.

    Raises:
        CheckpointError: the files do not make such a model; the message names file and tensor.
        ValueError: an argument is out of its range.
        TypeError: an argument is no field of the configuration.
    """
    if unknown := [name for name in config_overrides if not cls.config_class.knows(name)]:
        raise TypeError(f"from_pretrained: no such argument: {', '.join(unknown)}")
    check_method(quantization)
    wanted_dtype = parse_dtype(dtype)
    target = torch.device(torch.get_default_device() if device is None else device)
    source = Source.of(
        path_or_repo,
        revision=revision,
        token=token,
        cache_dir=cache_dir,
        local_files_only=local_files_only,
    )
    overrides = {
        **config_overrides,
        "attn_implementation": check_implementation(attn_implementation),
    }

    config_file = source.file(CONFIG_FILE)
    source = source.pinned(config_file)
    values = read_json(config_file)
    stored = stored_method(config_file, values)
    if stored is not None and quantization not in (None, stored):
        raise CheckpointError(
            f"{config_file}: the weights are packed as {stored!r}, so quantization must be None or {stored!r}, "
            f"got {quantization!r}"
        )
    config = config_from(cls, config_file, values, overrides)
    shards = find(source)
    _same_commit(config_file, *shards.files)
    layout = layouts.detect(shards.entries)
    if layout is None:
        raise CheckpointError(
            f"{shards.listing}: holds no tensor of a Phi model; its first is {listed(shards.entries)}"
        )
    rows = vocabulary_rows(shards, layout, config)
    if rows is not None and rows != config.vocab_size:
        config = config_from(cls, config_file, values, {**overrides, "vocab_size": rows})

    with torch.device("meta"):
        model = cls(config)
    packed = None
    if stored is not None:
        expected = {name: value.shape for name, value in model.state_dict().items()}
        packed = PackedTensors.find(shards, stored, expected)
    plan = Plan.make(model, packed.as_dense(shards) if packed else shards, layout, config_file)
    dense = plan.names.difference(packed.methods if packed else ())
    dtype = wanted_dtype or main_dtype(shards.entries[name] for name in dense)
    encode_as = quantization if packed is None else None
    state: dict[str, Tensor] = {}
    quantized: dict[str, Quantized] = {}
    for name, value in _read(
        plan, shards, layout, config, dtype, target, progress, packed, encode_as
    ):
        if isinstance(value, Quantized):
            quantized[name] = value
        else:
            state[name] = value
    _settle_tied(model, state)
    _initialise_heads(model, state, plan, shards)
    model.load_state_dict(state, strict=not quantized, assign=True)
    model.tie_weights()
    if quantization or stored:
        optimize_for_inference(model, quantization or stored, quantized=quantized)
    model.generation_config = _generation_config(source, values, config.vocab_size)
    model.name_or_path = str(source)
    model.commit = commit_of(config_file)
    if hasattr(model, "generate"):
        model.known_ids = known_ids(source)
    return model.eval()


def _read(
    plan: Plan,
    shards: Shards,
    layout: Layout,
    config: PhiConfig,
    dtype: torch.dtype,
    device: torch.device,
    progress: Callable[[int, int], None] | None,
    packed: PackedTensors | None,
    encode_as: str | None,
) -> Iterator[tuple[str, Tensor | Quantized]]:
    """The model's tensors, each read, converted and given its place before the next."""
    weights = plan.names & set(packed.methods) if packed is not None else set()
    raw = weights.union(*(packed.companions(weight) for weight in weights)) if packed else set()
    waiting: dict[str, Tensor] = {}
    for entry, tensor in shards.read(plan.names | raw, dtype, device, progress, raw):
        if entry.name in raw:
            waiting[entry.name] = tensor
            continue
        for target, part in (layouts.convert(layout, entry.name, tensor, config) or {}).items():
            method = method_of(target, encode_as) if encode_as else None
            yield in_model(target, plan.bare), encode(part, method) if method else part
    for name in weights:
        value = packed.assemble(name, waiting)
        for target in layouts.convert(layout, name, value.codes, config) or {}:
            yield in_model(target, plan.bare), value


def _settle_tied(model: PhiPreTrainedModel, state: dict[str, Tensor]) -> None:
    """Gives both names of a tied matrix the one that the file has.

    Two different ones mean that the configuration is wrong: they stay apart, as in transformers.
    """
    if not model.config.tie_word_embeddings or OUTPUT_EMBEDDING not in model.state_dict():
        return
    embedding, output = state.get(EMBEDDING), state.get(OUTPUT_EMBEDDING)
    if embedding is not None and output is not None and not torch.equal(embedding, output):
        logger.warning(
            "tie_word_embeddings is true, but the checkpoint has a %s that differs from %s: "
            "they are not tied",
            OUTPUT_EMBEDDING,
            EMBEDDING,
        )
        model.config.tie_word_embeddings = False
        return
    shared = output if embedding is None else embedding
    if shared is not None:
        state[EMBEDDING] = state[OUTPUT_EMBEDDING] = shared


def _initialise_heads(
    model: PhiPreTrainedModel, state: dict[str, Tensor], plan: Plan, shards: Shards
) -> None:
    if not plan.missing:
        return
    logger.warning(
        "%s: lacks %s of %s; initialised anew, so train before use",
        shards.listing,
        ", ".join(plan.missing),
        type(model).__name__,
    )
    like = next(iter(state.values()))
    for name in plan.missing:
        fresh = torch.zeros(plan.expected[name], dtype=like.dtype, device=like.device)
        if name.endswith("weight"):
            fresh.normal_(std=model.config.initializer_range)
        state[name] = fresh


def _generation_config(
    source: Source, config_values: Mapping[str, Any], vocab_size: int
) -> GenerationConfig:
    file = source.file(GENERATION_CONFIG_FILE, required=False)
    if file is None:
        return GenerationConfig.from_model_config(config_values, vocab_size)
    return GenerationConfig.from_dict(read_json(file), vocab_size)


def read_json(file: Path) -> dict[str, Any]:
    """The object that a JSON file of a checkpoint holds.

    Raises:
        CheckpointError: it holds anything else.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{file}: must hold JSON, {error}") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{file}: must hold a JSON object, got {type(values).__name__}")
    return values


def config_from(
    cls: type[PhiPreTrainedModel],
    file: Path,
    values: Mapping[str, Any],
    overrides: Mapping[str, Any],
) -> PhiConfig:
    """The configuration of a class of models that the values of a `config.json` make.

    Raises:
        CheckpointError: they make none.
    """
    try:
        return cls.config_class.from_dict(values, **overrides)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{file}: {error}") from error


def main_dtype(entries: Iterable[Entry]) -> torch.dtype:
    """The dtype of most of the numbers of some tensors."""
    counts: Counter[str] = Counter()
    for entry in entries:
        counts[entry.dtype] += entry.count
    return FLOAT_DTYPES[counts.most_common(1)[0][0]]


def parse_dtype(dtype: torch.dtype | str | None) -> torch.dtype | None:
    """A dtype of its name; None where the file's own is to be kept.

    Raises:
        ValueError: it is no floating point dtype that a checkpoint may have.
    """
    if dtype is None or dtype == "auto":
        return None
    found = _DTYPE_NAMES.get(dtype.removeprefix("torch.")) if isinstance(dtype, str) else dtype
    if found not in FLOAT_DTYPES.values():
        allowed = ", ".join(str(known).removeprefix("torch.") for known in FLOAT_DTYPES.values())
        raise ValueError(f"dtype must be None, 'auto' or one of {allowed}, got {dtype!r}")
    return found


def _same_commit(*files: Path) -> None:
    """Config and weights of two commits must not be mixed; see `Source.pinned`, which not every mirror allows."""
    commits = {commit for file in files if (commit := commit_of(file))}
    if len(commits) > 1:
        raise CheckpointError(
            f"{files[0]}: the repository changed while it was being read "
            f"(commits {', '.join(sorted(commits))}); load it again, or name a commit as revision"
        )
