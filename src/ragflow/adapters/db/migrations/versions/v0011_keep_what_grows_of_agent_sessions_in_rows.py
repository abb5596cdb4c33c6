"""Keep what grows with a conversation with an agent in rows of its own.

The canvas of a conversation is what it was when that began, from now on: what it has come to (the
values of components, globals, the path) moves into its state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0011"
down_revision = "0010"

_SESSIONS = sa.table(
    "agent_sessions",
    sa.column("id", String),
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
_IN_THE_CANVAS = ("history", "retrieval")


def upgrade() -> None:
    """Apply the change."""
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
    for session in _sessions():
        _take_apart(session)
    op.drop_column("agent_sessions", "messages")
    op.drop_column("agent_sessions", "references")
    op.drop_index("ix_agent_runs_session_id", "agent_runs")
    op.create_index(
        "ix_agent_runs_session_id_create_time", "agent_runs", ["session_id", "create_time"]
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_agent_runs_session_id_create_time", "agent_runs")
    op.create_index("ix_agent_runs_session_id", "agent_runs", ["session_id"])
    for name in ("messages", "references"):
        column = sa.Column(name, Json, nullable=False, server_default="[]")
        op.add_column("agent_sessions", column)
    for session in _sessions():
        _put_together(session)
    op.drop_table("agent_session_entries")


def _sessions() -> Iterator[sa.Row[Any]]:
    """Yield the conversations one by one; each may be large."""
    connection = op.get_bind()
    ids = connection.execute(sa.select(_SESSIONS.c.id)).scalars().all()
    for session_id in ids:
        yield connection.execute(sa.select(_SESSIONS).where(_SESSIONS.c.id == session_id)).one()


def _take_apart(session: sa.Row[Any]) -> None:
    dsl = dict(session.dsl)
    lists = {"messages": session.messages, "references": session._mapping["references"]}
    lists |= {log: dsl.get(log) or [] for log in _IN_THE_CANVAS}
    rows = [
        {"session_id": session.id, "log": log, "ordinal": ordinal, "value": value}
        for log, values in lists.items()
        for ordinal, value in enumerate(values)
    ]
    state = {
        "outputs": {name: values for name, params in _params(dsl) if (values := _taken(params))},
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
            outputs[output] = {**outputs.get(output, {}), "value": value}
    dsl |= {log: lists.pop(log) for log in _IN_THE_CANVAS}
    dsl |= {name: state.pop(name) for name in ("globals", "path") if name in state}
    _store(session.id, dsl=dsl, state=state, **lists)


def _params(dsl: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the parameters of each component by its id."""
    components = dsl.get("components")
    for name, component in components.items() if isinstance(components, dict) else ():
        obj = component.get("obj") if isinstance(component, dict) else None
        params = obj.get("params") if isinstance(obj, dict) else None
        if isinstance(params, dict):
            yield name, params


def _taken(params: dict[str, Any]) -> dict[str, Any]:
    """Take the values out of a component's outputs."""
    outputs = params.get("outputs")
    held = outputs.items() if isinstance(outputs, dict) else ()
    taken: dict[str, Any] = {}
    for name, output in held:
        if isinstance(output, dict) and output.get("value") is not None:
            taken[name], output["value"] = output["value"], None
    return taken


def _store(session_id: str, **values: Any) -> None:
    op.get_bind().execute(sa.update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(values))
