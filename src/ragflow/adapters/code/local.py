"""A runner on this machine: starts the walls, hands a script in and takes its result out.

In: a task, and the walls of a provider. Out: what `main` returned and what was printed. Refused
with `CodeFailed`: a script that fails and one that breaks a limit; with `SandboxUnavailable`: walls
that do not stand.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from functools import cache
from pathlib import Path

from ragflow.adapters.code.base import CodeLimits, Command, Walls
from ragflow.adapters.code.exchange import Exchange
from ragflow.adapters.code.grounds import Grounds, grounds
from ragflow.adapters.code.syscalls import filter_program
from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import CodeFailed, SandboxUnavailable

_MOST_REQUEST_BYTES = 16 << 20


class LocalRunner:
    """Run code behind the walls of a provider."""

    def __init__(self, walls: Walls, limits: CodeLimits, directory: Path) -> None:
        self.name = walls.name
        self._walls = walls
        self._limits = limits
        self._directory = directory
        self._places = asyncio.Semaphore(limits.parallel)
        self._prepared = cache(self._prepare)

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the code returns. Raises `CodeFailed` or `SandboxUnavailable`."""
        command, common = await asyncio.to_thread(self._prepared)
        secret = secrets.token_hex(16)
        request = _encoded(task, {**common, "secret": secret})
        async with self._places:
            ours, theirs = socket.socketpair()
            with ours:
                with theirs:
                    process = await asyncio.create_subprocess_exec(
                        *command.arguments,
                        stdin=theirs.fileno(),
                        stdout=asyncio.subprocess.PIPE,
                        stderr=asyncio.subprocess.PIPE,
                        env=dict(command.environment),
                        start_new_session=True,  # Ctrl-C in a terminal is for the server
                    )
                return await Exchange(process, self._limits, secret).outcome(ours, request)

    def _prepare(self) -> tuple[Command, dict[str, object]]:
        """Make what is the same for every script, once."""
        ground = grounds()
        return self._walls.command(ground, self._directory), self._common(ground)

    def _common(self, ground: Grounds) -> dict[str, object]:
        prelude = Path(__file__).with_name("prelude.js").read_text(encoding="utf-8")
        return {
            "filter": filter_program(_number_of_call).hex(),
            "quickjs": ground.engine,
            "prelude": prelude,
            "seconds": self._limits.seconds,
            "memory_mib": self._limits.memory_mib,
            "output_bytes": self._limits.output_bytes,
        }


def _number_of_call(name: str) -> int:
    """Ask sandlock, which knows the calls of every machine it runs on."""
    try:
        from sandlock.sandbox import _resolve_syscall
    except (ImportError, OSError) as error:
        raise SandboxUnavailable(reason=f"sandlock cannot be loaded: {error}") from None
    try:
        return int(_resolve_syscall(name))
    except ValueError:
        return -1


def _encoded(task: CodeTask, common: dict[str, object]) -> bytes:
    try:
        body = json.dumps(
            {
                **common,
                "language": task.language,
                "script": task.script,
                "arguments": dict(task.arguments),
            },
            allow_nan=False,
        ).encode()
    except (TypeError, ValueError) as error:
        raise CodeFailed(reason=f"its arguments cannot be written as JSON: {error}") from None
    if len(body) > _MOST_REQUEST_BYTES:
        raise CodeFailed(reason=f"it and its arguments take more than {_MOST_REQUEST_BYTES} bytes")
    return len(body).to_bytes(8, "big") + body
