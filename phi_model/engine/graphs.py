"""A function over static buffers that is recorded once and run again: as a CUDA graph, or by calling it.

What is recorded must not look at a value on the host, and every shape in it must follow from the buffers' shapes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

logger = logging.getLogger(__name__)

# Row counts that are recorded; a step runs in the smallest that holds its rows.
BUCKETS = (1, 2, 4, 8, 16, 24, 32, 48, 64)
# Libraries and kernels set themselves up in their first calls, which must not be recorded.
WARM_UP_CALLS = 2

Function = Callable[[], Sequence[Tensor]]


class Graph(Protocol):
    """A recorded function.

    Attributes:
        outputs: what it returns; `replay` overwrites them.
    """

    outputs: tuple[Tensor, ...]

    def replay(self) -> None:
        """Runs it with what is in its buffers now."""
        ...


class CalledGraph:
    """Calls the function: the same results as a recording, on any device.

    Args:
        function: returns tensors of the same shapes each time.
    """

    def __init__(self, function: Function) -> None:
        self._function = function
        self.outputs = tuple([output.clone() for output in function()])

    def replay(self) -> None:
        """Runs it with what is in its buffers now."""
        for kept, new in zip(self.outputs, self._function(), strict=True):
            kept.copy_(new)


class CudaGraph:
    """A recording of the function's kernels, which the GPU runs with one call.

    Args:
        function: returns tensors of the same shapes each time.
        pool: memory that recordings share; they must not run at the same time.
    """

    def __init__(self, function: Function, pool: tuple[int, int]) -> None:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_CALLS):
                function()
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        # Of this thread only: another one may be loading the next model.
        with torch.cuda.graph(self._graph, pool=pool, capture_error_mode="thread_local"):
            self.outputs = tuple(function())

    def replay(self) -> None:
        """Runs it with what is in its buffers now."""
        self._graph.replay()


class Recorder:
    """Makes graphs for a device.

    Args:
        device: where the function's tensors are.

    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._pool = torch.cuda.graph_pool_handle() if device.type == "cuda" else None

    @property
    def captures(self) -> bool:
        """Whether functions become CUDA graphs."""
        return self._pool is not None

    def record(self, function: Function) -> Graph:
        """Records a function; where the GPU's driver refuses, it is called from then on."""
        if self._pool is None:
            return CalledGraph(function)
        try:
            with torch.cuda.device(self._device):
                return CudaGraph(function, self._pool)
        except RuntimeError as error:
            logger.warning("no CUDA graph, steps are launched one kernel at a time: %s", error)
            self._pool = None
            return CalledGraph(function)


def bucket_for(rows: int) -> int:
    """The smallest recorded row count that holds so many rows.

    Raises:
        ValueError: there is none.
    """
    for bucket in BUCKETS:
        if rows <= bucket:
            return bucket
    raise ValueError(f"rows: must be at most {BUCKETS[-1]}, got {rows}")
