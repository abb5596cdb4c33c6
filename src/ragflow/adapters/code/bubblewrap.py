"""Walls by bubblewrap: namespaces with a view of a few files, no network and no other process.

In: `bwrap` at a fixed place, and a system that lets users make namespaces. Out: the command. The
filter of `syscalls` closes what the walls leave open.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ragflow.adapters.code.base import ENVIRONMENT, Command, interpreter
from ragflow.adapters.code.grounds import Grounds
from ragflow.domain.errors import SandboxUnavailable

PLACES = ("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap")
_NOBODY = "65534"


class Bubblewrap:
    """Put namespaces around an interpreter."""

    name = "bubblewrap"

    def __init__(self, places: Sequence[str] = PLACES) -> None:
        self._places = places

    def command(self, ground: Grounds, directory: Path) -> Command:  # noqa: ARG002 - keeps nothing
        """Return the command. Raises `SandboxUnavailable`."""
        program = next((place for place in self._places if Path(place).is_file()), None)
        if program is None:
            raise SandboxUnavailable(reason=f"there is no {' or '.join(self._places)}")
        arguments = [
            *(program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
            *("--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL", "--clearenv"),
        ]
        for name, value in ENVIRONMENT.items():
            arguments += ["--setenv", name, value]
        for path in (ground.executable, *ground.standard, ground.engine):
            arguments += ["--ro-bind", path, path]
        for path in ground.other:
            kind = "--dev-bind" if path.startswith("/dev/") else "--ro-bind"
            arguments += [kind, path, path]
        for path in ground.packages:
            arguments += ["--tmpfs", path, "--remount-ro", path]
        arguments += ["--remount-ro", "/", "--chdir", "/", "--"]
        return Command((*arguments, *interpreter(ground)), {})
