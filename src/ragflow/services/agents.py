"""Agents: create, change, list and delete them, and go back to what they were.

In: drafts with a canvas as JSON values. Out: `Agent` values and versions. Refused: a canvas that
cannot run, with every problem by component and field; taken titles of new agents. A canvas without
components is a draft and stored as it is. An agent is its owner's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from ragflow.agents.check import problems_of
from ragflow.domain.agents import Agent, AgentVersion
from ragflow.domain.blob_keys import agent_prefix
from ragflow.domain.errors import CanvasInvalid
from ragflow.domain.identity import Actor
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.agent_errors import (
    AgentNotFound,
    CanvasRequired,
    DuplicateAgentTitle,
    TitleRequired,
    VersionNotFound,
)
from ragflow.services.agent_live import Ending, LiveRuns
from ragflow.services.agent_versions import VersionDiff, diff_of
from ragflow.services.errors import NameTooLong
from ragflow.services.outbox import OutboxRelay

TITLE_BYTES = 255
VERSIONS_KEPT = 20
CATEGORY = "agent_canvas"


@dataclass(frozen=True, slots=True)
class AgentDraft:
    """Propose an agent or changes of one; None means the default, or no change."""

    title: str | None = None
    dsl: Mapping[str, Any] | None = None
    description: str | None = None
    avatar: str | None = None
    permission: str | None = None
    canvas_type: str | None = None
    canvas_category: str | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that are set."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


class AgentService:
    """Manage the agents of a tenant."""

    def __init__(
        self, database: Database, relay: OutboxRelay, live: LiveRuns, clock: Clock, ids: Ids
    ) -> None:
        self._database = database
        self._relay = relay
        self._live = live
        self._clock = clock
        self._ids = ids

    def create(self, actor: Actor, draft: AgentDraft) -> Agent:
        """Add an agent.

        Raises `CanvasRequired`, `TitleRequired`, `NameTooLong`, `DuplicateAgentTitle` or
        `CanvasInvalid`.
        """
        if draft.dsl is None:
            raise CanvasRequired
        if draft.title is None:
            raise TitleRequired
        self._check(draft)
        now = self._clock.milliseconds()
        agent = Agent(
            id=self._ids.object_id(),
            tenant_id=actor.tenant_id,
            user_id=actor.user_id,
            create_time=now,
            update_time=now,
            **draft.changes(),
        )
        with self._database.transaction() as unit:
            _, taken = unit.agents.page(actor.tenant_id, Paging(limit=1), title=agent.title)
            if taken:
                raise DuplicateAgentTitle(title=agent.title)
            unit.agents.add(agent)
            self._keep_version(unit, agent)
        return agent

    def get(self, actor: Actor, agent_id: str) -> Agent:
        """Return an own agent. Raises `AgentNotFound`."""
        with self._database.reading() as unit:
            return require_agent(unit, actor, agent_id)

    def page(
        self, actor: Actor, paging: Paging, agent_id: str | None = None, title: str | None = None
    ) -> tuple[list[Agent], int]:
        """List own agents; and their total.

        Raises `AgentNotFound` when an id or a title was asked for in vain.
        """
        with self._database.reading() as unit:
            found, total = unit.agents.page(actor.tenant_id, paging, CATEGORY, agent_id, title)
        if not total and (agent_id or title):
            raise AgentNotFound(id=agent_id or title)
        return found, total

    def update(self, actor: Actor, agent_id: str, draft: AgentDraft) -> Agent:
        """Change what a draft sets. Raises as `create` does, but for titles; `AgentNotFound`."""
        with self._database.reading() as unit:  # whose it is comes before what is wrong with it
            require_agent(unit, actor, agent_id)
        self._check(draft)
        with self._database.transaction() as unit:
            agent = require_agent(unit, actor, agent_id)
            changed = replace(
                agent,
                **draft.changes(),
                update_time=max(self._clock.milliseconds(), agent.update_time + 1),
            )
            unit.agents.update(changed)
            if draft.dsl is not None:
                self._keep_version(unit, changed)
        return changed

    def delete(self, actor: Actor, agent_id: str) -> None:
        """Delete an agent with all that belongs to it; its runs end. Raises `AgentNotFound`."""
        with self._database.transaction() as unit:
            require_agent(unit, actor, agent_id)
            runs = unit.agent_runs.open_of(agent_id)
            unit.agents.delete(agent_id)
            unit.outbox.add(OutboxKind.DELETE_BLOBS, {"prefix": agent_prefix(agent_id)})
        for run in runs:
            self._live.end_run(run.id, Ending.LOST)
        self._relay.flush()

    def versions(self, actor: Actor, agent_id: str) -> list[AgentVersion]:
        """List what an agent's canvas was, the newest first. Raises `AgentNotFound`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
            return unit.agents.versions(agent_id)

    def version(self, actor: Actor, agent_id: str, version_id: str) -> AgentVersion:
        """Return one version. Raises `AgentNotFound`, `VersionNotFound`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
            version = unit.agents.version(version_id)
        if version is None or version.agent_id != agent_id:
            raise VersionNotFound(id=version_id)
        return version

    def diff(self, actor: Actor, agent_id: str, old_id: str, new_id: str) -> VersionDiff:
        """Tell what differs between two versions. Raises `AgentNotFound`, `VersionNotFound`."""
        old = self.version(actor, agent_id, old_id)
        return diff_of(old, self.version(actor, agent_id, new_id))

    def restore(self, actor: Actor, agent_id: str, version_id: str) -> Agent:
        """Make a version the agent's canvas again; it becomes a version anew.

        Raises `AgentNotFound`, `VersionNotFound`, and `CanvasInvalid` for one that cannot run.
        """
        version = self.version(actor, agent_id, version_id)
        return self.update(actor, agent_id, AgentDraft(dsl=version.dsl))

    @staticmethod
    def _check(draft: AgentDraft) -> None:
        if draft.title is not None:
            if not draft.title:
                raise TitleRequired
            if len(draft.title.encode(errors="surrogatepass")) > TITLE_BYTES:
                raise NameTooLong(f"An agent's title has at most {TITLE_BYTES} bytes.")
        if draft.dsl is not None and (problems := problems_of(draft.dsl)):
            raise CanvasInvalid(problems=tuple(problems))

    def _keep_version(self, unit: UnitOfWork, agent: Agent) -> None:
        now = agent.update_time
        stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y_%m_%d_%H_%M_%S")
        title = f"{agent.title}_{stamp}"
        unit.agents.add_version(
            AgentVersion(self._ids.object_id(), agent.id, title, now, now, agent.dsl)
        )
        unit.agents.prune_versions(agent.id, VERSIONS_KEPT)


def require_agent(unit: UnitOfWork, actor: Actor, agent_id: str) -> Agent:
    """Return an agent of the caller's. Raises `AgentNotFound`."""
    agent = unit.agents.get(agent_id)
    if agent is None or agent.tenant_id != actor.tenant_id:
        raise AgentNotFound(id=agent_id)
    return agent
