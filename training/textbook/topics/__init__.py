"""Hand-written programs, in the notation of ``notation.py``, one module a topic."""
