"""What grows of conversations with agents is kept in rows since 0011, in one value each before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from alembic import command
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from ragflow.adapters.db.database import SqlDatabase, create_database_engine
from ragflow.adapters.db.migrate import migrate, migration_config
from ragflow.adapters.db.types import Json, Long, String
from ragflow.domain.agents import AgentSession, SessionLog
from ragflow.testing.database.samples import a_version, an_agent, an_agent_session, fill
from ragflow.testing.postgres import new_database

MESSAGES = [{"role": "user", "content": "why?"}, {"role": "assistant", "content": "so"}]
OLD_SESSIONS = Table(
    "agent_sessions",
    MetaData(),
    *(Column(name, String) for name in ("id", "agent_id", "user_id", "name", "origin", "errors")),
    *(Column(name, Json) for name in ("messages", "references", "dsl", "state")),
    *(Column(name, Long) for name in ("create_time", "update_time", "tokens", "round", "thumb_up")),
    Column("duration", Float),
)
IN_ORDER = select(OLD_SESSIONS).order_by(OLD_SESSIONS.c.id)


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = create_database_engine(url, 2, foreign_keys=False)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def former(url: str, *sessions: dict[str, Any], **agent: Any) -> Iterator[Engine]:
    """Give a database of revision 0010 with an agent and conversations."""
    migrate(url)
    database = SqlDatabase(url)
    fill(database, an_agent(**agent))
    with database.transaction() as work:
        work.agents.add_version(a_version())
    database.close()
    with engine_of(url) as engine:
        with engine.begin() as connection:
            command.downgrade(migration_config(connection), "0010")
            connection.execute(insert(OLD_SESSIONS), sessions)
        yield engine


def carried_over(
    url: str, *session_ids: str
) -> tuple[list[AgentSession], dict[str, dict[SessionLog, list[Any]]]]:
    """Return conversations as they are now, and their logs."""
    database = SqlDatabase(url)
    with database.reading() as work:
        found = [work.agent_sessions.get(each) for each in session_ids]
        logs = work.agent_sessions.entries(session_ids, list(SessionLog))
    database.close()
    return [session for session in found if session is not None], logs


def test_conversations_are_carried_over_and_back(url: str) -> None:
    bare_dsl = {"components": {"odd": []}}
    bare = old_session("bare", dsl=bare_dsl, state={}, messages=[], references=[])
    with former(url, old_session("waits"), bare) as engine:
        with engine.connect() as connection:
            before = connection.execute(IN_ORDER).all()
        migrate(url)
        (session, empty), logs = carried_over(url, "waits", "bare")
        with engine.begin() as connection:
            command.downgrade(migration_config(connection), "0010")
            after = connection.execute(IN_ORDER).all()
    assert outputs_of(session, "A") == {"x": {"type": "string", "value": None}}
    assert (session.dsl["history"], session.dsl["path"], session.dsl["mine"]) == ([], [], 1)
    assert session.state == {
        "outputs": {"A": {"x": "yes"}},
        "globals": {"sys.query": "why?"},
        "path": ["begin", "A"],
        "frontier": ["A"],
    }
    assert logs["waits"] == {
        SessionLog.MESSAGES: MESSAGES,
        SessionLog.REFERENCES: [{"chunks": {"1": {}}}],
        SessionLog.HISTORY: [["user", "why?"], ["assistant", "so"]],
        SessionLog.RETRIEVAL: [{"chunks": {}}],
    }
    assert empty.state == {"outputs": {}, "globals": {}, "path": []}
    assert not any(logs["bare"].values())
    assert after[1] == before[1]
    assert after[0].dsl["components"] == {"odd": []}


def test_what_runs_put_into_a_canvas_is_no_declared_output(url: str) -> None:
    """A component of code may only return what its canvas declares."""
    made = {name: {"type": "string", "value": name} for name in ("x", "json", "_ERROR")}
    declared = {"components": {"A": {"obj": {"params": {"outputs": {"x": {"type": "string"}}}}}}}
    dsl = {"components": {name: {"obj": {"params": {"outputs": made}}} for name in ("A", "gone")}}
    with former(url, old_session("s", dsl=dsl, state={}), dsl=declared) as engine:
        for _ in range(2):
            migrate(url)
            ((session,), _logs) = carried_over(url, "s")
            assert outputs_of(session, "A") == {"x": {"type": "string", "value": None}}
            assert set(outputs_of(session, "gone")) == set(made)
            values = {name: name for name in made}
            assert session.state["outputs"] == {"A": values, "gone": values}
            with engine.begin() as connection:
                command.downgrade(migration_config(connection), "0010")
                (old,) = connection.execute(IN_ORDER).all()
            held = old.dsl["components"]["A"]["obj"]["params"]["outputs"]
            assert {name: output["value"] for name, output in held.items()} == values


def test_what_runs_made_stays_apart_from_the_canvas_there_and_back(url: str) -> None:
    migrate(url)
    database = SqlDatabase(url)
    fill(database, an_agent())
    dsl = {"components": {"gone": {"obj": {"params": {"outputs": {}}}}}}
    state = {"outputs": {"gone": {"json": 1}}, "globals": {}, "path": []}
    with database.transaction() as work:
        work.agent_sessions.add(an_agent_session(dsl=dsl, state=state))
    database.close()
    with engine_of(url) as engine, engine.begin() as connection:
        command.downgrade(migration_config(connection), "0010")
    migrate(url)
    ((session,), _logs) = carried_over(url, "session-1")
    assert session.dsl["components"] == dsl["components"]
    assert session.state == state


def test_taken_back_the_tables_are_what_they_were(url: str) -> None:
    migrate(url)
    with engine_of(url) as engine:
        with engine.begin() as connection:
            command.downgrade(migration_config(connection), "base")
            command.upgrade(migration_config(connection), "0010")
            before = schema(connection)
        migrate(url)
        with engine.begin() as connection:
            assert schema(connection) != before
            command.downgrade(migration_config(connection), "0010")
            assert schema(connection) == before


def test_a_process_that_is_about_to_write_is_waited_for(postgres: str) -> None:
    late = [*MESSAGES, {"role": "user", "content": "and?"}]
    with (
        new_database(postgres) as url,
        former(url, old_session("s")) as engine,
        ThreadPoolExecutor(1) as pool,
    ):
        with engine.begin() as writer:
            writer.execute(select(OLD_SESSIONS.c.messages).with_for_update(key_share=True))
            migrating = pool.submit(migrate, url)
            wait_for_one_that_waits(engine)
            writer.execute(update(OLD_SESSIONS).values(messages=late))
        migrating.result()
        _, logs = carried_over(url, "s")
    assert logs["s"][SessionLog.MESSAGES] == late


def wait_for_one_that_waits(engine: Engine) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect() as connection:
        while not connection.execute(waiting).scalar_one():
            time.sleep(0.01)


def schema(connection: Connection) -> dict[str, Any]:
    """Return the tables of agents: their columns in any order, their keys and indexes."""
    seen = inspect(connection)
    tables = [name for name in seen.get_table_names() if name.startswith("agent")]
    return {
        name: (
            {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in seen.get_columns(name)
            },
            seen.get_pk_constraint(name),
            sorted(str(key) for key in seen.get_foreign_keys(name)),
            sorted(str(index) for index in seen.get_indexes(name)),
        )
        for name in tables
    }


def outputs_of(session: AgentSession, component: str) -> dict[str, Any]:
    held: dict[str, Any] = session.dsl["components"][component]["obj"]["params"]["outputs"]
    return held


def old_session(session_id: str, **changes: Any) -> dict[str, Any]:
    component = {"outputs": {"x": {"type": "string", "value": "yes"}}, "other": [None]}
    return {
        "id": session_id,
        "agent_id": "agent-1",
        "user_id": "ann",
        "create_time": 1,
        "update_time": 2,
        "name": "",
        "origin": "api",
        "messages": MESSAGES,
        "references": [{"chunks": {"1": {}}}],
        "dsl": {
            "components": {"A": {"obj": {"params": component}}, "B": {"obj": {"params": {}}}},
            "history": [["user", "why?"], ["assistant", "so"]],
            "retrieval": [{"chunks": {}}],
            "path": ["begin", "A"],
            "globals": {"sys.query": "why?"},
            "mine": 1,
        },
        "state": {"frontier": ["A"]},
        "tokens": 3,
        "duration": 0.5,
        "round": 1,
        "thumb_up": 0,
        "errors": None,
        **changes,
    }
