"""What all Phi models share: configuration, loading, saving, initial weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from phi_model.attention import check_implementation
from phi_model.config import PhiConfig
from phi_model.devices import Device, mapped_device

if TYPE_CHECKING:
    from phi_model.model import PhiModel

Model = TypeVar("Model", bound="PhiPreTrainedModel")


class PhiPreTrainedModel(nn.Module):
    """What all Phi models share: configuration, loading, saving, initial weights."""

    base_model_prefix = "model"
    config_class = PhiConfig

    def __init__(self, config: PhiConfig) -> None:
        super().__init__()
        check_implementation(config._attn_implementation)
        self.config = config

    @classmethod
    def from_pretrained(
        cls: type[Model],
        pretrained_model_name_or_path: str | Path,
        *,
        revision: str | None = None,
        dtype: torch.dtype | str | None = None,
        device: torch.device | str | None = None,
        attn_implementation: str = "sdpa",
        quantization: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
        device_map: Device | Mapping[str, Device] = None,
        **config_overrides: Any,
    ) -> Model:
        """Loads a folder or a hub repository, in `eval()`.

        Args:
            pretrained_model_name_or_path: a folder, or `org/name`, or `org/name@revision`.
            revision: branch, tag or commit of the repository.
            dtype: None keeps the dtype of the tensors in the file.
            device: where the weights go; None means the CPU.
            attn_implementation: "sdpa" or "eager".
            quantization: how the linears' weights are packed; None leaves them as they are.
            token, cache_dir, local_files_only: as huggingface_hub has them.
            device_map: transformers' name for `device`; "auto" is the GPU where there is one.
            **config_overrides: fields of the configuration to replace, `num_labels` for instance.

        Raises:
            CheckpointError: the files do not make such a model; the message names file and tensor.
            ValueError: an argument is out of its range.
            TypeError: an argument is neither one of these nor a field of the configuration.
        """
        from phi_model.checkpoint import load_pretrained

        if device_map is not None:
            if device is not None:
                raise ValueError(f"device_map must be None with device={device!r}")
            device = mapped_device(device_map)
        return load_pretrained(
            cls,
            pretrained_model_name_or_path,
            revision=revision,
            dtype=dtype,
            device=device,
            attn_implementation=attn_implementation,
            quantization=quantization,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            **config_overrides,
        )

    def save_pretrained(
        self, save_directory: str | Path, max_shard_size: int | str = "5GB"
    ) -> None:
        """Writes config and safetensors that transformers reads back."""
        from phi_model.saving import save_pretrained

        save_pretrained(self, save_directory, max_shard_size=max_shard_size)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights."""
        return next(p.dtype for p in self.parameters() if p.is_floating_point())

    @property
    def base_model(self) -> PhiModel:
        """The trunk without its head."""
        return getattr(self, self.base_model_prefix, self)

    def get_input_embeddings(self) -> nn.Embedding:
        """The token embedding."""
        return self.base_model.embed_tokens

    def num_parameters(self) -> int:
        """How many numbers the model has; tied ones count once."""
        packed = sum(getattr(module, "packed_numbers", 0) for module in self.modules())
        return packed + sum(p.numel() for p in self.parameters())

    def memory_bytes(self) -> int:
        """Memory of the weights, packed ones included."""
        packed = sum(getattr(module, "packed_bytes", 0) for module in self.modules())
        return packed + sum(p.nbytes for p in self.parameters())

    def set_attn_implementation(self, name: str) -> None:
        """Switches between "sdpa" and "eager"."""
        self.config._attn_implementation = check_implementation(name)

    def tie_weights(self) -> None:
        """Shares the weights that the configuration says are one."""

    @torch.no_grad()
    def init_weights(self) -> None:
        """Draws new weights: normal with `initializer_range` for matrices, zero biases; on "meta" there are none to draw."""
        drawn = () if self.device.type == "meta" else self.modules()
        for module in drawn:
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.normal_(std=self.config.initializer_range)
            if isinstance(module, nn.Linear) and module.bias is not None:
                module.bias.zero_()
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight[module.padding_idx].zero_()
            if isinstance(module, nn.LayerNorm):
                module.reset_parameters()
        self.tie_weights()
