"""What a database must do with units of work, the outbox and leases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ragflow.domain.jobs import OutboxEntry, OutboxKind
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import a_dataset, fill


class WorkContract:
    """State what holds for transactions and for what follows them."""

    def test_a_transaction_that_raises_leaves_nothing(self, database: Database) -> None:
        def add_and_fail() -> None:
            with database.transaction() as work:
                work.datasets.add(a_dataset())
                work.outbox.add(OutboxKind.CANCEL, {})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            add_and_fail()
        with database.reading() as work:
            assert work.datasets.all_ids() == []
            assert work.outbox.pending() == []

    def test_what_is_not_committed_is_not_seen(self, database: Database) -> None:
        with database.transaction() as work:
            work.datasets.add(a_dataset())
            with database.reading() as other:
                assert other.datasets.all_ids() == []

    def test_reading_sees_one_state_of_the_database(self, database: Database) -> None:
        with database.reading() as work:
            assert work.datasets.all_ids() == []
            fill(database, a_dataset())
            assert work.datasets.all_ids() == []

    def test_reading_cannot_write(self, database: Database) -> None:
        with pytest.raises(RuntimeError), database.reading() as work:
            work.datasets.add(a_dataset())

    def test_a_transaction_inside_another_is_refused_not_a_deadlock(
        self, database: Database
    ) -> None:
        with database.transaction(), pytest.raises(RuntimeError), database.transaction():
            pass
        fill(database, a_dataset())

    def test_read_and_replace_loses_no_update(self, database: Database) -> None:
        fill(database, a_dataset(pagerank=0))

        def raise_rank(_: int) -> None:
            with database.transaction() as work:
                dataset = work.datasets.get("dataset-1")
                assert dataset is not None
                work.datasets.update(replace(dataset, pagerank=dataset.pagerank + 1))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(raise_rank, range(40)))
        with database.reading() as work:
            dataset = work.datasets.get("dataset-1")
        assert dataset is not None
        assert dataset.pagerank == 40

    def test_the_database_answers(self, database: Database) -> None:
        database.ping()

    def test_the_outbox_keeps_order_until_entries_are_done(self, database: Database) -> None:
        with database.transaction() as work:
            for number in range(4):
                work.outbox.add(OutboxKind.DELETE_BLOBS, {"prefix": f"文/{number}"})
        with database.reading() as work:
            entries = work.outbox.pending()
            assert work.outbox.pending(limit=2) == entries[:2]
            assert work.outbox.pending(limit=2, after=entries[1].id) == entries[2:]
        assert [entry.payload["prefix"] for entry in entries] == ["文/0", "文/1", "文/2", "文/3"]
        with database.transaction() as work:
            work.outbox.done([entries[0].id, entries[2].id, 10**9])
            assert work.outbox.pending() == [entries[1], entries[3]]

    def test_an_outbox_number_is_never_used_again(self, database: Database) -> None:
        def add() -> OutboxEntry:
            with database.transaction() as work:
                work.outbox.add(OutboxKind.CANCEL, {})
                return work.outbox.pending()[0]

        first = add()
        with database.transaction() as work:
            work.outbox.done([first.id])
        assert add().id > first.id

    def test_a_worker_that_falls_silent_is_expired(self, database: Database) -> None:
        with database.transaction() as work:
            work.leases.beat("a", 10.0)
            work.leases.beat("b", 10.0)
            work.leases.beat("b", 20.0)
        with database.transaction() as work:
            assert work.leases.expired(9.9) == []
            assert work.leases.expired(15.0) == ["a"]
            work.leases.remove(["a", "unknown"])
            assert work.leases.expired(99.0) == ["b"]
