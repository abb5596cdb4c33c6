"""Who may do what, for every route that names an object of somebody."""

from __future__ import annotations

from typing import Any

import pytest

ROUTES: list[tuple[str, str, Any]] = [
    ("PUT", "/datasets/{dataset}", {"description": "x"}),
    ("DELETE", "/datasets", {"ids": ["{dataset}"]}),
    ("GET", "/datasets?id={dataset}", None),
    ("GET", "/datasets?ids={dataset}", None),
    ("GET", "/datasets/{dataset}/metadata/summary", None),
    ("GET", "/datasets/{dataset}/metadata/config", None),
    ("PUT", "/datasets/{dataset}/metadata/config", {"metadata": []}),
    (
        "POST",
        "/datasets/{dataset}/metadata/update",
        {"updates": [{"key": "kind", "value": "x"}]},
    ),
    ("POST", "/datasets/{dataset}/documents", "file"),
    ("GET", "/datasets/{dataset}/documents", None),
    ("PUT", "/datasets/{dataset}/documents/{document}", {"name": "x.txt"}),
    ("GET", "/datasets/{dataset}/documents/{document}", None),
    ("GET", "/documents/{document}", None),
    ("DELETE", "/datasets/{dataset}/documents", {}),
    ("POST", "/datasets/{dataset}/chunks", {"document_ids": ["{document}"]}),
    ("DELETE", "/datasets/{dataset}/chunks", {"document_ids": ["{document}"]}),
    ("POST", "/datasets/{dataset}/documents/{document}/chunks", {"content": "x"}),
    ("GET", "/datasets/{dataset}/documents/{document}/chunks", None),
    ("GET", "/datasets/{dataset}/documents/{document}/chunks/{chunk}", None),
    ("PUT", "/datasets/{dataset}/documents/{document}/chunks/{chunk}", {"content": "x"}),
    ("DELETE", "/datasets/{dataset}/documents/{document}/chunks", {}),
    ("POST", "/retrieval", {"question": "ships", "dataset_ids": ["{dataset}"]}),
    ("POST", "/dify/retrieval", {"query": "ships", "knowledge_id": "{dataset}"}),
    ("GET", "/images/{dataset}-{chunk}", None),
    ("POST", "/sessions/ask", {"question": "ships", "dataset_ids": ["{dataset}"]}),
    ("POST", "/chats", {"name": "mine", "dataset_ids": ["{dataset}"]}),
]
OWNERS_ALONE = {
    ("PUT", "/datasets/{dataset}"),
    ("DELETE", "/datasets"),
    ("PUT", "/datasets/{dataset}/metadata/config"),
    ("POST", "/datasets/{dataset}/metadata/update"),
    ("PUT", "/datasets/{dataset}/documents/{document}"),
    ("GET", "/datasets/{dataset}/documents/{document}"),
}


def state(world: Any, api: Any, parsed: Any) -> Any:
    chunks = api.data("GET", "/datasets/{}/documents/{}/chunks".format(*parsed))
    return api.data("GET", "/datasets"), chunks, world.ports.queue.waiting()


def call(caller: Any, parsed: Any, chunk: str, method: str, path: str, body: Any) -> Any:
    ids = {"dataset": parsed[0], "document": parsed[1], "chunk": chunk}
    options: dict[str, Any] = {}
    if body == "file":
        options["files"] = [("file", ("new.txt", b"new"))]
    elif body is not None:
        options["json"] = _filled(body, ids)
    return caller.raw(method, path.format(**ids), **options)


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, ids) for item in value]
    return value.format(**ids)


def refused(response: Any) -> bool:
    if response.headers["content-type"] != "application/json":
        return False
    body = response.json()
    return "records" not in body and (body["code"] != 0 or body.get("data") is False)


@pytest.fixture
def chunk(api: Any, parsed: Any) -> str:
    listed = api.data("GET", "/datasets/{}/documents/{}/chunks".format(*parsed))
    return str(listed["chunks"][2]["id"])


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_another_tenant_is_refused_and_changes_nothing(
    world: Any, api: Any, stranger: Any, parsed: Any, chunk: str, method: str, path: str, body: Any
) -> None:
    before = state(world, api, parsed)
    response = call(stranger, parsed, chunk, method, path, body)
    assert refused(response)
    assert "lighthouse" not in response.text
    assert state(world, api, parsed) == before


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_teammate_is_refused_while_the_permission_is_me(
    world: Any, api: Any, teammate: Any, parsed: Any, chunk: str, method: str, path: str, body: Any
) -> None:
    before = state(world, api, parsed)
    assert refused(call(teammate, parsed, chunk, method, path, body))
    assert state(world, api, parsed) == before


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_teammate_may_use_but_not_own_a_dataset_of_the_team(
    api: Any, teammate: Any, parsed: Any, chunk: str, method: str, path: str, body: Any
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    response = call(teammate, parsed, chunk, method, path, body)
    if (method, path) == ("DELETE", "/datasets/{dataset}/chunks"):
        assert "progress at 0 or 1" in response.json()["message"]  # allowed, but nothing runs
    else:
        assert refused(response) is ((method, path) in OWNERS_ALONE)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_request_without_a_key_is_refused(
    world: Any, api: Any, parsed: Any, chunk: str, method: str, path: str, body: Any
) -> None:
    before = state(world, api, parsed)
    anonymous = type(api)(api.client, "", "")
    assert refused(call(anonymous, parsed, chunk, method, path, body))
    assert state(world, api, parsed) == before


# An assistant belongs to its owner alone, whatever the datasets that it answers from.
CHAT_ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/chats?id={chat}", None),
    ("PUT", "/chats/{chat}", {"name": "x"}),
    ("GET", "/chats/{chat}", None),
    ("PATCH", "/chats/{chat}", {"name": "x"}),
    ("GET", "/chats/{chat}/sessions/{session}", None),
    ("DELETE", "/chats", {"ids": ["{chat}"]}),
    ("POST", "/chats/{chat}/sessions", {"name": "x"}),
    ("GET", "/chats/{chat}/sessions", None),
    ("PUT", "/chats/{chat}/sessions/{session}", {"name": "x"}),
    ("PATCH", "/chats/{chat}/sessions/{session}", {"name": "x"}),
    ("DELETE", "/chats/{chat}/sessions", {}),
    ("DELETE", "/chats/{chat}/sessions", {"ids": ["{session}"]}),
    ("POST", "/chats/{chat}/completions", {"question": "ships"}),
    ("POST", "/chats/{chat}/completions", {"question": "ships", "session_id": "{session}"}),
    ("POST", "/chat/completions", {"chat_id": "{chat}", "question": "ships"}),
    (
        "POST",
        "/openai/{chat}/chat/completions",
        {"model": "m", "messages": [{"role": "user", "content": "ships"}]},
    ),
    (
        "POST",
        "/chats_openai/{chat}/chat/completions",
        {"model": "m", "messages": [{"role": "user", "content": "ships"}]},
    ),
]


@pytest.mark.parametrize("caller", ["stranger", "teammate", "anonymous"])
@pytest.mark.parametrize(("method", "path", "body"), CHAT_ROUTES)
def test_assistants_and_conversations_are_their_owners_alone(
    request: Any, api: Any, parsed: Any, caller: str, method: str, path: str, body: Any
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    chat_id = api.chat("private", dataset_ids=[parsed[0]])
    ids = {"chat": chat_id, "session": api.session(chat_id)}
    before = api.data("GET", "/chats"), api.data("GET", f"/chats/{chat_id}/sessions")
    nobody = type(api)(api.client, "", "")
    other = nobody if caller == "anonymous" else request.getfixturevalue(caller)
    options = {} if body is None else {"json": _filled(body, ids)}
    response = other.raw(method, path.format(**ids), **options)
    assert refused(response)
    assert "lighthouse" not in response.text
    assert (api.data("GET", "/chats"), api.data("GET", f"/chats/{chat_id}/sessions")) == before


def test_the_table_of_rights_names_every_route_that_takes_an_id(world: Any) -> None:
    described = world.client.get("/api/openapi.json").json()["paths"]
    named = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, operations in described.items()
        for method in operations
        if "{" in path or path.endswith(("retrieval", "/ask", "/chats"))
    }
    renames = {
        "{dataset}-{chunk}": "{image_id}",
        "{dataset}": "{dataset_id}",
        "{document}": "{document_id}",
        "{chunk}": "{chunk_id}",
        "{chat}": "{chat_id}",
        "{session}": "{session_id}",
    }
    covered = set()
    for method, path, _ in [*ROUTES, *CHAT_ROUTES]:
        for short, long in renames.items():
            path = path.replace(short, long)
        covered.add((method, path.partition("?")[0]))
    assert named <= covered
