"""Fetch source archives with npm and apt-get, read their files, and know each file's licence."""

from __future__ import annotations

import email
import fnmatch
import hashlib
import importlib.metadata
import json
import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from training.installed import licence_of
from training.sources import STDLIB

DEBIAN = "".join(
    f"{kind} [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
    "http://deb.debian.org/debian bookworm main\n"
    for kind in ("deb", "deb-src")
)
# PSF, MIT, BSD and Apache by the names that Debian, npm and PyPI give them; nothing else is learnt from.
_PERMISSIVE = re.compile(
    r"(?:mit(?:[-/ ][\w.+-]*)?|expat(?:-[\w.+-]*| with embedded exception)?|x11|bsd-?(?:c?[234][\w.+~-]*)?"
    r"|[23](?:-clause)?-bsd|0bsd|apache(?:-2(?:\.0)?)?|apache-2\.0 with llvm-exception|psf(?:-2(?:\.0)?)?|python-2\.0)",
    re.IGNORECASE,
)


def permissive(expression: str) -> bool:
    """Tell whether a licence expression lets one choose permissive terms: any side of "or", all of "and"."""
    text = expression.strip(" ()\n")
    choices = re.split(r"\s+or\s+|\s*\|\s*", text, flags=re.IGNORECASE)
    if len(choices) > 1:
        return any(permissive(choice) for choice in choices)
    parts = re.split(r"\s+and\s+|,\s*", text, flags=re.IGNORECASE)
    return all(_PERMISSIVE.fullmatch(part.strip(" ()")) for part in parts)


@dataclass(frozen=True)
class Archive:
    """A package as it was fetched.

    Attributes:
        licence: of the package as a whole.
        stanzas: (pattern, licence) of single files, the last that matches counts; from debian/copyright.
        paths: the tarballs.
    """

    name: str
    version: str
    licence: str
    paths: tuple[Path, ...]
    stanzas: tuple[tuple[str, str], ...] = field(default=())

    def sha256(self) -> str:
        """Digest of the tarballs."""
        digest = hashlib.sha256()
        for path in self.paths:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def files(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of the wanted files that are permissively licensed, UTF-8 and 200 bytes to 400 kB."""
        for tarball in self.paths:
            with tarfile.open(tarball) as tar:
                for member in tar:  # in the tarball's order: going back would unpack it anew
                    inside = member.name.removeprefix("./").partition("/")[2]
                    if (
                        not member.isfile()
                        or not 200 <= member.size <= 400_000
                        or not wanted(inside)
                    ):
                        continue
                    if not permissive(self._licence_of(inside)):
                        continue
                    handle = tar.extractfile(member)
                    data = handle.read() if handle else b""
                    try:
                        yield inside, data.decode("utf-8").replace("\r\n", "\n")
                    except UnicodeDecodeError:
                        continue

    def _licence_of(self, inside: str) -> str:
        found = self.licence
        for pattern, licence in self.stanzas:
            if fnmatch.fnmatchcase(inside, pattern):
                found = licence
        return found


@dataclass(frozen=True)
class Installed:
    """A distribution of this Python's own environment, or its standard library."""

    name: str
    version: str
    licence: str

    def files(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of the wanted files, sorted."""
        if self.name == STDLIB:
            root = Path(sysconfig.get_path("stdlib"))
            found = [(str(path.relative_to(root)), path) for path in root.rglob("*.py")]
        else:
            listed = importlib.metadata.distribution(self.name).files or []
            found = [(str(file), Path(str(file.locate()))) for file in listed]
        for inside, path in sorted(found):
            if wanted(inside) and ".." not in inside and path.is_file():
                yield inside, path.read_text(encoding="utf-8", errors="ignore")


def installed(name: str) -> Installed:
    """Find a distribution that the project's requirements brought along.

    Raises:
        ValueError: its licence is not plainly permissive.
    """
    version = platform.python_version() if name == STDLIB else importlib.metadata.version(name)
    return Installed(name, version, licence_of(name))


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    return done.stdout


def fetch_npm(name: str, version: str | None, cache: Path) -> Archive:
    """Fetch a package from the npm registry."""
    cache.mkdir(parents=True, exist_ok=True)
    stem = name.lstrip("@").replace("/", "-")
    # A number and a point: the file of NAME-2 is not one of NAME.
    found = re.compile(
        re.escape(f"{stem}-") + (re.escape(version) if version else r"\d+\..*") + r"\.tgz"
    )
    known = sorted(path for path in cache.glob("*.tgz") if found.fullmatch(path.name))
    if not known:
        wanted = name if version is None else f"{name}@{version}"
        known = [cache / json.loads(_run(["npm", "pack", "--json", wanted], cache))[0]["filename"]]
    path = known[-1]
    with tarfile.open(path) as tar:
        top = next(n for n in tar.getnames() if n.count("/") == 1 and n.endswith("/package.json"))
        handle = tar.extractfile(top)
        said = json.loads(handle.read()) if handle else {}
    licence = said.get("license") or said.get("licenses", [{}])
    if isinstance(licence, list):
        licence = " OR ".join(
            entry["type"] if isinstance(entry, dict) else entry for entry in licence
        )
    if isinstance(licence, dict):
        licence = licence["type"]
    return Archive(name, said["version"], licence, (path,))


def fetch_pypi(name: str, version: str | None, cache: Path) -> Archive:
    """Fetch a package's source distribution with pip."""
    folder = cache / name
    if not list(folder.glob("*.tar.gz")):
        folder.mkdir(parents=True, exist_ok=True)
        wanted = name if version is None else f"{name}=={version}"
        options = ["--no-deps", "--no-binary", ":all:", "-q", "-d", "."]
        _run([sys.executable, "-m", "pip", "download", *options, wanted], folder)
    path = next(folder.glob("*.tar.gz"))
    with tarfile.open(path) as tar:
        handle = tar.extractfile(path.name.removesuffix(".tar.gz") + "/PKG-INFO")
        said = email.message_from_bytes(handle.read() if handle else b"")
    licences = [c.split("::")[-1].strip() for c in said.get_all("Classifier", []) if "License" in c]
    licence = said.get("License-Expression") or said.get("License") or " AND ".join(licences)
    return Archive(name, str(said["Version"]), str(licence), (path,))


def _apt(cache: Path, command: list[str], folder: Path) -> None:
    """Run apt-get on lists of its own, so that the system's stay as they are."""
    state = (cache / "apt").resolve()
    config = state / "apt.conf"
    environment = ["env", f"APT_CONFIG={config}", "apt-get"]
    if not config.is_file():
        for sub in ("lists/partial", "cache/archives/partial"):
            (state / sub).mkdir(parents=True, exist_ok=True)
        (state / "sources.list").write_text(DEBIAN)
        config.write_text(
            f'Dir::Etc::SourceList "{state}/sources.list";\nDir::Etc::SourceParts "-";\n'
            f'Dir::State::Lists "{state}/lists";\nDir::Cache "{state}/cache";\n'
            'APT::Sandbox::User "root";\n'
        )
        _run([*environment, "update", "-qq"], state)
    _run([*environment, "-qq", *command], folder)


def fetch_debian(name: str, version: str | None, cache: Path) -> Archive:
    """Fetch a source package of Debian 12 with apt-get.

    Raises:
        RuntimeError: there is no apt-get, or no such package.
    """
    folder = cache / f"{name}-source"
    if not list(folder.glob("*.dsc")):
        folder.mkdir(parents=True, exist_ok=True)
        _apt(cache, ["source", "--download-only", _pinned(name, version)], folder)
    dsc = next(folder.glob("*.dsc")).read_text()
    found = re.search(r"^Version: (\S+)", dsc, re.MULTILINE)
    tarballs = sorted(
        p for p in folder.iterdir() if ".tar." in p.name and not p.name.endswith(".asc")
    )
    sources = tuple(p for p in tarballs if ".debian.tar." not in p.name)
    stanzas = _copyright(next((p for p in tarballs if ".debian.tar." in p.name), tarballs[0]))
    return Archive(name, found[1] if found else "", _general(stanzas), sources, tuple(stanzas))


def fetch_deb(name: str, version: str | None, cache: Path) -> Archive:
    """Fetch a binary package of Debian 12 that holds source text, with apt-get.

    Raises:
        RuntimeError: there is no apt-get, or no such package.
    """
    folder = cache / name
    if not list(folder.glob("*.deb")):
        folder.mkdir(parents=True, exist_ok=True)
        _apt(cache, ["download", _pinned(name, version)], folder)
    package = next(folder.glob("*.deb"))
    tarball = folder / "files.tar"
    if not tarball.is_file():
        _run(["sh", "-c", 'dpkg-deb --fsys-tarfile "$0" > files.tar', package.name], folder)
    found = _run(["dpkg-deb", "-f", package.name, "Version"], folder).strip()
    stanzas = _copyright(tarball)
    # Its files lie elsewhere than in the source that the patterns speak of: names are what is left to compare.
    named = [(f"*{p.rsplit('/', 1)[-1]}", licence) for p, licence in stanzas if not p.endswith("*")]
    return Archive(name, found, _general(stanzas), (tarball,), tuple(named))


def _pinned(name: str, version: str | None) -> str:
    return name if version is None else f"{name}={version}"


def _general(stanzas: list[tuple[str, str]]) -> str:
    return next((licence for pattern, licence in stanzas if pattern == "*"), "not stated")


_SENTENCES = {
    "MIT": "Permission is hereby granted, free of charge",
    "BSD": "Redistribution and use in source and binary forms",
    "Apache-2.0": "Licensed under the Apache License, Version 2.0",
}


def _plain(text: str) -> list[tuple[str, str]]:
    """What a copyright file says in prose: the one permissive licence whose words it has, and no GPL beside it."""
    flat = " ".join(text.split())
    if "General Public License" in flat or re.search(r"^Files:", text, re.MULTILINE):
        return []
    return [("*", name) for name, sentence in _SENTENCES.items() if sentence in flat][:1]


def _copyright(tarball: Path) -> list[tuple[str, str]]:
    """Read (pattern, licence) from the machine-readable debian/copyright; empty where it is not."""
    with tarfile.open(tarball) as tar:
        member = next(
            (
                m
                for m in tar.getmembers()
                if re.search(r"(?:debian|usr/share/doc/[^/]+)/copyright$", m.name)
            ),
            None,
        )
        handle = tar.extractfile(member) if member else None
        text = handle.read().decode("utf-8", "replace") if handle else ""
    stanzas = _plain(text)
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(
            re.findall(r"^([A-Za-z-]+):[ \t]*((?:.*)(?:\n[ \t]+.*)*)", paragraph, re.MULTILINE)
        )
        if "Files" in fields and "License" in fields:
            licence = fields["License"].split("\n")[0].strip()
            stanzas += [(pattern, licence) for pattern in fields["Files"].replace(",", " ").split()]
    return stanzas
