"""Which runner serves a server: the one that its operator names, or the first that holds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ragflow.adapters.code.base import CodeLimits, setting
from ragflow.adapters.code.bubblewrap import Bubblewrap
from ragflow.adapters.code.closed import ClosedRunner
from ragflow.adapters.code.local import LocalRunner
from ragflow.adapters.code.probe import ProbedRunner
from ragflow.adapters.code.remote import RemoteRunner
from ragflow.adapters.code.sandlock import Sandlock
from ragflow.domain.agent_ports import CodeRunner
from ragflow.domain.errors import SandboxUnavailable, spelled_out

Choice = Literal["auto", "sandlock", "bubblewrap", "remote", "off"]


def code_runner(choice: Choice, limits: CodeLimits, directory: Path, url: str) -> CodeRunner:
    """Return the runner; nothing is started or probed before the first script."""
    if choice == "off":
        return ClosedRunner(f"{setting('sandbox')} is off")
    remote = RemoteRunner(url, limits) if url else None
    if choice == "remote":
        missing = (
            f"{setting('sandbox')} is remote, and {spelled_out('agents.sandbox_url')} is empty"
        )
        return remote or ClosedRunner(missing)
    walls = [kind() for kind in (Sandlock, Bubblewrap) if choice in ("auto", kind.name)]
    runners = [LocalRunner(each, limits, directory) for each in walls]
    return ProbedRunner(runners, remote if choice == "auto" else None)


async def describe(runner: CodeRunner) -> str:
    """Return the name of who runs code, or why nobody does."""
    try:
        chosen = await runner.chosen() if isinstance(runner, ProbedRunner) else runner
    except SandboxUnavailable as error:
        return str(error)
    if isinstance(chosen, ClosedRunner):
        return chosen.reason
    return chosen.name if isinstance(chosen, LocalRunner | RemoteRunner) else str(chosen)
