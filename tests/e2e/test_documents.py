"""The main chain as a program sees it: files in, passages out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ragflow.testing.server import RunningServer
from ragflow_sdk import Chunk, DataSet, Document, RAGFlow, RAGFlowError

HANDBOOK = "AX-200 handbook.pdf"


def document_of(dataset: DataSet, name: str) -> Document:
    (document,) = dataset.list_documents(name=name)
    return document


def text_file(lines: int) -> bytes:
    return "\n".join(
        f"Line {n} of the log tells about tram {n % 7}." for n in range(lines)
    ).encode()


def test_every_sample_document_ends_with_its_chunks_counted(
    library: DataSet, examples: dict[str, bytes], rag: RAGFlow
) -> None:
    documents = library.list_documents(page_size=100)
    assert {each.name for each in documents} == set(examples)
    for document in documents:
        assert (document.run, document.progress) == ("DONE", 1.0)
        assert document.chunk_count == len(document.list_chunks(page_size=100)) > 0
        assert "Task done" in document.progress_msg
    assert rag.get_dataset("Tramway").chunk_count == sum(d.chunk_count for d in documents)


def test_what_was_extracted_is_in_chunks_or_accounted_for(library: DataSet) -> None:
    for document in library.list_documents(page_size=100):
        coverage = document.coverage.to_json()
        assert coverage["extracted"] == coverage["in_chunks"] + sum(coverage["dropped"].values())


def test_a_file_comes_back_as_it_was_uploaded(library: DataSet, examples: dict[str, bytes]) -> None:
    assert document_of(library, HANDBOOK).download() == examples[HANDBOOK]


def test_a_table_of_a_pdf_is_placed_on_its_page(library: DataSet) -> None:
    chunks = document_of(library, HANDBOOK).list_chunks()
    (table,) = (chunk for chunk in chunks if chunk.content.startswith("<table>"))
    (place,) = table.positions
    page, left, right, top, bottom = place
    assert page == 1
    assert 0 < left < right < 300  # in the left one of two columns
    assert 0 < top < bottom < 842


def test_the_picture_of_a_pdf_chunk_can_be_fetched(library: DataSet, server: RunningServer) -> None:
    chunk = document_of(library, HANDBOOK).list_chunks()[0]
    reply = httpx.get(
        f"{server.url}/v1/document/image/{chunk.image_id}",
        headers={"Authorization": f"Bearer {server.api_key}"},
    )
    assert reply.headers["content-type"] in ("image/jpeg", "image/png")
    assert len(reply.content) > 1000


@pytest.mark.parametrize(
    ("question", "name", "words"),
    [
        ("What does fault code E-42 mean?", HANDBOOK, "inverter is too hot"),
        ("braking distance at 60 km/h on wet rail", HANDBOOK, "124 m"),
        ("What is the price of a day pass in euro?", "Fares and passengers.xlsx", "8.2"),
        ("Who takes care of payroll?", "Staff handbook.docx", "Aisha Bello"),
        ("What did the new line cost?", "Line 4 opens.html", "148 million"),
        ("coin path blocked", "Ticket machine TM-5.md", "C-07"),
        ("失物保管多少天？", "乘客指南.md", "九十天"),
        ("每辆电车须携带多少干沙？", "冬季安全规定.docx", "六十公斤"),
    ],
)
def test_the_best_hit_answers(
    rag: RAGFlow, library: DataSet, question: str, name: str, words: str
) -> None:
    hits = rag.retrieve(dataset_ids=[library.id], question=question)
    assert hits[0].document_name == name
    assert words in hits[0].content
    scores = [hit.similarity for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_retrieval_keeps_to_the_documents_that_were_named(rag: RAGFlow, library: DataSet) -> None:
    staff = document_of(library, "Staff handbook.docx")
    hits = rag.retrieve([library.id], [staff.id], "fault code", similarity_threshold=0.0)
    assert {hit.document_id for hit in hits} == {staff.id}


def test_a_chunk_can_be_added_changed_found_and_deleted(
    rag: RAGFlow, dataset: DataSet, ingest: Callable[..., Any]
) -> None:
    document = ingest(dataset, {"notes.txt": b"The depot opens at five."})["notes.txt"]

    def found(question: str) -> list[str]:
        return [chunk.content for chunk in rag.retrieve([dataset.id], question=question)]

    added = document.add_chunk("Snow ploughs stand in hall three.", ["plough"], ["Where?"])
    assert found("Where do snow ploughs stand?")[0] == added.content
    assert document_of(dataset, "notes.txt").chunk_count == 2

    added.update({"content": "Snow ploughs stand in hall nine.", "important_keywords": ["hall"]})
    assert found("Where do snow ploughs stand?")[0] == "Snow ploughs stand in hall nine."

    added.update({"available": False})
    assert "Snow ploughs stand in hall nine." not in found("Where do snow ploughs stand?")

    document.delete_chunks([added.id])
    assert [chunk.content for chunk in document.list_chunks()] == ["The depot opens at five."]
    assert dataset.list_documents()[0].chunk_count == 1


def test_a_deleted_document_is_found_no_more(
    rag: RAGFlow, dataset: DataSet, ingest: Callable[..., Any]
) -> None:
    files = {"a.txt": b"Rails are ground at night.", "b.txt": b"Rails are made in Graz."}
    documents = ingest(dataset, files)
    dataset.delete_documents([documents["a.txt"].id])
    hits = rag.retrieve([dataset.id], question="rails", similarity_threshold=0.0)
    assert [hit.document_name for hit in hits] == ["b.txt"]
    with pytest.raises(RAGFlowError, match="not own the document"):
        documents["a.txt"].download()


def test_a_second_parse_makes_the_same_chunks(
    dataset: DataSet, examples: dict[str, bytes], ingest: Callable[..., Any], wait: Any
) -> None:
    document = ingest(dataset, {HANDBOOK: examples[HANDBOOK]})[HANDBOOK]
    before = [(c.id, c.content, c.positions) for c in document.list_chunks()]
    dataset.async_parse_documents([document.id])
    again = wait(dataset, {HANDBOOK})[HANDBOOK]
    assert again.run == "DONE"
    assert [(c.id, c.content, c.positions) for c in again.list_chunks()] == before


def test_work_can_be_stopped_and_begun_again(
    rag: RAGFlow, dataset: DataSet, wait: Callable[..., Any]
) -> None:
    (document,) = dataset.upload_documents([{"display_name": "log.txt", "blob": text_file(200)}])
    dataset.async_parse_documents([document.id])
    deadline = time.monotonic() + 60
    while "Start to parse" not in document_of(dataset, "log.txt").progress_msg:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    dataset.async_cancel_parse_documents([document.id])
    stopped = document_of(dataset, "log.txt")
    assert (stopped.run, stopped.progress, stopped.chunk_count) == ("CANCEL", 0.0, 0)
    time.sleep(1.0)  # the worker would have written by now
    assert document_of(dataset, "log.txt").run == "CANCEL"
    assert stopped.list_chunks() == []

    dataset.async_parse_documents([document.id])
    assert wait(dataset, {"log.txt"})["log.txt"].run == "DONE"
    assert rag.retrieve([dataset.id], question="Line 199 of the log")[0].document_name == "log.txt"


def test_a_queued_document_is_not_queued_twice(dataset: DataSet, wait: Any) -> None:
    (document,) = dataset.upload_documents([{"display_name": "log.txt", "blob": text_file(50)}])
    dataset.async_parse_documents([document.id])
    with pytest.raises(RAGFlowError, match="currently being processed"):
        dataset.async_parse_documents([document.id])
    assert wait(dataset, {"log.txt"})["log.txt"].run == "DONE"


def test_accounts_do_not_see_each_other(stranger: RAGFlow, library: DataSet) -> None:
    assert stranger.list_datasets() == []
    with pytest.raises(RAGFlowError, match="don't own the dataset"):
        stranger.retrieve([library.id], question="fault code")
    with pytest.raises(RAGFlowError, match="lacks permission"):
        stranger.delete_datasets([library.id])
    theirs = DataSet(stranger, library.to_json())
    with pytest.raises(RAGFlowError, match="don't own the dataset"):
        theirs.list_documents()
    chunk = Chunk(stranger, document_of(library, HANDBOOK).list_chunks()[0].to_json())
    with pytest.raises(RAGFlowError):
        chunk.update({"content": "mine now"})


def test_accounts_may_use_the_same_names(
    rag: RAGFlow, stranger: RAGFlow, library: DataSet, ingest: Callable[..., Any]
) -> None:
    theirs = stranger.create_dataset("Tramway")
    ingest(theirs, {"secret.txt": b"The stranger's tram is painted violet."})
    found = stranger.retrieve([theirs.id], question="Which colour has the stranger's tram?")
    assert "violet" in found[0].content
    mine = rag.retrieve([library.id], question="violet tram", similarity_threshold=0.0)
    assert not any("violet" in hit.content for hit in mine)
    assert [each.id for each in rag.list_datasets(name="Tramway")] == [library.id]


def test_the_log_holds_no_failure(server: RunningServer, library: DataSet) -> None:
    log = (server.data_dir / "server.log").read_text()
    assert "Traceback" not in log
    assert "level='error'" not in log
