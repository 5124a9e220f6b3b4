"""What the README's head tells a Space agrees with the requirements, the Dockerfile and the program."""

from __future__ import annotations

import re

import httpx
import yaml

from phi_model.fingerprint import fingerprint
from tests.share.conftest import ROOT, page_over
from ui.flags import locked_by

README = (ROOT / "README.md").read_text(encoding="utf-8")
HEAD = yaml.safe_load(README.split("---")[1])
PINS = dict(
    line.split("==")
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


def test_the_space_has_what_is_pinned() -> None:
    assert HEAD["sdk"] == "gradio"
    assert HEAD["sdk_version"] == PINS["gradio"]
    assert (ROOT / HEAD["app_file"]).is_file()
    assert isinstance(HEAD["python_version"], str)  # 3.10 as a number would be 3.1
    assert f"FROM python:{HEAD['python_version']}-slim" in (ROOT / "Dockerfile").read_text()
    assert len(HEAD["short_description"]) <= 60
    assert all(re.fullmatch(r"[0-9.]+", version) for version in PINS.values())
    assert not any(
        name in PINS for name in ("spaces", "transformers")
    )  # a Space has the first itself


def test_what_is_preloaded_is_what_is_loaded() -> None:
    """Each line is `repository files revision`, the last two optional."""
    [block] = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    for line in [*yaml.safe_load(block)["preload_from_hub"], *HEAD.get("preload_from_hub", [])]:
        repository, files = line.split(" ")
        assert f"PHI_MODEL={repository}" in README
        assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(files.split(","))


def test_a_space_keeps_its_model_unless_it_says_otherwise() -> None:
    assert locked_by({"SPACE_ID": "ada/phi"})
    assert not locked_by({"SPACE_ID": "ada/phi", "PHI_ALLOW_MODEL_CHOICE": "1"})


def test_the_models_fingerprint_is_in_its_list(engine) -> None:
    with page_over(engine) as address:
        [model] = httpx.get(f"{address}/v1/models").json()["data"]
    assert model["fingerprint"] == fingerprint(ROOT / "assets" / "model")
