"""Who may do what: every route of the application × every kind of caller.

The table has a row for each route; the routes are read from the application, so a new one without a
row fails. A call that is refused must tell nothing of what the owner has and leave every table of
the database as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from ragflow.domain.identity import Membership, TenantRole
from ragflow.services.agent_work import AgentQuestion
from ragflow.services.mcp_servers import McpServerDraft

SECRET = "lighthouse"  # stands in everything that the owner has


class Right(Enum):
    """Say who may call a route on the owner's objects."""

    OWNER = "the owner alone"
    TEAM = "teammates too, where the dataset is the team's"
    MEMBER = "everybody in the team"
    ANY_KEY = "every key, on what is its own"
    ANYBODY = "requests without a key too"
    EMBED = "the owner's embed token alone"
    TEAM_EMBED = "embed tokens of teammates too, where the dataset is the team's"


@dataclass(frozen=True, slots=True)
class Files:
    """Send a file, with fields of a form."""

    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Name a route, how to call it on the owner's objects and who may."""

    method: str
    path: str
    right: Right
    body: Any = None
    query: str = ""
    answer: str = ""  # what a caller who may gets to hear where nothing can be done


DATASET, DOCUMENT = "/datasets/{dataset_id}", "/datasets/{dataset_id}/documents/{document_id}"
AGENT, VERSION = "/agents/{agent_id}", "/agents/{agent_id}/versions/{version_id}"
CHAT, SESSION = "/chats/{chat_id}", "/chats/{chat_id}/sessions/{session_id}"
ASKED = {"question": "ships", "dataset_ids": ["{dataset_id}"]}
SPOKEN = {"model": "m", "messages": [{"role": "user", "content": "ships"}]}
FILE_IDS = ["{file_id}"]
FILE, FOLDER = {"file_ids": FILE_IDS}, {"file_ids": ["{folder_id}"]}
OWNER, TEAM, ANY_KEY, ANYBODY = Right.OWNER, Right.TEAM, Right.ANY_KEY, Right.ANYBODY
EMBED, TEAM_EMBED = Right.EMBED, Right.TEAM_EMBED
QUESTION = {"question": "ships"}
EMBEDDED = QUESTION | {"session_id": "{embed_session_id}"}
IN_DATASET, BY_APP = QUESTION | {"kb_ids": ["{dataset_id}"]}, {"search_id": "{search_id}"}
IN_APP = QUESTION | BY_APP | {"kb_ids": []}
MEMBER = Right.MEMBER
TENANT, LLM = "/v1/tenant/{tenant_id}/user", {"llm_factory": "Elsewhere", "llm_name": "m"}
MCP = "/v1/mcp_server"
MCP_SERVER = {"name": "new", "url": "https://tools.test/mcp", "server_type": "sse"}
ANN, NEW = "ann@example.org", {"email": "new@example.org", "nickname": "n", "password": "p"}

ACCOUNT_ROWS = (
    Row("POST", "/v1/user/register", ANYBODY, NEW),
    Row("POST", "/v1/user/login", ANYBODY, {"email": ANN, "password": "p"}),
    Row("GET", "/v1/system/config", ANYBODY),
    Row("GET", "/v1/user/logout", ANY_KEY),
    Row("GET", "/v1/user/info", ANY_KEY),
    Row("POST", "/v1/user/setting", ANY_KEY, {"nickname": "x"}),
    Row("GET", "/v1/user/tenant_info", ANY_KEY),
    Row("POST", "/v1/user/set_tenant_info", OWNER, {"tenant_id": "{tenant_id}", "tts_id": ""}),
    Row("GET", "/v1/tenant/list", ANY_KEY),
    Row("POST", TENANT, OWNER, {"email": ANN}),
    Row("GET", f"{TENANT}/list", MEMBER),
    Row("PUT", "/v1/tenant/agree/{tenant_id}", MEMBER),
    Row("DELETE", f"{TENANT}/{{user_id}}", OWNER),
    Row("POST", "/v1/system/new_token", ANY_KEY),
    Row("GET", "/v1/system/token_list", ANY_KEY),
    Row("DELETE", "/v1/system/token/{token}", OWNER),
    Row("GET", "/v1/llm/factories", ANY_KEY),
    Row("GET", "/v1/llm/list", ANY_KEY),
    Row("GET", "/v1/llm/my_llms", ANY_KEY),
    Row("POST", "/v1/llm/set_api_key", ANY_KEY, LLM | {"api_key": "k"}),
    Row("POST", "/v1/llm/add_llm", ANY_KEY, LLM | {"model_type": "chat"}),
    Row("POST", "/v1/llm/delete_llm", ANY_KEY, LLM),
    Row("POST", "/v1/llm/delete_factory", ANY_KEY, LLM),
    Row("POST", f"{MCP}/list", ANY_KEY, {}),
    Row("POST", f"{MCP}/create", ANY_KEY, MCP_SERVER),
    Row("GET", f"{MCP}/detail", OWNER, query="?mcp_id={mcp_id}"),
    Row("POST", f"{MCP}/update", OWNER, {"mcp_id": "{mcp_id}", "name": "x"}),
    Row("POST", f"{MCP}/rm", OWNER, {"mcp_ids": ["{mcp_id}"]}),
    Row("POST", f"{MCP}/test_mcp", ANY_KEY, MCP_SERVER),
    Row("POST", f"{MCP}/test_mcp", OWNER, {"mcp_id": "{mcp_id}"}),
    Row("POST", f"{MCP}/list_tools", OWNER, {"mcp_ids": ["{mcp_id}"]}),
    Row("POST", f"{MCP}/import", ANY_KEY, {"mcpServers": {"new": {"url": "https://x.test/"}}}),
    Row("POST", f"{MCP}/export", ANY_KEY, {}),
    Row("POST", f"{MCP}/export", OWNER, {"mcp_ids": ["{mcp_id}"]}),
)

ROWS = (
    Row("POST", "/datasets", ANY_KEY, {"name": "new"}),
    Row("GET", "/datasets", ANY_KEY),
    Row("GET", "/chunk_methods", ANY_KEY),
    Row("GET", "/agent_templates", ANY_KEY),
    Row("GET", "/agent_templates/{name}", ANY_KEY),
    Row("GET", "/datasets", TEAM, query="?id={dataset_id}"),
    Row("GET", "/datasets", TEAM, query="?ids={dataset_id}"),
    Row("PUT", DATASET, OWNER, {"description": "x"}),
    Row("GET", f"{DATASET}/metadata/summary", TEAM),
    Row("GET", f"{DATASET}/metadata/config", TEAM),
    Row("PUT", f"{DATASET}/metadata/config", OWNER, {"metadata": []}),
    Row("GET", f"{DATASET}/auto_metadata", TEAM),
    Row("PUT", f"{DATASET}/auto_metadata", OWNER, {"metadata": []}),
    Row("POST", f"{DATASET}/metadata/update", OWNER, {"updates": [{"key": "kind", "value": "x"}]}),
    Row("GET", "/documents/{document_id}", TEAM),
    Row("DELETE", "/datasets", OWNER, {"ids": ["{dataset_id}"]}),
    Row("POST", f"{DATASET}/documents", TEAM, Files()),
    Row("GET", f"{DATASET}/documents", TEAM),
    Row("PUT", DOCUMENT, OWNER, {"name": "x.txt"}),
    Row("PATCH", DOCUMENT, OWNER, {"name": "x.txt"}),
    Row("GET", DOCUMENT, OWNER),
    Row("DELETE", f"{DATASET}/documents", TEAM, {}),
    Row("DELETE", f"{DATASET}/documents", TEAM, {"ids": ["{document_id}"]}),
    Row("POST", f"{DATASET}/chunks", TEAM, {"document_ids": ["{document_id}"]}),
    Row("DELETE", f"{DATASET}/chunks", TEAM, {"document_ids": ["{document_id}"]}, "", "at 0 or 1"),
    Row("POST", f"{DOCUMENT}/chunks", TEAM, {"content": "x"}),
    Row("GET", f"{DOCUMENT}/chunks", TEAM),
    Row("GET", f"{DOCUMENT}/chunks", TEAM, query="?id={chunk_id}"),
    Row("GET", f"{DOCUMENT}/chunks/{{chunk_id}}", TEAM),
    Row("PUT", f"{DOCUMENT}/chunks/{{chunk_id}}", TEAM, {"content": "x"}),
    Row("PATCH", f"{DOCUMENT}/chunks/{{chunk_id}}", TEAM, {"content": "x"}),
    Row("DELETE", f"{DOCUMENT}/chunks", TEAM, {}),
    Row("DELETE", f"{DOCUMENT}/chunks", TEAM, {"chunk_ids": ["{chunk_id}"]}),
    Row("GET", f"{DOCUMENT}/pages", TEAM, answer="no pages"),
    Row("GET", f"{DOCUMENT}/pages/{{number}}", TEAM, answer="no pages"),
    Row("GET", f"{DOCUMENT}/thumbnail", TEAM, answer="no picture"),
    Row("GET", "/images/{image_id}", TEAM),
    Row("GET", "/v1/document/image/{image_id}", TEAM),
    Row("POST", "/retrieval", TEAM, ASKED),
    Row("POST", "/retrieval", TEAM, ASKED | {"document_ids": ["{document_id}"]}),
    Row("POST", "/dify/retrieval", TEAM, {"query": "ships", "knowledge_id": "{dataset_id}"}),
    Row("POST", "/sessions/ask", TEAM, ASKED),
    Row("POST", "/sessions/related_questions", ANY_KEY, {"question": "ships"}),
    Row("POST", "/chats", TEAM, {"name": "mine", "dataset_ids": ["{dataset_id}"]}),
    Row("POST", "/chats", ANY_KEY, {"name": "mine"}),
    Row("GET", "/chats", ANY_KEY),
    Row("GET", "/chats", OWNER, query="?id={chat_id}"),
    Row("GET", CHAT, OWNER),
    Row("PUT", CHAT, OWNER, {"name": "x"}),
    Row("PATCH", CHAT, OWNER, {"name": "x"}),
    Row("DELETE", "/chats", OWNER, {"ids": ["{chat_id}"]}),
    Row("POST", f"{CHAT}/sessions", OWNER, {"name": "x"}),
    Row("GET", f"{CHAT}/sessions", OWNER),
    Row("GET", SESSION, OWNER),
    Row("PUT", SESSION, OWNER, {"name": "x"}),
    Row("PATCH", SESSION, OWNER, {"name": "x"}),
    Row("DELETE", f"{CHAT}/sessions", OWNER, {}),
    Row("DELETE", f"{CHAT}/sessions", OWNER, {"ids": ["{session_id}"]}),
    Row("POST", f"{CHAT}/completions", OWNER, {"question": "ships"}),
    Row("POST", f"{CHAT}/completions", OWNER, {"question": "ships", "session_id": "{session_id}"}),
    Row("POST", "/chat/completions", OWNER, {"chat_id": "{chat_id}", "question": "ships"}),
    Row("POST", "/chats_openai/{chat_id}/chat/completions", OWNER, SPOKEN),
    Row("POST", "/openai/{chat_id}/chat/completions", OWNER, SPOKEN),
    Row("POST", "/chat/recommandation", ANY_KEY, {"question": "ships"}),
    Row("POST", "/chat/recommendation", ANY_KEY, {"question": "ships"}),
    Row("GET", "/file/root_folder", ANY_KEY),
    Row("POST", "/file/upload", ANY_KEY, Files()),
    Row("POST", "/file/upload", OWNER, Files({"parent_id": "{folder_id}"})),
    Row("POST", "/file/create", ANY_KEY, {"name": "x", "type": "folder"}),
    Row("POST", "/file/create", OWNER, {"name": "x", "type": "folder", "parent_id": "{folder_id}"}),
    Row("GET", "/file/list", ANY_KEY),
    Row("GET", "/file/list", OWNER, query="?parent_id={folder_id}"),
    Row("GET", "/file/list", OWNER, query="?parent_id={dataset_id}"),
    Row("GET", "/file/parent_folder", OWNER, query="?file_id={file_id}"),
    Row("GET", "/file/all_parent_folder", OWNER, query="?file_id={file_id}"),
    Row("POST", "/file/rm", OWNER, FILE),
    Row("POST", "/file/rm", OWNER, FOLDER),
    Row("POST", "/file/rm", OWNER, {"file_ids": ["{document_id}"]}),
    Row("POST", "/file/rename", OWNER, {"file_id": "{file_id}", "name": "x.txt"}),
    Row("POST", "/file/rename", OWNER, {"file_id": "{document_id}", "name": "x.txt"}),
    Row("POST", "/file/mv", OWNER, {"src_file_ids": FILE_IDS, "dest_file_id": "{own_folder_id}"}),
    Row("POST", "/file/mv", OWNER, {"src_file_ids": FILE_IDS, "dest_file_id": "{folder_id}"}),
    Row("POST", "/file/convert", OWNER, FILE | {"kb_ids": ["{dataset_id}"]}),
    Row("GET", "/file/get/{file_id}", OWNER),
    Row("GET", "/file/get/{document_id}", OWNER),
    Row("GET", "/file/download/{file_id}", OWNER),
    Row("GET", f"{DATASET}/knowledge_graph", TEAM),
    Row("DELETE", f"{DATASET}/knowledge_graph", TEAM),
    Row("POST", "/chatbots/{chat_id}/completions", EMBED, QUESTION),
    Row("POST", "/chatbots/{chat_id}/completions", EMBED, EMBEDDED),
    Row("GET", "/chatbots/{chat_id}/info", EMBED),
    Row("POST", "/searchbots/ask", TEAM_EMBED, IN_DATASET),
    Row("POST", "/searchbots/ask", EMBED, IN_APP),
    Row("POST", "/searchbots/retrieval_test", TEAM_EMBED, QUESTION | {"kb_id": "{dataset_id}"}),
    Row("POST", "/searchbots/retrieval_test", TEAM_EMBED, QUESTION | {"kb_id": ["{dataset_id}"]}),
    Row("POST", "/searchbots/retrieval_test", EMBED, QUESTION | BY_APP | {"kb_id": []}),
    Row("POST", "/searchbots/related_questions", EMBED, QUESTION | BY_APP),
    Row("POST", "/searchbots/mindmap", TEAM_EMBED, IN_DATASET),
    Row("POST", "/searchbots/mindmap", EMBED, IN_APP),
    Row("GET", "/searchbots/detail", EMBED, query="?search_id={search_id}"),
    Row("POST", "/searches", ANY_KEY, {"name": "x"}),
    Row("POST", "/searches", TEAM, {"name": "x", "search_config": {"kb_ids": ["{dataset_id}"]}}),
    Row("GET", "/searches", ANY_KEY),
    Row("GET", "/searches/{search_id}", OWNER),
    Row("PUT", "/searches/{search_id}", OWNER, {"name": "x"}),
    Row("DELETE", "/searches/{search_id}", OWNER),
    Row("POST", "/agents", ANY_KEY, {"title": "x", "dsl": {}}),
    Row("GET", "/agents", ANY_KEY),
    Row("GET", "/agents", OWNER, query="?id={agent_id}"),
    Row("GET", AGENT, OWNER),
    Row("PUT", AGENT, OWNER, {"title": "x"}),
    Row("DELETE", AGENT, OWNER),
    Row("GET", f"{AGENT}/versions", OWNER),
    Row("GET", VERSION, OWNER),
    Row("POST", f"{VERSION}/restore", OWNER),
    Row("GET", f"{VERSION}/diff/{{other_id}}", OWNER),
    Row("POST", f"{AGENT}/sessions", OWNER),
    Row("GET", f"{AGENT}/sessions", OWNER),
    Row("DELETE", f"{AGENT}/sessions", OWNER, {}),
    Row("DELETE", f"{AGENT}/sessions", OWNER, {"ids": ["{agent_session_id}"]}),
    Row("POST", f"{AGENT}/completions", OWNER, QUESTION),
    Row("POST", f"{AGENT}/completions", OWNER, QUESTION | {"session_id": "{agent_session_id}"}),
    Row("POST", "/agents/chat/completion", OWNER, QUESTION | {"agent_id": "{agent_id}"}),
    Row("POST", "/agents/chat/completions", OWNER, QUESTION | {"agent_id": "{agent_id}"}),
    Row("POST", "/agents_openai/{agent_id}/chat/completions", OWNER, SPOKEN),
    Row("GET", f"{AGENT}/runs", OWNER),
    Row("GET", f"{AGENT}/runs/{{run_id}}", OWNER),
    Row("POST", f"{AGENT}/runs/{{run_id}}/cancel", OWNER),
    Row("PUT", "/v1/canvas/cancel/{task_id}", OWNER),
    Row("POST", "/agentbots/{agent_id}/completions", EMBED, QUESTION),
    Row("GET", "/agentbots/{agent_id}/inputs", EMBED),
    Row("POST", "/v1/canvas/upload/{agent_id}", OWNER, Files()),
    Row("GET", "/models", ANY_KEY),
    Row("GET", "/system/healthz", ANYBODY),
    Row("GET", "/v1/system/healthz", ANYBODY),
    *ACCOUNT_ROWS,
)


@dataclass(frozen=True, slots=True)
class Estate:
    """Hold what the owner has: ids by the names that they have in paths, and all stored rows."""

    ids: dict[str, str]
    database: Path

    def rows(self) -> list[str]:
        """Return the whole database as statements."""
        connection = sqlite3.connect(self.database)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


@pytest.fixture
def estate(world: Any, api: Any, tmp_path: Path) -> Estate:
    """Give the owner one object of each kind, and have its name and text hold the secret."""
    text = f"The {SECRET} keeper counts ships.\npictured: a ship at the {SECRET}"
    dataset = api.dataset(f"{SECRET} records")
    (document,) = api.upload(dataset, notes__txt=text)
    api.data("POST", f"/datasets/{dataset}/chunks", json={"document_ids": [document]})
    world.work()
    chunks = api.data("GET", f"/datasets/{dataset}/documents/{document}/chunks")["chunks"]
    picture = next(chunk for chunk in chunks if chunk["image_id"])
    chat = api.chat(f"{SECRET} guide", dataset_ids=[dataset], prompt={"opener": SECRET})
    file = api.file(f"{SECRET}/keeper.txt", text)
    embedded, _ = api.embed.stream(f"/chatbots/{chat}/completions")
    app = {"name": f"{SECRET} finder", "search_config": {"kb_ids": [dataset]}}
    agent = api.agent(f"{SECRET} clerk", prologue=SECRET)
    versions = api.data("GET", f"/agents/{agent}/versions")
    world.services.accounts.add(ANN, "Ann", "p")
    asking = world.services.accounts.actor_of(world.services.accounts.first_account())
    run = world.services.agent_runs.begin(asking, agent, AgentQuestion(f"the {SECRET}")).run
    guest = world.services.accounts.add("guest@example.org", SECRET, "p")
    with world.ports.database.transaction() as unit:
        unit.accounts.put_membership(Membership(api.tenant_id, guest.id, TenantRole.INVITED))
    owner = world.services.accounts.actor_of(world.services.accounts.first_account())
    tools = McpServerDraft(f"{SECRET} tools", f"https://{SECRET}.test/", headers={"x": SECRET})
    ids = {
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
        "session_id": api.session(chat, name=f"about the {SECRET}"),
        "file_id": file["id"],
        "folder_id": file["parent_id"],
        "embed_session_id": embedded["data"]["session_id"],
        "mcp_id": world.services.mcp_servers.create(owner, tools).id,
        "search_id": api.data("POST", "/searches", json=app)["id"],
        "agent_id": agent,
        "run_id": run.id,
        "task_id": run.id,
        "agent_session_id": api.data("POST", f"/agents/{agent}/sessions")["id"],
        "version_id": versions[0]["id"],
        "other_id": versions[0]["id"],
    }
    return Estate(ids, tmp_path / "meta.db")


@pytest.fixture
def callers(world: Any, api: Any, stranger: Any, teammate: Any) -> dict[str, Any]:
    """Return all kinds of callers but the owner."""
    revoked = world.services.accounts.create_key()
    owner = world.services.accounts.actor_of(world.services.accounts.first_account())
    world.services.accounts.revoke_key(owner, revoked.key.id)
    kind = type(api)
    assert stranger.signed_in != teammate.signed_in  # signed in before anything is compared
    return {
        "other tenant": stranger,
        "teammate": teammate,
        "anonymous": kind(api.client, "", ""),
        "revoked key": kind(api.client, revoked.secret, "", revoked.beta),
        # each of a key's two secrets where the other belongs
        "wrong kind of secret": kind(api.client, api.beta, "", api.key),
    }


def filled(value: Any, ids: dict[str, str]) -> Any:
    """Put ids where a body names them."""
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return value.format(**ids) if isinstance(value, str) else value


def call(caller: Any, row: Row, ids: dict[str, str]) -> Any:
    """Send the request of a row."""
    options: dict[str, Any] = {}
    ids = ids | {"own_folder_id": caller.tenant_id}
    if isinstance(row.body, Files):
        options["files"] = [("file", ("new.txt", b"new"))]
        options["data"] = filled(row.body.form, ids)
    elif row.body is not None:
        options["json"] = filled(row.body, ids)
    prefix = "" if row.path.startswith("/v1/") else "/api/v1"
    url = prefix + (row.path + row.query).format(**ids)
    key = caller.beta if row.right in (EMBED, TEAM_EMBED) else caller.key
    if row in ACCOUNT_ROWS and caller.tenant_id:
        key = caller.signed_in
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return caller.client.request(row.method, url, headers=headers, **options)


def refused(response: Any) -> bool:
    """Tell whether a reply says no; files and streams say yes."""
    if response.headers["content-type"] != "application/json":
        return False
    body = response.json()
    return "code" in body and (body["code"] != 0 or body.get("data") is False)


def name_of(row: Row) -> str:
    return f"{row.method} {row.path}{row.query} {row.body or ''}"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_the_owner_may(api: Any, estate: Estate, row: Row) -> None:
    response = call(api, row, estate.ids)
    if row.answer:
        assert row.answer in response.json()["message"]
    else:
        assert not refused(response), response.text


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.right in (TEAM, TEAM_EMBED)], ids=name_of
)
def test_a_teammate_may_where_the_dataset_is_the_teams(
    api: Any, teammate: Any, estate: Estate, row: Row
) -> None:
    api.data("PUT", f"/datasets/{estate.ids['dataset_id']}", json={"permission": "team"})
    response = call(teammate, row, estate.ids)
    if row.answer:
        assert row.answer in response.json()["message"]
    else:
        assert not refused(response), response.text


@pytest.mark.parametrize("row", [row for row in ROWS if row.right in (OWNER, EMBED)], ids=name_of)
def test_what_is_the_owners_alone_is_closed_to_teammates_of_a_team_dataset(
    api: Any, teammate: Any, estate: Estate, row: Row
) -> None:
    api.data("PUT", f"/datasets/{estate.ids['dataset_id']}", json={"permission": "team"})
    assert teammate.signed_in  # signed in before anything is compared
    before = estate.rows()
    assert_refused(call(teammate, row, estate.ids))
    assert estate.rows() == before


@pytest.mark.parametrize(
    "who", ["other tenant", "teammate", "anonymous", "revoked key", "wrong kind of secret"]
)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_others_are_refused_and_learn_and_change_nothing(
    callers: dict[str, Any], estate: Estate, row: Row, who: str
) -> None:
    before = estate.rows()
    response = call(callers[who], row, estate.ids)
    if (row.right, who) == (MEMBER, "teammate"):
        assert not refused(response), response.text
    elif row.right is ANYBODY or (row.right is ANY_KEY and who in ("other tenant", "teammate")):
        assert not refused(response), response.text
        assert SECRET not in response.text
    else:
        assert_refused(response)
        assert estate.rows() == before


def assert_refused(response: Any) -> None:
    assert refused(response), response.text
    assert SECRET not in response.text


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of every route, those that are not described too."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            contexts: Any = [route]
        else:
            contexts = getattr(route, "effective_route_contexts", list)()
        for context in contexts:
            for method in context.methods:
                yield method, context.path.removeprefix("/api/v1")


def test_what_is_no_route_of_the_api_is_proved_elsewhere(world: Any) -> None:
    plain = {route.path for route in world.client.app.routes if type(route) is Route}
    assert plain == {"/api/openapi.json", "/mcp"}  # the latter in test_mcp_endpoint.py


def test_every_route_has_a_row(world: Any) -> None:
    served = set(routes_of(world.client.app))
    assert len(served) > 30
    rows = {(row.method, row.path.replace("/get/{document_id}", "/get/{file_id}")) for row in ROWS}
    assert served - rows == set()
