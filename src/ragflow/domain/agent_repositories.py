"""Repositories of agents: what the core asks of the metadata database about them.

As in `repositories`, objects are values and an update stores the whole new value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ragflow.domain.agents import (
    Agent,
    AgentRun,
    AgentSession,
    AgentVersion,
    Claim,
    NodeTrace,
    SessionEntry,
    SessionLog,
)
from ragflow.domain.chats import SessionOrigin

if TYPE_CHECKING:
    from ragflow.domain.repositories import Paging


class Agents(Protocol):
    """Keep agents and what their canvases were; titles need not be unique."""

    def add(self, agent: Agent) -> None: ...
    def get(self, agent_id: str) -> Agent | None: ...
    def page(
        self,
        tenant_id: str,
        paging: Paging,
        category: str | None = None,
        agent_id: str | None = None,
        title: str | None = None,
    ) -> tuple[list[Agent], int]:
        """List a tenant's agents that pass every filter, titles in any case; and their total."""
        ...

    def update(self, agent: Agent) -> None:
        """Store the new value. Raises `NotFound`."""
        ...

    def delete(self, agent_id: str) -> None:
        """Delete an agent with its versions, conversations and runs."""
        ...

    def add_version(self, version: AgentVersion) -> None:
        """Raises `NotFound` when the agent is gone."""
        ...

    def version(self, version_id: str) -> AgentVersion | None: ...
    def versions(self, agent_id: str) -> list[AgentVersion]:
        """Return what an agent's canvas was, the newest first."""
        ...

    def prune_versions(self, agent_id: str, keep: int) -> None:
        """Delete all versions but the newest."""
        ...


class AgentSessions(Protocol):
    """Keep conversations with agents, and the logs that grow with them."""

    def add(self, session: AgentSession) -> None:
        """Raises `NotFound` when the agent is gone."""
        ...

    def get(self, session_id: str) -> AgentSession | None: ...
    def page(
        self,
        agent_id: str,
        paging: Paging,
        session_id: str | None = None,
        user_id: str | None = None,
        origin: SessionOrigin = SessionOrigin.API,
        with_canvas: bool = True,
    ) -> tuple[list[AgentSession], int]:
        """List conversations that pass every filter; and their total.

        Without their canvases, `dsl` and `state` are empty and are not read.
        """
        ...

    def ids(self, agent_id: str, origin: SessionOrigin = SessionOrigin.API) -> list[str]: ...
    def update(self, session: AgentSession) -> None:
        """Store the new value, but for the canvas, which never changes. Raises `NotFound`."""
        ...

    def keep_state(self, session_id: str, state: Mapping[str, Any], update_time: int) -> None:
        """Store how far a conversation has come, and nothing else of it. Raises `NotFound`."""
        ...

    def append(self, session_id: str, entries: Sequence[SessionEntry]) -> None:
        """Add entries, each at its place in its log; a place that is taken stays as it is.

        Raises `NotFound` when the conversation is gone.
        """
        ...

    def lengths(self, session_id: str) -> dict[SessionLog, int]:
        """Return how many entries each log of a conversation has."""
        ...

    def entries(
        self, session_ids: Sequence[str], logs: Collection[SessionLog]
    ) -> dict[str, dict[SessionLog, list[Any]]]:
        """Return logs of each conversation, the oldest entry first; [] where there is none."""
        ...

    def last_entries(self, session_id: str, log: SessionLog, most: int) -> list[Any]:
        """Return the newest entries of a log, the oldest of them first."""
        ...

    def delete(self, session_ids: Sequence[str]) -> None:
        """Delete conversations with their logs and runs."""
        ...


class AgentRuns(Protocol):
    """Keep runs and what their components did."""

    def add(self, run: AgentRun) -> None:
        """Raises `NotFound` when the conversation is gone."""
        ...

    def get(self, run_id: str) -> AgentRun | None: ...
    def page(
        self, agent_id: str, paging: Paging, session_id: str | None = None
    ) -> tuple[list[AgentRun], int]: ...
    def open_of(self, agent_id: str) -> list[AgentRun]:
        """Return the runs of an agent that are running or waiting."""
        ...

    def last_of(self, session_id: str) -> AgentRun | None:
        """Return the newest run of a conversation."""
        ...

    def update(self, run: AgentRun) -> None:
        """Store the new value, but for the wish to cancel, which others have.

        Raises `NotFound`.
        """
        ...

    def request_cancel(self, run_id: str) -> bool:
        """Wish that a run ends; tell whether it was running or waiting."""
        ...

    def wishes(self, claims: Sequence[Claim]) -> dict[Claim, bool]:
        """Tell of each of the claims that still holds whether somebody wishes to end its run."""
        ...

    def beat(self, claims: Sequence[Claim], now: int) -> None:
        """Say that who has these runs lives, of claims that hold and runs that are running."""
        ...

    def prune(self, agent_id: str, keep: int) -> None:
        """Delete an agent's runs but the newest and those that are running."""
        ...

    def add_traces(self, traces: Sequence[NodeTrace]) -> None:
        """Add traces; one of an ordinal that is stored stays as it is.

        Raises `NotFound` when the run is gone.
        """
        ...

    def traces(self, run_id: str) -> list[NodeTrace]:
        """Return what the components of a run did, in order."""
        ...
