"""The two heads in the repository: small, loaded by both libraries, right on code written here, with cards that say what was
measured."""

from __future__ import annotations

import io
import json
import random
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
import transformers

from phi_model import PhiForSequenceClassification, PhiForTokenClassification
from phi_model.pipelines import pipeline
from training.finetune import start, write
from training.finetune_loop import Options
from training.heads import __main__ as command
from training.heads import evaluate, snippets, train
from training.heads.archives import fetch_npm, permissive
from training.heads.cards import FOLDER, cards
from training.heads.picture import confusion_svg
from training.heads.prefixes import Prefixes
from training.heads.projects import LANGUAGES, LOCK, MEASURED, SPLITS
from training.heads.roles import DAMAGES, ROLES, character_roles, damage
from training.heads.rules import shows
from training.heads.snippets import (
    DIGESTS,
    Snippet,
    body,
    comment_share,
    cut,
    digest,
    without_seen,
    write_snippets,
)
from training.heads.train import HEADS
from training.sources import MODEL_DIR, ROOT

SNIPPETS = {
    "Python": (
        "def count_words(path):\n    totals = {}\n    with open(path) as handle:\n        for line in handle:\n"
        "            for word in line.split():\n                totals[word] = totals.get(word, 0) + 1\n    return totals\n"
    ),
    "Go": (
        "func (s *Store) Get(key string) (string, error) {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n"
        '\tvalue, ok := s.items[key]\n\tif !ok {\n\t\treturn "", fmt.Errorf("no key %q", key)\n\t}\n\treturn value, nil\n}\n'
    ),
    "Rust": (
        "impl Counter {\n    pub fn new(limit: usize) -> Self {\n        let items = Vec::with_capacity(limit);\n"
        "        Self { items, limit }\n    }\n\n    pub fn len(&self) -> usize {\n        self.items.len()\n    }\n}\n"
    ),
    "CSS": (
        ".card {\n  display: flex;\n  margin: 0 auto;\n  padding: 1rem;\n  border: 1px solid #ddd;\n}\n\n"
        ".card:hover {\n  background-color: #f8f8f8;\n}\n"
    ),
    "Haskell": (
        "module Tree where\n\nimport qualified Data.Map as M\n\ndata Tree a = Leaf | Node (Tree a) a (Tree a)\n\n"
        "insert :: Ord a => a -> Tree a -> Tree a\ninsert x Leaf = Node Leaf x Leaf\n"
        "insert x t@(Node l y r)\n  | x < y = Node (insert x l) y r\n  | otherwise = t\n"
    ),
}
FUNCTION = (
    'def area(radius, scale=2.5):\n    """Size of a circle."""\n    # a comment\n    if radius is None:\n'
    '        return print("no radius")\n    return scale * radius\n'
)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _roles_of(text: str) -> list[tuple[str, str]]:
    found = pipeline("token-classification", HEADS / "roles", ignore_labels=[])(text)
    return [(text[token["start"] : token["end"]].strip(), token["entity"]) for token in found]


@pytest.mark.parametrize("name", ["language", "roles"])
def test_files_are_small_and_safe(name) -> None:
    files = list((HEADS / name).iterdir())
    shards = [path for path in files if path.suffix == ".safetensors"]
    assert all(path.stat().st_size < 10_000_000 for path in files)
    assert sum(path.stat().st_size for path in shards) < 16_000_000
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".pkl", ".py")]
    everything = (ROOT.parent / "assets").rglob("*.safetensors")
    assert sum(path.stat().st_size for path in everything) <= 60_000_000


def test_the_language_head_knows_snippets_written_here() -> None:
    answers = pipeline("text-classification", HEADS / "language")(list(SNIPPETS.values()))
    assert [answer["label"] for answer in answers] == list(SNIPPETS)
    model = PhiForSequenceClassification.from_pretrained(HEADS / "language")
    assert model.config.id2label == dict(enumerate(language.name for language in LANGUAGES))
    assert len(LANGUAGES) >= 12


def test_the_roles_of_a_function() -> None:
    found = _roles_of(FUNCTION)
    for pair in (
        ("def", "keyword"), ("are", "function"), ("radius", "name"), ("is", "keyword"), ("None", "constant"),
        ("#", "comment"), ("print", "builtin"), ("return", "keyword"), ("*", "operator"), ("=", "operator"),
    ):  # fmt: skip
        assert pair in found, pair
    assert {role for _, role in found} <= set(ROLES)
    assert ("2", "number") in found
    assert ("Size", "docstring") in found or ("S", "docstring") in found


def test_the_roles_of_a_function_that_is_cut_off_are_those_of_its_beginning() -> None:
    """A causal trunk reads from the left: what follows cannot change what was said."""
    whole = _roles_of(FUNCTION)
    cut_off = _roles_of(FUNCTION[: FUNCTION.index(" radius is")])
    assert len(cut_off) > 15
    assert cut_off == whole[: len(cut_off)]


@pytest.mark.parametrize("name", ["language", "roles"])
def test_transformers_pipelines_agree(name) -> None:
    task = {"language": "text-classification", "roles": "token-classification"}[name]
    texts = [*SNIPPETS.values(), FUNCTION]
    ours = pipeline(task, HEADS / name, dtype=torch.float32)(texts, batch_size=2)
    theirs = transformers.pipeline(task, str(HEADS / name), device="cpu", dtype=torch.float32)(
        texts, batch_size=2
    )
    if name == "language":
        ours, theirs = [ours], [theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert len(mine) == len(other)
        for one, two in zip(mine, other, strict=True):
            assert one["score"] == pytest.approx(float(two["score"]), abs=1e-3)
            for key in set(one) - {"score"}:
                assert one[key] == two[key]


def test_the_cards_have_the_measured_figures() -> None:
    for path, text in cards().items():
        assert path.read_text() == text, path.name
    results = json.loads((FOLDER / "language_results.json").read_text())
    card = (HEADS / "language" / "README.md").read_text()
    assert f"{100 * results['accuracy']['head']:.1f} %" in card
    assert sum(map(sum, results["matrix"])) == results["snippets"]


def test_the_figures_are_good_enough_to_ship() -> None:
    language = json.loads((FOLDER / "language_results.json").read_text())
    assert language["accuracy"]["head"] >= 0.95
    assert language["accuracy"]["head"] > language["accuracy"]["guess_lexer"]
    assert language["accuracy"]["head"] > language["accuracy"]["analyse"]
    fresh = json.loads((FOLDER / "language_fresh_results.json").read_text())
    for found in (language, fresh):  # a clear margin: what one of the two alone has right
        wins, losses = found["only_right"]["ngrams"]
        assert wins > losses
        assert evaluate.sign_test(wins, losses) < 0.01
    roles = json.loads((FOLDER / "roles_results.json").read_text())
    assert roles["by_damage"]["intact"]["head"] >= 0.97
    assert roles["broken"]["head"] > roles["broken"]["pygments"]


def test_no_project_stands_in_two_splits_of_a_language() -> None:
    locked = json.loads(LOCK.read_text())
    assert set(MEASURED) < set(SPLITS) == set(snippets.COUNTS)
    for language in LANGUAGES:
        lists = [set(language.projects[split]) for split in SPLITS]
        assert sum(map(len, lists)) == len(set().union(*lists)), language.name
        for project in set().union(*lists):
            assert permissive(locked[project]["licence"]) or project.startswith("installed:"), (
                project
            )


@pytest.mark.parametrize(
    ("licence", "right"),
    [
        ("MIT", True), ("BSD-3-clause", True), ("Apache-2.0 or GPL-2", True), ("MIT and GPL-2+", False),
        ("GPL-3", False), ("not stated", False), ("Artistic-2.0", False), ("(MIT OR CC0-1.0)", True),
    ],
)  # fmt: skip
def test_permissive_licences(licence, right) -> None:
    assert permissive(licence) is right


def test_a_package_is_not_taken_for_one_whose_name_begins_like_it(tmp_path) -> None:
    for name, version in (("theme", "7.0.1"), ("theme-2", "4.1.4")):
        said = json.dumps({"version": version, "license": "MIT"}).encode()
        with tarfile.open(tmp_path / f"{name}-{version}.tgz", "w:gz") as tar:
            member = tarfile.TarInfo("package/package.json")
            member.size = len(said)
            tar.addfile(member, io.BytesIO(said))
    assert fetch_npm("theme", None, tmp_path).version == "7.0.1"
    assert fetch_npm("theme", "7.0.1", tmp_path).version == "7.0.1"
    assert fetch_npm("theme-2", None, tmp_path).version == "4.1.4"


def test_every_character_has_pygments_role() -> None:
    roles = character_roles(FUNCTION)
    assert len(roles) == len(FUNCTION)
    named = {(FUNCTION[i], ROLES[role]) for i, role in enumerate(roles)}
    assert ("d", "keyword") in named
    assert (" ", "docstring") in named
    assert ("\n", "O") in named


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_keeps_the_roles_of_the_characters_that_stay(kind) -> None:
    text = "\n".join(
        f'def f{n}(a):\n    """Doc {n}."""\n    return "x" + a  # {n}\n' for n in range(40)
    )
    roles = character_roles(text)
    for seed in range(5):
        piece = damage(text, roles, kind, random.Random(seed))
        assert len(piece.text) == len(piece.roles)
        whole = iter(zip(text, roles, strict=True))
        assert all(pair in whole for pair in zip(piece.text, piece.roles, strict=True))
        quotes = piece.text.count('"')
        assert (piece.text in text) == (kind in ("intact", "middle")) or kind in ("cut", "dropped")
        if kind == "unclosed":
            assert quotes % 2 == 1


def test_snippets_are_cut_cleaned_and_kept_apart() -> None:
    text = "/* Copyright 2020 A */\n" + "".join(f"    int value_{n} = {n};\n" for n in range(90))
    kept = body(text)
    assert kept is not None
    assert "Copyright" not in kept
    found = [snippet for seed in range(9) if (snippet := cut(kept, random.Random(seed)))]
    assert len(found) > 5
    for snippet in found:
        assert 5 <= snippet.count("\n") + 1 <= 40
        assert snippet.startswith("int")
    assert comment_share("// a\n// b\nint x;\n# include\n") == 0.75
    both = [
        Snippet("C", "test", "p", "f.c", found[0]),
        Snippet("C", "test", "p", "g.c", "int x;\n" * 5),
    ]
    seen = {line.strip() for line in found[0].split("\n")}
    assert without_seen(both, seen | {"int value_with_a_long_name"}) in (both, both[1:])


TYPED = "export function add(a: number, b: number): number {\n  const sum = a + b;\n  log(sum);\n  return sum;\n}\n"
PLAIN = "export function add(a, b) {\n  const sum = a + b;\n  log(sum);\n  return sum;\n}\n"
CALLS = "int add(int a, int b)\n{\n    int sum = a + b;\n    print(sum);\n    return sum;\n}\n"
METHOD = CALLS.replace("int add", "int Adder::add")
TABLE = "<table>\n  <tr>\n    <td>1</td>\n    <td>2</td>\n  </tr>\n</table>\n"
SCRIPT = f"<script>\n{PLAIN}{PLAIN}</script>\n<p>\n"


@pytest.mark.parametrize(
    ("label", "text", "shown"),
    [
        ("TypeScript", TYPED, True), ("TypeScript", PLAIN, False),
        ("JavaScript", PLAIN, True), ("JavaScript", TYPED, False),
        ("C", CALLS, True), ("C", METHOD, False), ("C++", METHOD, True), ("C++", CALLS, False),
        ("C", CALLS.replace("print(sum)", 'print("std::string")'), True),
        ("HTML", TABLE, True), ("HTML", SCRIPT, False), ("JavaScript", TABLE, False), ("PHP", TABLE, False),
        ("Python", SNIPPETS["Python"], True), ("Python", '"""\n' + "Some words.\n" * 9 + '"""\nx = 1\n', False),
        ("Go", SNIPPETS["Go"], True), ("Rust", SNIPPETS["Rust"], True), ("CSS", SNIPPETS["CSS"], True),
        ("Haskell", SNIPPETS["Haskell"], True), ("C", "{ 0x1, 0x2 },\n" * 9, False),
        ("Lua", "{\n  a = 1,\n  b = 2,\n  cc = 3,\n  dd = 4,\n  ee = 5,\n}\n", False),
    ],
)  # fmt: skip
def test_a_snippet_counts_where_it_shows_its_language(label, text, shown) -> None:
    assert shows(label, text) is shown


def test_the_held_out_snippets_are_as_many_of_each_language() -> None:
    listed = {split: json.loads(path.read_text()) for split, path in DIGESTS.items()}
    results = json.loads((FOLDER / "language_results.json").read_text())
    assert len(set(listed["test"])) == len(listed["test"]) == results["snippets"]
    assert len(set(listed["fresh"])) == len(listed["fresh"]) >= 100 * len(LANGUAGES)
    assert not set(listed["test"]) & set(listed["fresh"])
    locked = json.loads(LOCK.read_text())
    assert all(
        2 <= len(language.projects["fresh"]) <= 5 and set(language.projects["fresh"]) <= set(locked)
        for language in LANGUAGES
    )


def test_what_only_one_of_two_has_right_is_counted_and_told() -> None:
    truth = ["C", "C", "Go", "Go"]
    said = {"head": ["C", "C", "Go", "C"], "ngrams": ["C", "Go", "C", "C"]}
    assert evaluate.only_right(said["head"], said["ngrams"], truth) == (2, 0)
    line = evaluate.compared("all", said, truth)
    for part in ("4 snippets", "head 0.7500", "regression 0.2500", "only right 2:0", "p 0.5"):
        assert part in line
    assert "regression" not in evaluate.compared("all", {"head": said["head"]}, truth)


def test_a_split_is_measured_by_its_name(tmp_path, monkeypatch, capsys) -> None:
    made = [Snippet(label, "fresh", "p", "f", text) for label, text in SNIPPETS.items()]
    listed = tmp_path / "digests.json"
    listed.write_text(json.dumps([digest(snippet) for snippet in made]))
    monkeypatch.setitem(DIGESTS, "fresh", listed)
    write_snippets(tmp_path / "fresh.jsonl", made)
    found = evaluate.evaluate_language(HEADS / "language", tmp_path, "fresh")
    assert found["accuracy"]["head"] == 1.0
    assert set(found["accuracy"]) == {"head", "guess_lexer", "analyse"}
    assert (tmp_path / "baselines_fresh.json").is_file()
    assert "all             5 snippets  head 1.0000\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "split"), [([], "test"), (["--split", "fresh"], "fresh"), (["--split", "x"], None)]
)
def test_the_command_measures_the_test_unless_told_otherwise(monkeypatch, given, split) -> None:
    asked = []
    monkeypatch.setattr(evaluate, "main", lambda *arguments: asked.append(arguments))
    if split is None:
        with pytest.raises(SystemExit):
            command.main(["evaluate", "language", *given])
    else:
        command.main(["evaluate", "language", *given])
    assert asked == ([] if split is None else [(["language"], False, split)])


def test_the_confusion_matrix_is_drawn() -> None:
    svg = confusion_svg(["C", "C<>"], [[3, 1], [0, 4]])
    assert svg.count("<rect") == 5
    assert ">3<" in svg
    assert "C&lt;&gt;" in svg


def test_the_token_head_loads() -> None:
    model = PhiForTokenClassification.from_pretrained(HEADS / "roles")
    assert model.config.id2label == dict(enumerate(ROLES))


def test_a_run_goes_on_from_a_head_and_says_what_came_before(tmp_path) -> None:
    rows = [Prefixes([5 + i % 3] * 8, i % 2, 1, i % 2) for i in range(12)]
    options = Options(epochs=1, rate=1e-4, tokens=64, bfloat16=False)
    fit = partial(train._fit, "single_label_classification", ["a", "b"], (rows, rows))
    fit(1, options, tmp_path / "first", None)
    fit(3, options, tmp_path / "second", tmp_path / "first")
    facts = json.loads((tmp_path / "second_trained.json").read_text())
    assert facts["layers"] == 1
    assert [run["rows"] for run in facts["earlier"]] == [12]
    assert "earlier" not in facts["earlier"][0]
    assert len(train.earlier(tmp_path / "second")) == 2
    first, second = (
        PhiForSequenceClassification.from_pretrained(tmp_path / name, dtype=torch.float32)
        for name in ("first", "second")
    )
    assert not torch.equal(first.score.weight, second.score.weight)
    torch.testing.assert_close(first.score.weight, second.score.weight, atol=0.01, rtol=0)
    with pytest.raises(ValueError, match="labels must be"):
        train._head(tmp_path / "first", ["a", "c"])


def test_an_average_lies_between_two_runs_and_says_so(tmp_path, monkeypatch) -> None:
    names = [language.name for language in LANGUAGES]
    monkeypatch.setattr(command, "average", partial(train.average, cache=tmp_path))
    write_snippets(
        tmp_path / "validation.jsonl",
        [Snippet(label, "validation", "p", "f", text) for label, text in SNIPPETS.items()],
    )
    for seed, name in enumerate(("first", "second")):
        model = start(MODEL_DIR, "single_label_classification", names, 1, seed)
        write(model, MODEL_DIR, tmp_path / name)
        (tmp_path / f"{name}_trained.json").write_text(json.dumps({"rows": seed, "earlier": []}))
    folders = [str(tmp_path / name) for name in ("first", "second", "between")]
    command.main(["average", *folders[:2], "--weight", "0.25", "--output", folders[2]])
    weights = [
        PhiForSequenceClassification.from_pretrained(folder, dtype=torch.float32).score.weight
        for folder in folders
    ]
    wanted = 0.75 * weights[0] + 0.25 * weights[1]
    torch.testing.assert_close(weights[2], wanted, atol=1e-3, rtol=0.01)
    facts = json.loads((tmp_path / "between_trained.json").read_text())
    assert facts["rows"] == 1
    assert facts["average"]["weight"] == 0.25
    assert 0 <= facts["average"]["score"] <= 1 < facts["average"]["loss"]
    with pytest.raises(ValueError, match="weight must lie between 0 and 1, got 1"):
        train.average(*map(Path, folders[:2]), 1.0, tmp_path / "none")


def test_the_build_keeps_the_snippets_of_the_test(tmp_path, monkeypatch) -> None:
    """Also those that share lines with the training, as the fresh ones may not."""
    group = [Snippet("C", "any", "p", "f.c", f"int number_of_things_{n};\n" * 5) for n in range(9)]
    monkeypatch.setattr(snippets, "LANGUAGES", LANGUAGES[:1])
    monkeypatch.setattr(snippets, "FIRST", ())
    monkeypatch.setattr(snippets, "ProcessPoolExecutor", ThreadPoolExecutor)
    monkeypatch.setattr(
        snippets,
        "_gather_one",
        lambda language, split, locked, cache: ([[replace(s, split=split) for s in group]], {}),
    )
    wanted = {"test": {digest(group[3])}}
    found = snippets.gather(("train", "test", "fresh"), tmp_path, tmp_path / "lock", wanted)
    assert [s.text for s in found if s.split == "train"] == [s.text for s in group]
    assert [s.text for s in found if s.split == "test"] == [group[3].text]
    assert not [s for s in found if s.split == "fresh"]


def test_a_few_missing_snippets_are_named_and_many_are_an_error(
    tmp_path, monkeypatch, capsys
) -> None:
    made = [Snippet("C", "test", "p", "f.c", f"int x{n};\n" * 5) for n in range(40)]
    listed = tmp_path / "digests.json"
    listed.write_text(json.dumps([digest(snippet) for snippet in made]))
    monkeypatch.setitem(DIGESTS, "test", listed)
    write_snippets(tmp_path / "test.jsonl", made[1:])
    assert snippets.held_out_snippets(tmp_path) == made[1:]
    assert "1 of the 40 test snippets" in capsys.readouterr().out
    write_snippets(tmp_path / "test.jsonl", made[9:])
    with pytest.raises(ValueError, match="must hold the 40 test snippets, got 31"):
        snippets.held_out_snippets(tmp_path)
