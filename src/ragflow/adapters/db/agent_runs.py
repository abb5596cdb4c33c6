"""Runs of agents in SQL, and what their components did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    batches,
    but_newest,
    fields_of,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import agent_runs, agent_traces
from ragflow.domain.agents import AgentRun, Claim, NodeTrace, RunState
from ragflow.domain.repositories import Paging

_ORDERS = orderable(agent_runs, AgentRun)
_OPEN = (RunState.RUNNING.value, RunState.WAITING.value)


class SqlAgentRuns(Repository):
    """Keep runs and traces."""

    def add(self, run: AgentRun) -> None:
        """Insert. Raises `NotFound` when the conversation is gone."""
        with self._parent("session", run.session_id):
            self._insert(agent_runs, fields_of(run))

    def get(self, run_id: str) -> AgentRun | None:
        """Find by id."""
        row = self._row(select(agent_runs).where(agent_runs.c.id == run_id))
        return None if row is None else _value(row)

    def page(
        self, agent_id: str, paging: Paging, session_id: str | None = None
    ) -> tuple[list[AgentRun], int]:
        """List the runs of an agent, or of one of its conversations; and their total."""
        listed = select(agent_runs).where(agent_runs.c.agent_id == agent_id)
        if session_id is not None:
            listed = listed.where(agent_runs.c.session_id == session_id)
        rows = self._rows(paged(listed, paging, _ORDERS, agent_runs.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def open_of(self, agent_id: str) -> list[AgentRun]:
        """Return the runs of an agent that are running or waiting."""
        table = agent_runs.c
        held = select(agent_runs).where(table.agent_id == agent_id, table.state.in_(_OPEN))
        return [_value(row) for row in self._rows(held.order_by(table.create_time, table.id))]

    def last_of(self, session_id: str) -> AgentRun | None:
        """Return the newest run of a conversation."""
        held = select(agent_runs).where(agent_runs.c.session_id == session_id)
        newest = held.order_by(agent_runs.c.create_time.desc(), agent_runs.c.id.desc()).limit(1)
        row = self._row(newest)
        return None if row is None else _value(row)

    def update(self, run: AgentRun) -> None:
        """Store the new value, but for the wish to cancel. Raises `NotFound`."""
        row = fields_of(run)
        del row["cancel_requested"]
        self._update(agent_runs, row, "run")

    def request_cancel(self, run_id: str) -> bool:
        """Wish that a run ends; tell whether it was running or waiting."""
        open_run = (agent_runs.c.id == run_id, agent_runs.c.state.in_(_OPEN))
        return bool(self._write(update(agent_runs).where(*open_run).values(cancel_requested=True)))

    def wishes(self, claims: Sequence[Claim]) -> dict[Claim, bool]:
        """Tell of each of the claims that still holds whether somebody wishes to end its run."""
        found: dict[Claim, bool] = {}
        table = agent_runs.c
        told = select(table.id, table.claim, table.cancel_requested)
        for some in batches(claims, IDS_PER_STATEMENT):
            rows = self._rows(told.where(_held(some)))
            found |= {Claim(row.id, row.claim): row.cancel_requested for row in rows}
        return found

    def beat(self, claims: Sequence[Claim], now: int) -> None:
        """Say that who has these runs lives, of claims that hold and runs that are running."""
        for some in batches(claims, IDS_PER_STATEMENT):
            running = (_held(some), agent_runs.c.state == RunState.RUNNING.value)
            self._write(update(agent_runs).where(*running).values(heartbeat=now))

    def prune(self, agent_id: str, keep: int) -> None:
        """Delete an agent's runs but the newest and those that are running."""
        table = agent_runs.c
        old = table.id.in_(but_newest(agent_runs, keep, table.agent_id == agent_id))
        self._write(delete(agent_runs).where(old, table.state != RunState.RUNNING.value))

    def add_traces(self, traces: Sequence[NodeTrace]) -> None:
        """Insert those that are not stored. Raises `NotFound` when the run is gone."""
        if traces:
            with self._parent("run", traces[0].run_id):
                self._insert_new(agent_traces, [fields_of(trace) for trace in traces])

    def traces(self, run_id: str) -> list[NodeTrace]:
        """Return what the components of a run did, in order."""
        kept = select(agent_traces).where(agent_traces.c.run_id == run_id)
        rows = self._rows(kept.order_by(agent_traces.c.ordinal))
        return [NodeTrace(**row._mapping) for row in rows]


def _held(claims: Sequence[Claim]) -> ColumnElement[bool]:
    """Select the runs whose claim is one of these."""
    pairs = [(claim.run_id, claim.number) for claim in claims]
    return tuple_(agent_runs.c.id, agent_runs.c.claim).in_(pairs)


def _value(row: Row[Any]) -> AgentRun:
    return AgentRun(**(dict(row._mapping) | {"state": RunState(row.state)}))
