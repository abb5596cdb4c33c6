"""The real application over real stores in a temporary directory, with models that need no weights.

Ingestion itself is proved elsewhere: here a queued document becomes one chunk per line when a test
calls `world.work()`.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.jobs.memory import MemoryJobQueue
from ragflow.adapters.models.extractive import ExtractiveChat
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.adapters.system import RandomIds, SystemClock
from ragflow.domain.blob_keys import document_key, picture_key
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Box, Coverage, RunState, Span
from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import Actor, Membership, Tenant, TenantRole, User
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.models import Factory, OfferedModel
from ragflow.http.app import create_app
from ragflow.ingest.embed import chunk_vectors
from ragflow.ingest.extract import chunk_id
from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.services.agent_environment import AgentPorts
from ragflow.services.container import Ports, ServiceOptions, Services, build_services
from ragflow.testing.agent_canvases import GatedModel
from ragflow.testing.agents import FakeOutside, FakeToolServers
from ragflow.testing.chat import ScriptedChatModel

PICTURE = b"\x89PNG\r\n\x1a\n picture"


@dataclass
class FewModels:
    """Serve the hashing model under three names; know one that is not configured.

    Chats speak with the extractive model, or with `scripted` as a test tells it.
    """

    scripted: ScriptedChatModel = field(default_factory=lambda: ScriptedChatModel([]))
    default_chat: str = "extractive"
    names: ClassVar = ("hashing@Builtin", "BAAI/bge-large-zh-v1.5@BAAI", "other@Builtin")

    def embedding(self, tenant_id: str, name: str) -> HashingEmbedding:
        if name == "private@Elsewhere":
            raise ModelNotConfigured(name=name)
        if name and name not in self.names:
            raise UnknownModel(name=name)
        return HashingEmbedding()

    def chat(self, tenant_id: str, name: str) -> Any:
        name = name or self.default_chat
        if name == "private@Elsewhere":
            raise ModelNotConfigured(name=name)
        if name not in ("extractive", "scripted"):
            raise UnknownModel(name=name)
        return self.scripted if name == "scripted" else ExtractiveChat()

    def rerank(self, tenant_id: str, name: str) -> Any:
        if name != "backwards":
            raise UnknownModel(name=name)
        return Backwards()

    def vision(self, tenant_id: str, name: str) -> Any:
        raise ModelNotConfigured(name=name) if not name else UnknownModel(name=name)

    speech = vision

    def default_name(self, tenant_id: str, kind: str) -> str:
        return {"embedding": "hashing@Builtin", "chat": self.default_chat}.get(kind, "")

    def factories(self) -> tuple[Factory, ...]:
        return (Factory("Builtin", ("embedding",), builtin=True), Factory("Elsewhere", ("chat",)))

    def offered(self, tenant_id: str) -> tuple[OfferedModel, ...]:
        return (OfferedModel("hashing", "Builtin", "embedding", True),)


class Backwards:
    """Prefer short texts."""

    name = "backwards"

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [1 / (1 + len(text)) for text in texts]


@dataclass(frozen=True)
class World:
    """Hold the application and what is behind it."""

    client: TestClient
    services: Services
    ports: Ports

    def work(self) -> None:
        """Ingest what is queued: one chunk per line; a line `boom` fails its document."""
        self.ports.queue.run_waiting(self._ingest)  # type: ignore[attr-defined]

    def _ingest(self, job: Any, _steps: Any) -> None:
        with self.ports.database.reading() as unit:
            document = unit.documents.get(job.document_id)
        if document is None or document.revision != job.revision:
            return
        data = self.ports.blobs.get(document_key(document.dataset_id, document.id))
        lines = [line for line in data.decode().splitlines() if line.strip()]
        chunks = [
            Chunk(
                id=chunk_id(document.id, line),
                document_id=document.id,
                dataset_id=document.dataset_id,
                content=line,
                ordinal=ordinal,
                token_count=len(line.split()),
                create_timestamp=time.time(),
                boxes=(Box(1, 10.2, 20.7, 30.0, 40.0),) if line.startswith("boxed") else (),
                box_spans=(Span(0, len(line)),) if line.startswith("boxed") else (),
                has_image=line.startswith("pictured"),
                vector=chunk_vectors(HashingEmbedding(), document.name, [line], 0.1)[0].tobytes(),
            )
            for ordinal, line in enumerate(lines)
        ]
        for chunk in chunks:
            if chunk.has_image:
                key = picture_key(document.dataset_id, document.id, chunk.id)
                self.ports.blobs.put(key, PICTURE)
        failed = "boom" in lines
        characters = sum(len(line) for line in lines)
        with self.ports.database.transaction() as unit:
            unit.chunks.replace_document(document.id, () if failed else chunks)
            unit.documents.update(
                replace(
                    document,
                    run=RunState.FAIL if failed else RunState.DONE,
                    progress=-1.0 if failed else 1.0,
                    chunk_count=len(chunks),
                    token_count=sum(chunk.token_count for chunk in chunks),
                    coverage=Coverage(characters, characters, {}),
                )
            )
            unit.outbox.add(OutboxKind.INDEX_DOCUMENT, {"document_id": document.id})
        self.services.relay.flush()


def repeating_canvas(**begin: Any) -> dict[str, Any]:
    """Return a canvas that repeats the question; `begin` are parameters of its entry."""

    def component(name: str, params: dict[str, Any], before: str, after: str) -> dict[str, Any]:
        return {
            "obj": {"component_name": name, "params": params},
            "downstream": [after] if after else [],
            "upstream": [before] if before else [],
        }

    components = {
        "begin": component("Begin", {"prologue": "Hello!", **begin}, "", "Message:Echo"),
        "Message:Echo": component("Message", {"content": ["You said {sys.query}"]}, "begin", ""),
    }
    return {"components": components, "history": [], "path": [], "retrieval": []}


class Api:
    """Call the API with one key."""

    def __init__(
        self, client: TestClient, key: str, tenant_id: str, beta: str = "", prefix: str = ""
    ) -> None:
        self.client = client
        self.key = key
        self.tenant_id = tenant_id
        self.beta = beta
        self.prefix = prefix

    @property
    def embed(self) -> Api:
        """Call with the key's embed token."""
        return Api(self.client, self.beta, self.tenant_id)

    @cached_property
    def signed_in(self) -> str:
        """Sign the tenant's owner in; return the token."""
        services = self.client.app.state.services  # type: ignore[attr-defined]
        (user,) = [user for user in services.accounts.users() if user.id == self.tenant_id]
        return str(services.sign_ins.begin(user).token)

    def under(self, prefix: str) -> Api:
        """Call as a client whose base URL ends with a prefix, such as /v027."""
        return Api(self.client, self.key, self.tenant_id, self.beta, prefix)

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON that a path under /api/v1 answers."""
        return self.raw(method, path, **options).json()

    def raw(self, method: str, path: str, **options: Any) -> Any:
        """Return the whole response."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        url = f"{self.prefix}/api/v1{path}"
        return self.client.request(method, url, headers=headers, **options)

    def data(self, method: str, path: str, **options: Any) -> Any:
        """Return the data of a successful call."""
        reply = self(method, path, **options)
        assert reply["code"] == 0, reply
        return reply.get("data")

    def dataset(self, name: str = "ds", **fields: Any) -> str:
        """Create a dataset; return its id."""
        return str(self.data("POST", "/datasets", json={"name": name, **fields})["id"])

    def upload(self, dataset_id: str, **files: str | bytes) -> list[str]:
        """Upload files given as `name__ext=content`; return their ids."""
        parts = [("file", (name.replace("__", "."), text)) for name, text in files.items()]
        uploaded = self.data("POST", f"/datasets/{dataset_id}/documents", files=parts)
        return [document["id"] for document in uploaded]

    def stream(self, path: str, **body: Any) -> list[Any]:
        """Return the values of the frames of an event stream, whose form is checked."""
        response = self.raw("POST", path, json=body)
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8", response.text
        *frames, end = response.text.split("\n\n")
        assert end == ""
        assert all(frame.startswith("data:") and frame[5] != " " for frame in frames)
        texts = [frame.removeprefix("data:") for frame in frames]
        return [text if text == "[DONE]" else json.loads(text) for text in texts]

    def chat(self, name: str = "guide", **fields: Any) -> str:
        """Create an assistant; return its id."""
        return str(self.data("POST", "/chats", json={"name": name, **fields})["id"])

    def session(self, chat_id: str, **fields: Any) -> str:
        """Begin a conversation; return its id."""
        return str(self.data("POST", f"/chats/{chat_id}/sessions", json=fields)["id"])

    def agent(self, title: str = "guide", **begin: Any) -> str:
        """Create an agent that repeats what it is asked; return its id."""
        before = {agent["id"] for agent in self.data("GET", "/agents", params={"page_size": 1000})}
        self.data("POST", "/agents", json={"title": title, "dsl": repeating_canvas(**begin)})
        after = self.data("GET", "/agents", params={"page_size": 1000})
        return str(next(agent["id"] for agent in after if agent["id"] not in before))

    def file(self, path: str = "a.txt", content: str | bytes = "x", **fields: str) -> Any:
        """Upload one file to the file manager; return it."""
        parts = [("file", (path, content))]
        (stored,) = self.data("POST", "/file/upload", files=parts, data=fields)
        return stored

    def folder(self, name: str = "folder", **fields: str) -> Any:
        """Create a folder; return it."""
        return self.data("POST", "/file/create", json={"name": name, "type": "folder", **fields})

    def listed(self, folder_id: str = "", **params: Any) -> list[str]:
        """Return the names of what a folder holds, without `.knowledgebase`."""
        found = self.data("GET", "/file/list", params={"parent_id": folder_id, **params})
        return [file["name"] for file in found["files"] if file["name"] != ".knowledgebase"]

    def document(self, dataset_id: str, document_id: str) -> dict[str, Any]:
        """Return one document."""
        found = self.data("GET", f"/datasets/{dataset_id}/documents", params={"id": document_id})
        return dict(found["docs"][0])


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


class QuickHasher(PasswordHasher):
    """Hash as weakly as argon2 can: the strength is the library's, the time is the tests'."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("argon2.PasswordHasher", QuickHasher)


@pytest.fixture
def service_options() -> ServiceOptions:
    """Return what the services are told; a module may have its own."""
    return ServiceOptions()


@pytest.fixture
def world(tmp_path: Path, migrated: Path, service_options: ServiceOptions) -> Iterator[World]:
    shutil.copy(migrated, tmp_path / "meta.db")
    isolation = Isolation(IsolationLimits(parse_seconds=30), max_calls=1)
    outside = FakeOutside(tool_servers=FakeToolServers({"add": lambda given: str(given)}))
    ports = Ports(
        database=SqlDatabase(f"sqlite:///{tmp_path / 'meta.db'}"),
        blobs=ObstoreBlobStore("memory://"),
        engine=MemoryEngine(),
        catalog=FewModels(),
        queue=MemoryJobQueue(),
        clock=SystemClock(),
        ids=RandomIds(),
        sandbox=isolation,
        agents=AgentPorts(
            outside.http, outside.code, outside.databases, outside.mail, outside.tool_servers
        ),
    )
    services = build_services(ports, service_options)
    app = create_app(services, max_body_bytes=1_000_000, mcp_hosts=("testserver",))
    with TestClient(app) as client:
        yield World(client, services, ports)
    ports.database.close()
    isolation.close()


def _sign_up(world: World, email: str) -> Api:
    """Add an account without a password, since hashing one takes its time."""
    user_id, now = uuid.uuid1().hex, int(time.time() * 1000)
    with world.ports.database.transaction() as unit:
        unit.accounts.add_user(User(user_id, email, email, "!", now, now))
        unit.accounts.add_tenant(Tenant(user_id, email, now, now))
        unit.accounts.put_membership(Membership(user_id, user_id, TenantRole.OWNER))
    key = world.services.accounts.create_key(email)
    return Api(world.client, key.secret, user_id, key.beta)


@pytest.fixture
def api(world: World) -> Api:
    """Call as the first tenant."""
    key = world.services.accounts.create_key()
    return Api(world.client, key.secret, key.key.tenant_id, key.beta)


@pytest.fixture
def stranger(world: World) -> Api:
    """Call as a tenant that has nothing to do with the first."""
    return _sign_up(world, "bob@example.org")


@pytest.fixture
def teammate(world: World, api: Api) -> Api:
    """Call as a tenant that joined the first."""
    mate = _sign_up(world, "cat@example.org")
    with world.ports.database.transaction() as unit:
        unit.accounts.put_membership(Membership(api.tenant_id, mate.tenant_id, TenantRole.NORMAL))
    return mate


@pytest.fixture
def model(world: World) -> ScriptedChatModel:
    """Return the model named `scripted`, which says what a test gives it."""
    catalog = world.ports.catalog
    assert isinstance(catalog, FewModels)
    return catalog.scripted


@pytest.fixture
def dataset_id(api: Api) -> str:
    return api.dataset()


@pytest.fixture
def parsed(world: World, api: Api, dataset_id: str) -> tuple[str, str]:
    """Return the ids of a dataset and of its one document, which has three chunks."""
    text = "The lighthouse keeper counts ships.\nBread needs flour and water.\npictured: a ship"
    (document_id,) = api.upload(dataset_id, notes__txt=text)
    api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    world.work()
    return dataset_id, document_id


@pytest.fixture
def gated(world: World) -> GatedModel:
    """Let the model named `scripted` wait in the second of the canvas's questions."""
    world.ports.catalog.scripted = GatedModel()  # type: ignore[attr-defined]
    return world.ports.catalog.scripted  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def actor(world: World) -> Actor:
    accounts = world.services.accounts
    return accounts.actor_of(accounts.first_account())
