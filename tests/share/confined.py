"""A program as a container would run it: not root, and on a root that cannot be written. It takes root and Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

USER = 1000
# In a mount namespace of its own: each place that may be written becomes a mount, all other mounts are made read-only.
# The program may read everything, as the files of this machine may belong to root alone; it has no other privilege.
SCRIPT = """
for place in "$@"; do
  [ "$place" = -- ] && break
  mount --bind "$place" "$place"
done
while read -r _ mount _; do
  case $mount in /proc|/proc/*|/sys|/sys/*|/dev|/dev/*) continue;; esac
  for place in "$@"; do
    [ "$place" = -- ] && break
    [ "$mount" = "$place" ] && continue 2
  done
  mount -o remount,bind,ro "$mount"
done </proc/self/mounts
until [ "$1" = -- ]; do shift; done
shift
exec setpriv --reuid USER --regid USER --clear-groups --no-new-privs --inh-caps=-all,+dac_read_search \\
  --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search "$@"
""".replace("USER", str(USER))


def confined(command: Sequence[str], writable: Sequence[Path]) -> list[str] | None:
    """The command that runs another so, or None where this machine or this user cannot.

    Args:
        command: what to run.
        writable: folders that it may write to; they are given to its user.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None:
        return None
    for folder in writable:
        os.chown(folder, USER, USER)
    around = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", SCRIPT, "sh"]
    around += [*map(str, writable), "--"]
    check = f'[ "$(id -u)" = {USER} ] && ! touch /etc/hosts'
    try:
        tried = subprocess.run([*around, "sh", "-c", check], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return [*around, *command] if tried.returncode == 0 else None
