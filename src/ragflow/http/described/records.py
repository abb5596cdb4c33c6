"""Objects of the API by name: what the functions that send them make of sample objects."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from ragflow.domain.answers import AnswerFrame
from ragflow.domain.graphs import tree_of
from ragflow.domain.identity import Actor, TenantRole
from ragflow.domain.models import Factory, OfferedModel
from ragflow.domain.ports import ChatModel
from ragflow.generate.assistant import settings_of
from ragflow.http.described import samples
from ragflow.http.described.shapes import Shape, like, listed, named, record
from ragflow.http.schemas.accounts import (
    joined_tenant_object,
    key_object,
    member_object,
    new_key_object,
    signed_in_object,
    tenant_object,
    user_object,
)
from ragflow.http.schemas.agent_runs import Frames, run_object, traced_run_object
from ragflow.http.schemas.agents import (
    agent_file_object,
    agent_object,
    agent_session_object,
    new_session_object,
    version_object,
)
from ragflow.http.schemas.chats import chat_object, listed_chat_object, session_object
from ragflow.http.schemas.completions import answer_data, opener_data
from ragflow.http.schemas.files import file_object, link_object, listed_file_object
from ragflow.http.schemas.flat_chats import flat_chat_object
from ragflow.http.schemas.graphs import graph_object, tree_object
from ragflow.http.schemas.llm import configured_object, factory_object, offered_object
from ragflow.http.schemas.mcp_servers import (
    file_entry,
    imported_object,
    mcp_server_object,
    tool_object,
)
from ragflow.http.schemas.searchbots import found_object
from ragflow.http.schemas.searches import search_object
from ragflow.http.views import (
    chunk_added,
    chunk_found,
    chunk_listed,
    dataset_object,
    document_object,
)
from ragflow.services.accounts import NewKey
from ragflow.services.chats import ListedChat
from ragflow.services.completions import Turn
from ragflow.services.file_browser import ListedFile
from ragflow.services.mcp_servers import ImportedServer
from ragflow.services.providers import ConfiguredFactory
from ragflow.services.references import aggregate_record, reference_record
from ragflow.services.sign_in import SignedIn
from ragflow.services.teams import JoinedTenant, Member

_DATASET, _BARE_DATASET = samples.DATASETS
_DOCUMENT, _ = samples.DOCUMENTS
_FILE, _FOLDER = samples.FILES
_MODEL = OfferedModel("gpt-5-mini", "OpenAI", "chat", True)
_FACTORY = Factory("OpenAI", ("chat", "embedding"))
_REFERENCE = reference_record(samples.REFERENCE)
_TURN = Turn(
    actor=Actor(samples.TENANT_ID, samples.TENANT_ID),
    model=cast(ChatModel, None),  # what a turn tells of itself needs no model
    settings=settings_of({}, {}),
    turns=(),
    search=None,
    message_id=samples.MESSAGE_ID,
    asked_at=samples.CHUNK.create_timestamp,
    session_id=samples.SESSION_ID,
)
_LISTED_CHAT = ListedChat(samples.CHAT, samples.DATASETS)

DATASET = named("Dataset", *map(dataset_object, samples.DATASETS))
DOCUMENT = named("Document", *map(document_object, samples.DOCUMENTS))
NEW_CHUNK = named("NewChunk", chunk_added(samples.CHUNK, _DOCUMENT))
CHUNK = named("Chunk", chunk_listed(samples.CHUNK, _DOCUMENT))
FOUND_CHUNK = named("FoundChunk", chunk_found(samples.HIT))
AGGREGATE = named("DocumentAggregate", aggregate_record(samples.FOUND.aggregates[0]))
STORED_RETRIEVAL = named(
    "StoredRetrieval",
    found_object(samples.FOUND),
    found_object(replace(samples.FOUND, hits=(replace(samples.HIT, highlight=""),))),
)

CHAT = named("Chat", chat_object(samples.CHAT))
LISTED_CHAT = named("ListedChat", listed_chat_object(_LISTED_CHAT))
FLAT_CHAT = named("FlatChat", flat_chat_object(_LISTED_CHAT))
NEW_SESSION = named("NewSession", session_object(samples.conversation({}), with_references=False))
SESSION = named("Session", session_object(samples.conversation(_REFERENCE), with_references=True))


def answer(*, final: bool = True, session_id: str | None = samples.SESSION_ID) -> dict[str, object]:
    """Return the data of a frame of an answer."""
    frame = samples.FRAME if final else AnswerFrame(samples.FRAME.text[:5])
    turn = replace(_TURN, session_id=session_id)
    return answer_data(frame, turn, samples.CHUNK.create_timestamp)


def opener() -> dict[str, object]:
    """Return the data of the frame with which a conversation begins."""
    return opener_data("What do you want to know?", samples.SESSION_ID)


ANSWER = named(
    "Answer",
    answer(),
    answer(session_id=None),
    answer(final=False),
    opener(),
)

SEARCH = named("SearchApp", search_object(samples.SEARCH))
MCP_SERVER = named("McpServer", mcp_server_object(samples.MCP_SERVER))
MCP_TOOL = named("McpTool", tool_object(samples.TOOL))
MCP_ENTRY = named("McpServerOfFile", file_entry(samples.MCP_SERVER), file_entry(samples.COMMAND))
MCP_IMPORTED = named(
    "ImportedMcpServer",
    imported_object(ImportedServer("weather", samples.MCP_SERVER)),
    imported_object(ImportedServer("other", refusal="`url` must be an address.")),
)
GRAPH = named("KnowledgeGraph", graph_object(samples.GRAPH))
TREE = Shape(
    {"$ref": "#/components/schemas/Tree"},
    tree_object(tree_of(samples.GRAPH, "handbook")),
    {
        "Tree": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            },
            "required": ["id", "children"],
        }
    },
)

AGENT = named("Agent", *map(agent_object, samples.AGENTS))
LISTED_VERSION = named(
    "ListedAgentVersion",
    version_object(samples.AGENT_VERSION, with_canvas=False),
    version_object(replace(samples.AGENT_VERSION, description=None), with_canvas=False),
)
AGENT_VERSION = named(
    "AgentVersion",
    version_object(samples.AGENT_VERSION),
    version_object(replace(samples.AGENT_VERSION, description=None)),
)
VERSION_DIFF = record(
    added=listed(like("Retrieval:Rules")),
    removed=listed(like("Message:Old")),
    changed=listed(
        Shape(
            {
                "type": "object",
                "properties": {
                    "component": {"type": "string"},
                    "field": {"type": "string"},
                    "before": {},
                    "after": {},
                },
                "required": ["component", "field", "before", "after"],
            },
            {
                "component": "Message:Answer",
                "field": "params.content",
                "before": ["{sys.query}"],
                "after": ["You asked: {sys.query}"],
            },
        )
    ),
)
NEW_AGENT_SESSION = named("NewAgentSession", new_session_object(samples.AGENT_SESSION))
AGENT_SESSION = named(
    "AgentSession",
    agent_session_object(samples.AGENT_SESSION, with_canvas=True),
    agent_session_object(
        replace(
            samples.AGENT_SESSION, session=replace(samples.AGENT_SESSION.session, errors="slow")
        ),
        with_canvas=False,
    ),
)
AGENT_RUN = named(
    "AgentRun",
    run_object(samples.AGENT_RUN),
    run_object(replace(samples.AGENT_RUN, error="slow")),
)
TRACED_RUN = named(
    "TracedAgentRun",
    *(
        traced_run_object(
            replace(samples.AGENT_RUN, error=error), [replace(samples.NODE_TRACE, error=error)]
        )
        for error in (None, "slow")
    ),
)


def agent_event(kind: str, **data: object) -> dict[str, object]:
    """Return an event of an agent's run."""
    return Frames(samples.AGENT_RUN).enveloped(kind, data, samples.CHUNK.create_timestamp)


_FINISHED = agent_event(
    "workflow_finished",
    inputs={},
    outputs={"content": "You asked when."},
    elapsed_time=1.2,
    created_at=4321.5,
    content="You asked when.",
    reference={"chunks": {}, "doc_aggs": {}},
)
AGENT_EVENT = named(
    "AgentEvent",
    _FINISHED,
    agent_event("workflow_started", inputs={}) | {"answer": "You asked when."},
    agent_event("node_started", inputs=None),
    agent_event("message_end", reference=None),
)
AGENT_FILE = named("AgentFile", agent_file_object(samples.AGENT_FILE))

FILE = named("File", file_object(_FILE), file_object(_FOLDER))
LISTED_FILE = named(
    "ListedFile",
    listed_file_object(ListedFile(_FILE, (_DATASET,))),
    listed_file_object(ListedFile(_FOLDER)),
)
LINK = named("FileLink", link_object(samples.LINK))

USER = named("User", user_object(samples.USER))
SIGNED_IN = named(
    "SignedIn", signed_in_object(SignedIn(samples.USER, "Ij0qYm9ya3MgZm9yIGFuIGhvdXIi"))
)
NEW_KEY = named(
    "NewApiKey",
    new_key_object(
        NewKey(samples.KEY, "ragflow-IzZmY1MGVhYTBhMjExZWZiYTdjMDI0", "f2c7a0d14b6e4a52a1c3e8b0")
    ),
)
KEY = named("ApiKey", key_object(samples.KEY))
TENANT = named("Tenant", tenant_object(samples.TENANT))
JOINED_TENANT = named(
    "JoinedTenant",
    joined_tenant_object(JoinedTenant(samples.TENANT, samples.USER, TenantRole.OWNER)),
)
MEMBER = named("Member", member_object(Member(samples.USER, samples.TENANT_ID, TenantRole.NORMAL)))
FACTORY = named("Vendor", factory_object(_FACTORY))
OFFERED_MODEL = named("OfferedModel", offered_object(_MODEL))
CONFIGURED = named("ConfiguredVendor", configured_object(ConfiguredFactory(_FACTORY, (_MODEL,))))

DONE = like(True)
HANDLED = named("Handled", {"success_count": 1, "errors": ["Duplicate document ids: b330ec2e"]})
