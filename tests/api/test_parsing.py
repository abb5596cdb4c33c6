from __future__ import annotations

import re
from typing import Any

import pytest


def parse(api: Any, dataset_id: str, *ids: str) -> Any:
    return api("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": list(ids)})


def stop(api: Any, dataset_id: str, *ids: str) -> Any:
    return api("DELETE", f"/datasets/{dataset_id}/chunks", json={"document_ids": list(ids)})


def test_a_queued_document_runs_with_a_small_progress(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    assert parse(api, dataset_id, document_id) == {"code": 0}
    document = api.document(dataset_id, document_id)
    assert document["run"] == "RUNNING"
    assert 0 < document["progress"] < 0.01
    assert document["progress_msg"] == "Task is queued..."
    assert document["process_begin_at"].endswith(" GMT")


def test_a_parsed_document_is_done_with_counts_and_coverage(
    world: Any, api: Any, parsed: Any
) -> None:
    document = api.document(*parsed)
    assert (document["run"], document["progress"]) == ("DONE", 1.0)
    assert document["chunk_count"] == 3
    assert document["coverage"]["extracted"] == document["coverage"]["in_chunks"]
    (dataset,) = api.data("GET", "/datasets")
    assert (dataset["document_count"], dataset["chunk_count"]) == (1, 3)
    assert world.ports.engine.count((parsed[0],)) == 3


def test_a_document_in_work_cannot_be_parsed_again(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    parse(api, dataset_id, document_id)
    assert parse(api, dataset_id, document_id) == {
        "code": 102,
        "message": "Can't parse document that is currently being processed",
    }


def test_done_failed_and_stopped_documents_can_be_parsed_again(
    world: Any, api: Any, dataset_id: str
) -> None:
    done, failed, stopped = api.upload(dataset_id, a__txt="text", b__txt="boom", c__txt="text")
    parse(api, dataset_id, done, failed)
    world.work()
    parse(api, dataset_id, stopped)
    stop(api, dataset_id, stopped)
    runs = [api.document(dataset_id, each)["run"] for each in (done, failed, stopped)]
    assert runs == ["DONE", "FAIL", "CANCEL"]
    assert parse(api, dataset_id, done, failed, stopped) == {"code": 0}
    for each in (done, failed, stopped):
        document = api.document(dataset_id, each)
        assert (document["run"], document["chunk_count"]) == ("RUNNING", 0)
    assert world.ports.engine.count((dataset_id,)) == 0
    assert world.ports.queue.waiting() == 3


def test_known_documents_are_queued_before_unknown_ones_are_reported(
    api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    assert parse(api, dataset_id, document_id, "x") == {
        "code": 102,
        "message": "Documents not found: ['x']",
    }
    assert api.document(dataset_id, document_id)["run"] == "RUNNING"


@pytest.mark.parametrize("call", [parse, stop])
def test_documents_named_twice_are_handled_once(api: Any, dataset_id: str, call: Any) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    if call is stop:
        parse(api, dataset_id, document_id)
    assert call(api, dataset_id, document_id, document_id) == {
        "code": 0,
        "data": {"success_count": 1, "errors": [f"Duplicate document ids: {document_id}"]},
    }


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("body", [None, {}, {"document_ids": None}, {"document_ids": []}])
def test_document_ids_are_required(api: Any, dataset_id: str, method: str, body: Any) -> None:
    reply = api(method, f"/datasets/{dataset_id}/chunks", json=body)
    assert reply == {"code": 102, "message": "`document_ids` is required"}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_unknown_dataset_is_not_owned(api: Any, method: str) -> None:
    reply = api(method, "/datasets/x/chunks", json={"document_ids": ["y"]})
    assert reply == {"code": 102, "message": "You don't own the dataset x."}


def test_a_stopped_document_loses_its_job_and_its_chunks(
    world: Any, api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    parse(api, dataset_id, document_id)
    assert stop(api, dataset_id, document_id) == {"code": 0}
    assert world.ports.queue.waiting() == 0
    document = api.document(dataset_id, document_id)
    assert (document["run"], document["progress"]) == ("CANCEL", 0.0)
    queued, cancelled = document["progress_msg"].splitlines()
    assert queued == "Task is queued..."
    assert re.fullmatch(r"\d\d:\d\d:\d\d Task was cancelled; .*", cancelled)


def test_what_was_never_parsed_or_is_done_cannot_be_stopped(api: Any, parsed: Any) -> None:
    dataset_id, done = parsed
    (fresh,) = api.upload(dataset_id, a__txt="text")
    for document_id in (done, fresh):
        assert stop(api, dataset_id, document_id) == {
            "code": 102,
            "message": "Can't stop parsing document with progress at 0 or 1",
        }
    assert stop(api, dataset_id, "x")["message"] == "You don't own the document x."


def test_a_failed_document_can_be_stopped(world: Any, api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="boom")
    parse(api, dataset_id, document_id)
    world.work()
    assert api.document(dataset_id, document_id)["progress"] == -1.0
    assert stop(api, dataset_id, document_id) == {"code": 0}


def test_a_dataset_that_is_deleted_takes_its_waiting_jobs_along(
    world: Any, api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    parse(api, dataset_id, document_id)
    api.data("DELETE", "/datasets", json={"ids": [dataset_id]})
    assert world.ports.queue.waiting() == 0
