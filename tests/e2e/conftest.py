"""Whole products, started as a user starts them, and clients to work with them.

Run with `--dist loadfile`, so that a module's server is started once. The default embedding model
is used where meaning counts; elsewhere a smaller one, which loads faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from ragflow.services.accounts import AccountService
from ragflow.settings import Settings
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.server import RunningServer, running_server
from ragflow.wiring import accounts
from ragflow_sdk import DataSet, Document, RAGFlow

EXAMPLES = Path(__file__).parents[2] / "examples" / "documents"
ENDED = ("DONE", "FAIL", "CANCEL")
LONGEST_WAIT = 120.0

Files = Mapping[str, bytes]
Ingest = Callable[..., dict[str, Document]]
Serve = Callable[..., RunningServer]


def wait_until_ended(
    dataset: DataSet, names: set[str], seconds: float = LONGEST_WAIT
) -> dict[str, Document]:
    """Poll until the documents are DONE, FAIL or CANCEL; return them by name."""
    deadline = time.monotonic() + seconds
    while True:
        listed = {each.name: each for each in dataset.list_documents(page_size=1000)}
        states = {name: listed[name] for name in names}
        if all(each.run in ENDED for each in states.values()):
            return states
        running = {name: each.progress_msg for name, each in states.items()}
        assert time.monotonic() < deadline, f"still in work: {running}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def ingest() -> Ingest:
    """Upload files, parse them and wait; return the documents by name."""

    def run(dataset: DataSet, files: Files, seconds: float = LONGEST_WAIT) -> dict[str, Document]:
        uploads = [{"display_name": name, "blob": data} for name, data in files.items()]
        documents = dataset.upload_documents(uploads)
        dataset.async_parse_documents([document.id for document in documents])
        return wait_until_ended(dataset, {document.name for document in documents}, seconds)

    return run


@pytest.fixture(scope="session")
def wait() -> Callable[..., dict[str, Document]]:
    """Wait until documents have ended; return them by name."""
    return wait_until_ended


@pytest.fixture(scope="session")
def small_model() -> dict[str, str]:
    """Return settings that choose a small embedding model, which knows English alone."""
    return {"RAGFLOW_MODELS__EMBEDDING": "all-MiniLM-L6-v2"}


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start servers with settings; all end with the session."""
    with ExitStack() as stack:

        def start(**settings: str) -> RunningServer:
            folder = tmp_path_factory.mktemp("server")
            return stack.enter_context(running_server(folder / "data", settings))

        yield start


@pytest.fixture(scope="session")
def remote_models() -> Iterator[ModelServer]:
    """Run a server of chat models that say what a test tells them to."""
    with model_server() as server:
        yield server


@pytest.fixture(scope="session")
def server(serve: Serve, remote_models: ModelServer) -> RunningServer:
    """Run the product as it comes; it also knows a server of models."""
    return serve(RAGFLOW_MODELS__BASE_URL=remote_models.base_url, RAGFLOW_MODELS__API_KEY="key")


@pytest.fixture(scope="session")
def rag(server: RunningServer) -> Iterator[RAGFlow]:
    with RAGFlow(server.api_key, server.url) as client:
        yield client


@pytest.fixture(scope="session")
def stranger(server: RunningServer) -> Iterator[RAGFlow]:
    """Work as another account of the same server."""

    def sign_up(service: AccountService) -> str:
        service.register("bob@example.org", "Bob", "a password")
        return service.create_key("bob@example.org").secret

    with accounts(Settings(data_dir=server.data_dir)) as service:
        key = sign_up(service)
    with RAGFlow(key, server.url) as client:
        yield client


@pytest.fixture(scope="session")
def examples() -> dict[str, bytes]:
    """Return the sample documents by name."""
    return {path.name: path.read_bytes() for path in sorted(EXAMPLES.iterdir())}


@pytest.fixture(scope="session")
def library(rag: RAGFlow, ingest: Ingest, examples: dict[str, bytes]) -> DataSet:
    """Return a dataset with the sample documents, parsed; tests only read it."""
    dataset = rag.create_dataset("Tramway")
    documents = ingest(dataset, examples)
    assert {d.name: d.progress_msg for d in documents.values() if d.run != "DONE"} == {}
    return dataset


@pytest.fixture
def dataset(rag: RAGFlow, request: pytest.FixtureRequest) -> Iterator[DataSet]:
    """Return an empty dataset of the test's own."""
    made = rag.create_dataset(request.node.name[:120])
    yield made
    rag.delete_datasets([made.id])
