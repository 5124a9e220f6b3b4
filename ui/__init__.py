"""The browser page over a backend; it knows the backend's protocol only."""

from ui.page import build

__all__ = ["build"]
