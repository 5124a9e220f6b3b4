"""Presets: every built-in one is a valid request, and a browser's storage is not trusted."""

import pytest

from tests.ui.test_sessions import VALUES
from ui.controls import SLIDERS, request_from
from ui.presets import MAX_OWN, builtin, checked


@pytest.mark.parametrize("name", builtin())
def test_every_preset_makes_a_request(name):
    assert set(builtin()[name]) <= set(SLIDERS)
    request = request_from("x", {**VALUES, **builtin()[name]})
    assert request.temperature == builtin()[name].get("temperature", 1)


@pytest.mark.parametrize("stored", [None, "x", 5, [], {"a": 3}, {"Greedy": {"top_k": 1}}])
def test_what_is_no_preset_is_left_out(stored):
    assert checked(stored) == {}


def test_own_presets_keep_numbers_only_and_are_bounded():
    own = {"mine": {"top_k": 4, "top_p": "0.5", "min_p": True}}
    assert checked(own) == {"mine": {"top_k": 4}}
    assert len(checked({str(n): {} for n in range(500)})) == MAX_OWN
