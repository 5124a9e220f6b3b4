"""One thread that owns the model, and asyncio callers: continuous batching over static KV slots."""

from phi_model.engine.engine import Engine

__all__ = ["Engine"]
