"""The cards of the two heads, from the results that were measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.heads.evaluate import sign_test
from training.heads.picture import confusion_svg
from training.heads.projects import LANGUAGES, LOCK
from training.heads.train import HEADS

FOLDER = Path(__file__).parent
PICTURE = "confusion.svg"
WHO = {
    "head": "this head",
    "ngrams": "logistic regression on 1- to 4-grams of characters",
    "guess_lexer": "Pygments `guess_lexer`",
    "analyse": "Pygments, the best of these languages' lexers (C where none claims the text)",
}
DAMAGE = {
    "intact": "intact",
    "middle": "begins in the middle",
    "unclosed": "one quote is missing",
    "cut": "one line in eight is cut short",
    "dropped": "one line in eight is missing",
}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _front(task: str) -> list[str]:
    return ["---", "license: mit", f"pipeline_tag: {task}", "library_name: transformers", "---", ""]


def _run(run: dict[str, Any]) -> str:
    epochs = "" if run["epochs"] == 1 else f", {run['epochs']:g} epochs"
    batch = f" in batches of {run['batch']:,}" if "batch" in run else ""
    mean = (
        f", averaged with the weights before it ({run['average']['weight']:.0%} new)"
        if "average" in run
        else ""
    )
    return (
        f"{run['rows']:,} rows, {run['tokens']:,} tokens{batch}{epochs}, in {run['minutes']:g} minutes, "
        f"AdamW at {run['rate']:g}{mean}"
    )


def _made(trained: dict[str, Any], what: str) -> list[str]:
    kept = trained.get("average") or max(trained["checks"], key=lambda check: check["score"])
    runs = [*trained.get("earlier", []), trained]
    told = "; then ".join(map(_run, runs))
    return [
        "## Training",
        "",
        f"Begun with the first {trained['layers']} of the six layers of the embedded model's first version, all weights trained on {what}, "
        f"on a share of two CPU cores: {told}. "
        f"Validation of the weights that were kept: loss {kept['loss']:.4f}, accuracy {_percent(kept['score'])}.",
        "",
    ]


def language_card(
    results: dict[str, Any],
    fresh: dict[str, Any],
    trained: dict[str, Any],
    locked: dict[str, Any],
) -> str:
    """The card of "What language is this?".

    Args:
        results: on the test.
        fresh: on the projects that were in no split before.
        trained: how it was.
        locked: versions and licences of the projects.
    """
    who = [name for name in WHO if name in results["accuracy"]]
    names = list(results["by_language"])
    lines = [
        *_front("text-classification"),
        "# What language is this?",
        "",
        f"A Phi classifier that tells {len(names)} languages apart: {', '.join(names)}. It reads snippets; "
        "it always answers one of these, whatever the text is.",
        "",
        f"On {results['snippets']:,} snippets of 5 to 40 lines from {results['projects']} projects, none of which "
        "gave training snippets of the same language. Only snippets that show their language count, in training and test alike: "
        "what is valid in two of the languages, such as TypeScript with no type in it, is left out (see Limits).",
        "",
        "| lines | snippets | " + " | ".join(WHO[name] for name in who) + " |",
        "| --- | ---: |" + " ---: |" * len(who),
        *(
            f"| {lines} | {row['snippets']:,} | "
            + " | ".join(_percent(row[name]) for name in who)
            + " |"
            for lines, row in results["by_lines"].items()
        ),
        f"| **all** | **{results['snippets']:,}** | "
        + " | ".join(f"**{_percent(results['accuracy'][name])}**" for name in who)
        + " |",
        "",
        _verdict(results, trained),
        "",
        _once_more(fresh),
        "",
        f"![Confusion matrix]({PICTURE})",
        "",
        "| language | " + " | ".join(WHO[name] for name in who) + " |",
        "| --- |" + " ---: |" * len(who),
        *(
            f"| {name} | "
            + " | ".join(_percent(results["by_language"][name][w]) for w in who)
            + " |"
            for name in names
        ),
        "",
        f"{results['milliseconds']:g} ms a snippet, one at a time on one thread ({results['processor']}).",
        "",
        "## Limits",
        "",
        "Left out of all splits alike (`training/heads/rules.py`): snippets that show nothing of their own language, "
        "such as TypeScript with no type in it, C++ that is valid C, C or JavaScript that looks like its superset, and script or "
        "style inside HTML; snippets of mostly comments, strings or data; licence headers, minified and generated files. "
        "On such text the head's answer means little. "
        "The tokenizer was made for Python. "
        "Project by project the languages differ in style too, and a few projects stand for each.",
        "",
        *_made(trained, "snippets of the projects below, asked for the language after every token"),
        "## Sources",
        "",
        "Fetched with npm, apt-get (Debian 12) and pip, or installed with the requirements; the snippets are not in the repository.",
        "",
        "| project | version | licence | split |",
        "| --- | --- | --- | --- |",
        *_sources(locked),
        "",
    ]
    return "\n".join(lines)


def _verdict(results: dict[str, Any], trained: dict[str, Any]) -> str:
    accuracy = results["accuracy"]
    if "ngrams" not in accuracy:
        return ""
    ahead = 100 * (accuracy["head"] - accuracy["ngrams"])
    goal = "reached" if accuracy["head"] >= 0.95 else "missed"
    side = "ahead of" if ahead > 0 else "behind"
    wins, losses = results["only_right"]["ngrams"]
    chance = sign_test(wins, losses)
    return (
        f"The aim of 95 % is {goal}. The head is {abs(ahead):.1f} points {side} the n-gram regression, a strong baseline, which "
        f"learnt from all the training snippets, uncut: {wins} snippets only the head has right, {losses} only the regression "
        f"(McNemar's exact test: p {_chance(chance)}). The head's last run had {trained['rows']:,} rows of them, begun at any "
        "line and cut to 64, 128, 256 or 512 tokens; its earlier runs had fewer of the training projects, and the first one "
        "snippets that the rules had not yet been applied to."
    )


def _once_more(fresh: dict[str, Any]) -> str:
    accuracy = fresh["accuracy"]
    wins, losses = fresh["only_right"]["ngrams"]
    return (
        f"Once more, on {fresh['snippets']:,} snippets of {fresh['projects']} projects that were in no split before and were "
        f"chosen by name: {_percent(accuracy['head'])}, the n-gram regression {_percent(accuracy['ngrams'])}; {wins} snippets "
        f"only the head has right, {losses} only the regression (p {_chance(sign_test(wins, losses))}). An earlier "
        "such split was measured twice and is used up (`training/heads/README.md`). Snippets of one project are alike, which such a p "
        "does not know."
    )


def _chance(value: float) -> str:
    return f"= {value:.2g}" if value >= 0.0001 else "< 0.0001"


def _sources(locked: dict[str, Any]) -> list[str]:
    splits: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for split, projects in language.projects.items():
            for project in projects:
                splits.setdefault(project, set()).add(f"{language.name} {split}")
    return [
        f"| {project} | {locked[project]['version']} | {locked[project]['licence']} | {', '.join(sorted(said))} |"
        for project, said in sorted(splits.items())
        if project in locked
    ]


def roles_card(results: dict[str, Any], trained: dict[str, Any]) -> str:
    """The card of "What is each token?"."""
    kinds, intact = results["by_damage"], results["by_damage"]["intact"]
    goal = "reached" if intact["head"] >= 0.97 else "missed"
    broken = results["broken"]
    ahead = 100 * (broken["head"] - broken["pygments"])
    lines = [
        *_front("token-classification"),
        "# What is each token?",
        "",
        "A Phi classifier that gives each token of Python code its role, as Pygments does for a whole file, but from the "
        "left and also where the code is cut off or broken.",
        "",
        f"On {results['tokens']:,} tokens of held-out packages ({', '.join(results['packages'])}), in pieces of at most "
        f"{results['limit']} tokens. The truth is Pygments' reading of the intact file; the last two columns leave out "
        "spaces and line ends (`O`).",
        "",
        "| piece | tokens | this head | Pygments | head, without O | Pygments, without O |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {DAMAGE[kind]} | {row['tokens']:,} | {_percent(row['head'])} | {_percent(row['pygments'])} | "
            f"{_percent(row['head_visible'])} | {_percent(row['pygments_visible'])} |"
            for kind, row in kinds.items()
        ),
        "",
        f"The aim of 97 % on intact pieces is {goal} ({100 * intact['head']:.2f} %). On all broken pieces together the head has "
        f"{_percent(broken['head'])} and Pygments {_percent(broken['pygments'])}: "
        f"{abs(ahead):.1f} points {'more' if ahead > 0 else 'less'}. Pygments is the truth for intact files, so that it has "
        "nearly all of the intact pieces right says nothing.",
        "",
        "| role | tokens | this head | Pygments |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {role} | {row['tokens']:,} | {_percent(row['head'])} | {_percent(row['pygments'])} |"
            for role, row in results["by_role"].items()
        ),
        "",
        f"{results['tokens_per_second']:,} tokens/s, one piece at a time on one thread ({results['processor']}).",
        "",
        "## What cannot be known from the left",
        "",
        "- The first piece of a name: `in` of `integer` may be a keyword, `str` of `strip` a builtin, until the next "
        "token is seen. What follows such a piece is usually right.",
        "- The quotes that open a text: of a docstring or of a string that stands alone.",
        "- A piece that begins within a docstring or string: prose looks like prose only after some words.",
        '- A token that holds two roles (`(["` or `):`) has that of its first visible character.',
        "",
        *_made(
            trained,
            "pieces of the embedded model's own training files, five in sixteen of them intact",
        ),
    ]
    return "\n".join(lines)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


def cards() -> dict[Path, str]:
    """Every file of the cards, with its text."""
    language = _read("language_results.json")
    return {
        HEADS / "language" / "README.md": language_card(
            language,
            _read("language_fresh_results.json"),
            _read("language_trained.json"),
            json.loads(LOCK.read_text()),
        ),
        HEADS / "language" / PICTURE: confusion_svg(
            [lang.name for lang in LANGUAGES], language["matrix"]
        ),
        HEADS / "roles" / "README.md": roles_card(
            _read("roles_results.json"), _read("roles_trained.json")
        ),
    }


def write() -> None:
    """Write the cards."""
    for path, text in cards().items():
        path.write_text(text)
        print(f"wrote {path.name} of {path.parent.name}")
