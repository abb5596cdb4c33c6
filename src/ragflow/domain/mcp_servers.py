"""MCP servers that a tenant lets its agents use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import get_args

from ragflow.domain.agent_ports import ServerType, ToolServer

SERVER_TYPES: tuple[ServerType, ...] = get_args(ServerType)


@dataclass(frozen=True, slots=True)
class McpServer:
    """Describe an MCP server; for `stdio` the `url` is the name of a command of the operator's.

    `${name}` in the address and in headers stands for a variable. Both maps may hold secrets.
    """

    id: str
    tenant_id: str
    name: str
    url: str
    server_type: ServerType
    create_time: int
    update_time: int
    description: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def reached(self) -> ToolServer:
        """Return how the server is reached, with its variables filled in."""
        is_command = self.server_type == "stdio"
        return ToolServer(
            id=self.id,
            name=self.name,
            url="" if is_command else self._filled(self.url),
            transport=self.server_type,
            command=self.url if is_command else "",
            headers={name: self._filled(value) for name, value in self.headers.items()},
        )

    def _filled(self, text: str) -> str:
        return Template(text).safe_substitute(self.variables)
