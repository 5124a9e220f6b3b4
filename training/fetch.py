"""Install what the second corpus adds into ``training/work/packages``, to be read and not imported.

    python -m training.fetch

Versions are pinned in ``training/requirements.txt``; dependencies are left out.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from training.sources import MORE, PACKAGES, PINS


def pins(path: Path = PINS) -> dict[str, str]:
    """Read the pinned versions.

    Raises:
        ValueError: a line is not ``name==version``.
    """
    found = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s=]+)", line.strip())
        if match is None:
            raise ValueError(f"{path.name}: each line must be name==version, got {line!r}")
        found[match[1]] = match[2]
    return found


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.fetch", description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, default=PACKAGES, help="folder that receives them")
    args = parser.parse_args(argv)
    wanted = pins()
    missing = sorted({source.name for source in MORE} ^ set(wanted))
    if missing:
        raise ValueError(f"{PINS.name}: must name the sources of the corpus, differs in {missing}")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    subprocess.run(
        [*command, "--upgrade", "--only-binary=:all:", "--target", args.target, "-r", PINS],
        check=True,
    )
    print(f"{len(wanted)} packages in {args.target}")


if __name__ == "__main__":
    main()
