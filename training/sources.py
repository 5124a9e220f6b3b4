"""What the embedded model learns from, and what it is measured on.

The packages of the first corpus arrive with the project's own requirements. Those of the second are pinned
in ``training/requirements.txt`` and installed into a folder of their own, where they are read and never
imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SEED = 20260
ROOT = Path(__file__).resolve().parent
WORK = ROOT / "work"
MANIFEST = ROOT / "corpus.json"
RESULTS = ROOT / "results.json"
FIRST_RESULTS = ROOT / "first.json"
TRAINED = ROOT / "trained.json"
MODEL_DIR = ROOT.parent / "assets" / "model"

STDLIB = "python-stdlib"
PACKAGES = WORK / "packages"
PINS = ROOT / "requirements.txt"


@dataclass(frozen=True)
class Source:
    """One distribution of the corpus.

    Attributes:
        name: distribution name, or ``python-stdlib``.
        files_mb: at most this many megabytes of whole files (0: none).
        functions_mb: at most this many megabytes of documented functions and small classes taken out
            of their files, each a document of its own. A source with both shows its best
            functions twice.
    """

    name: str
    files_mb: float
    functions_mb: float


SOURCES: tuple[Source, ...] = (
    Source(STDLIB, 11.0, 3.0),
    Source("networkx", 2.5, 1.5),
    Source("sympy", 2.0, 2.0),
    Source("numpy", 2.0, 1.0),
    Source("pandas", 2.0, 1.0),
    Source("torch", 2.5, 2.5),
    Source("transformers", 2.5, 2.5),
    Source("mpmath", 0.8, 0.5),
    Source("pillow", 1.2, 0.2),
    Source("pydantic", 1.2, 0.2),
    Source("huggingface-hub", 1.5, 0.5),
    Source("gradio", 1.5, 0.3),
    Source("gradio-client", 0.3, 0.1),
    Source("Pygments", 0.8, 0.2),
    Source("pytest", 1.2, 0.2),
    Source("rich", 1.2, 0.2),
    Source("fastapi", 0.6, 0.1),
    Source("starlette", 0.3, 0.1),
    Source("uvicorn", 0.3, 0.1),
    Source("typer", 0.4, 0.1),
    Source("fsspec", 0.8, 0.2),
    Source("anyio", 0.6, 0.1),
    Source("Jinja2", 0.5, 0.2),
    Source("MarkupSafe", 0.1, 0.1),
    Source("packaging", 0.5, 0.1),
    Source("httpx", 0.3, 0.1),
    Source("httpcore", 0.3, 0.1),
    Source("filelock", 0.4, 0.1),
    Source("PyYAML", 0.3, 0.1),
    Source("python-dateutil", 0.3, 0.1),
    Source("typing-extensions", 0.2, 0.1),
    Source("pluggy", 0.1, 0.1),
    Source("iniconfig", 0.1, 0.1),
    Source("python-multipart", 0.1, 0.1),
    Source("safetensors", 0.1, 0.1),
    Source("tokenizers", 0.1, 0.1),
    Source("annotated-types", 0.1, 0.1),
    Source("typing-inspection", 0.1, 0.1),
    Source("mdurl", 0.1, 0.1),
    Source("pytz", 0.1, 0.1),
    Source("idna", 0.1, 0.1),
    Source("groovy", 0.1, 0.1),
    Source("safehttpx", 0.1, 0.1),
)

# The second corpus: well-known packages with many short, documented functions.
MORE: tuple[Source, ...] = (
    Source("algorithms", 1.0, 0.5),
    Source("more-itertools", 0.3, 0.3),
    Source("toolz", 0.3, 0.3),
    Source("funcy", 0.3, 0.3),
    Source("boltons", 0.6, 0.4),
    Source("attrs", 0.3, 0.1),
    Source("sortedcontainers", 0.2, 0.1),
    Source("cachetools", 0.1, 0.1),
    Source("tabulate", 0.1, 0.1),
    Source("humanize", 0.2, 0.1),
    Source("arrow", 0.3, 0.1),
    Source("marshmallow", 0.3, 0.1),
    Source("pyparsing", 0.4, 0.1),
    Source("parso", 0.3, 0.1),
    Source("textdistance", 0.2, 0.1),
    Source("requests", 0.3, 0.1),
    Source("Flask", 0.4, 0.1),
    Source("Werkzeug", 0.6, 0.1),
    Source("tornado", 0.7, 0.1),
    Source("ipython", 0.8, 0.2),
    Source("Sphinx", 1.5, 0.3),
    Source("Django", 2.5, 0.5),
    Source("nltk", 2.0, 0.5),
    Source("dask", 1.2, 0.5),
    Source("matplotlib", 1.5, 0.5),
    Source("scikit-image", 1.5, 1.0),
    Source("scikit-learn", 1.5, 1.0),
    Source("scipy", 1.5, 1.5),
    Source("statsmodels", 1.2, 0.5),
    Source("astropy", 1.5, 0.8),
)

# Whole packages that no training file comes from: command lines, documents, protocols, audio.
HELD_OUT: tuple[str, ...] = (
    "click",
    "tomlkit",
    "h11",
    "markdown-it-py",
    "pydub",
    "semantic-version",
)

# Copies of held-out packages inside other packages; what is left of them after the search for
# near-duplicates would still be the same code.
KIN: tuple[str, ...] = ("typer/_click/",)
