"""The HTTP API over a backend, and a backend over somebody else's HTTP API."""

from phi_model.serving.app import build_app, build_router
from phi_model.serving.protocol import Limits

__all__ = ["Limits", "build_app", "build_router"]
