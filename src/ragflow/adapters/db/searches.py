"""Search apps in SQL; a deleted one keeps its row and frees its name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from ragflow.adapters.db.base import Repository, Values, fields_of, orderable, paged
from ragflow.adapters.db.tables import search_names, searches
from ragflow.domain.repositories import Paging
from ragflow.domain.searches import SearchApp

_ORDERS = orderable(searches, SearchApp)


class SqlSearches(Repository):
    """Keep search apps."""

    def add(self, search: SearchApp) -> None:
        """Insert. Raises `Conflict` when the tenant has a live search app of the name."""
        with self._unique(search_names, "search app", search.name):
            self._insert(searches, _row(search))

    def get(self, search_id: str) -> SearchApp | None:
        """Return a search app, a deleted one too."""
        row = self._row(select(searches).where(searches.c.id == search_id))
        return None if row is None else _value(row)

    def page(
        self, tenant_id: str, paging: Paging, keywords: str | None = None
    ) -> tuple[list[SearchApp], int]:
        """List a tenant's live search apps; and their total."""
        live = (searches.c.tenant_id == tenant_id, searches.c.status == "1")
        listed = select(searches).where(*live)
        if keywords is not None:
            listed = listed.where(
                searches.c.name_key.contains(keywords.casefold(), autoescape=True)
            )
        rows = self._rows(paged(listed, paging, _ORDERS, searches.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def update(self, search: SearchApp) -> None:
        """Store the new value. Raises `Conflict` or `NotFound`."""
        with self._unique(search_names, "search app", search.name):
            self._update(searches, _row(search), "search app")


def _row(search: SearchApp) -> Values:
    return fields_of(search) | {"name_key": search.name.casefold()}


def _value(row: Row[Any]) -> SearchApp:
    values = dict(row._mapping)
    del values["name_key"]
    return SearchApp(**values)
