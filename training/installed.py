"""What is installed to be read: distributions, the licences that they state, their Python files."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import sysconfig
from pathlib import Path

from training.sources import KIN, MORE, PACKAGES, STDLIB

PERMISSIVE = re.compile(
    r"^(?:psf(?:-2\.0)?|python-2\.0|python software foundation license|mit(?:-cmu)?|mit license"
    r"|bsd(?:-[23]-clause)?|bsd license|0bsd|apache(?: software license|[- ]2\.0"
    r"|[- ]2\.0 license)?|apache license,? version 2\.0|apache-2\.0 with llvm-exception|bsl-1\.0"
    r"|zlib|cc0-1\.0|isc|isc license(?: \(iscl\))?|the unlicense.*)$",
    re.IGNORECASE,
)
SKIPPED_FOLDERS = {
    "test", "tests", "testing", "_vendor", "vendored", "vendor", "_vendored_packages",
    "site-packages", "__pycache__", "idlelib", "turtledemo", "lib2to3", "ensurepip", "templates",
    "models_dummy", "dummy",
}  # fmt: skip

_ADDED = {source.name for source in MORE}


def distribution(name: str) -> importlib.metadata.Distribution:
    """Find an installed distribution; those of the second corpus are looked for in their own folder.

    Raises:
        ValueError: it is not there.
    """
    folder = [str(PACKAGES)] if name in _ADDED else sys.path
    found = next(importlib.metadata.Distribution.discover(name=name, path=folder), None)
    if found is None:
        raise ValueError(
            f"{name}: must be installed; python -m training.fetch installs what the corpus adds"
        )
    return found


def licence_of(name: str) -> str:
    """Return the licence that an installed distribution states, or raise ``ValueError``.

    Every part of a licence expression must be permissive: MPL beside MIT is refused, since a file's own
    licence cannot be told from the metadata.
    """
    if name == STDLIB:
        return "PSF-2.0"
    meta = distribution(name).metadata
    stated = meta.get("License-Expression") or ""
    if not stated:
        classifiers = meta.get_all("Classifier") or []
        named = [c.split("::")[-1].strip() for c in classifiers if c.startswith("License ::")]
        stated = " AND ".join(named) or (meta.get("License") or "").strip()
    parts = [part.strip(" ()") for part in re.split(r"\s+(?:AND|OR)\s+", stated)]
    if not stated or not all(PERMISSIVE.match(part) for part in parts):
        raise ValueError(f"{name}: licence must be PSF, MIT, BSD or Apache, got {stated!r}")
    return stated


def files_of(name: str) -> list[tuple[str, Path]]:
    """List the Python files of a distribution as (path inside it, path on disk), sorted."""
    if name == STDLIB:
        root = Path(sysconfig.get_path("stdlib"))
        found = [(str(p.relative_to(root)), p) for p in root.rglob("*.py")]
    else:
        listed = distribution(name).files or []
        found = [(str(f), Path(str(f.locate()))) for f in listed if str(f).endswith(".py")]
    kept = []
    for inside, path in sorted(found):
        parts = Path(inside).parts
        if ".." in parts or SKIPPED_FOLDERS & {part.lower() for part in parts[:-1]}:
            continue
        if Path(inside).name.startswith(("test_", "conftest", "_pytest_")):
            continue
        if inside.startswith(KIN) or not path.is_file():
            continue
        kept.append((inside, path))
    return kept
