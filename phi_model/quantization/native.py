"""The AVX-512 kernels of `kernels.c` and `attention.c`, compiled once on the machine that runs them.

torch's own products over packed weights stay well below what the memory can deliver, for one row above all. Where
there is no C compiler, no AVX-512 or no OpenMP, `load` says so and torch's products are used instead.
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
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from phi_model.quantization.formats import Quantized, table
from phi_model.quantization.pages import in_huge_pages

logger = logging.getLogger(__name__)

SOURCES = (
    Path(__file__).with_name("kernels.c"),
    Path(__file__).parents[1] / "engine" / "attention.c",
)
# A product and a sum are one rounding only where the source says so: the same numbers from every compiler.
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fopenmp", "-shared", "-fPIC")
COMPILERS = ("cc", "gcc", "clang")
BUILD_SECONDS = 120
BLOCK = 64  # rows of a block, as in kernels.c
# Fewer multiplications than this are over before a second thread has begun.
ALONE = 1 << 17
_FORMATS = {"bf16": 0, "int8": 1, "int4": 2, "nf4": 2}
_OUTPUTS = {torch.float32: 0, torch.bfloat16: 1}


class _Linear(ctypes.Structure):
    """`Linear` of kernels.c."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("x", "weight", "scale", "zero", "bias", "table")),
        ("out", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("m", "n", "k", "group")),
        *((name, ctypes.c_int32) for name in ("format", "out_type", "threads")),
    ]


@functools.cache
def load() -> ctypes.CDLL | None:
    """The compiled library, or None where this machine cannot have it; the log says why.

    The environment variable PHI_NATIVE=0 turns it off.
    """
    if os.environ.get("PHI_NATIVE") == "0":
        return None
    if torch.backends.cpu.get_cpu_capability() != "AVX512":
        logger.info("no AVX-512: torch's own matrix products are used")
        return None
    try:
        library = ctypes.CDLL(str(_build()))
    except (OSError, subprocess.SubprocessError) as error:
        logger.info("kernels not compiled, torch's own operations are used: %s", error)
        return None
    library.phi_linear.argtypes = [ctypes.POINTER(_Linear)]
    library.phi_linear.restype = ctypes.c_int
    library.phi_attend.argtypes = [ctypes.c_void_p]
    library.phi_attend.restype = None
    return library


def _build() -> Path:
    """Compiles the sources into the cache folder, unless that is done."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise OSError(f"no C compiler: none of {', '.join(COMPILERS)} is on the path")
    key = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES))
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


class NativeKernel:
    """Products with one weight matrix in the order of `kernels.c`.

    Args:
        weight: bfloat16 (rows, columns), or in few bits.
    """

    def __init__(self, weight: Tensor | Quantized) -> None:
        self._library = load()
        if self._library is None:
            raise RuntimeError("the native kernels are not available on this machine")
        self._scale = self._zero = self._table = None
        if isinstance(weight, Quantized):
            self.method: str | None = weight.method
            self.rows, self.columns, self.filled = weight.rows, weight.columns, weight.filled
            self._group = weight.group
            levels = _tiles(weight.levels())
            self._scale = in_huge_pages(_by_block(weight.scale))
            if weight.zero is not None:
                self._zero = in_huge_pages(_by_block(weight.zero))
            if weight.method != "int8":
                self._table = table(weight.method).bfloat16().repeat(2)
                levels = _join_halves(levels)
            self._weight = in_huge_pages(levels)
        else:
            self.method = None
            self.rows, self.columns = weight.shape
            self.filled = self._group = self.columns + self.columns % 2
            self._weight = in_huge_pages(_tiles(F.pad(weight, (0, self.columns % 2))))
        self._call = _Linear(
            weight=self._weight.data_ptr(),
            scale=_pointer(self._scale),
            zero=_pointer(self._zero),
            table=_pointer(self._table),
            n=self.rows,
            k=self.filled,
            group=self._group,
            format=_FORMATS[self.method or "bf16"],
        )
        self.device = weight.device
        self.dtype = None if self.method else torch.bfloat16
        held = (self._weight, self._scale, self._zero)
        self.nbytes = sum(tensor.nbytes for tensor in held if tensor is not None)

    def __call__(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """`x @ weight.T + bias`; the result of a row does not depend on the others.

        Args:
            x: (tokens, filled) of any float dtype. What bfloat16 cannot hold is added by a second product.
            bias: float32 (rows filled up to whole blocks).

        Returns:
            (tokens, rows) in x's dtype.
        """
        tokens = x.shape[0]
        if x.dtype == torch.bfloat16:
            return self._run(x.contiguous(), bias, torch.bfloat16)
        high = x.bfloat16()
        both = self._run(torch.cat((high, (x - high).bfloat16())), None, torch.float32)
        out = both[:tokens] + both[tokens:]
        if bias is not None:
            out += bias[: self.rows]
        return out.to(x.dtype)

    def _run(self, x: Tensor, bias: Tensor | None, dtype: torch.dtype) -> Tensor:
        out = torch.empty(x.shape[0], self.rows, dtype=dtype)
        # A copy: several threads may be multiplying with these weights.
        call = _Linear.from_buffer_copy(self._call)
        call.x, call.out, call.m = x.data_ptr(), out.data_ptr(), x.shape[0]
        call.bias = _pointer(bias)
        call.out_type = _OUTPUTS[dtype]
        call.threads = 1 if x.numel() * self.rows < ALONE else torch.get_num_threads()
        if self._library.phi_linear(ctypes.byref(call)):
            raise MemoryError(f"no memory for a product of {x.shape[0]} rows")
        return out

    def unpack(self) -> Tensor | Quantized:
        """The weights as they were given."""
        if self.method is None:
            return _rows(self._weight, self.rows)[:, : self.columns]
        levels = self._weight if self.method == "int8" else _split_halves(self._weight)
        levels = _rows(levels, self.rows)
        if self.method != "int8":
            levels = levels[:, ::2] | (levels[:, 1::2] << 4)
        return Quantized(
            self.method,
            self.columns,
            levels.contiguous(),
            _by_row(self._scale, self.rows),
            None if self._zero is None else _by_row(self._zero, self.rows),
        )


def _pointer(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


def _tiles(values: Tensor) -> Tensor:
    """(rows, columns) -> (blocks, column pairs, 64 rows, 2 columns)."""
    rows, columns = values.shape
    values = F.pad(values, (0, 0, 0, -rows % BLOCK))
    return values.view(-1, BLOCK, columns // 2, 2).transpose(1, 2).contiguous()


def _rows(tiles: Tensor, rows: int) -> Tensor:
    """What `_tiles` was given."""
    return tiles.transpose(1, 2).flatten(0, 1).flatten(1)[:rows]


def _join_halves(tiles: Tensor) -> Tensor:
    """Codes of rows r and r + 16 of each 32 into one byte: (blocks, pairs, 2, 16, 2)."""
    tiles = tiles.unflatten(2, (2, 2, 16))  # (blocks, pairs, 2, low or high, 16, 2)
    return tiles[:, :, :, 0] | (tiles[:, :, :, 1] << 4)


def _split_halves(joined: Tensor) -> Tensor:
    return torch.stack((joined & 15, joined >> 4), dim=3).flatten(2, 4)


def _by_block(scale: Tensor) -> Tensor:
    """(rows, groups) -> (blocks, groups, 64 rows)."""
    rows, groups = scale.shape
    filled = F.pad(scale, (0, 0, 0, -rows % BLOCK))
    return filled.view(-1, BLOCK, groups).transpose(1, 2).contiguous()


def _by_row(scale: Tensor, rows: int) -> Tensor:
    """What `_by_block` was given."""
    return scale.transpose(1, 2).flatten(0, 1)[:rows].contiguous()
