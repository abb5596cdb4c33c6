"""What a database must do with search apps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, a_search, fill


class SearchesContract:
    """State what holds for search apps."""

    def test_a_search_app_comes_back_as_stored(self, database: Database) -> None:
        fill(database, a_search())
        with database.reading() as work:
            assert work.searches.get("search-1") == a_search()
            assert work.searches.get("unknown") is None

    def test_a_live_name_of_a_search_app_is_taken_in_any_case(self, database: Database) -> None:
        fill(database, a_search(), a_search("search-2", "Other"))
        with pytest.raises(Conflict) as conflict:
            fill(database, a_search("search-3", "fINDER"))
        assert conflict.value.facts == {"noun": "search app", "name": "fINDER"}
        with pytest.raises(Conflict), database.transaction() as work:
            work.searches.update(a_search("search-2", "FINDER"))
        fill(database, a_search("search-4", tenant_id="tenant-2"))

    def test_a_deleted_search_app_frees_its_name_and_is_not_listed(
        self, database: Database
    ) -> None:
        fill(database, a_search())
        deleted = replace(a_search(), status="0")
        with database.transaction() as work:
            work.searches.update(deleted)
        fill(database, a_search("search-2"))
        with database.reading() as work:
            listed, total = work.searches.page(TENANT, Paging())
            assert ([search.id for search in listed], total) == (["search-2"], 1)
            assert work.searches.get("search-1") == deleted

    def test_search_apps_are_found_by_a_part_of_their_names(self, database: Database) -> None:
        names = ("Café maps", "cafeteria", "100% maps", "100 maps")
        fill(database, *(a_search(f"s{n}", each, update_time=n) for n, each in enumerate(names)))
        with database.reading() as work:
            page = work.searches.page
            listed, total = page(TENANT, Paging(1, 1, "update_time"), "MAPS")
            assert ([search.name for search in listed], total) == (["100% maps"], 3)
            assert [search.name for search in page(TENANT, Paging(), "0%")[0]] == ["100% maps"]
            assert page(TENANT, Paging(), "CAFÉ")[1] == 1
            assert page("tenant-2", Paging()) == ([], 0)

    def test_a_search_app_that_is_not_there_cannot_change(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.searches.update(a_search())
