"""Walls by sandlock: Landlock and system call filters, without root or namespaces.

In: a Linux of 6.12 or newer. Out: a command whose process supervises the sandboxed one. The walls
hide files, other processes and the network; the filter of `syscalls` closes what they leave open.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ragflow.adapters.code.base import ENVIRONMENT, Command, interpreter
from ragflow.adapters.code.grounds import Grounds, mirror
from ragflow.domain.errors import SandboxUnavailable


class Sandlock:
    """Put Landlock's walls around an interpreter."""

    name = "sandlock"

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return the command of a supervisor. Raises `SandboxUnavailable`."""
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable(reason="sandlock needs Linux")
        home = mirror(ground, directory)
        plan = {
            "parent": os.getpid(),
            "command": interpreter(ground),
            "readable": [
                ground.executable,
                *ground.entries,
                ground.engine,
                *ground.other,
                str(home),
            ],
            "home": str(home),
            "environment": {**ENVIRONMENT, "PYTHONHOME": str(home)},
        }
        supervisor = (sys.executable, "-S", "-P", "-m", "ragflow.adapters.code.sandlock_supervisor")
        return Command(
            (*supervisor, json.dumps(plan)),
            {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
