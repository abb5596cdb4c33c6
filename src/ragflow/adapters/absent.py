"""What agents reach where nothing was set up: every call says that it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.domain.agent_ports import (
    CodeResult,
    CodeTask,
    HttpRequest,
    HttpResponse,
    Mail,
    MailServer,
    SqlConnection,
    SqlRows,
    ToolServer,
)
from ragflow.domain.answers import ToolSpec
from ragflow.domain.errors import SandboxUnavailable, ToolFailed

_REASON = "this server has no way to do that"


class NoHttp:
    """Reach no web."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Raise `ToolFailed`."""
        raise ToolFailed(tool=request.url, reason=_REASON)


class NoCode:
    """Run no code."""

    async def run(self, task: CodeTask) -> CodeResult:
        """Raise `SandboxUnavailable`."""
        raise SandboxUnavailable(reason=f"{_REASON} in {task.language}")


class NoDatabases:
    """Query no database."""

    async def query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        """Raise `ToolFailed`."""
        del statement, most_rows
        raise ToolFailed(tool=connection.engine, reason=_REASON)


class NoMail:
    """Send no mail."""

    async def send(self, server: MailServer, mail: Mail) -> None:
        """Raise `ToolFailed`."""
        del mail
        raise ToolFailed(tool=server.host, reason=_REASON)


class NoToolServers:
    """Speak with no MCP server."""

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """Raise `ToolFailed`."""
        raise ToolFailed(tool=server.name, reason=_REASON)

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Raise `ToolFailed`."""
        del name, arguments
        raise ToolFailed(tool=server.name, reason=_REASON)
