"""The chain of migrations gives both databases the tables that the code expects."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from ragflow.adapters.db.database import SqlDatabase, create_database_engine
from ragflow.adapters.db.migrate import migrate, migration_config
from ragflow.adapters.db.tables import metadata
from ragflow.testing.database.samples import a_dataset, fill
from ragflow.testing.postgres import new_database


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
