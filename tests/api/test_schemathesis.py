"""What the server answers is what it describes: generated requests, and the examples themselves.

Requests are made from the description, by schemathesis, half of them with ids of objects that
there are. Whatever they say, the reply has a described status, media type and schema, and nothing
that nobody expected happens inside the server.
"""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs

from ragflow.domain.identity import Membership, TenantRole
from ragflow.http.app import create_app
from ragflow.http.described import samples
from ragflow.http.described.bodies import BODIES
from ragflow.services.container import Services
from ragflow.services.mcp_servers import McpServerDraft

DESCRIPTION = create_app(cast(Services, None)).openapi()
METHODS = ("get", "post", "put", "patch", "delete")  # what deletes comes last
OPERATIONS = {
    operations[method]["operationId"]: (path, method)
    for method in METHODS
    for path, operations in DESCRIPTION["paths"].items()
    if method in operations
}
TAGS = [tag["name"] for tag in DESCRIPTION["tags"]]
EXAMPLES = 5
NOTHING_TO_DO = {"stop_parsing": "Can't stop parsing"}  # since it is done
JSON = {"Content-Type": "application/json"}
WITH_BODY = [
    name
    for name, (path, method) in OPERATIONS.items()
    if "application/json"
    in DESCRIPTION["paths"][path][method].get("requestBody", {}).get("content", {})
]
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
FAILS_BY_STATUS = (
    "retrieve_records"  # answers wrong settings with status 500, as its clients expect
)
SIGN_IN = BODIES["login"]
ID_LISTS = {
    "dataset_ids": "dataset_id",
    "kb_ids": "dataset_id",
    "kb_id": "dataset_id",
    "document_ids": "document_id",
    "doc_ids": "document_id",
    "chunk_ids": "chunk_id",
    "file_ids": "file_id",
    "src_file_ids": "file_id",
    "mcp_ids": "mcp_id",
}
MCP_SERVER = McpServerDraft("tools", "https://tools.example/mcp", headers={"x-key": "k"})


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture
def ids(world: Any, api: Any, parsed: tuple[str, str]) -> dict[str, str]:
    """Give the caller one object of each kind; return their ids by their names in paths."""
    dataset, document = parsed
    chunks = api.data("GET", f"/datasets/{dataset}/documents/{document}/chunks")["chunks"]
    picture = next(chunk for chunk in chunks if chunk["image_id"])
    chat = api.chat("helper", dataset_ids=[dataset])
    embedded, _ = api.embed.stream(f"/chatbots/{chat}/completions")
    owner = world.services.accounts.authenticate(api.key)
    agent = api.agent("clerk")
    versions = api.data("GET", f"/agents/{agent}/versions")
    run = api.data("POST", f"/agents/{agent}/completions", json={"question": "x", "stream": False})
    guest = world.services.accounts.add("guest@example.org", "Guest", "p")
    world.services.accounts.add("bob@example.org", "Bob", "p")
    world.services.accounts.add(**SIGN_IN, nickname="Ada")
    with world.ports.database.transaction() as unit:
        unit.accounts.put_membership(Membership(api.tenant_id, guest.id, TenantRole.NORMAL))
    return {
        "tenant_id": api.tenant_id,
        "user_id": guest.id,
        "token": world.services.accounts.create_key().key.id,
        "dataset_id": dataset,
        "document_id": document,
        "chunk_id": picture["id"],
        "image_id": picture["image_id"],
        "number": "1",
        "name": "translation",
        "chat_id": chat,
        "session_id": api.session(chat),
        "embed_session_id": embedded["data"]["session_id"],
        "file_id": api.file("leave.txt", "two weeks")["id"],
        "mcp_id": world.services.mcp_servers.create(owner, MCP_SERVER).id,
        "search_id": api.data("POST", "/searches", json={"name": "finder"})["id"],
        "agent_id": agent,
        "run_id": run["message_id"],
        "task_id": run["message_id"],
        "agent_session_id": api.data("POST", f"/agents/{agent}/sessions")["id"],
        "version_id": versions[0]["id"],
        "other_id": versions[0]["id"],
    }


def headers_for(operation: dict[str, Any], api: Any) -> dict[str, str]:
    """Sign a request in the described way."""
    ways = [way for each in operation["security"] for way in each]
    keys = {"apiKey": api.key, "embedToken": api.beta, "signIn": api.signed_in}
    return {"Authorization": f"Bearer {keys[ways[0]]}"} if ways else {}


def with_real_ids(body: Any, ids: dict[str, str]) -> Any:
    """Put ids of objects that there are where a body has some."""
    if not isinstance(body, dict):
        return body
    known = {key: [ids[name]] for key, name in ID_LISTS.items() if key in body}
    return body | known | {key: ids[key] for key in ids.keys() & body.keys()}


@pytest.mark.parametrize("tag", TAGS)
def test_every_reply_is_as_described(
    world: Any, api: Any, ids: dict[str, str], schema: Any, tag: str
) -> None:
    for name, (path, method) in OPERATIONS.items():
        if tag in DESCRIPTION["paths"][path][method]["tags"]:
            converse(world.client, schema[path][method], name, ids, api)


def converse(client: Any, operation: Any, name: str, ids: dict[str, str], api: Any) -> None:
    """Send generated requests to one route."""
    path, method = OPERATIONS[name]
    headers = headers_for(DESCRIPTION["paths"][path][method], api)
    checks = CHECKS if name == FAILS_BY_STATUS else [*CHECKS, not_a_server_error]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # the first failure tells enough
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), real=st.booleans())
    def say(case: Any, real: bool) -> None:
        if real:
            case.path_parameters = {key: ids[key] for key in case.path_parameters or {}}
            case.body = with_real_ids(case.body, ids)
        described = case.as_transport_kwargs(base_url="http://testserver", headers=headers)
        sent = requests.Request(**described).prepare()
        with capture_logs() as events:
            response = client.request(
                sent.method, sent.url, headers=dict(sent.headers), content=sent.body
            )
        case.validate_response(response, checks=checks)
        assert not [event for event in events if event["log_level"] == "error"]

    say()


@pytest.mark.parametrize("name", WITH_BODY)
def test_the_example_of_a_body_is_accepted(
    world: Any, api: Any, ids: dict[str, str], name: str
) -> None:
    path, method = OPERATIONS[name]
    operation = DESCRIPTION["paths"][path][method]
    text = json.dumps(operation["requestBody"]["content"]["application/json"]["example"])
    if "chatbots" in operation["tags"]:
        ids = ids | {"session_id": ids["embed_session_id"]}
    if "agents" in operation["tags"]:
        ids = ids | {"session_id": ids["agent_session_id"]}
    for key, real in ids.items():
        if hasattr(samples, key.upper()):
            text = text.replace(getattr(samples, key.upper()), real)
    text = text.replace("OpenAI", "Elsewhere")  # the only vendor of these tests
    response = world.client.request(
        method, path.format(**ids), content=text, headers=headers_for(operation, api) | JSON
    )
    assert response.status_code == 200
    if name in NOTHING_TO_DO:
        assert NOTHING_TO_DO[name] in response.json()["message"]
    elif response.headers["content-type"] == "application/json":
        assert response.json().get("code", 0) == 0, response.text
