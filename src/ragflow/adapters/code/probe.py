"""The probe: no code runs on this machine before walls have been seen to hold.

In: the runners that may do, best first. Out: the first whose walls kept the trial from files, the
network, other processes and the environment. Refused with `SandboxUnavailable`, which says what is
wrong with each and what to do: a machine where none does.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ragflow.adapters.code.base import ENVIRONMENT, setting
from ragflow.adapters.code.local import LocalRunner
from ragflow.domain.agent_ports import CodeResult, CodeRunner, CodeTask
from ragflow.domain.errors import CodeFailed, SandboxUnavailable

_SET_BY_WALLS = ("PYTHONHOME", "PWD")
_REMEDY = f"What to do stands in docs/how-to/code-sandbox.md; the setting is {setting('sandbox')}."


class ProbedRunner:
    """Run code by the first runner that holds; `otherwise` serves where none of them does."""

    def __init__(self, candidates: Sequence[LocalRunner], otherwise: CodeRunner | None) -> None:
        self._candidates = candidates
        self._otherwise = otherwise
        self._chosen: CodeRunner | None = None
        self._lock = asyncio.Lock()

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the code returns. Raises `CodeFailed` or `SandboxUnavailable`."""
        return await (await self.chosen()).run(task)

    async def chosen(self) -> CodeRunner:
        """Return who runs code; a failed probe is made again the next time."""
        async with self._lock:
            if self._chosen is None:
                self._chosen = await self._first_that_holds()
            return self._chosen

    async def _first_that_holds(self) -> CodeRunner:
        faults = []
        for runner in self._candidates:
            try:
                await probe(runner)
            except SandboxUnavailable as error:
                faults.append(f"{runner.name}: {error.facts.get('reason', error)}.")
            else:
                return runner
        if self._otherwise is None:
            raise SandboxUnavailable(reason=" ".join((*faults, _REMEDY)))
        return self._otherwise


async def probe(runner: LocalRunner) -> None:
    """Try to reach out from behind a runner's walls. Raises `SandboxUnavailable` where that works.

    A trial that says nothing, for whatever reason, counts as one that reached out.
    """
    script = Path(__file__).with_name("trial.py").read_text(encoding="utf-8")
    with _things_to_find() as things:
        arguments = {**things, "names": [*ENVIRONMENT, *_SET_BY_WALLS]}
        try:
            outcome = await runner.run(CodeTask("python", script, arguments))
        except CodeFailed as error:
            raise SandboxUnavailable(reason=f"its trial failed: {error}") from None
        except OSError as error:
            raise SandboxUnavailable(reason=f"it does not start: {error}") from None
        if outcome.result != [] or len(os.listdir(str(things["folder"]))) != 2:
            raise SandboxUnavailable(reason=f"it does not hold back {outcome.result}")


@contextmanager
def _things_to_find() -> Iterator[dict[str, Any]]:
    with (
        tempfile.TemporaryDirectory(prefix="ragflow-trial-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as door,
    ):
        file = Path(folder, "file")
        file.write_text("to be found")
        door.bind(str(Path(folder, "door")))
        door.listen()
        yield {
            "file": str(file),
            "folder": folder,
            "port": listener.getsockname()[1],
            "door": str(Path(folder, "door")),
            "server": os.getpid(),
        }
