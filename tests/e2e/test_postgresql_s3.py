"""The same product on PostgreSQL and S3 with two workers, one of which is killed at work."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ragflow.settings import environment
from ragflow.testing.postgres import new_database, postgres_server
from ragflow.testing.server import RunningServer, ragflow_command, running_server
from ragflow_sdk import DataSet, Document, RAGFlow

HANDBOOK = "AX-200 handbook.pdf"
QUESTIONS = (
    "What does fault code E-42 mean?",
    "失物保管多少天？",
    "How much does a day pass cost?",
)
SECRET = "test"


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with postgres_server() as server, new_database(server) as url:
        yield url


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """Run an S3 server with a bucket; return the settings that lead to it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": SECRET}
    s3 = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys)
    s3.create_bucket(Bucket="papers")
    yield {
        "RAGFLOW_BLOBS__URL": "s3://papers/product",
        "RAGFLOW_BLOBS__ENDPOINT": f"http://{host}:{port}",
        "RAGFLOW_BLOBS__REGION": "us-east-1",
        "RAGFLOW_BLOBS__ACCESS_KEY_ID": "test",
        "RAGFLOW_BLOBS__SECRET_ACCESS_KEY": SECRET,
        "RAGFLOW_BLOBS__ALLOW_HTTP": "true",
    }
    s3.close()
    server.stop()


@pytest.fixture(scope="module")
def variables(
    database_url: str, bucket: dict[str, str], small_model: dict[str, str]
) -> dict[str, str]:
    own = {"RAGFLOW_DATABASE__URL": database_url, "RAGFLOW_WORKER__PROCESSES": "2"}
    return bucket | small_model | own


@pytest.fixture(scope="module")
def spread(
    tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]
) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("spread") / "data", variables) as server:
        yield server


@pytest.fixture(scope="module")
def client(spread: RunningServer) -> Iterator[RAGFlow]:
    with RAGFlow(spread.api_key, spread.url) as rag:
        yield rag


def workers(server: RunningServer) -> list[int]:
    """Return the process ids of a server's workers."""
    supervisor = server.process.pid
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, command in commands.items() if b"\0worker\0" in command]


@pytest.fixture(scope="module")
def disturbed(
    spread: RunningServer,
    client: RAGFlow,
    examples: dict[str, bytes],
    wait: Callable[..., dict[str, Document]],
) -> DataSet:
    """Return a dataset during whose parsing a worker was killed."""
    dataset = client.create_dataset("disturbed")
    uploads = [{"display_name": name, "blob": data} for name, data in examples.items()]
    documents = dataset.upload_documents(uploads)
    dataset.async_parse_documents([document.id for document in documents])
    deadline = time.monotonic() + 60
    while not any("Start to parse" in each.progress_msg for each in dataset.list_documents()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    before = workers(spread)
    assert len(before) == 2
    busy = [pid for pid in before if has_child(pid)] or before
    os.kill(busy[0], signal.SIGKILL)
    assert any(each.run == "RUNNING" for each in dataset.list_documents())
    states = wait(dataset, set(examples))
    assert {name: each.progress_msg for name, each in states.items() if each.run != "DONE"} == {}
    return dataset


def has_child(pid: int) -> bool:
    """Tell whether a process has started another in one of its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return any((task / "children").read_text().strip() for task in tasks)


def found(client: RAGFlow, dataset: DataSet) -> list[Any]:
    return [
        [
            (hit.id, round(hit.similarity, 5))
            for hit in client.retrieve([dataset.id], None, question)
        ]
        for question in QUESTIONS
    ]


def contents(dataset: DataSet) -> dict[str, list[Any]]:
    return {
        document.name: [(chunk.id, chunk.content) for chunk in document.list_chunks()]
        for document in dataset.list_documents()
    }


def test_all_documents_are_done_though_a_worker_died(
    disturbed: DataSet, spread: RunningServer, examples: dict[str, bytes]
) -> None:
    documents = disturbed.list_documents()
    assert {each.name for each in documents} == set(examples)
    for document in documents:
        assert document.chunk_count == len(document.list_chunks()) > 0
    assert "(SIGKILL); starting it again" in (spread.data_dir / "server.log").read_text()


def test_an_undisturbed_parse_makes_the_same_chunks(
    client: RAGFlow, disturbed: DataSet, wait: Callable[..., Any]
) -> None:
    chunks, hits = contents(disturbed), found(client, disturbed)
    documents = disturbed.list_documents()
    disturbed.async_parse_documents([document.id for document in documents])
    states = wait(disturbed, {document.name for document in documents})
    assert {each.run for each in states.values()} == {"DONE"}
    assert contents(disturbed) == chunks
    assert found(client, disturbed) == hits


def test_files_and_pictures_lie_in_the_bucket(
    disturbed: DataSet, spread: RunningServer, examples: dict[str, bytes]
) -> None:
    (handbook,) = disturbed.list_documents(name=HANDBOOK)
    assert handbook.download() == examples[HANDBOOK]
    assert all(chunk.image_id for chunk in handbook.list_chunks())
    assert not (spread.data_dir / "blobs").exists()
    assert not list(spread.data_dir.glob("*.sqlite"))


def test_a_question_finds_its_passage(client: RAGFlow, disturbed: DataSet) -> None:
    best = client.retrieve([disturbed.id], question="What does fault code E-42 mean?")[0]
    assert best.document_name == HANDBOOK
    assert "inverter is too hot" in best.content


def test_an_index_made_anew_gives_the_same_hits_and_goes_on_growing(
    client: RAGFlow, disturbed: DataSet, spread: RunningServer, variables: dict[str, str]
) -> None:
    before = found(client, disturbed)
    assert all(before)
    command = [*ragflow_command(), "reindex", "--data-dir", str(spread.data_dir)]
    done = subprocess.run(
        command, env=environment(variables), capture_output=True, text=True, check=True
    )
    count = client.get_dataset("disturbed").chunk_count
    assert f"Indexed {count} chunks." in done.stdout
    assert found(client, disturbed) == before
    (document,) = disturbed.list_documents(name=HANDBOOK)
    document.add_chunk("Ferries leave at noon.")
    hits = client.retrieve([disturbed.id], question="When do ferries leave?")
    assert hits[0].content == "Ferries leave at noon."


def test_the_log_holds_no_failure(spread: RunningServer, disturbed: DataSet) -> None:
    log = (spread.data_dir / "server.log").read_text()
    assert "Traceback" not in log
    assert "level='error'" not in log
