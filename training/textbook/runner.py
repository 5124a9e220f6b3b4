"""Run programs with their doctests; reads a list as JSON, writes what failed for each (or nothing).

Started by ``check.py`` with ``python -I``, so it imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import random
import shutil
import signal
import sys
import traceback

MEMORY = 2 << 30
SECONDS_EACH = 10


def run(text: str, checks: str) -> str:
    """Return what went wrong with one program, or an empty text."""
    said = io.StringIO()
    random.seed(0)
    # dataclasses and pickle look a class's module up by name.
    module = type(sys)("__main__")
    before, argv = sys.modules["__main__"], sys.argv
    sys.modules["__main__"], sys.argv = module, ["program.py"]
    signal.alarm(SECONDS_EACH)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            exec(compile(text, "program", "exec"), module.__dict__)
            _empty_folder()
            test = doctest.DocTestParser().get_doctest(checks, module.__dict__, "checks", None, 0)
            report = io.StringIO()
            doctest.DocTestRunner(verbose=False).run(test, out=report.write)
        return report.getvalue()
    except SystemExit as error:
        return f"it exits with {error.code}: {said.getvalue()}" if error.code else ""
    except BaseException:
        return traceback.format_exc(limit=-3)
    finally:
        signal.alarm(0)
        sys.modules["__main__"], sys.argv = before, argv
        _empty_folder()


def _empty_folder() -> None:
    for entry in os.scandir("."):
        shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)


def main() -> None:
    """Run every program that standard input names."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    jobs = json.load(sys.stdin)
    sys.stdin = io.StringIO("")
    print(json.dumps([run(job["text"], job["checks"]) for job in jobs]))


if __name__ == "__main__":
    main()
