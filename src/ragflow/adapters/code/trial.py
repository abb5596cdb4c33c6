"""What the probe runs behind walls: it tries to reach out and tells what it could reach.

The file is handed to a sandbox as the text of a script; its arguments name things that the server
made for it to find.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path


def main(file: str, folder: str, port: int, door: str, server: int, names: list[str]) -> list[str]:
    """Return what could be reached; an empty list is what the probe hopes for."""
    tries = {
        "files": lambda: Path(file).read_text(),
        "folders": lambda: os.listdir(folder),
        "the system's files": lambda: Path("/etc/passwd").read_text(),
        "writing": lambda: Path(folder, "written").touch(),
        "the rights of files": lambda: os.chmod(file, 0o600),
        "the network": lambda: socket.create_connection(("127.0.0.1", port), 1),
        "datagrams": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
            b"", ("127.0.0.1", port)
        ),
        "Unix sockets": lambda: socket.socket(socket.AF_UNIX).connect(door),
        "other processes": lambda: os.kill(server, 0),
        "the server's environment": lambda: Path(f"/proc/{server}/environ").read_text(),
        "starting processes": os.fork,
    }
    reached = [name for name, attempt in tries.items() if _succeeds(attempt)]
    if set(os.environ) - set(names):  # noqa: TID251 - the sandbox's own
        reached.append("the environment")
    return reached


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
