"""The corpus: what is filtered, what counts as a copy, and that held-out packages stay out."""

from __future__ import annotations

import json
import random
import textwrap
from string import ascii_lowercase
from types import SimpleNamespace

import pytest

from training.corpus import Builder, Document, textbook
from training.dedupe import MinHasher, NearDuplicateIndex, similarity, unique
from training.eval.problems import own_problems
from training.fetch import pins
from training.filters import clean, functions, parse, reject_reason, without_docstrings
from training.installed import distribution, files_of, licence_of
from training.sources import HELD_OUT, KIN, MANIFEST, MORE, PINS, SOURCES, STDLIB, Source
from training.textbook import exercises
from training.textbook.exercise import exercise

CODE = textwrap.dedent('''
    import os


    def join_all(parts, separator="/"):
        """Join the parts of a path.

        Empty parts are skipped, and the separator is never doubled.
        """
        kept = [part.strip(separator) for part in parts if part]
        if not kept:
            return separator
        return separator + separator.join(kept)


    class Counter:
        """Counts how often each name was seen."""

        def __init__(self):
            self.seen = {}

        def add(self, name):
            self.seen[name] = self.seen.get(name, 0) + 1
''')


def _words(seed: int, count: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices(ascii_lowercase, k=7)) for _ in range(count))


def test_an_edited_copy_is_a_near_duplicate_and_other_code_is_not() -> None:
    hasher, index = MinHasher(1), NearDuplicateIndex()
    renamed = CODE.replace("separator", "sep").replace("    ", "  ")
    edited = CODE.replace("Counts how often", "Remembers how often")
    kept = unique([CODE, edited, _words(1, 200), renamed], hasher, keep_in=index)
    assert kept[:3] == [True, False, True]


@pytest.mark.parametrize("shared", [0.3, 0.6, 0.9])
def test_the_estimate_is_near_the_true_similarity(shared: float) -> None:
    hasher = MinHasher(3)
    common, size = _words(5, int(2000 * shared)), 2000 - int(2000 * shared)
    one = f"{common} {_words(6, size)}"
    other = f"{common} {_words(7, size)}"

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    truth = len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))
    assert similarity(hasher.signature(one), hasher.signature(other)) == pytest.approx(
        truth, abs=0.2
    )


def test_a_copy_of_a_held_out_function_does_not_enter(monkeypatch, tmp_path) -> None:
    held_out = [Document("held", "file", "held.py", CODE)]
    builder = Builder(held_out, seed=1)
    [copied, _] = functions(CODE, parse(CODE))
    lines = [f"    {word} = text.count({word!r})\n" for word in _words(9, 12).split()]
    fresh = f"def count(text):\n{''.join(lines)}    return locals()\n"
    (tmp_path / "copy.py").write_text(copied)
    (tmp_path / "fresh.py").write_text(fresh)
    listed = [(path.name, path) for path in sorted(tmp_path.iterdir())]
    monkeypatch.setattr("training.corpus.files_of", lambda name: listed)
    found = builder.collect(Source("any", 1.0, 0.0))
    assert [document.path for document in found] == ["fresh.py"]
    assert builder.rejected["duplicate-file"] == 1


def test_no_held_out_file_is_a_source() -> None:
    sources = {source.name.lower().replace("_", "-") for source in (*SOURCES, *MORE)}
    assert len(sources) == len(SOURCES) + len(MORE)
    assert sources.isdisjoint(name.lower() for name in HELD_OUT)
    manifest = json.loads(MANIFEST.read_text())
    assert [entry["name"] for entry in manifest["held_out"]] == list(HELD_OUT)
    held_out = {path for entry in manifest["held_out"] for path in entry["paths"]}
    entries = [*manifest["sources"], *manifest["more"]]
    used = {path for entry in entries for path in entry["paths"]}
    roots = {path.split("/")[0] for path in held_out}
    assert held_out
    assert used
    assert {path.split("/")[0] for path in used}.isdisjoint(roots)
    assert not [path for path in used if path.startswith(KIN)]


def test_the_manifest_names_licences_and_amounts() -> None:
    manifest = json.loads(MANIFEST.read_text())
    for key, size, sources in (("sources", "bytes", SOURCES), ("more", "more_bytes", MORE)):
        assert manifest[size] == sum(entry["bytes"] for entry in manifest[key])
        assert [entry["name"] for entry in manifest[key]] == [s.name for s in sources]
        for entry, limits in zip(manifest[key], sources, strict=True):
            assert entry["licence"]
            assert entry["version"]
            assert entry["bytes"] <= (limits.files_mb + limits.functions_mb) * 1e6 + 200_000


def test_the_textbook_holds_no_task(monkeypatch) -> None:
    tasks = own_problems()
    solved = f"{tasks[0].prompt}{tasks[0].solution}"
    renamed = solved.replace(f"def {tasks[0].name}(", "def other(")
    copied = [exercise("any", text, "") for text in (solved, renamed, CODE)]
    fresh = next(exercises())
    monkeypatch.setattr("training.corpus.exercises", lambda: [*copied, fresh])
    builder = Builder([Document("held", "file", "held.py", CODE)], seed=1)
    assert [document.text for document in textbook(builder)] == [fresh.text]
    assert builder.rejected == {"textbook-task": 1, "textbook-duplicate": 2}


def test_the_textbook_is_in_the_manifest() -> None:
    manifest = json.loads(MANIFEST.read_text())
    book, left_out = manifest["textbook"], manifest["rejected"]
    count = book["files"] + book["functions"]
    assert count + left_out["textbook-task"] + left_out["textbook-duplicate"] == len(
        list(exercises())
    )


def test_what_the_second_corpus_adds_is_pinned() -> None:
    manifest = json.loads(MANIFEST.read_text())
    assert len(MORE) <= 30
    assert {entry["name"]: entry["version"] for entry in manifest["more"]} == pins()


def test_the_constraints_name_the_releases_that_were_read() -> None:
    manifest = json.loads(MANIFEST.read_text())
    entries = [*manifest["sources"], *manifest["held_out"]]
    read = {e["name"]: e["version"].split("+")[0] for e in entries if e["name"] != STDLIB}
    assert pins(PINS.with_name("constraints.txt")) == read


def test_a_pin_without_a_version_is_refused(tmp_path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("# sources\nattrs>=1\n")
    with pytest.raises(ValueError, match="must be name==version, got 'attrs>=1'"):
        pins(path)


def test_a_source_that_is_not_there_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("training.installed.PACKAGES", tmp_path)
    with pytest.raises(ValueError, match=r"toolz: must be installed; .*training\.fetch"):
        distribution("toolz")


def test_a_source_that_is_not_permissive_is_refused(monkeypatch) -> None:
    for stated in ("MPL-2.0 AND MIT", "GPL-3.0-or-later", ""):
        meta = {"License-Expression": stated}
        monkeypatch.setattr(
            "training.installed.distribution",
            lambda name, meta=meta: SimpleNamespace(metadata=_Metadata(meta)),
        )
        with pytest.raises(ValueError, match="anything: licence must be PSF, MIT, BSD or Apache"):
            licence_of("anything")
    assert licence_of("python-stdlib") == "PSF-2.0"


class _Metadata(dict):
    def get_all(self, name: str) -> list[str]:
        return []


def test_listed_files_are_sorted_and_without_tests() -> None:
    listed = [inside for inside, _ in files_of("pluggy")]
    assert listed == sorted(listed)
    assert "pluggy/_hooks.py" in listed
    assert not [inside for inside, _ in files_of("networkx") if "/tests/" in inside]
    assert not [inside for inside, _ in files_of("typer") if inside.startswith(KIN)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CODE, None),
        ("x = 1\n", "short"),
        (CODE * 250, "long"),
        (CODE + "def broken(:\n    pass\n", "syntax"),
        (CODE + f"DATA = '{'a' * 400}'\n", "long-lines"),
        (CODE + "T = [\n" + "".join(f"    {n}, {n + 1},\n" for n in range(400)) + "]\n", "low-alphabetic"),
        (
            CODE + "NAMES = [\n" + "".join(f"    '{word}',\n" for word in _words(4, 400).split()) + "]\n",
            "table",
        ),
        ("# This file was auto-generated from a schema.\n" + CODE, "generated"),
        (CODE + "TOKEN = 'ghp_" + "a1" * 18 + "'\n", "secret"),
        (f'"""{_words(2, 400)}"""\n'.replace(" ", "\n") + CODE, "prose"),
    ],
)  # fmt: skip
def test_what_is_filtered(text: str, reason: str | None) -> None:
    assert reject_reason(text, parse(text)) == reason


def test_cleaning_drops_the_licence_and_addresses() -> None:
    text = "#!/usr/bin/env python\n# Copyright 2020 Somebody\n# Licensed so and so\n\n# About x\nx = 'a.b@corp.example.org'  \r\n"
    assert clean(text) == "x = 'user@example.com'\n"
    assert clean("# About x\nx = 1\n") == "# About x\nx = 1\n"


def test_functions_are_taken_whole_and_documented_only() -> None:
    found = functions(CODE, parse(CODE))
    assert [text.split("(")[0].split(":")[0] for text in found] == ["def join_all", "class Counter"]
    assert all(parse(text) is not None for text in found)
    assert functions("def f():\n    return 1\n", parse("def f():\n    return 1\n")) == []


def test_docstrings_come_out_and_nothing_else_does() -> None:
    with_all = CODE.replace(
        "        self.seen[name]",
        '        """Count\n\n        once more."""\n        self.seen[name]',
    )
    bare = without_docstrings(with_all)
    assert bare is not None
    assert '"""' not in bare
    assert "class Counter:\n    def __init__(self):" in bare
    assert "    def add(self, name):\n        self.seen[name] =" in bare
    assert '(parts, separator="/"):\n    kept =' in bare
    assert without_docstrings("def f():\n    'Only this.'\n") is None
    assert without_docstrings("def f(:\n") is None
