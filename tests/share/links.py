"""Links for these tests: good ones, broken ones, and both codecs' word on them."""

from __future__ import annotations

import base64
import copy
import json
import random
import subprocess
import zlib
from pathlib import Path
from typing import Any

from ui.share.link import Completion, LinkError, ModelRef, Shared, decode

HERE = Path(__file__).parent
VERSION_1 = json.loads((HERE / "links_v1.json").read_text(encoding="utf-8"))
VERSION_2 = json.loads((HERE / "links_v2.json").read_text(encoding="utf-8"))
BIASES = [[198, -100], ['"\u2028\n\\ é🙂', 2.5], [0, 1e-7]]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
HOSTILE = [
    [["a", 101]],
    [[-1, 0]],
    [["", 1]],
    [[1, 2, 3]],
    None,
    None,
    "a",
    0,
    1,
    True,
    -1,
    0.5,
    1e308,
    2**63,
    "",
    "x" * 600,
    "\ud800",
    [],
    [[]],
    {},
    {"a": 1},
]
NAUGHTY = 'naïve 🙂 "quotes" \\ \t\n\r\u2028\u0000 שלום \U0001d518 </script>${alert(1)}'


def shared(text: str = "def f(x):\n", **changes: Any) -> Shared:
    """A completion to share."""
    facts = {
        "text": text,
        "cursor": len(text),
        "settings": {
            "max_tokens": 32,
            "temperature": 0.2,
            "stop": ["\n\n", "é🙂"],
            "scope": "line",
        },
        "seed": 2**63 - 1,
        "model": ModelRef(name="org/phi", revision="main", fingerprint="0f" * 8, dtype="bfloat16"),
        "completion": Completion(text="    return x\n", tokens=(5, 70_000, 0), choice=0),
    }
    return Shared(**{**facts, **changes})


def pack(data: bytes | Any, version: int = 1) -> str:
    """A fragment of any bytes, or of anything as JSON."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = base64.urlsafe_b64encode(deflate.compress(data) + deflate.flush())
    return f"phi={version}.{packed.decode().rstrip('=')}"


def fuzzed(count: int, seed: int) -> list[str]:
    """Damaged and hostile fragments, the same for the same seed."""
    rng = random.Random(seed)
    payload = shared(NAUGHTY, settings={"stop": ["a"], "logit_bias": BIASES}).payload()
    good = pack(payload, 2)

    def places(value: Any) -> list[tuple[Any, Any]]:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found = []
        for key, item in pairs:
            found.append((value, key))
            if isinstance(item, dict | list):
                found += places(item)
        return found

    def characters() -> str:
        letters = list(good)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(len(letters))
            letters[at : at + rng.randint(0, 2)] = rng.choices(ALPHABET + "=+/.#%\n é", k=1)
        return "".join(letters)

    def cut() -> str:
        return good[: rng.randrange(len(good))]

    def values() -> str:
        changed = copy.deepcopy(payload)
        holder, key = rng.choice(places(changed))
        if rng.random() < 0.8 or isinstance(holder, list):
            holder[key] = rng.choice(HOSTILE)
        else:
            holder[f"{key}2"] = holder.pop(key)
        return pack(changed, rng.choice((1, 2, 2, 2)))

    def noise() -> str:
        return pack(rng.randbytes(rng.randint(0, 60)))

    return [rng.choice((characters, cut, values, values, noise))() for _ in range(count)]


def python_says(fragment: str) -> dict[str, Any]:
    """The Python codec's answer, in the form of `browser_says`. Any other error than a `LinkError` goes through."""
    try:
        return {"value": decode(fragment).payload()}
    except LinkError as error:
        return {"error": str(error)}


def browser_says(requests: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The browser codec's answers, from node."""
    done = subprocess.run(
        ["node", "--no-warnings", str(HERE / "link_vectors.mjs")],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
