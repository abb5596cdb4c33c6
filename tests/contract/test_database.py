"""SQLite and PostgreSQL keep the contract of `Database`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.db.tables import metadata
from ragflow.domain.errors import InvalidInput
from ragflow.testing.database import DatabaseContract
from ragflow.testing.postgres import new_database


@pytest.fixture(scope="module")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module")
def migrated_url(postgres: str) -> Iterator[str]:
    with new_database(postgres) as url:
        migrate(url)
        yield url


class TestSqlite(DatabaseContract):
    @pytest.fixture
    def database(self, migrated_file: Path, tmp_path: Path) -> Iterator[SqlDatabase]:
        shutil.copy(migrated_file, tmp_path / "test.db")
        database = SqlDatabase(f"sqlite:///{tmp_path / 'test.db'}")
        yield database
        database.close()


class TestPostgres(DatabaseContract):
    @pytest.fixture
    def database(self, migrated_url: str) -> Iterator[SqlDatabase]:
        database = SqlDatabase(migrated_url)
        yield database
        database.close()
        _empty(migrated_url)


def _empty(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/ragflow"])
def test_databases_that_cannot_be_shared_or_are_not_known_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        SqlDatabase(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgres_is_known_by_its_common_names(migrated_url: str, scheme: str) -> None:
    database = SqlDatabase(migrated_url.replace("postgresql+psycopg", scheme))
    database.ping()
    database.close()
