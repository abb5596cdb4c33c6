"""What the providers of sandboxes on this machine have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ragflow.adapters.code.grounds import Grounds
from ragflow.domain.errors import spelled_out


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """Bound a run; the names are those of the settings' `agents`, without `code_`.

    `seconds` are counted from the script's first line; `output_kib` bounds the result, and what is
    printed to each of the two streams.
    """

    seconds: float = 10.0
    memory_mib: int = 256
    output_kib: int = 1024
    parallel: int = 4

    @property
    def output_bytes(self) -> int:
        """Return the most bytes of a result or a stream."""
        return self.output_kib << 10


def setting(name: str) -> str:
    """Spell out the setting of a limit."""
    return spelled_out(f"agents.code_{name}")


@dataclass(frozen=True, slots=True)
class Command:
    """Hold a command that starts `inside.py` behind walls, and the environment to start it in."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]


class Walls(Protocol):
    """Put walls around an interpreter; one per provider."""

    name: str

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return the command; it passes descriptors 0 to 2 on, and ends when its parent ends.

        `directory` is where the provider may keep what it needs from run to run. Raises
        `SandboxUnavailable`.
        """
        ...


ENVIRONMENT: Mapping[str, str] = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "TZ": "UTC"}
"""All that a script sees in its environment, but for what tells Python its home."""


def interpreter(ground: Grounds) -> tuple[str, ...]:
    """Return the command that runs `inside.py`; where Python is at home, its environment says."""
    source = Path(__file__).with_name("inside.py").read_text(encoding="utf-8")
    return (ground.executable, "-s", "-P", "-S", "-B", "-c", source)
