"""`python -m phi_model`: the command line."""

from __future__ import annotations

import sys

from phi_model.cli import main

if __name__ == "__main__":
    sys.exit(main())
