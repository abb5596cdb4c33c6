"""The environment of a run: all that it reaches, with the rights of who asks.

In: the caller and the agent. Out: an `Environment` whose datasets, models and files are the
caller's. What is not the caller's is not found, as everywhere.
"""

from __future__ import annotations

import asyncio
import base64
import mimetypes
import random
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ragflow.agents.environment import AgentLimits, Environment, ReadFile, SearchWanted
from ragflow.domain.agent_ports import (
    CodeRunner,
    HttpGateway,
    Mailer,
    SqlGateway,
    ToolServer,
    ToolServers,
)
from ragflow.domain.blob_keys import agent_file_key
from ragflow.domain.errors import LimitExceeded, NotFound
from ragflow.domain.file_types import PICTURE_SUFFIXES, suffix_of
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, ModelCatalog
from ragflow.domain.queries import Retrieval
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.isolate import Sandbox
from ragflow.services.access import may_use
from ragflow.services.errors import DatasetNotFound, NothingIndexed
from ragflow.services.retrieval import NOTHING, RetrievalRequest, RetrievalService

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


def no_tool_server(_actor: Actor, server_id: str) -> ToolServer:
    """Find no MCP server."""
    raise NotFound(noun="MCP server", id=server_id)


class Environments:
    """Make environments."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        sandbox: Sandbox,
        retrieval: RetrievalService,
        catalog: ModelCatalog,
        outside: AgentPorts,
        clock: Clock,
        limits: AgentLimits,
        picture_bytes: int,
        tool_server: FindToolServer = no_tool_server,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._sandbox = sandbox
        self._retrieval = retrieval
        self._catalog = catalog
        self._outside = outside
        self._clock = clock
        self._limits = limits
        self._picture_bytes = picture_bytes
        self._tool_server = tool_server

    def of(self, actor: Actor, agent_id: str) -> Environment:
        """Return what a run of an agent reaches on behalf of a caller."""

        async def search(wanted: SearchWanted) -> Retrieval:
            return await asyncio.to_thread(self._search, actor, wanted)

        async def read(record: Mapping[str, Any]) -> ReadFile:
            return await asyncio.to_thread(self._read, agent_id, record)

        return Environment(
            chat=partial(self._catalog.chat, actor.tenant_id),
            search=search,
            files=read,
            http=self._outside.http,
            code=self._outside.code,
            databases=self._outside.databases,
            mail=self._outside.mail,
            tool_servers=self._outside.tool_servers,
            tool_server=partial(self._tool_server, actor),
            clock=self._clock,
            chance=random.Random(),  # noqa: S311 - it chooses among texts
            limits=self._limits,
        )

    def _search(self, actor: Actor, wanted: SearchWanted) -> Retrieval:
        with self._database.reading() as unit:
            dataset_ids = tuple(
                dict.fromkeys(_dataset_id(unit, actor, each) for each in wanted.datasets)
            )
        request = RetrievalRequest(
            question=wanted.question,
            dataset_ids=dataset_ids,
            document_ids=tuple(wanted.document_ids),
            page_size=wanted.top_n,
            similarity_threshold=wanted.similarity_threshold,
            vector_similarity_weight=1 - wanted.keywords_similarity_weight,
            top_k=wanted.top_k,
            rerank_model=wanted.rerank_model,
            highlight=False,
            cross_languages=tuple(wanted.cross_languages),
            use_kg=wanted.use_kg,
        )
        try:
            return self._retrieval.retrieve(actor, request)
        except NothingIndexed:
            return NOTHING

    def _read(self, agent_id: str, record: Mapping[str, Any]) -> ReadFile:
        """Read a file that was uploaded for the agent. Raises `NotFound` or `ParseError`."""
        file_id, name = str(record.get("id")), str(record.get("name") or "file")
        if not _FILE_ID.fullmatch(file_id):
            raise NotFound(noun="file", id=file_id)
        key = agent_file_key(agent_id, file_id)
        if suffix_of(name) in PICTURE_SUFFIXES:
            return ReadFile(name, picture=self._picture(key, name))
        with tempfile.TemporaryDirectory(prefix="agent-file-") as folder:
            path = Path(folder) / "source"
            with path.open("wb") as source:
                for piece in self._blobs.stream(key):
                    source.write(piece)
            most = self._limits.text_chars
            read = self._sandbox.run(
                name,
                "ragflow.ingest.read:read_text",
                {"path": str(path), "name": name, "most": most},
                Path(folder),
                lambda _share, _line: None,
                lambda: None,
                dict,
            )
        return ReadFile(name, text=read["text"])

    def _picture(self, key: str, name: str) -> str:
        data = self._blobs.get_range(key, 0, self._picture_bytes + 1)
        if len(data) > self._picture_bytes:
            limit = f"{self._picture_bytes} bytes of a picture"
            raise LimitExceeded(name=name, limit=limit, setting="agents.picture_mib")
        kind = mimetypes.guess_type(name)[0] or "image/png"
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _dataset_id(unit: UnitOfWork, actor: Actor, wanted: str) -> str:
    """Return the id of a dataset that is named by it or by its name. Raises `DatasetNotFound`."""
    found = unit.datasets.get(wanted)
    if found is None or not may_use(actor, found):
        tenants = (actor.tenant_id, *actor.joined_tenant_ids)
        named = (unit.datasets.by_name(tenant_id, wanted) for tenant_id in tenants)
        found = next((each for each in named if each is not None and may_use(actor, each)), None)
    if found is None:
        raise DatasetNotFound(id=wanted, tenant=actor.tenant_id)
    return found.id
