"""MCP servers of a tenant: create, change, list, delete, and ask what tools they have.

In: drafts and changes. Out: `McpServer` values and tools. Refused: addresses and headers that
cannot be sent, commands that the operator does not offer, and taken names. A server is its owner's
alone, and its secrets are shown to nobody: where a client sends the `MASK` back, they stay.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from ragflow.domain.agent_ports import ServerType, ToolServer, ToolServers
from ragflow.domain.answers import ToolSpec
from ragflow.domain.errors import Conflict, RagflowError
from ragflow.domain.identity import Actor
from ragflow.domain.mcp_servers import SERVER_TYPES, McpServer
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.errors import (
    DuplicateMcpServerName,
    McpServerInvalid,
    McpServerNotFound,
    NameRequired,
    NameTooLong,
)

MASK = "***"
NAME_BYTES = 255
MOST_FIELDS = 64
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_HEADER_VALUE = re.compile(r"[^\t\x20-\x7e]")
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f]")
_RESERVED = frozenset({"connection", "content-length", "host", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class McpServerDraft:
    """Propose a server or changes of one: None means no change; maps are whole."""

    name: str | None = None
    url: str | None = None
    server_type: str | None = None
    description: str | None = None
    variables: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ImportedServer:
    """Tell of one imported server: what it became, or why it was refused."""

    name: str
    server: McpServer | None = None
    refusal: str = ""


class McpServerService:
    """Manage the MCP servers of a tenant; `commands` names those of the operator."""

    def __init__(
        self,
        database: Database,
        tool_servers: ToolServers,
        clock: Clock,
        ids: Ids,
        commands: Collection[str] = (),
    ) -> None:
        self._database = database
        self._tool_servers = tool_servers
        self._clock = clock
        self._ids = ids
        self._commands = commands

    def create(self, actor: Actor, draft: McpServerDraft) -> McpServer:
        """Add a server. Raises `InvalidInput`, `DuplicateMcpServerName`."""
        server = self._changed(self._blank(actor), draft)
        with _one_of_the_name(server.name), self._database.transaction() as unit:
            unit.mcp_servers.add(server)
        return server

    def bring_in(self, actor: Actor, drafts: Sequence[McpServerDraft]) -> list[ImportedServer]:
        """Add servers one by one; those that cannot be added are passed over."""
        brought = []
        for draft in drafts:
            name = draft.name or ""
            try:
                brought.append(ImportedServer(name, self.create(actor, draft)))
            except RagflowError as error:
                brought.append(ImportedServer(name, refusal=str(error)))
        return brought

    def get(self, actor: Actor, server_id: str) -> McpServer:
        """Return an own server. Raises `McpServerNotFound`."""
        with self._database.reading() as unit:
            return require_mcp_server(unit, actor, server_id)

    def reached(self, actor: Actor, server_id: str) -> ToolServer:
        """Return how an own server is reached, for agents. Raises `McpServerNotFound`."""
        return self.get(actor, server_id).reached()

    def page(
        self,
        actor: Actor,
        paging: Paging,
        keywords: str | None = None,
        server_ids: Sequence[str] | None = None,
    ) -> tuple[list[McpServer], int]:
        """List own servers; and their total."""
        with self._database.reading() as unit:
            return unit.mcp_servers.page(actor.tenant_id, paging, keywords, server_ids)

    def update(self, actor: Actor, server_id: str, draft: McpServerDraft) -> McpServer:
        """Change a server. Raises as `create` and `get` do."""
        with _one_of_the_name(draft.name), self._database.transaction() as unit:
            changed = self._changed(require_mcp_server(unit, actor, server_id), draft)
            unit.mcp_servers.update(changed)
        return changed

    def delete(self, actor: Actor, server_ids: Sequence[str]) -> None:
        """Delete own servers, all or none. Raises `McpServerNotFound`."""
        with self._database.transaction() as unit:
            for server_id in server_ids:
                require_mcp_server(unit, actor, server_id)
            for server_id in server_ids:
                unit.mcp_servers.delete(server_id)

    async def test(
        self, actor: Actor, draft: McpServerDraft, server_id: str = ""
    ) -> list[ToolSpec]:
        """List the tools of a server as it would be; masked secrets are those of `server_id`.

        Raises as `create` and `get` do, and `ToolFailed`.
        """
        known = self._blank(actor)
        if server_id:
            known = await asyncio.to_thread(self.get, actor, server_id)
        named = replace(draft, name=draft.name or known.name or "The MCP server")
        return await self._tool_servers.tools(self._changed(known, named).reached())

    async def tools(self, actor: Actor, server_ids: Sequence[str]) -> dict[str, list[ToolSpec]]:
        """List the tools of own servers by id. Raises `McpServerNotFound` or `ToolFailed`."""
        found = {}
        for server_id in server_ids:
            server = await asyncio.to_thread(self.reached, actor, server_id)
            found[server_id] = await self._tool_servers.tools(server)
        return found

    def _blank(self, actor: Actor) -> McpServer:
        now, server_id = self._clock.milliseconds(), self._ids.object_id()
        return McpServer(server_id, actor.tenant_id, "", "", "streamable-http", now, now)

    def _changed(self, server: McpServer, draft: McpServerDraft) -> McpServer:
        changes: dict[str, Any] = {
            name: value
            for name, value in (
                ("name", draft.name),
                ("url", draft.url),
                ("description", draft.description),
            )
            if value is not None
        }
        if draft.server_type is not None:
            changes["server_type"] = _server_type(draft.server_type)
        if draft.variables is not None:
            changes["variables"] = _unmasked(draft.variables, server.variables)
        if draft.headers is not None:
            changes["headers"] = _unmasked(draft.headers, server.headers)
        changed = replace(server, update_time=self._clock.milliseconds(), **changes)
        self._check(changed)
        return changed

    def _check(self, server: McpServer) -> None:
        if not server.name.strip():
            raise NameRequired
        if len(server.name.encode(errors="surrogatepass")) > NAME_BYTES:
            raise NameTooLong(f"An MCP server's name has at most {NAME_BYTES} bytes.")
        reached = server.reached()
        if server.server_type == "stdio":
            if server.url not in self._commands:
                known = ", ".join(sorted(self._commands)) or "none"
                reason = f"There is no command {server.url!r} on this server. Known: {known}."
                raise McpServerInvalid(reason=reason)
        else:
            _check_address(reached.url)
        _check_headers(reached.headers)
        if len(server.variables) > MOST_FIELDS:
            raise McpServerInvalid(reason=f"There may be {MOST_FIELDS} variables at most.")


def require_mcp_server(unit: UnitOfWork, actor: Actor, server_id: str) -> McpServer:
    """Return a server of the caller's. Raises `McpServerNotFound`."""
    server = unit.mcp_servers.get(server_id)
    if server is None or server.tenant_id != actor.tenant_id:
        raise McpServerNotFound(id=server_id)
    return server


@contextmanager
def _one_of_the_name(name: str | None) -> Iterator[None]:
    try:
        yield
    except Conflict as conflict:
        raise DuplicateMcpServerName(name=name) from conflict


def _server_type(name: str) -> ServerType:
    for known in SERVER_TYPES:
        if name == known:
            return known
    known_types = ", ".join(SERVER_TYPES)
    raise McpServerInvalid(reason=f"`server_type` {name} is none of {known_types}.")


def _unmasked(sent: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """Put stored secrets where a client knows them masked only."""
    for name, value in sent.items():
        if value == MASK and name not in stored:
            raise McpServerInvalid(reason=f"The value of {name} is masked: send it in full.")
    return {name: stored[name] if value == MASK else value for name, value in sent.items()}


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or _NO_ADDRESS.search(url):
        raise McpServerInvalid(reason="`url` must be an address such as https://host/mcp.")
    if "@" in parts.netloc:
        raise McpServerInvalid(reason="Send credentials in `headers`, not in `url`.")


def _check_headers(headers: Mapping[str, str]) -> None:
    if len(headers) > MOST_FIELDS:
        raise McpServerInvalid(reason=f"There may be {MOST_FIELDS} headers at most.")
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _RESERVED:
            raise McpServerInvalid(reason=f"There can be no header {name!r}.")
        if _NO_HEADER_VALUE.search(value):
            raise McpServerInvalid(reason=f"The header {name} holds characters of no header.")
