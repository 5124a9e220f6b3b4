"""The kernels in C for AVX-512 and AVX2, compiled once on the machine that runs them, and what its processor is best at.

torch's own products over packed weights stay well below what the memory can deliver, for one row above all. Where Intel's AMX
is there and the system lets us use it, products of bfloat16 go to its tiles, and so do those of bytes and attention where they
have many rows. Where there is no C compiler, no OpenMP, or neither AVX-512 nor AVX2 with FMA, `load` says so and torch's products
are used instead.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

logger = logging.getLogger(__name__)

_HERE, _ENGINE = Path(__file__).parent, Path(__file__).parents[1] / "engine"
HEADERS = (
    *(_HERE / f"{name}.h" for name in ("simd", "linear", "bytes", "tiles")),
    _ENGINE / "attention.h",
)
SOURCES = (
    *(
        _HERE / f"{name}.c"
        for name in ("linear", "pairs", "floats", "bytes", "byte_tiles", "words", "tiles")
    ),
    *(_ENGINE / f"{name}.c" for name in ("attention", "attention_tiles", "layers")),
)
# A product and a sum are one rounding only where the source says so: the same numbers from every compiler.
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fopenmp", "-shared", "-fPIC")
# What torch calls the processors that the kernels are written for; its "AVX2" includes FMA.
CAPABILITIES = ("AVX2", "AVX512")
COMPILERS = ("cc", "gcc", "clang")
BUILD_SECONDS = 300
# How a product is computed, in the order of linear.h.
ARITHMETICS = ("pairs", "floats", "bytes", "words", "tiles")
# Products of bytes are worth it where the processor does so many times as many of them as of any other kind, since x is rounded
# to 8 bits for them. Intel's do four times as many, AMD's twice.
BYTES_FROM = 1.5
BYTES_A_WEIGHT = {"int8": 1, "int4": 1, "nf4": 2}


class Linear(ctypes.Structure):
    """`Linear` of linear.h."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("x", "weight", "scale", "zero", "bias", "table")),
        ("out", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("m", "n", "k", "group")),
        *((name, ctypes.c_int32) for name in ("arithmetic", "format")),
        *((name, ctypes.c_int32) for name in ("x_type", "out_type", "threads")),
    ]


@functools.cache
def load() -> ctypes.CDLL | None:
    """The compiled library, or None where this machine cannot have it; the log says why.

    The environment variable PHI_NATIVE=0 turns it off.
    """
    if os.environ.get("PHI_NATIVE") == "0":
        return None
    if torch.backends.cpu.get_cpu_capability() not in CAPABILITIES:
        logger.info("neither AVX-512 nor AVX2: torch's own matrix products are used")
        return None
    try:
        library = ctypes.CDLL(str(_build()))
    except (OSError, subprocess.SubprocessError) as error:
        logger.info("kernels not compiled, torch's own operations are used: %s", error)
        return None
    library.phi_linear.argtypes = [ctypes.POINTER(Linear)]
    library.phi_linear.restype = ctypes.c_int
    library.phi_rates.argtypes = [ctypes.POINTER(ctypes.c_double)]
    library.phi_rates.restype = None
    library.phi_attend.argtypes = [ctypes.c_void_p]
    library.phi_attend.restype = None
    library.phi_layers.argtypes = [ctypes.c_void_p]
    library.phi_layers.restype = ctypes.c_int
    library.phi_attends_in_tiles.argtypes = []
    library.phi_attends_in_tiles.restype = ctypes.c_int
    return library


@functools.cache
def rates() -> dict[str, float]:
    """Products a second of one thread on registers in each arithmetic, measured in a few milliseconds; 0 where it has
    no instruction of its own, or is not made for the processor."""
    found = (ctypes.c_double * len(ARITHMETICS))()
    load().phi_rates(found)
    return dict(zip(ARITHMETICS, found, strict=True))


def arithmetics(method: str | None, speeds: Mapping[str, float]) -> list[str]:
    """The ways to multiply with weights in a format that there are on a processor.

    Args:
        method: "int8", "int4" or "nf4"; None is bfloat16.
        speeds: as `rates` has them. Words are made for AVX2, where there are neither pairs nor bytes.
    """
    if speeds["words"] > 0:
        return ["words" if method else "floats"]
    if method is None:
        return ["pairs", "floats", *(["tiles"] if speeds["tiles"] > 0 else [])]
    return ["pairs", "bytes"] if speeds["bytes"] > 0 else ["pairs"]


def best_arithmetic(method: str | None, speeds: Mapping[str, float]) -> str:
    """The fastest way to multiply with weights in a format; the same on every run on one kind of processor.

    Args:
        method: "int8", "int4" or "nf4"; None is bfloat16.
        speeds: as `rates` has them.
    """
    others = max(speeds["pairs"], speeds["floats"])  # what tiles do is the same for all formats
    first, *rest = arithmetics(method, speeds)
    if not rest:
        return first
    if method is not None:
        return (
            "bytes" if speeds["bytes"] >= BYTES_FROM * BYTES_A_WEIGHT[method] * others else "pairs"
        )
    return max(("floats", "pairs", "tiles"), key=speeds.__getitem__)


def _build() -> Path:
    """Compiles the sources into the cache folder, unless that is done."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise OSError(f"no C compiler: none of {', '.join(COMPILERS)} is on the path")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in (*HEADERS, *SOURCES)))
    # A cache folder may be shared by machines with other processors.
    key.update(" ".join((compiler, *FLAGS, _processor())).encode())
    folder = _cache_folder()
    target = folder / f"kernels-{key.hexdigest()[:16]}.so"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=folder) as work:
        built = Path(work) / target.name
        subprocess.run(
            [compiler, *FLAGS, *map(str, SOURCES), "-o", str(built)],
            check=True,
            capture_output=True,
            timeout=BUILD_SECONDS,
        )
        built.replace(target)  # in one step: another process may be looking
    return target


def _cache_folder() -> Path:
    """A folder that only this user can write to: what lies in it is run."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "phi_model"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="phi_model-"))
    facts = folder.stat()
    shared = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if facts.st_uid != os.getuid() or shared or not os.access(folder, os.W_OK):
        return Path(tempfile.mkdtemp(prefix="phi_model-"))
    return folder


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return "".join(next((line for line in lines if line.startswith(key)), "") for key in ("flags",))
