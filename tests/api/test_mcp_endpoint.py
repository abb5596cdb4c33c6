"""Under /mcp, clients find tools on what their key may see, and nothing without a key."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from ragflow.domain.queries import Retrieval
from ragflow.services.retrieval import RetrievalService

TOOLS = ["ragflow_retrieval", "ragflow_list_datasets", "ragflow_list_chats", "ragflow_ask"]
VERSIONS = ["2025-03-26", "2025-06-18", "2025-11-25"]


class Mcp:
    """Post messages of MCP with one key."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller

    def raw(self, method: str, params: Any = None, path: str = "/mcp", **headers: str) -> Any:
        message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}}
        sent = {
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {self.caller.key}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.caller.client.post(path, json=message, headers=sent)

    def __call__(self, method: str, params: Any = None, **headers: str) -> Any:
        reply = self.raw(method, params, **headers)
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"] == "application/json"
        return reply.json()["result"]

    def tool(self, name: str, **arguments: Any) -> Any:
        """Return what a tool answers, which its text tells too."""
        result = self("tools/call", {"name": name, "arguments": arguments})
        (block,) = result["content"]
        assert not result.get("isError"), block
        assert json.loads(block["text"]) == result["structuredContent"]
        return result["structuredContent"]

    def failure(self, name: str, **arguments: Any) -> str:
        result = self("tools/call", {"name": name, "arguments": arguments})
        assert result["isError"]
        return str(result["content"][0]["text"])


@pytest.fixture
def mcp(api: Any) -> Mcp:
    return Mcp(api)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_is_greeted_and_told_of_the_tools(mcp: Mcp, version: str) -> None:
    client = {"name": "test", "version": "1"}
    asked = {"protocolVersion": version, "capabilities": {}, "clientInfo": client}
    greeted = mcp("initialize", asked)
    assert greeted["protocolVersion"] == version
    assert greeted["serverInfo"]["name"] == "ragflow"
    assert "tools" in greeted["capabilities"]
    tools = mcp("tools/list", MCP_Protocol_Version=version)["tools"]
    assert [tool["name"] for tool in tools] == TOOLS
    assert all(tool["description"] and tool["inputSchema"]["type"] == "object" for tool in tools)
    assert tools[0]["inputSchema"]["required"] == ["question"]


def test_a_question_finds_passages_in_all_datasets(mcp: Mcp, parsed: tuple[str, str]) -> None:
    found = mcp.tool("ragflow_retrieval", question="lighthouse keeper", similarity_threshold=0.1)
    assert found["total"] >= 1
    best = found["chunks"][0]
    assert best["content"] == "The lighthouse keeper counts ships."
    assert (best["dataset_id"], best["document_id"]) == parsed
    assert best["document_name"] == "notes.txt"
    assert best["similarity"] > 0


def test_a_search_can_be_narrowed_and_paged(
    mcp: Mcp, api: Any, world: Any, parsed: tuple[str, str]
) -> None:
    dataset, document = parsed
    other = api.dataset("other")
    (second,) = api.upload(other, more__txt="A lighthouse has a keeper.")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [second]})
    world.work()

    def found(**arguments: Any) -> set[str]:
        asked = {"question": "lighthouse keeper", "similarity_threshold": 0.1, **arguments}
        return {chunk["document_id"] for chunk in mcp.tool("ragflow_retrieval", **asked)["chunks"]}

    assert found() == {document, second}
    assert found(dataset_ids=[dataset]) == {document}
    assert found(document_ids=[second]) == {second}
    assert found(document_ids=[second], dataset_ids=None) == {second}
    assert found(page_size=1) | found(page_size=1, page=2) == {document, second}


def test_datasets_of_other_embedding_models_are_searched_too(
    mcp: Mcp, api: Any, world: Any, parsed: tuple[str, str]
) -> None:
    other = api.dataset("other", embedding_model="other@Builtin")
    (second,) = api.upload(other, more__txt="A lighthouse has a keeper.")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [second]})
    world.work()
    asked = {"question": "lighthouse keeper", "similarity_threshold": 0.1}
    chunks = mcp.tool("ragflow_retrieval", **asked)["chunks"]
    assert {chunk["document_id"] for chunk in chunks} == {parsed[1], second}
    scores = [chunk["similarity"] for chunk in chunks]
    assert scores == sorted(scores, reverse=True)
    pages = [mcp.tool("ragflow_retrieval", **asked, page_size=1, page=n) for n in (1, 2)]
    assert [page["chunks"][0] for page in pages] == chunks[:2]
    both = mcp.tool("ragflow_retrieval", **asked, document_ids=[parsed[1], second])
    assert {chunk["document_id"] for chunk in both["chunks"]} == {parsed[1], second}
    assert "different embedding models" in mcp.failure(
        "ragflow_retrieval", **asked, dataset_ids=[parsed[0], other]
    )


def test_nothing_is_found_where_there_is_nothing(mcp: Mcp, api: Any) -> None:
    api.dataset("empty")
    assert mcp.tool("ragflow_retrieval", question="ships")["chunks"] == []


def test_what_there_is_is_listed(mcp: Mcp, api: Any, parsed: tuple[str, str]) -> None:
    chat = api.chat("guide", dataset_ids=[parsed[0]])
    (dataset,) = mcp.tool("ragflow_list_datasets")["datasets"]
    assert (dataset["id"], dataset["name"], dataset["chunk_count"]) == (parsed[0], "ds", 3)
    listed = mcp.tool("ragflow_list_chats", page_size=1)
    assert (listed["chats"][0]["id"], listed["chats"][0]["datasets"]) == (chat, ["ds"])
    assert mcp.tool("ragflow_list_chats", page=2) == {"chats": [], "total": 1}


def test_an_assistant_answers_with_citations_and_remembers(
    mcp: Mcp, api: Any, parsed: tuple[str, str]
) -> None:
    chat = api.chat("guide", dataset_ids=[parsed[0]])
    first = mcp.tool("ragflow_ask", chat_id=chat, question="What does the keeper count?")
    assert "counts ships" in first["answer"]
    citation = first["citations"][0]
    cited = first["chunks"][citation["chunk_index"]]["content"]
    assert citation["quote"] in cited
    session = first["session_id"]
    again = mcp.tool("ragflow_ask", chat_id=chat, question="And bread?", session_id=session)
    assert again["session_id"] == session
    (kept,) = api.data("GET", f"/chats/{chat}/sessions")
    assert [message["role"] for message in kept["messages"]] == ["assistant"] + [
        "user",
        "assistant",
    ] * 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "question: Field required"),
        ({"question": ""}, "question: "),
        ({"question": "x", "page_size": 101}, "page_size: "),
        ({"question": "x", "dataset_ids": "d"}, "dataset_ids: Input should be a valid list"),
        ({"question": "x", "dataset": ["d"]}, "dataset: Extra inputs are not permitted"),
        ({"question": "x", "dataset_ids": ["unknown"]}, "no dataset unknown"),
        ({"question": "x", "document_ids": ["unknown"]}, "document unknown"),
        ({"question": "x", "rerank_id": "unknown"}, "unknown"),
    ],
)
def test_a_tool_says_what_it_cannot_do(
    mcp: Mcp, parsed: tuple[str, str], arguments: Any, said: str
) -> None:
    assert said in mcp.failure("ragflow_retrieval", **arguments)


def test_messages_that_mean_nothing_are_refused(mcp: Mcp) -> None:
    assert mcp.raw("tools/call", {"name": "rm"}).json()["error"]["code"] == -32602
    assert mcp.raw("tools/burn").json()["error"]["code"] == -32601
    headers = {"Authorization": f"Bearer {mcp.caller.key}", "Accept": "application/json"}
    for body in (b"{", b"[]", b"\xff"):
        headers["Content-Type"] = "application/json"
        reply = mcp.caller.client.post("/mcp", content=body, headers=headers)
        assert 400 <= reply.status_code < 500


def test_a_body_that_is_too_long_is_refused(mcp: Mcp) -> None:
    assert mcp.raw("tools/list", {"x": "x" * 1_000_001}).status_code == 413


def test_a_key_of_either_header_opens_and_none_does_not(mcp: Mcp, api: Any) -> None:
    assert mcp.raw("tools/list").status_code == 200
    assert mcp.raw("tools/list", Authorization="", api_key="x").status_code == 401
    reply = mcp.caller.client.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        headers={"api_key": api.key, "Accept": "application/json, text/event-stream"},
    )
    assert reply.status_code == 200
    for header in ("", "Bearer", "Bearer x", f"Basic {api.key}", api.beta, f"Bearer {api.beta}"):
        refused = mcp.raw("tools/list", Authorization=header)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_stream_to_open(mcp: Mcp, method: str) -> None:
    reply = mcp.caller.client.request(
        method, "/mcp", headers={"Authorization": f"Bearer {mcp.caller.key}"}
    )
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert mcp.caller.client.request(method, "/mcp").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:9380"}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "rebound.example"}, 421),
        ({"Host": "localhost.example"}, 421),
        ({"Origin": "http://localhost:6274"}, 200),
        ({"Origin": "https://testserver"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_names_that_are_not_ours_are_refused(mcp: Mcp, headers: Any, status: int) -> None:
    assert mcp.raw("tools/list", **headers).status_code == status


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/v027/mcp"])
def test_the_path_is_read_as_all_paths_are(mcp: Mcp, path: str) -> None:
    assert mcp.raw("tools/list", path=path).status_code == 200


@pytest.mark.parametrize("path", ["/mcp/other", "/mcpx", "/api/v1/mcp", "/nothing"])
def test_other_paths_are_not_there_as_ever(mcp: Mcp, path: str) -> None:
    assert mcp.raw("tools/list", path=path).json() == mcp.caller.client.get("/none").json()


def test_others_learn_nothing_of_a_tenant(
    mcp: Mcp, api: Any, stranger: Any, teammate: Any, world: Any, parsed: tuple[str, str]
) -> None:
    chat = api.chat("guide", dataset_ids=[parsed[0]])
    session = mcp.tool("ragflow_ask", chat_id=chat, question="Ships?")["session_id"]
    for other in (Mcp(stranger), Mcp(teammate)):
        asked = {"question": "lighthouse keeper", "similarity_threshold": 0}
        assert other.tool("ragflow_list_datasets") == {"datasets": [], "total": 0}
        assert other.tool("ragflow_list_chats") == {"chats": [], "total": 0}
        assert other.tool("ragflow_retrieval", **asked)["chunks"] == []
        for named in ({"dataset_ids": [parsed[0]]}, {"document_ids": [parsed[1]]}):
            assert "lighthouse" not in other.failure("ragflow_retrieval", **asked, **named)
        for asking in ({}, {"session_id": session}):
            other.failure("ragflow_ask", chat_id=chat, question="Ships?", **asking)
    assert len(api.data("GET", f"/chats/{chat}/sessions")) == 1


def test_a_teammate_finds_what_is_the_teams(
    api: Any, teammate: Any, parsed: tuple[str, str]
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    found = Mcp(teammate).tool("ragflow_retrieval", question="lighthouse keeper")
    assert {chunk["dataset_id"] for chunk in found["chunks"]} == {parsed[0]}


def test_a_revoked_key_opens_nothing(mcp: Mcp, world: Any) -> None:
    key = world.services.accounts.create_key()
    headers = {"Authorization": f"Bearer {key.secret}"}
    assert mcp.raw("tools/list", **headers).status_code == 200
    accounts = world.services.accounts
    accounts.revoke_key(accounts.actor_of(accounts.first_account()), key.key.id)
    assert mcp.raw("tools/list", **headers).status_code == 401


def test_a_question_is_searched_as_it_is_asked(
    mcp: Mcp, parsed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def retrieve(_self: Any, _actor: Any, request: Any) -> Retrieval:
        asked.append(request)
        return Retrieval(0, (), ())

    monkeypatch.setattr(RetrievalService, "retrieve", retrieve)
    sent = {"page": 2, "page_size": 5, "similarity_threshold": 0.4, "top_k": 9}
    mcp.tool(
        "ragflow_retrieval",
        question="ships",
        vector_similarity_weight=0.7,
        keyword=True,
        rerank_id="backwards",
        **sent,
    )
    (request,) = asked
    assert {name: getattr(request, name) for name in sent} == sent
    assert (request.vector_similarity_weight, request.rerank_model) == (0.7, "backwards")
    assert request.keyword


def test_the_library_is_not_imported_before_it_is_needed() -> None:
    script = (
        "import sys, ragflow.http.app, ragflow.wiring, ragflow.adapters.tool_servers;"
        "sys.exit(any(name.partition('.')[0] in ('mcp', 'mcp_types', 'httpx2')"
        " for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
