"""The HTTP API over a backend, and a backend over somebody else's HTTP API."""

from phi_model.serving.app import build_app, build_router
from phi_model.serving.errors import RemoteBusyError, RemoteError
from phi_model.serving.protocol import Limits
from phi_model.serving.remote import RemoteBackend

__all__ = [
    "Limits",
    "RemoteBackend",
    "RemoteBusyError",
    "RemoteError",
    "build_app",
    "build_router",
]
