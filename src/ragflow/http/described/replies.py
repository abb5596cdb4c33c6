"""What each route answers when all goes well, by the name of the route's function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ragflow.http.described import records, samples
from ragflow.http.described.records import (
    AGGREGATE,
    ANSWER,
    DONE,
    FILE,
    FLAT_CHAT,
    HANDLED,
)
from ragflow.http.described.shapes import Shape, either, like, listed, mapping, record
from ragflow.http.described.streams import (
    AGENT_COMPLETIONS_STREAM,
    AGENT_EVENTS_STREAM,
    AGENT_STREAM,
    ANSWERS_STREAM,
    COMPLETION,
    COMPLETIONS_STREAM,
    Stream,
    opener_frame,
)

_BINARY = "application/octet-stream"


class Family(Enum):
    """Name the envelopes."""

    A = auto()
    B = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """Describe a successful answer.

    Without data an envelope of family A has none; `always` False means that data may be missing.
    `total` names a count beside the data, `stream` is what an event stream looks like, `files` are
    the media types of an answer that is no text, and `others` are what other HTTP statuses bring.
    """

    family: Family = Family.A
    data: Shape | None = None
    always: bool = True
    total: str = ""
    stream: Stream | None = None
    files: tuple[str, ...] = ()
    others: Mapping[int, Shape] = field(default_factory=dict)


def _a(data: Shape | None = None, *, always: bool = True, total: str = "") -> Answer:
    return Answer(Family.A, data, always, total)


def _b(data: Shape = DONE) -> Answer:
    return Answer(Family.B, data)


_COUNT = like(1)
_QUESTIONS = listed(like("How much leave is there?"))
_HANDLED = _a(HANDLED, always=False)
_PLAN = like({"metadata": [{"key": "author", "type": "string"}], "built_in_metadata": []})
_EMPTY = like({})
_PAGE_OF_CHATS = record(chats=listed(FLAT_CHAT), total=_COUNT)
_SUMMARY = Shape(
    like({"type": "string", "values": []}).schema,  # values are what clients stored
    {"type": "string", "values": [["Ada", 1]]},
)

_OPTIONS = Shape(
    {"type": "object"},  # a JSON Schema
    {"type": "object", "properties": {"html4excel": {"type": "boolean", "default": False}}},
)
_CHUNK_METHOD = record(
    name=like("naive"),
    description=like("Merge text by delimiter and size."),
    suffixes=listed(like("pdf")),
    for_datasets=like(True),
    options=_OPTIONS,
    parser_config=Shape({"type": ["object", "null"]}, {"chunk_token_num": 512}),
)

_KNOWLEDGE: Mapping[str, Answer] = {
    "create_dataset": _a(records.DATASET),
    "list_chunk_methods": _a(listed(_CHUNK_METHOD)),
    "list_datasets": _a(listed(records.DATASET), total="total_datasets"),
    "update_dataset": _a(records.DATASET),
    "delete_datasets": _a(),
    "upload_documents": _a(listed(records.DOCUMENT)),
    "list_documents": _a(record(total=_COUNT, docs=listed(records.DOCUMENT))),
    "update_document": _a(records.DOCUMENT),
    "get_document": _a(records.DOCUMENT),
    "download_document": Answer(files=(_BINARY,)),
    "list_pages": _a(listed(like({"page": 1, "width": 595.28, "height": 841.89}))),
    "page_picture": Answer(files=("image/jpeg",)),
    "document_thumbnail": Answer(files=("image/png",)),
    "delete_documents": _HANDLED,
    "parse_documents": _HANDLED,
    "stop_parsing": _HANDLED,
    "metadata_summary": _a(record(summary=mapping("author", _SUMMARY))),
    "update_metadata": _a(record(updated=_COUNT, matched_docs=_COUNT)),
    "get_metadata_plan": _a(_PLAN),
    "set_metadata_plan": _a(_PLAN),
    "add_chunk": _a(record(chunk=records.NEW_CHUNK)),
    "list_chunks": _a(record(total=_COUNT, chunks=listed(records.CHUNK), doc=records.DOCUMENT)),
    "get_chunk": _a(records.CHUNK),
    "update_chunk": _a(),
    "delete_chunks": _HANDLED,
    "chunk_picture": Answer(files=("image/png", "image/jpeg")),
    "retrieve": _a(
        record(
            total=_COUNT,
            chunks=listed(records.FOUND_CHUNK),
            doc_aggs=either(listed(AGGREGATE), _EMPTY),
        )
    ),
    "retrieve_records": Answer(
        Family.NONE,
        like(
            {
                "records": [
                    {
                        "content": "Leave is asked for two weeks ahead.",
                        "score": 0.82,
                        "title": "leave.txt",
                        "metadata": {"doc_id": records.DOCUMENT.example["id"]},
                    }
                ]
            }
        ),
        others={500: like({"code": 500, "message": "could not convert string to float: 'x'"})},
    ),
    "show_graph": _a(
        record(graph=either(records.GRAPH, _EMPTY), mind_map=either(records.TREE, _EMPTY))
    ),
    "delete_graph": _a(DONE),
}
_CONVERSATIONS: Mapping[str, Answer] = {
    "create_chat": _a(either(records.CHAT, FLAT_CHAT)),
    "list_chats": _a(either(listed(records.LISTED_CHAT), _PAGE_OF_CHATS)),
    "get_chat": _a(FLAT_CHAT),
    "change_chat": _a(FLAT_CHAT),
    "update_chat": _a(FLAT_CHAT, always=False),
    "delete_chats": _a(HANDLED, always=False),
    "create_session": _a(records.NEW_SESSION),
    "list_sessions": _a(listed(records.SESSION)),
    "get_session": _a(records.SESSION),
    "update_session": _a(),
    "delete_sessions": _HANDLED,
    "complete_chat": Answer(Family.A, ANSWER, stream=ANSWERS_STREAM),
    "ask_datasets": Answer(stream=ANSWERS_STREAM),
    "suggest_questions": _a(_QUESTIONS),
    "create_chat_completion": Answer(Family.NONE, COMPLETION, stream=COMPLETIONS_STREAM),
    "complete_embedded_chat": Answer(
        Family.A, either(ANSWER, like(opener_frame())), stream=ANSWERS_STREAM
    ),
    "introduce_chat": _a(
        like({"title": "guide", "avatar": "", "prologue": "What do you want to know?"})
    ),
    "create_search": _b(records.SEARCH),
    "list_searches": _b(record(search_apps=listed(records.SEARCH), total=_COUNT)),
    "show_search": _b(records.SEARCH),
    "update_search": _b(records.SEARCH),
    "delete_search": _b(),
    "ask_from_page": Answer(stream=ANSWERS_STREAM),
    "search_from_page": _b(records.STORED_RETRIEVAL),
    "suggest_to_page": _b(_QUESTIONS),
    "show_to_page": _b(records.SEARCH),
    "draw_mind_map": _b(records.TREE),
}
_AGENT_ANSWER = either(records.AGENT_EVENT, like("**ERROR**: The model did not answer."))
_TEMPLATE = {
    "name": "knowledge_base_qa",
    "title": "Knowledge-base Q&A",
    "description": "Answers questions from your datasets alone and names its sources.",
    "canvas_type": "Knowledge",
    "needs": [
        {
            "component": "Retrieval:Search",
            "field": "params.kb_ids",
            "description": "Choose the datasets to search in.",
            "optional": False,
        }
    ],
}
_CANVAS: Mapping[str, object] = {"components": {}, "graph": {"nodes": [], "edges": []}}
_AGENTS: Mapping[str, Answer] = {
    "list_agent_templates": _a(listed(like(_TEMPLATE))),
    "get_agent_template": _a(like({**_TEMPLATE, "dsl": _CANVAS})),
    "create_agent": _b(either(DONE, records.AGENT)),
    "list_agents": _a(
        either(
            listed(records.AGENT),
            record(canvas=listed(records.AGENT), total=_COUNT),
        )
    ),
    "get_agent": _b(records.AGENT),
    "update_agent": _b(),
    "delete_agent": _b(),
    "list_agent_versions": _b(listed(records.LISTED_VERSION)),
    "get_agent_version": _b(records.AGENT_VERSION),
    "restore_agent_version": _b(records.AGENT),
    "compare_agent_versions": _b(records.VERSION_DIFF),
    "create_agent_session": _a(records.NEW_AGENT_SESSION),
    "list_agent_sessions": _a(listed(records.AGENT_SESSION)),
    "delete_agent_sessions": _HANDLED,
    "complete_agent": Answer(Family.A, _AGENT_ANSWER, stream=AGENT_STREAM),
    "create_agent_completion": Answer(Family.NONE, COMPLETION, stream=AGENT_COMPLETIONS_STREAM),
    "complete_embedded_agent": Answer(Family.A, _AGENT_ANSWER, stream=AGENT_EVENTS_STREAM),
    "introduce_agent": _a(
        record(
            title=like("guide"),
            avatar=like("", None),
            inputs=Shape({"type": "object"}, {"city": {"name": "City", "type": "line"}}),
            prologue=like("What do you want to know?"),
            mode=like("conversational"),
        )
    ),
    "list_agent_runs": _b(record(runs=listed(records.AGENT_RUN), total=_COUNT)),
    "get_agent_run": _b(records.TRACED_RUN),
    "cancel_agent_run": _b(like({"cancelled": True})),
    "cancel_agent_task": _b(),
    "upload_agent_files": _b(either(records.AGENT_FILE, listed(records.AGENT_FILE))),
}
_FILES: Mapping[str, Answer] = {
    "upload_files": _b(listed(FILE)),
    "create_file": _b(FILE),
    "list_files": _b(record(total=_COUNT, files=listed(records.LISTED_FILE), parent_folder=FILE)),
    "root_folder": _b(record(root_folder=FILE)),
    "parent_folder": _b(record(parent_folder=FILE)),
    "all_parent_folders": _b(record(parent_folders=listed(FILE))),
    "remove_files": _b(),
    "rename_file": _b(),
    "move_files": _b(),
    "link_files": _b(listed(records.LINK)),
    "get_file": Answer(files=(_BINARY, "application/*", "image/*")),
}
_ACCOUNTS: Mapping[str, Answer] = {
    "register": _b(records.SIGNED_IN),
    "login": _b(records.SIGNED_IN),
    "logout": _b(),
    "user_info": _b(records.USER),
    "change_setting": _b(),
    "tenant_info": _b(records.TENANT),
    "set_tenant_info": _b(),
    "list_tenants": _b(listed(records.JOINED_TENANT)),
    "invite": _b(records.MEMBER),
    "list_members": _b(listed(records.MEMBER)),
    "accept_invitation": _b(),
    "remove_member": _b(),
    "sign_up_config": _b(like({"registerEnabled": True})),
    "new_token": _b(records.NEW_KEY),
    "list_tokens": _b(listed(records.KEY)),
    "revoke_token": _b(),
    "list_factories": _b(listed(records.FACTORY)),
    "list_offered_models": _b(mapping("OpenAI", listed(records.OFFERED_MODEL))),
    "my_models": _b(mapping("OpenAI", records.CONFIGURED)),
    "set_api_key": _b(),
    "add_model": _b(),
    "delete_model": _b(),
    "delete_factory": _b(),
    "list_mcp_servers": _b(record(mcp_servers=listed(records.MCP_SERVER), total=_COUNT)),
    "create_mcp_server": _b(records.MCP_SERVER),
    "show_mcp_server": _b(records.MCP_SERVER),
    "update_mcp_server": _b(records.MCP_SERVER),
    "delete_mcp_servers": _b(),
    "test_mcp_server": _b(listed(records.MCP_TOOL)),
    "list_mcp_tools": _b(mapping(samples.MCP_ID, listed(records.MCP_TOOL))),
    "import_mcp_servers": _b(record(results=listed(records.MCP_IMPORTED))),
    "export_mcp_servers": _b(record(mcpServers=mapping("weather", records.MCP_ENTRY))),
    "list_models": _a(
        listed(
            like({"kind": "chat", "name": "extractive", "served_by": "extractive", "default": True})
        )
    ),
    "healthz": Answer(
        Family.NONE,
        mapping("db", like("ok")),
        others={
            500: like({"db": "nok", "status": "nok", "_meta": {"db": {"error": "Timeout"}}}),
        },
    ),
}

ANSWERS: Mapping[str, Answer] = {
    **_KNOWLEDGE,
    **_CONVERSATIONS,
    **_AGENTS,
    **_FILES,
    **_ACCOUNTS,
}
