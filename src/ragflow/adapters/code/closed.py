"""No sandbox: no code runs."""

from __future__ import annotations

from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import SandboxUnavailable


class ClosedRunner:
    """Refuse all code, and say why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def run(self, task: CodeTask) -> CodeResult:  # noqa: ARG002 - none is run
        """Raise `SandboxUnavailable`."""
        raise SandboxUnavailable(reason=self.reason)
