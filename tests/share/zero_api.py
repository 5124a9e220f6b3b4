"""Runs a program as on a ZeroGPU Space: the real `spaces` package, and a stand-in for what stands behind it.

    python -m tests.share.zero_api MODULE [ARGUMENT ...]

The stand-in answers the four calls of the device API on this machine. There is no GPU, and torch's CPU builds lack what the
package's emulation of one patches: it is imported as in a process without torch, for which it has plain substitutes. All
else is the package's own: the fork, the queues between the processes, `startup`, `schedule`, `allow`, `release`.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class DeviceApi(BaseHTTPRequestHandler):
    """Gives a GPU to everybody; says on standard output what it was asked."""

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        print(f"device API: {path}", flush=True)
        body = b""
        if path == "/schedule":
            answer = {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "token"}
            body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), DeviceApi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = Path(tempfile.mkdtemp(prefix="zerogpu-"))
    (home / "cgroup").write_text("0::/devices/test\n")
    os.environ.update(
        SPACES_ZERO_GPU="true",
        SPACES_ZERO_DEVICE_API_URL=f"http://127.0.0.1:{server.server_port}",
        ZEROGPU_OFFLOAD_DIR=str(home / "tensors"),
        ZEROGPU_PROC_SELF_CGROUP_PATH=str(home / "cgroup"),
    )
    sys.modules["torch"] = None  # type: ignore[assignment]
    import spaces.zero.torch  # noqa: F401

    del sys.modules["torch"]
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
