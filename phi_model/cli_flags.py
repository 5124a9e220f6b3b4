"""The flags of the command line. Nothing heavy is imported: `--help` must be quick."""

from __future__ import annotations

import argparse

TASKS = ("text-generation", "text-classification", "token-classification")
DTYPES = ("auto", "float32", "bfloat16", "float16")
DEFAULT_NEW_TOKENS = 256


class _Help(argparse.ArgumentDefaultsHelpFormatter):
    """Says the default of a flag that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False, "-") or action.default == []:
            return action.help
        return super()._get_help_string(action)


def build_parser() -> argparse.ArgumentParser:
    """The flags, with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m phi_model", description="Phi models on the command line."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="complete or classify a text",
        description="Completes a prompt, or labels a text. Completions are printed as they are written.",
        formatter_class=_Help,
    )
    run.add_argument("prompt", nargs="?", default="-", help='the text; "-" reads standard input')
    run.add_argument("--task", choices=TASKS, default=TASKS[0], help="what to do with the text")
    _add_model_flags(run)

    text = run.add_argument_group("text-generation")
    text.add_argument(
        "--max-new-tokens",
        type=int,
        default=None,
        metavar="N",
        help=f"the most tokens written (default: {DEFAULT_NEW_TOKENS}, or half of a shorter context)",
    )
    text.add_argument(
        "--temperature",
        type=float,
        default=0.0,
        metavar="T",
        help="0 takes the best token, 1 samples the model",
    )
    text.add_argument("--top-p", type=float, default=1.0, metavar="P", help="1 is off")
    text.add_argument(
        "--top-k",
        type=int,
        default=0,
        metavar="K",
        help="0 is off; for text-classification, the labels shown",
    )
    text.add_argument("--min-p", type=float, default=0.0, metavar="P", help="0 is off")
    text.add_argument("--typical-p", type=float, default=1.0, metavar="P", help="1 is off")
    text.add_argument("--repetition-penalty", type=float, default=1.0, metavar="R", help="1 is off")
    for name in ("presence", "frequency"):
        text.add_argument(
            f"--{name}-penalty", type=float, default=0.0, metavar="F", help="0 is off"
        )
    text.add_argument("--no-repeat-ngram-size", type=int, default=0, metavar="N", help="0 is off")
    text.add_argument("--seed", type=int, default=None, help="draws the same text again")
    text.add_argument(
        "--stop",
        action="append",
        default=[],
        metavar="TEXT",
        help="ends the completion; may be given again",
    )
    text.add_argument(
        "--logit-bias",
        action="append",
        default=[],
        metavar="ID:BIAS",
        help="added to the logit of this token id, -100 to 100; may be given again",
    )
    text.add_argument(
        "--completion-only",
        action="store_true",
        help="do not print the prompt before its completion",
    )
    text.add_argument("--stats", action="store_true", help="print figures to standard error")

    labels = run.add_argument_group("token-classification")
    labels.add_argument(
        "--aggregation-strategy",
        choices=("none", "simple", "first", "average", "max"),
        default="none",
        help="how tokens are joined to words and groups",
    )
    serve = commands.add_parser(
        "serve",
        help="serve a model over HTTP",
        description="Serves a model over OpenAI's completions API.",
        formatter_class=_Help,
    )
    _add_model_flags(serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    serve.add_argument(
        "--api-key",
        metavar="KEY",
        default=None,
        help="what clients must send (default: the environment's PHI_API_KEY, if any)",
    )
    serve.add_argument("--name", default=None, help="the model's name for clients")
    serve.add_argument(
        "--slots", type=int, default=None, help="completions at once (default: what fits in memory)"
    )
    serve.add_argument("--max-waiting", type=int, default=64, help="requests that may wait")
    serve.add_argument("--max-tokens", type=int, default=2048, help="the most a client gets")
    return parser


def _add_model_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="NAME",
        default=None,
        help="folder or hub repository, org/name or org/name@revision (default: the model in assets/)",
    )
    parser.add_argument(
        "--revision", metavar="REV", default=None, help="branch, tag or commit of the repository"
    )
    parser.add_argument(
        "--device",
        default=None,
        help="cpu, cuda, cuda:1, or a GPU's number (default: the GPU, if any)",
    )
    parser.add_argument(
        "--dtype", choices=DTYPES, default="auto", help="auto keeps that of the checkpoint"
    )
    parser.add_argument(
        "--quantization",
        metavar="KIND",
        default=None,
        help="how the weights are packed, int8 for one",
    )
