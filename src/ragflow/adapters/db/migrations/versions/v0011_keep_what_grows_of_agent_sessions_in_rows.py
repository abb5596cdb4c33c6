"""Keep what grows with a conversation with an agent in rows of its own, and who has a run.

The canvas of a conversation is what it was when that began, from now on: what it has come to (the
values of components, globals, the path) moves into its state. Outputs that runs have put into it
go: a component that reads what its author declared would take them for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0011"
down_revision = "0010"

_SESSIONS = sa.table(
    "agent_sessions",
    sa.column("id", String),
    sa.column("agent_id", String),
    sa.column("messages", Json),
    sa.column("references", Json),
    sa.column("dsl", Json),
    sa.column("state", Json),
)
_ENTRIES = sa.table(
    "agent_session_entries",
    sa.column("session_id", String),
    sa.column("log", String),
    sa.column("ordinal", Long),
    sa.column("value", Json),
)
_AGENTS = sa.table("agents", sa.column("id", String), sa.column("dsl", Json))
_VERSIONS = sa.table("agent_versions", sa.column("agent_id", String), sa.column("dsl", Json))
_IN_THE_CANVAS = ("history", "retrieval")
_UNDECLARED = "undeclared"

Declared = dict[str, set[str]]
"""The outputs of each component of an agent, as its author declared them."""


def upgrade() -> None:
    """Apply the change."""
    _lock_out()
    op.create_table(
        "agent_session_entries",
        sa.Column("session_id", String, nullable=False),
        sa.Column("log", String, nullable=False),
        sa.Column("ordinal", Long, autoincrement=False, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_sessions.id"],
            name="fk_agent_session_entries_session_id_agent_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "log", "ordinal", name="pk_agent_session_entries"),
    )
    for agent_id in _agents():
        declared = _declared(agent_id)
        for session in _sessions(agent_id):
            _take_apart(session, declared)
    with op.batch_alter_table("agent_sessions") as table:
        table.drop_column("messages")
        table.drop_column("references")
    op.add_column("agent_runs", sa.Column("claim", Long, nullable=False, server_default="0"))
    op.drop_index("ix_agent_runs_session_id", "agent_runs")
    op.create_index(
        "ix_agent_runs_session_id_create_time", "agent_runs", ["session_id", "create_time"]
    )


def downgrade() -> None:
    """Take the change back."""
    _lock_out()
    op.drop_index("ix_agent_runs_session_id_create_time", "agent_runs")
    op.create_index("ix_agent_runs_session_id", "agent_runs", ["session_id"])
    with op.batch_alter_table("agent_runs") as table:
        table.drop_column("claim")
    for name in ("messages", "references"):
        op.add_column("agent_sessions", sa.Column(name, Json, nullable=True))
    for agent_id in _agents():
        for session in _sessions(agent_id):
            _put_together(session)
    with op.batch_alter_table("agent_sessions") as table:
        for name in ("messages", "references"):
            table.alter_column(name, existing_type=Json(), nullable=False)
    op.drop_table("agent_session_entries")


def _lock_out() -> None:
    """Wait for all who write conversations, before anything of these is read.

    A weaker lock that is raised midway meets the dead end of one who has read and is to write.
    SQLite has one writer, which this is.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("LOCK TABLE agent_sessions, agent_runs IN ACCESS EXCLUSIVE MODE")


def _agents() -> Sequence[str]:
    """Return the ids of the agents that have conversations."""
    return op.get_bind().execute(sa.select(_SESSIONS.c.agent_id).distinct()).scalars().all()


def _sessions(agent_id: str) -> Iterator[sa.Row[Any]]:
    """Yield the conversations with an agent one by one; each may be large."""
    connection = op.get_bind()
    held = sa.select(_SESSIONS.c.id).where(_SESSIONS.c.agent_id == agent_id)
    for session_id in connection.execute(held).scalars().all():
        yield connection.execute(sa.select(_SESSIONS).where(_SESSIONS.c.id == session_id)).one()


def _declared(agent_id: str) -> Declared:
    """Return what any version of an agent declares."""
    connection = op.get_bind()
    canvases = [
        *connection.execute(sa.select(_AGENTS.c.dsl).where(_AGENTS.c.id == agent_id)).scalars(),
        *connection.execute(
            sa.select(_VERSIONS.c.dsl).where(_VERSIONS.c.agent_id == agent_id)
        ).scalars(),
    ]
    declared: Declared = {}
    for dsl in canvases:
        for name, params in _params(dsl):
            outputs = params.get("outputs")
            known = declared.setdefault(name, set())
            known.update(outputs if isinstance(outputs, dict) else ())
    return declared


def _take_apart(session: sa.Row[Any], declared: Declared) -> None:
    dsl = dict(session.dsl)
    lists = {"messages": session.messages, "references": session._mapping["references"]}
    lists |= {log: dsl.get(log) or [] for log in _IN_THE_CANVAS}
    rows = [
        {"session_id": session.id, "log": log, "ordinal": ordinal, "value": value}
        for log, values in lists.items()
        for ordinal, value in enumerate(values)
    ]
    taken = {name: _taken(params, declared.get(name)) for name, params in _params(dsl)}
    state = {
        "outputs": {name: values for name, values in taken.items() if values},
        "globals": dsl.get("globals") or {},
        "path": dsl.get("path") or [],
    }
    dsl |= {"history": [], "retrieval": [], "path": []}
    if rows:
        op.get_bind().execute(sa.insert(_ENTRIES), rows)
    _store(session.id, dsl=dsl, state=state | session.state)


def _put_together(session: sa.Row[Any]) -> None:
    listed = sa.select(_ENTRIES).where(_ENTRIES.c.session_id == session.id)
    lists: dict[str, list[Any]] = {"messages": [], "references": [], "history": [], "retrieval": []}
    for entry in op.get_bind().execute(listed.order_by(_ENTRIES.c.ordinal)):
        lists[entry.log].append(entry.value)
    state, dsl = dict(session.state), dict(session.dsl)
    values = state.pop("outputs", {})
    for name, params in _params(dsl):
        for output, value in values.get(name, {}).items():
            outputs = params.setdefault("outputs", {})
            outputs[output] = {**outputs.get(output, {_UNDECLARED: True}), "value": value}
    dsl |= {log: lists.pop(log) for log in _IN_THE_CANVAS}
    dsl |= {name: state.pop(name) for name in ("globals", "path") if name in state}
    _store(session.id, dsl=dsl, state=state, **lists)


def _params(dsl: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the parameters of each component by its id."""
    components = dsl.get("components") if isinstance(dsl, dict) else None
    for name, component in components.items() if isinstance(components, dict) else ():
        obj = component.get("obj") if isinstance(component, dict) else None
        params = obj.get("params") if isinstance(obj, dict) else None
        if isinstance(params, dict):
            yield name, params


def _taken(params: dict[str, Any], declared: set[str] | None) -> dict[str, Any]:
    """Take the values out of a component's outputs, and away what is not declared.

    None stands for a component that no version has: all that it has is left to it.
    """
    outputs = params.get("outputs")
    held = list(outputs.items()) if isinstance(outputs, dict) else []
    taken: dict[str, Any] = {}
    for name, output in held:
        if not isinstance(output, dict):
            continue
        if output.get("value") is not None:
            taken[name], output["value"] = output["value"], None
        if output.get(_UNDECLARED) or (declared is not None and name not in declared):
            del params["outputs"][name]
    return taken


def _store(session_id: str, **values: Any) -> None:
    op.get_bind().execute(sa.update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(values))
