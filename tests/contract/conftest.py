"""Servers that several contracts share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ragflow.testing.postgres import new_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run one PostgreSQL for the session; make databases in it with `new_database`."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of each kind of database, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new folder' / 'test.db'}"
    else:
        with new_database(request.getfixturevalue("postgres")) as new:
            yield new
