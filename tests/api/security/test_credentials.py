"""Secrets where another kind belongs, and secrets that were taken back while they were in use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

EMBED_ROUTES = ("/chatbots/", "/searchbots/", "/agentbots/")


def said_no(response: Any) -> bool:
    if response.headers["content-type"] != "application/json":
        return False
    body = response.json()
    return "code" in body and (body["code"] != 0 or body.get("data") is False)


def test_no_route_takes_the_other_kind_of_secret(
    world: Any, api: Any, own: Any, rows: Any, routes: list[tuple[str, str]]
) -> None:
    agent = api.agent()
    version = api.data("GET", f"/agents/{agent}/versions")[0]["id"]
    ids = {
        "agent_id": agent,
        "version_id": version,
        "other_id": version,
        "run_id": agent,
        "task_id": agent,
        "name": "translation",
        "dataset_id": own.dataset,
        "document_id": own.document,
        "chunk_id": own.chunk,
        "image_id": own.image,
        "number": "1",
        "chat_id": own.chat,
        "session_id": own.session,
        "file_id": own.file,
        "search_id": own.search,
        "tenant_id": own.tenant,
        "user_id": own.tenant,
        "token": own.key,
    }
    open_to_all = ("/healthz", "/user/register", "/user/login", "/system/config")
    before = rows()
    body = {"question": "x", "kb_ids": [own.dataset], "kb_id": own.dataset, "query": "x"}
    body |= {"knowledge_id": own.dataset, "messages": [{"role": "user", "content": "x"}]}
    for method, path in routes:
        if path.endswith(open_to_all):
            continue
        wrong = api.key if any(part in path for part in EMBED_ROUTES) else api.beta
        response = world.client.request(
            method,
            path.format(**ids),
            json={**body, "model": "m", "ids": None},
            headers={"Authorization": f"Bearer {wrong}"},
            params={"search_id": own.search},
        )
        assert said_no(response), (method, path, response.text)
        assert "harbour" not in response.text
        assert rows() == before, (method, path)


def test_a_token_of_a_sign_in_opens_nothing_after_its_end(world: Any) -> None:
    user = world.services.accounts.add("ann@example.org", "Ann", "password")
    token = world.services.sign_ins.begin(user).token
    for header in (token, f"Bearer {token}"):
        assert world.client.get("/v1/user/info", headers={"Authorization": header}).json()["data"]
    world.client.get("/v1/user/logout", headers={"Authorization": token})
    for header in (token, f"Bearer {token}"):
        reply = world.client.get("/v1/user/info", headers={"Authorization": header}).json()
        assert reply["code"] == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert world.client.get("/api/v1/datasets", headers=headers).json()["code"] == 109


def test_who_was_taken_out_of_a_team_uses_nothing_of_it_any_more(
    world: Any, api: Any, teammate: Any, own: Any
) -> None:
    for dataset in (own.dataset, own.second_dataset):
        api.data("PUT", f"/datasets/{dataset}", json={"permission": "team"})
    chat = teammate.chat("borrowed", dataset_ids=[own.dataset])
    session = teammate.session(chat)
    asked = {"question": "Who counts ships?", "session_id": session, "stream": False}
    assert "harbour" in str(teammate.data("POST", f"/chats/{chat}/completions", json=asked))

    remove = f"/v1/tenant/{api.tenant_id}/user/{teammate.tenant_id}"
    headers = {"Authorization": f"Bearer {api.signed_in}"}
    assert world.client.delete(remove, headers=headers).json()["data"] is True

    fresh = asked | {"session_id": teammate.session(chat)}
    assert "harbour" not in str(teammate("POST", f"/chats/{chat}/completions", json=fresh))
    found = {"question": "ships", "dataset_ids": [own.dataset]}
    assert teammate("POST", "/retrieval", json=found)["code"] == 102
    assert teammate("GET", f"/images/{own.image}")["code"] == 102
    assert teammate("GET", f"/documents/{own.document}")["code"] == 102
    assert own.dataset not in str(teammate("GET", "/datasets"))
    assert own.dataset not in str(teammate("GET", f"/chats/{chat}")["data"].get("datasets"))
    embedded = found | {"kb_id": own.dataset}
    assert teammate.embed("POST", "/searchbots/retrieval_test", json=embedded)["code"] == 103


def test_a_key_that_is_revoked_during_an_answer_asks_no_second_question(
    world: Any, api: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = api.chat(llm={"model_name": "scripted"})
    session = api.session(chat)
    actor = world.services.accounts.authenticate(api.key)
    (key,) = world.services.accounts.keys(actor)

    async def revoked_meanwhile(*_: Any, **__: Any) -> AsyncIterator[ModelDelta]:
        yield ModelDelta("The answer ")
        world.services.accounts.revoke_key(actor, key.id)
        yield ModelDelta("goes on.")

    monkeypatch.setattr(model, "stream", revoked_meanwhile)
    asked = {"question": "Why?", "session_id": session}
    frames = api.stream(f"/chats/{chat}/completions", **asked)
    assert frames[-2]["data"]["answer"].strip() == "The answer goes on."
    assert api("POST", f"/chats/{chat}/completions", json=asked)["code"] == 109
    assert api.embed("GET", f"/chatbots/{chat}/info")["code"] == 102
