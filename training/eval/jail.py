"""Runs one program that a model wrote; started by ``sandbox.py`` as ``python -I -S jail.py``.

Standard input holds JSON: the program, a word to report success with, and limits. The limits are set before the
program is compiled, and an audit hook is installed before it runs. The hook ends the process at the first attempt to
reach the network, a file outside the standard library, another process or foreign code.
"""

import json
import os
import resource
import sys

REFUSED = 77
_EVENTS = (
    "socket.", "subprocess.", "ctypes.", "shutil.", "tempfile.", "pty.", "fcntl.", "mmap.",
    "winreg.", "webbrowser.", "urllib.", "ftplib.", "smtplib.", "http.", "syslog.", "resource.",
    "signal.", "_thread.start", "cpython.run_", "os.system", "os.exec", "os.fork", "os.posix_spawn",
    "os.spawn", "os.startfile", "os.kill", "os.remove", "os.rename", "os.rmdir", "os.mkdir",
    "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.chdir", "os.chflags",
    "os.lockf", "os.utime", "os.setxattr", "os.removexattr", "os.putenv", "os.unshare",
)  # fmt: skip
_MODULES = {
    "socket", "_socket", "ssl", "_ssl", "subprocess", "_posixsubprocess", "multiprocessing",
    "_multiprocessing", "ctypes", "_ctypes", "mmap", "asyncio", "_testcapi", "_testinternalcapi",
    "_xxsubinterpreters", "_interpreters",
}  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _limit(limits: dict) -> None:
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def _guard(report: int) -> None:
    leave, write, real, decode, sep = os._exit, os.write, os.path.realpath, os.fsdecode, os.sep
    library = real(os.path.dirname(os.__file__)) + sep

    def within(path: object) -> bool:
        return isinstance(path, (str, bytes)) and (real(decode(path)) + sep).startswith(library)

    def refused(event: str, args: tuple) -> bool:
        if event == "open":
            path, _, flags = args
            return bool((flags or 0) & _WRITING) or not within(path)
        if event in ("os.listdir", "os.scandir"):
            return not within(args[0])
        if event == "import":
            return args[0].partition(".")[0] in _MODULES
        return event.startswith(_EVENTS)

    def hook(event: str, args: tuple) -> None:
        if refused(event, args):
            write(report, b"refused " + event.encode())
            leave(REFUSED)

    sys.addaudithook(hook)


def main() -> None:
    """Run the program that standard input holds."""
    job = json.loads(sys.stdin.buffer.read())
    report, null = os.dup(1), os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    _limit(job["limits"])
    try:
        code = compile(job["program"], "<program>", "exec")
        _guard(report)
        exec(code, {"__name__": "__program__"})
        verdict = job["word"]
    except BaseException as error:  # SystemExit is no success either
        verdict = "failed" if isinstance(error, AssertionError) else type(error).__name__
    os.write(report, verdict.encode()[:200])
    os._exit(0)


if __name__ == "__main__":
    main()
