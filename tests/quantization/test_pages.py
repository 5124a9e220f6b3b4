"""Weights in huge pages hold what they held, and the system was asked for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from phi_model.quantization import pages

SWITCH = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.int8, torch.uint8])
def test_values_stay(dtype):
    tensor = torch.randint(0, 100, (3, 5, 1_000_003)).to(dtype)
    moved = pages.in_huge_pages(tensor)
    assert moved.dtype == dtype
    assert moved.is_contiguous()
    assert torch.equal(moved, tensor)


def test_small_tensors_stay_where_they_are():
    tensor = torch.zeros(1000)
    assert pages.in_huge_pages(tensor) is tensor


def test_a_system_without_them_is_no_error(monkeypatch):
    monkeypatch.setattr(pages, "_madvise", lambda: lambda *_: -1)
    tensor = torch.zeros(pages.WORTH_IT)
    assert pages.in_huge_pages(tensor) is tensor


def test_the_system_is_asked_for_them():
    """Whether it has some free is its own affair: the mapping's flag says that it was asked."""
    tensor = torch.ones(8 * pages.PAGE, dtype=torch.uint8)
    moved = pages.in_huge_pages(tensor)
    if not SWITCH.exists():
        assert moved is tensor
        return
    middle, inside, flags = moved.data_ptr() + moved.nbytes // 2, False, []
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
            inside = int(found[1], 16) <= middle < int(found[2], 16)
        elif inside and line.startswith("VmFlags:"):
            flags = line.split()
    assert "hg" in flags
