"""Tables from their upload to answers by SQL, over the whole of ingestion."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ragflow.adapters.jobs.memory import MemorySteps
from ragflow.ingest.extract import extract
from ragflow.ingest.pipeline import Ingestion, IngestParts
from ragflow.services.container import ServiceOptions, build_services

PARTS = (
    "id,Part/Item,City,Price (EUR),Bought\n"
    "1,Bolt,Berlin,0.25,2024-01-02\n2,Nut,Berlin,0.10,2024-02-01\n3,Seal,Bonn,4.00,2023-01-01\n"
)


class InProcess:
    """Extract in this process."""

    def run(
        self,
        _name: str,
        _target: str,
        request: Mapping[str, Any],
        directory: Path,
        progress: Any,
        _check: Callable[[], None],
        answer: Any,
    ) -> dict[str, Any]:
        return extract(request, directory, progress, answer)


@pytest.fixture
def ingest(world: Any, tmp_path: Path) -> Callable[[], None]:
    """Return what ingests all that is queued."""
    ports = world.ports
    parts = IngestParts(
        database=ports.database,
        blobs=ports.blobs,
        engine=ports.engine,
        models=ports.catalog,
        sandbox=InProcess(),
        clock=ports.clock,
        scratch=tmp_path / "scratch",
    )
    return lambda: ports.queue.run_waiting(lambda job, _: Ingestion(parts)(job, MemorySteps()))


@pytest.fixture
def parts(api: Any, ingest: Callable[[], None]) -> str:
    """Return the id of a dataset that holds a table of parts."""
    dataset_id: str = api.dataset("parts", chunk_method="table")
    parse(api, ingest, dataset_id, parts__csv=PARTS)
    return dataset_id


def parse(api: Any, ingest: Callable[[], None], dataset_id: str, **files: Any) -> list[Any]:
    """Upload and ingest files; return their documents."""
    ids = api.upload(dataset_id, **files)
    api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": ids})
    ingest()
    return [api.document(dataset_id, each) for each in ids]


def field_map(api: Any, dataset_id: str) -> Any:
    (dataset,) = api.data("GET", "/datasets", params={"id": dataset_id})
    return dataset["parser_config"].get("field_map")


def ask(api: Any, dataset_ids: list[str], question: str, model: str = "", **prompt: Any) -> Any:
    """Return the answer of a new assistant."""
    chat_id = api.chat(
        f"guide {question}",
        dataset_ids=dataset_ids,
        llm={"model_name": model} if model else {},
        prompt=prompt or {"top_n": 6},
    )
    session_id = api.session(chat_id)
    body = {"question": question, "session_id": session_id, "stream": False}
    return api.data("POST", f"/chats/{chat_id}/completions", json=body)


def test_each_row_is_a_chunk_and_the_dataset_knows_the_columns(api: Any, parts: str) -> None:
    (document,) = api.data("GET", f"/datasets/{parts}/documents")["docs"]
    listed = api.data("GET", f"/datasets/{parts}/documents/{document['id']}/chunks")
    assert (document["run"], document["chunk_count"]) == ("DONE", 3)
    assert listed["chunks"][0]["content"] == (
        "Part/Item:Bolt; City:Berlin; Price (EUR):0.25; Bought:2024-01-02"
    )
    assert field_map(api, parts) == {
        "part": "Part/Item",
        "city": "City",
        "price": "Price (EUR)",
        "bought": "Bought",
    }


def test_a_later_document_adds_its_columns_and_an_update_keeps_them(
    api: Any, parts: str, ingest: Callable[[], None]
) -> None:
    book = openpyxl.Workbook()
    for row in (("City", "Mayor"), ("Ulm", "Ada"), ("Bonn", "Bob")):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    parse(api, ingest, parts, towns__xlsx=target.getvalue())
    api.data("PUT", f"/datasets/{parts}", json={"parser_config": {"topn_tags": 2}})
    assert list(field_map(api, parts)) == ["part", "city", "price", "bought", "mayor"]


def test_a_client_cannot_set_the_columns(api: Any, parts: str) -> None:
    body = {"parser_config": {"field_map": {"x": "y"}}}
    reply = api("PUT", f"/datasets/{parts}", json=body)
    assert reply["code"] == 101
    assert "Extra inputs are not permitted" in reply["message"]


def test_names_that_occur_twice_fail_the_document(
    api: Any, parts: str, ingest: Callable[[], None]
) -> None:
    (document,) = parse(api, ingest, parts, twice__csv="a,b,A\n1,2,3\n")
    assert document["run"] == "FAIL"
    assert "twice.csv: the column name 'a' stands" in document["progress_msg"]


def test_a_plain_question_is_answered_without_a_model(api: Any, parts: str) -> None:
    answer = ask(api, [parts], "What is the total price in Berlin?")
    assert answer["answer"] == "|total Price (EUR)|Source|\n|---|---|\n|0.35|##0$$ ##1$$|"
    reference = answer["reference"]
    assert [chunk["content"][:14] for chunk in reference["chunks"]] == [
        "Part/Item:Bolt",
        "Part/Item:Nut;",
    ]
    assert (reference["total"], reference["doc_aggs"][0]["count"]) == (2, 2)


def test_a_model_writes_the_query(api: Any, parts: str, model: Any) -> None:
    model.answers = ["SELECT part, price FROM records ORDER BY price DESC LIMIT 1"]
    answer = ask(api, [parts], "Was ist am teuersten?", "scripted")
    assert answer["answer"] == "|Part/Item|Price (EUR)|Source|\n|---|---|---|\n|Seal|4|##0$$|"
    (chunk,) = answer["reference"]["chunks"]
    assert chunk["content"].startswith("Part/Item:Seal")
    assert "ORDER BY price DESC" in answer["prompt"]


def test_the_stream_ends_with_the_table(api: Any, parts: str, model: Any) -> None:
    model.answers = ["SELECT COUNT(*) AS n FROM records"]
    chat_id = api.chat(dataset_ids=[parts], llm={"model_name": "scripted"})
    session_id = api.session(chat_id)
    *_, last, end = api.stream(
        f"/chats/{chat_id}/completions", question="How many?", session_id=session_id
    )
    assert last["data"]["answer"].startswith("|n|Source|")
    assert end == {"code": 0, "data": True}
    (session,) = api.data("GET", f"/chats/{chat_id}/sessions")
    assert session["messages"][-1]["content"] == last["data"]["answer"]


def test_clients_of_openai_get_the_table_too(api: Any, parts: str, model: Any) -> None:
    model.answers = ["SELECT part FROM records WHERE price > 1"]
    chat_id = api.chat(dataset_ids=[parts], llm={"model_name": "scripted"})
    body = {"model": "m", "messages": [{"role": "user", "content": "Dear parts?"}], "stream": False}
    reply = api("POST", f"/chats_openai/{chat_id}/chat/completions", json=body)
    assert "|Seal|" in reply["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "query",
    [
        "NONE",
        "SELECT sql FROM sqlite_master",
        "DROP TABLE records",
        "SELECT part FROM records WHERE 1 = 2",
    ],
)
def test_what_sql_does_not_answer_is_searched_for(
    api: Any, parts: str, model: Any, query: str
) -> None:
    replies = [query] * (2 if "sqlite_master" in query else 1)
    model.answers = [*replies, "The bolt is cheap [ID:0]."]
    answer = ask(api, [parts], "What about the bolt?", "scripted")
    assert answer["answer"].startswith("The bolt is cheap")
    assert model.answers == []


def test_quoting_off_hides_the_sources(api: Any, parts: str) -> None:
    answer = ask(api, [parts], "How many parts are there?", show_quote=False)
    assert (answer["answer"], answer["reference"]) == ("|count|\n|---|\n|3|", {})


def test_rows_of_other_tenants_are_never_asked(
    api: Any, stranger: Any, parts: str, ingest: Callable[[], None], model: Any
) -> None:
    foreign = stranger.dataset("secret", chunk_method="table")
    parse(stranger, ingest, foreign, secret__csv="Part,City\nSecretBolt,Atlantis\n")
    model.answers = ["SELECT part, city FROM records UNION SELECT city, part FROM records"]
    answer = ask(api, [parts], "What is there?", "scripted")
    assert "SecretBolt" not in str(answer)
    assert "Bolt" in answer["answer"]
    assert ask(stranger, [foreign], "How many parts are there?")["answer"].count("|1|") == 1


def test_rows_that_are_switched_off_or_deleted_do_not_count(
    api: Any, parts: str, ingest: Callable[[], None]
) -> None:
    (more,) = parse(api, ingest, parts, more__csv="Part/Item,City\nPump,Ulm\nValve,Ulm\n")
    assert "|5|" in ask(api, [parts], "How many parts are there?")["answer"]
    api("PUT", f"/datasets/{parts}/documents/{more['id']}", json={"enabled": 0})
    assert "|3|" in ask(api, [parts], "How many different parts are there?")["answer"]


def test_doc_ids_restrict_the_rows(api: Any, parts: str, ingest: Callable[[], None]) -> None:
    (more,) = parse(api, ingest, parts, more__csv="Part/Item,City\nPump,Ulm\n")
    chat_id = api.chat(dataset_ids=[parts])
    body = {
        "question": "How many parts are there?",
        "session_id": api.session(chat_id),
        "stream": False,
        "doc_ids": more["id"],
    }
    assert "|1|" in api.data("POST", f"/chats/{chat_id}/completions", json=body)["answer"]


def test_too_many_rows_are_searched_instead(world: Any, api: Any, parts: str) -> None:
    few = build_services(world.ports, ServiceOptions(sql_rows=2))
    world.client.app.state.services = replace(world.services, completions=few.completions)
    assert "|count|" not in ask(api, [parts], "How many parts are there?")["answer"]


def test_equal_rows_count_as_often_as_they_stand(api: Any, ingest: Callable[[], None]) -> None:
    dataset_id = api.dataset("sales", chunk_method="table")
    parse(api, ingest, dataset_id, sales__csv="Town,Sum\nUlm,2\nUlm,2\nBonn,3\n")
    assert "|7|" in ask(api, [dataset_id], "What is the total sum?")["answer"]


def test_tagged_texts_are_not_answered_from(api: Any, ingest: Callable[[], None]) -> None:
    dataset_id = api.dataset("tags", chunk_method="tag")
    (document,) = parse(api, ingest, dataset_id, tags__csv="The lighthouse is red.,sea\n")
    listed = api.data("GET", f"/datasets/{dataset_id}/documents/{document['id']}/chunks")
    assert [chunk["content"] for chunk in listed["chunks"]] == ["The lighthouse is red."]
    assert "lighthouse" not in ask(api, [dataset_id], "What colour is it?")["answer"]


def test_a_pair_is_found_by_its_question_and_can_be_edited(
    api: Any, ingest: Callable[[], None]
) -> None:
    dataset_id = api.dataset("faq", chunk_method="qa")
    (document,) = parse(api, ingest, dataset_id, faq__csv="Who counts ships?,The keeper\n")
    path = f"/datasets/{dataset_id}/documents/{document['id']}/chunks"
    (chunk,) = api.data("GET", path)["chunks"]
    assert chunk["content"] == "Question: Who counts ships?\tAnswer: The keeper"

    def terms(question: str) -> float:
        body = {"question": question, "dataset_ids": [dataset_id], "similarity_threshold": 0}
        found = api.data("POST", "/retrieval", json=body)["chunks"]
        return float(found[0]["term_similarity"]) if found else 0.0

    assert (terms("ships"), terms("keeper")) == (1.0, 0.0)
    content = "Question: Who counts\nwhales?\tAnswer: Nobody"
    api.data("PUT", f"{path}/{chunk['id']}", json={"content": content})
    assert (terms("whales"), terms("ships"), terms("nobody")) == (1.0, 0.0, 0.0)
