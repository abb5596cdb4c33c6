"""Servers that several contracts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragflow.testing.postgres import postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run one PostgreSQL for the session; make databases in it with `new_database`."""
    with postgres_server() as url:
        yield url
