"""The environment of a run: what components and tools reach of the outside, for one caller.

Services make one for each run, so that whatever a component asks, it gets what its caller may see.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ragflow.domain.agent_ports import (
    CodeRunner,
    HttpGateway,
    Mailer,
    RunToolServers,
    SqlGateway,
    ToolServer,
)
from ragflow.domain.ports import ChatModel, Clock
from ragflow.domain.queries import Retrieval


@dataclass(frozen=True, slots=True)
class AgentLimits:
    """Bound what one run may take; the names are those of the settings' `agents`.

    `parallel` components run at once; `rounds` are those of tool calls in one component;
    `text_chars` is the longest text that a tool may give to a model.
    """

    steps: int = 500
    seconds: float = 1200.0
    tokens: int = 1_000_000
    parallel: int = 5
    rounds: int = 20
    text_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class SearchWanted:
    """Say what to search for; `datasets` are ids or names."""

    question: str
    datasets: Sequence[str]
    similarity_threshold: float = 0.2
    keywords_similarity_weight: float = 0.5
    top_n: int = 8
    top_k: int = 1024
    rerank_model: str = ""
    use_kg: bool = False
    cross_languages: Sequence[str] = ()
    document_ids: Sequence[str] = ()


class Search(Protocol):
    """Search datasets that the caller may use."""

    async def __call__(self, wanted: SearchWanted) -> Retrieval:
        """Return the best hits. Raises `NotFound` for a dataset that the caller may not use."""
        ...


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Hold what is in an uploaded file: its text, or a picture as a data URL."""

    name: str
    text: str = ""
    picture: str = ""


class Files(Protocol):
    """Read files that the caller uploaded for an agent."""

    async def __call__(self, record: Mapping[str, Any]) -> ReadFile:
        """Return what is in the file of a record. Raises `NotFound` or `ParseError`."""
        ...


@dataclass(frozen=True, slots=True)
class Environment:
    """Hold what a run reaches of the outside.

    `chat` finds a chat model by name, the empty name being the caller's default; it may wait for a
    database, so it is called in a thread. `tool_server` finds an MCP server by id, or raises
    `NotFound`.
    """

    chat: Callable[[str], ChatModel]
    search: Search
    files: Files
    http: HttpGateway
    code: CodeRunner
    databases: SqlGateway
    mail: Mailer
    tool_servers: RunToolServers
    tool_server: Callable[[str], ToolServer]
    clock: Clock
    chance: random.Random
    limits: AgentLimits = field(default_factory=AgentLimits)
