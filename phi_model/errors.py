"""What can be wrong with a checkpoint."""

from __future__ import annotations


class CheckpointError(ValueError):
    """A checkpoint cannot be used as it is. The message names the file, and the tensor where there is one."""


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """A checkpoint, or a file of it, is not where it was looked for: a folder, the hub, the local cache."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
