"""Ports of agents: what components and tools reach of the outside world.

As in `ports`, adapters implement these protocols and each has a fake. All are called on behalf of a
user who may mean harm, or with words of a model that was talked into it: each adapter keeps to the
limits of its constructor, whatever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ragflow.domain.answers import ToolSpec

Language = Literal["python", "nodejs"]


@dataclass(frozen=True, slots=True)
class CodeTask:
    """Hold a script with a function `main`, and the arguments that it is called with by name."""

    language: Language
    script: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeResult:
    """Hold what `main` returned, as JSON values, and what the script printed."""

    result: Any
    stdout: str = ""
    stderr: str = ""


class CodeRunner(Protocol):
    """Run code that nobody has looked at, where it can reach nothing."""

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the code returns.

        Raises `SandboxUnavailable` where this machine cannot hold code back, and `CodeFailed` when
        the code fails or breaks a limit.
        """
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Describe a request; one of `json`, `form` and `content` is its body, or none is.

    `proxy` is the address of a proxy, which must be public as well. `most_bytes` cuts no answer:
    a longer one is refused.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str | int | float | bool | Sequence[str]] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    seconds: float = 30.0
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Hold an answer; `url` is where redirects led to, header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """Return the content as text, in the charset that its header names, else UTF-8."""
        kind = self.headers.get("content-type", "")
        charset = kind.partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
        try:
            return self.content.decode(charset, errors="replace")
        except LookupError:
            return self.content.decode(errors="replace")


class HttpGateway(Protocol):
    """Send requests to public addresses alone."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, whatever its status.

        Raises `AddressRefused` for an address that is not public and `ToolFailed` when nothing
        answers in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class SqlConnection:
    """Name a database; `engine` is sqlite, postgresql, mysql, mariadb or mssql."""

    engine: str
    database: str
    host: str = ""
    port: int = 0
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SqlRows:
    """Hold the first rows of a result; `truncated` tells that there were more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False


class SqlGateway(Protocol):
    """Query databases of users."""

    async def query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        """Return the rows of one statement.

        Raises `AddressRefused`, and `ToolFailed` for a statement that writes where that is not
        allowed, for one that fails, and when nothing answers in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class MailServer:
    """Name an SMTP server and the account that sends."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    sender: str = ""
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """Hold a message; `html` is its body."""

    to: Sequence[str]
    subject: str
    html: str
    cc: Sequence[str] = ()


class Mailer(Protocol):
    """Send mail."""

    async def send(self, server: MailServer, mail: Mail) -> None:
        """Send a message. Raises `AddressRefused` or `ToolFailed`."""
        ...


ServerType = Literal["streamable-http", "sse", "stdio"]


@dataclass(frozen=True, slots=True)
class ToolServer:
    """Name an MCP server: its address, or the name that the operator's settings give its command.

    Whoever names a server never says what is started.
    """

    id: str
    name: str
    url: str = ""
    transport: ServerType = "streamable-http"
    command: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class ToolServers(Protocol):
    """Speak MCP."""

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools of a server. Raises `AddressRefused` or `ToolFailed`."""
        ...

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers, as text. Raises `AddressRefused` or `ToolFailed`."""
        ...

    def for_run(self) -> RunToolServers:
        """Return what one run asks; nothing is started yet."""
        ...


class RunToolServers(Protocol):
    """Speak MCP for one run, within which a server may remember what it was asked before."""

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools of a server. Raises `AddressRefused` or `ToolFailed`."""
        ...

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers, as text. Raises `AddressRefused` or `ToolFailed`."""
        ...

    async def aclose(self) -> None:
        """End all that was started for the run."""
        ...
