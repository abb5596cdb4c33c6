"""An environment to run agents in: each part of the outside is a fake that keeps what was asked.

HTTP is answered from a table of addresses; datasets, databases, mail, code and MCP servers from
what the test puts in.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragflow.agents.environment import AgentLimits, Environment, ReadFile, SearchWanted
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
from ragflow.domain.errors import NotFound, ToolFailed
from ragflow.domain.ports import ChatModel
from ragflow.domain.queries import Retrieval
from ragflow.testing.chat import ScriptedChatModel
from ragflow.testing.clock import FixedClock


@dataclass
class FakeHttp:
    """Answer with the page whose key is the longest beginning of the address; else 404."""

    pages: dict[str, HttpResponse | ToolFailed] = field(default_factory=dict)
    requests: list[HttpRequest] = field(default_factory=list)

    def put(self, url: str, body: Any, status: int = 200, kind: str = "application/json") -> None:
        """Keep a page; what is not text or bytes goes out as JSON."""
        if isinstance(body, str):
            body = body.encode()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.pages[url] = HttpResponse(status, url, {"content-type": kind}, content)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the page."""
        self.requests.append(request)
        fitting = [url for url in self.pages if request.url.startswith(url)]
        if not fitting:
            return HttpResponse(404, request.url, {}, b"")
        page = self.pages[max(fitting, key=len)]
        if isinstance(page, ToolFailed):
            raise page
        return page


@dataclass
class FakeSearch:
    """Return one page of hits whatever is asked."""

    found: Retrieval = field(default_factory=lambda: Retrieval(0, (), ()))
    wanted: list[SearchWanted] = field(default_factory=list)

    async def __call__(self, wanted: SearchWanted) -> Retrieval:
        """Return the hits."""
        self.wanted.append(wanted)
        return self.found


@dataclass
class FakeFiles:
    """Read files by the id in their records."""

    files: dict[str, ReadFile] = field(default_factory=dict)

    async def __call__(self, record: Mapping[str, Any]) -> ReadFile:
        """Return the file."""
        try:
            return self.files[str(record.get("id"))]
        except KeyError:
            raise NotFound(noun="file", id=str(record.get("id"))) from None


@dataclass
class FakeCode:
    """Run code by a rule of the test."""

    rule: Callable[[CodeTask], Any] = lambda task: dict(task.arguments)
    tasks: list[CodeTask] = field(default_factory=list)

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the rule says."""
        self.tasks.append(task)
        return CodeResult(self.rule(task))


@dataclass
class FakeDatabases:
    """Answer every query with the same rows."""

    rows: SqlRows = field(default_factory=lambda: SqlRows((), ()))
    statements: list[tuple[SqlConnection, str, int]] = field(default_factory=list)

    async def query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        """Return the rows."""
        self.statements.append((connection, statement, most_rows))
        return self.rows


@dataclass
class FakeMailer:
    """Keep what was sent."""

    sent: list[tuple[MailServer, Mail]] = field(default_factory=list)

    async def send(self, server: MailServer, mail: Mail) -> None:
        """Keep a message."""
        self.sent.append((server, mail))


@dataclass
class FakeToolServers:
    """Offer tools by name; each is a function of its arguments."""

    offered: dict[str, Callable[[Mapping[str, Any]], str]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    closed: int = 0

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools."""
        return [
            ToolSpec(name, f"{name} of {server.name}", {"type": "object", "properties": {}})
            for name in self.offered
        ]

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Call a function."""
        self.calls.append((name, arguments))
        if name not in self.offered:
            raise ToolFailed(tool=server.name, reason=f"there is no tool {name}")
        return self.offered[name](arguments)

    def for_run(self) -> FakeToolServers:
        """Return the same for a run."""
        return self

    async def aclose(self) -> None:
        """Note the end of a run."""
        self.closed += 1


@dataclass
class FakeOutside:
    """Hold the fakes of one environment, so that a test can fill and read them."""

    model: ChatModel = field(default_factory=lambda: ScriptedChatModel([]))
    models: dict[str, ChatModel] = field(default_factory=dict)
    search: FakeSearch = field(default_factory=FakeSearch)
    files: FakeFiles = field(default_factory=FakeFiles)
    http: FakeHttp = field(default_factory=FakeHttp)
    code: FakeCode = field(default_factory=FakeCode)
    databases: FakeDatabases = field(default_factory=FakeDatabases)
    mail: FakeMailer = field(default_factory=FakeMailer)
    tool_servers: FakeToolServers = field(default_factory=FakeToolServers)
    servers: Sequence[ToolServer] = ()
    limits: AgentLimits = field(default_factory=AgentLimits)

    def environment(self) -> Environment:
        """Return the environment made of them."""
        return Environment(
            chat=lambda name: self.models.get(name, self.model),
            search=self.search,
            files=self.files,
            http=self.http,
            code=self.code,
            databases=self.databases,
            mail=self.mail,
            tool_servers=self.tool_servers,
            tool_server=self._server,
            clock=FixedClock(),
            chance=random.Random(0),  # noqa: S311 - a test must foretell it
            limits=self.limits,
        )

    def _server(self, identity: str) -> ToolServer:
        for server in self.servers:
            if server.id == identity:
                return server
        raise NotFound(noun="MCP server", id=identity)
