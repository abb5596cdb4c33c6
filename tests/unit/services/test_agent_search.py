"""Agents search the datasets that their caller may use, by id or by name."""

from __future__ import annotations

import asyncio

import pytest

from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.agents.environment import SearchWanted
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.identity import Actor, Tenant, User
from ragflow.domain.queries import Retrieval
from ragflow.services.agent_search import AgentSearch
from ragflow.services.errors import DatasetNotFound, MixedEmbeddings
from ragflow.services.reindex import Reindex
from ragflow.services.retrieval import RetrievalService

OWNER = Actor("t", "t")
LIGHTHOUSE, TEAM, PRIVATE, EMPTY = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)


class Models:
    """Serve the hashing model alone."""

    def embedding(self, tenant_id: str, name: str) -> HashingEmbedding:
        return HashingEmbedding()


@pytest.fixture
def service(database: SqlDatabase) -> RetrievalService:
    """Return retrieval over a dataset of the owner's and two of another tenant's, and an empty."""
    vectors = HashingEmbedding().embed(["the lighthouse keeper"], "passage")
    with database.transaction() as unit:
        for tenant in ("t", "o"):
            unit.accounts.add_user(User(tenant, f"{tenant}@example.org", tenant, "!", 1, 1))
            unit.accounts.add_tenant(Tenant(tenant, tenant, 1, 1))
        unit.datasets.add(Dataset(LIGHTHOUSE, "t", "t", "Lighthouse", "m", 1, 1))
        unit.datasets.add(Dataset(TEAM, "o", "o", "Shared", "m", 1, 1, permission="team"))
        unit.datasets.add(Dataset(PRIVATE, "o", "o", "Private", "m", 1, 1))
        unit.datasets.add(Dataset(EMPTY, "t", "t", "Other model", "n", 1, 1))
        for dataset, tenant in ((LIGHTHOUSE, "t"), (TEAM, "o"), (PRIVATE, "o")):
            document = Document(
                id=dataset,
                dataset_id=dataset,
                tenant_id=tenant,
                created_by=tenant,
                name=f"{dataset[0]}.txt",
                size=1,
                type="doc",
                suffix="txt",
                create_time=1,
                update_time=1,
                chunk_count=1,
            )
            unit.documents.add(document)
            chunk = Chunk(
                f"c{dataset[0]}",
                dataset,
                dataset,
                "the lighthouse keeper",
                0,
                3,
                1.0,
                vector=vectors[0].tobytes(),
            )
            unit.chunks.replace_document(dataset, [chunk])
    engine = MemoryEngine()
    Reindex(database, engine).run(lambda *_: None)
    return RetrievalService(database, engine, Models())  # type: ignore[arg-type]


def _search(
    service: RetrievalService, database: SqlDatabase, actor: Actor, *datasets: str
) -> Retrieval:
    wanted = SearchWanted("lighthouse keeper", datasets, top_n=1)
    return asyncio.run(AgentSearch(actor, database, service)(wanted))


@pytest.mark.parametrize("named", [LIGHTHOUSE, "Lighthouse", "LIGHTHOUSE"])
def test_a_dataset_is_named_by_its_id_or_its_name(
    service: RetrievalService, database: SqlDatabase, named: str
) -> None:
    found = _search(service, database, OWNER, named)
    assert [hit.chunk.id for hit in found.hits] == ["c1"]


def test_a_dataset_named_twice_is_searched_once(
    service: RetrievalService, database: SqlDatabase
) -> None:
    assert _search(service, database, OWNER, LIGHTHOUSE, "lighthouse").total == 1


@pytest.mark.parametrize("named", [TEAM, "Shared", PRIVATE, "Private", "nothing"])
def test_what_is_not_the_callers_is_not_there(
    service: RetrievalService, database: SqlDatabase, named: str
) -> None:
    with pytest.raises(DatasetNotFound):
        _search(service, database, OWNER, LIGHTHOUSE, named)


def test_what_a_team_shares_can_be_searched_and_no_more(
    service: RetrievalService, database: SqlDatabase
) -> None:
    member = Actor("t", "t", ("o",))
    for named in (TEAM, "shared"):
        assert [hit.chunk.id for hit in _search(service, database, member, named).hits] == ["c2"]
    for named in (PRIVATE, "Private"):
        with pytest.raises(DatasetNotFound):
            _search(service, database, member, named)


def test_nothing_is_found_where_nothing_is_indexed(
    service: RetrievalService, database: SqlDatabase
) -> None:
    assert _search(service, database, OWNER, EMPTY).hits == ()
    with pytest.raises(MixedEmbeddings):
        _search(service, database, OWNER, EMPTY, LIGHTHOUSE)


def test_the_weight_of_words_is_what_it_says(
    service: RetrievalService, database: SqlDatabase
) -> None:
    search = AgentSearch(OWNER, database, service)
    wanted = SearchWanted("keeper lighthouse", (LIGHTHOUSE,), keywords_similarity_weight=1.0)
    [hit] = asyncio.run(search(wanted)).hits
    assert hit.score.similarity == pytest.approx(hit.score.term_similarity)
