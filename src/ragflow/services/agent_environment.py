"""The environment of a run: all that it reaches, with the rights of who asks.

In: the caller and the agent. Out: an `Environment` whose datasets, models, MCP servers and files
are the caller's. What is not the caller's is not found, as everywhere.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ragflow.agents.environment import AgentLimits, Environment, ReadFile
from ragflow.domain.agent_ports import (
    CodeRunner,
    HttpGateway,
    Mailer,
    SqlGateway,
    ToolServer,
    ToolServers,
)
from ragflow.domain.blob_keys import agent_file_key
from ragflow.domain.errors import NotFound
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, ModelCatalog
from ragflow.domain.repositories import Database
from ragflow.services.agent_errors import FileNotOfAgent
from ragflow.services.agent_reading import AgentFileReader
from ragflow.services.agent_search import AgentSearch
from ragflow.services.fair_code import FairCode
from ragflow.services.retrieval import RetrievalService

_FILE_ID = re.compile(r"[0-9a-f]{32}")

FindToolServer = Callable[[Actor, str], ToolServer]
"""Find an MCP server of the caller's by id, or raise `NotFound`."""


@dataclass(frozen=True, slots=True)
class AgentPorts:
    """Hold what agents reach beyond this product."""

    http: HttpGateway
    code: CodeRunner
    databases: SqlGateway
    mail: Mailer
    tool_servers: ToolServers


@dataclass(frozen=True, slots=True)
class Environments:
    """Make environments."""

    database: Database
    retrieval: RetrievalService
    catalog: ModelCatalog
    reader: AgentFileReader
    outside: AgentPorts
    code: FairCode
    tool_server: FindToolServer
    clock: Clock
    limits: AgentLimits

    def of(self, actor: Actor, agent_id: str) -> Environment:
        """Return what a run of an agent reaches on behalf of a caller."""

        async def read(record: Mapping[str, Any]) -> ReadFile:
            return await asyncio.to_thread(self._read, actor, agent_id, record)

        return Environment(
            chat=partial(self.catalog.chat, actor.tenant_id),
            search=AgentSearch(actor, self.database, self.retrieval),
            files=read,
            http=self.outside.http,
            code=self.code.of(actor.tenant_id),
            databases=self.outside.databases,
            mail=self.outside.mail,
            tool_servers=self.outside.tool_servers.for_run(),
            tool_server=partial(self.tool_server, actor),
            clock=self.clock,
            chance=random.Random(),  # noqa: S311 - it chooses among texts
            limits=self.limits,
        )

    def _read(self, actor: Actor, agent_id: str, record: Mapping[str, Any]) -> ReadFile:
        """Read a file of the agent's. Raises `FileNotOfAgent` or `ParseError`."""
        file_id, name = str(record.get("id")), str(record.get("name") or "file")
        if not _FILE_ID.fullmatch(file_id):  # anything else could name another blob
            raise FileNotOfAgent(id=file_id)
        try:
            return self.reader.read(actor.tenant_id, agent_file_key(agent_id, file_id), name)
        except NotFound as error:
            raise FileNotOfAgent(id=file_id) from error
