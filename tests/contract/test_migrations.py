"""The chain of migrations gives both databases the tables that the code expects."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Float, MetaData, Table, insert, inspect, select, text, update

from ragflow.adapters.db.database import SqlDatabase, create_database_engine
from ragflow.adapters.db.migrate import migrate, migration_config, newest_revision
from ragflow.adapters.db.tables import metadata
from ragflow.adapters.db.types import Json, Long, String
from ragflow.domain.agents import SessionLog
from ragflow.domain.errors import InvalidInput, StoreUnavailable
from ragflow.testing.database.samples import a_dataset, an_agent, fill
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


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new folder' / 'test.db'}"
    else:
        with new_database(request.getfixturevalue("postgres")) as new:
            yield new


def _drift(url: str) -> list[object]:
    """Return what autogenerate would change to make the database match the tables."""
    engine = create_database_engine(url, 1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        drift = compare_metadata(context, metadata)
    engine.dispose()
    return list(drift)


def test_autogenerate_finds_no_drift(url: str) -> None:
    migrate(url)
    assert _drift(url) == []


def test_migrating_again_keeps_the_data(url: str) -> None:
    migrate(url)
    database = SqlDatabase(url)
    fill(database, a_dataset())
    migrate(url)
    with database.reading() as work:
        assert work.datasets.all_ids() == ["dataset-1"]
    database.close()


def test_processes_that_migrate_at_once_take_turns(url: str) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        list(pool.map(migrate, [url] * 6))
    assert _drift(url) == []


def test_the_chain_can_be_taken_back(url: str) -> None:
    migrate(url)
    engine = create_database_engine(url, 1, foreign_keys=False)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "base")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_conversations_with_agents_are_carried_over_and_back(url: str) -> None:
    """They were one value each up to 0010; what grows of them is kept in rows since."""
    migrate(url)
    fill(database := SqlDatabase(url), an_agent())
    database.close()
    engine = create_database_engine(url, 1, foreign_keys=False)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "0010")
        connection.execute(insert(OLD_SESSIONS), [_old_session("waits"), _old_session("bare")])
        connection.execute(
            update(OLD_SESSIONS)
            .where(OLD_SESSIONS.c.id == "bare")
            .values(dsl={"components": {"odd": []}}, state={}, messages=[], references=[])
        )
        before = connection.execute(select(OLD_SESSIONS).order_by(OLD_SESSIONS.c.id)).all()
    migrate(url)
    database = SqlDatabase(url)
    with database.reading() as work:
        session, bare = (work.agent_sessions.get(each) for each in ("waits", "bare"))
        logs = work.agent_sessions.entries(["waits", "bare"], list(SessionLog))
    database.close()
    assert session is not None
    assert bare is not None
    outputs = session.dsl["components"]["A"]["obj"]["params"]["outputs"]
    assert outputs == {"x": {"type": "string", "value": None}}
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
    assert bare.state == {"outputs": {}, "globals": {}, "path": []}
    assert not any(logs["bare"].values())
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "0010")
        after = connection.execute(select(OLD_SESSIONS).order_by(OLD_SESSIONS.c.id)).all()
    engine.dispose()
    assert after[1] == before[1]
    assert after[0].dsl["components"] == {"odd": []}


def _old_session(session_id: str) -> dict[str, Any]:
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
    }


def test_the_newest_file_is_the_head_of_the_chain(url: str) -> None:
    engine = create_database_engine(url, 1)
    migrate(url)
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migration_config(connection))
        assert [newest_revision()] == scripts.get_heads()
        stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        assert list(stored) == [newest_revision()]
    engine.dispose()


def test_a_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    code = (
        "import sys; from ragflow.adapters.db.migrate import migrate; "
        f"migrate({url!r}); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_database_of_a_later_version_is_refused(url: str) -> None:
    migrate(url)
    engine = create_database_engine(url, 1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(InvalidInput, match="at revision 9999"):
        migrate(url)


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="metadata database"):
        migrate(f"sqlite:///{tmp_path}")
