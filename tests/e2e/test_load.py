"""Many objects and many clients at once: no error, and no write is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ragflow.testing.server import RunningServer
from ragflow_sdk import DataSet, Document, RAGFlow

MANY = 1000
CLIENTS = 5
CALLS = 100

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def busy(serve: Any, small_model: dict[str, str]) -> RunningServer:
    return serve(**small_model)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def client(busy: RunningServer) -> Iterator[RAGFlow]:
    with RAGFlow(busy.api_key, busy.url) as rag:
        yield rag


def at_once(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Do something with each item, some at a time; raise what any of them raised."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(work, items))


def pages(listed: Callable[[int], Sequence[Any]]) -> list[Any]:
    """Return what all pages of a list hold, from page 1 to the first empty one."""
    found: list[Any] = []
    number = 1
    while page := listed(number):
        found += page
        number += 1
    return found


def test_a_thousand_datasets_come_and_go(client: RAGFlow) -> None:
    names = {f"dataset {number}" for number in range(MANY)}
    made = at_once(lambda name: client.create_dataset(name=name).id, sorted(names))
    listed = pages(lambda number: client.list_datasets(page=number, page_size=90))
    assert sorted(dataset.id for dataset in listed) == sorted(made)
    assert {dataset.name for dataset in listed} == names
    client.delete_datasets(made)
    assert client.list_datasets() == []


def test_a_thousand_documents_come_and_go(client: RAGFlow) -> None:
    dataset = client.create_dataset(name="documents")
    contents = {f"{number}.txt": f"text {number}".encode() for number in range(MANY)}
    uploads = [{"display_name": name, "blob": data} for name, data in contents.items()]
    groups = [uploads[start : start + 50] for start in range(0, MANY, 50)]
    at_once(dataset.upload_documents, groups)
    listed = pages(lambda number: dataset.list_documents(page=number, page_size=300))
    assert {document.name for document in listed} == set(contents)
    assert len({document.id for document in listed}) == MANY
    for document in listed[::100]:
        assert document.download() == contents[document.name]
    dataset.delete_documents([document.id for document in listed])
    assert dataset.list_documents() == []
    client.delete_datasets([dataset.id])


def test_a_thousand_chunks_come_and_go(client: RAGFlow) -> None:
    dataset = client.create_dataset(name="chunks")
    (document,) = dataset.upload_documents([{"display_name": "a.txt", "blob": b"a"}])
    contents = {f"chunk number {number}" for number in range(MANY)}
    made = at_once(lambda content: document.add_chunk(content).id, sorted(contents))
    listed = document.list_chunks(page_size=2 * MANY)
    assert {chunk.content for chunk in listed} == contents
    assert counted(dataset, document) == MANY
    (best,) = client.retrieve(
        question="chunk number 777",
        dataset_ids=[dataset.id],
        page_size=1,
        vector_similarity_weight=0.0,
    )
    assert best.content == "chunk number 777"
    document.delete_chunks(made[1:])
    assert [chunk.id for chunk in document.list_chunks()] == made[:1]
    assert counted(dataset, document) == 1
    client.delete_datasets([dataset.id])


def counted(dataset: DataSet, document: Document) -> int:
    (now,) = dataset.list_documents(id=document.id)
    return int(now.chunk_count)


def test_clients_that_mix_their_calls_lose_no_write(busy: RunningServer) -> None:
    """Each works in a dataset of its own and beside the others in a common one."""
    with RAGFlow(busy.api_key, busy.url) as first:
        common = first.create_dataset(name="common").id

    def work(number: int) -> tuple[str, set[str], set[str]]:
        with RAGFlow(busy.api_key, busy.url) as rag:
            own = rag.create_dataset(name=f"client {number}")
            (shared,) = rag.list_datasets(id=common)
            kept: set[str] = set()
            for call in range(0, CALLS - 2, 7):
                name = f"{number}-{call}.txt"
                uploads = [{"display_name": name, "blob": name.encode()}]
                (mine,) = own.upload_documents(uploads)
                (theirs,) = shared.upload_documents(uploads)
                own.update({"description": name})
                mine.update({"meta_fields": {"call": call}})
                theirs.add_chunk(f"chunk {name}")
                if call % 2:
                    own.delete_documents([mine.id])
                else:
                    assert mine.download() == name.encode()
                    kept.add(name)
                assert {each.name for each in own.list_documents(page_size=100)} == kept
            (own_now,) = rag.list_datasets(id=own.id)
            assert own_now.description == name
            return own.id, kept, {f"{number}-{call}.txt" for call in range(0, CALLS - 2, 7)}

    done = at_once(work, range(CLIENTS))
    with RAGFlow(busy.api_key, busy.url) as last:
        for dataset_id, kept, _ in done:
            (dataset,) = last.list_datasets(id=dataset_id)
            assert {each.name for each in dataset.list_documents(page_size=100)} == kept
        (dataset,) = last.list_datasets(id=common)
        documents = dataset.list_documents(page_size=1000)
        assert {each.name for each in documents} == set().union(*(names for *_, names in done))
        assert [each.chunk_count for each in documents] == [1] * len(documents)
        assert dataset.chunk_count == len(documents)
        found = last.retrieve(question="chunk", dataset_ids=[common], page_size=1000)
        assert {hit.content for hit in found} == {f"chunk {each.name}" for each in documents}
