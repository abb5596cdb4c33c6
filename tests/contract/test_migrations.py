"""The chain of migrations gives both databases the tables that the code expects."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from ragflow.adapters.db.database import SqlDatabase, create_database_engine
from ragflow.adapters.db.migrate import migrate, migration_config, newest_revision
from ragflow.adapters.db.tables import metadata
from ragflow.domain.errors import InvalidInput, StoreUnavailable
from ragflow.testing.database.samples import a_dataset, fill


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
