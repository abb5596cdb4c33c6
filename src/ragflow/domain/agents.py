"""Agents: canvases of components, the conversations with them, and what happened in each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ragflow.domain.chats import SessionOrigin


@dataclass(frozen=True, slots=True)
class Agent:
    """Describe an agent; `dsl` is its canvas just as its author stored it."""

    id: str
    tenant_id: str
    user_id: str
    title: str
    create_time: int
    update_time: int
    dsl: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    avatar: str | None = None
    permission: str = "me"
    canvas_type: str | None = None
    canvas_category: str = "agent_canvas"


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """Hold what an agent's canvas was at a time."""

    id: str
    agent_id: str
    title: str
    create_time: int
    update_time: int
    dsl: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None


@dataclass(frozen=True, slots=True)
class AgentSession:
    """Describe one conversation with an agent.

    `dsl` is the canvas as it was when the conversation began, and never changes; `state` is what it
    has come to since, with what a run that waits or was cut off needs to go on. What grows with
    each turn is kept beside it, by `SessionLog`.
    """

    id: str
    agent_id: str
    user_id: str
    create_time: int
    update_time: int
    name: str = ""
    origin: SessionOrigin = SessionOrigin.API
    dsl: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    tokens: int = 0
    duration: float = 0.0  # seconds
    round: int = 0
    thumb_up: int = 0
    errors: str | None = None


class SessionLog(StrEnum):
    """Name what only grows with a conversation, entry by entry.

    MESSAGES are wire objects, REFERENCES the objects that the answers among them cite. HISTORY,
    pairs of a role and a content, and RETRIEVAL, an object for each turn, belong to the canvas.
    """

    MESSAGES = "messages"
    REFERENCES = "references"
    HISTORY = "history"
    RETRIEVAL = "retrieval"


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """Hold one entry of a log, a JSON value; `ordinal` counts in the log from 0."""

    log: SessionLog
    ordinal: int
    value: Any


class RunState(StrEnum):
    """Name how far a run has come; CUT_OFF is told of a RUNNING one whose process is gone."""

    RUNNING = "running"
    CUT_OFF = "cut_off"
    WAITING = "waiting"  # for what a user is to fill in
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Claim:
    """Name who has a run: whoever takes it from another raises its number."""

    run_id: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class AgentRun:
    """Describe one run of an agent: from a question to an answer, an error or a form to fill in.

    `heartbeat` is when its process last said that it lives, in ms: an older one of a run that is
    RUNNING means that the process is gone and the run was cut off. `claim` is the number of who
    has the run: a process that was silent and wakes up finds a higher one, and stores nothing.
    `tokens` are those of all its model calls, asked and answered.
    """

    id: str
    agent_id: str
    session_id: str
    question: str
    state: RunState
    create_time: int
    update_time: int
    heartbeat: int
    inputs: Mapping[str, Any] = field(default_factory=dict)
    cancel_requested: bool = False
    error: str | None = None
    steps: int = 0
    tokens: int = 0
    elapsed_seconds: float = 0.0
    claim: int = 0

    @property
    def claimed(self) -> Claim:
        """Return who has this run."""
        return Claim(self.id, self.claim)


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """Hold what one component did in a run; `ordinal` counts in the run from 0."""

    run_id: str
    ordinal: int
    component_id: str
    component_type: str
    component_name: str
    started_at: float  # seconds since the epoch
    elapsed_seconds: float
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Hold something that an answer may cite: a chunk of a dataset, or a page of the web.

    `url` is empty for chunks, the ids of dataset and document are empty for pages.
    """

    id: str
    content: str
    document_name: str
    document_id: str = ""
    dataset_id: str = ""
    url: str = ""
    image_id: str = ""
    doc_type: str = ""
    positions: Sequence[Sequence[float]] = ()
    similarity: float = 0.0
    vector_similarity: float = 0.0
    term_similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentFile:
    """Describe a file that was uploaded for an agent."""

    id: str
    name: str
    size: int
    mime_type: str
    created_by: str
    created_at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Problem:
    """Say what is wrong with a canvas; `component` is empty for the canvas itself."""

    component: str
    field: str
    reason: str

    def __str__(self) -> str:
        place = ".".join(part for part in (self.component, self.field) if part)
        return f"{place or 'dsl'}: {self.reason}"
