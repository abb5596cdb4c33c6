"""Sample objects of the domain: what the description of the API shows and reads its schemas off.

Most come twice: with all that they can have, and with nothing that they need not have.
"""

from __future__ import annotations

from ragflow.domain.agents import (
    Agent,
    AgentFile,
    AgentRun,
    AgentSession,
    AgentVersion,
    NodeTrace,
)
from ragflow.domain.agents import RunState as AgentRunState
from ragflow.domain.answers import AnswerFrame, Citation, Reference, ToolSpec
from ragflow.domain.chats import Chat, ChatSession, Message
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Box, Coverage, Dataset, Document, RunState, Span
from ragflow.domain.files import FileLink, StoredFile
from ragflow.domain.graphs import Entity, Graph, Relation
from ragflow.domain.identity import ApiKey, Tenant, User
from ragflow.domain.mcp_servers import McpServer
from ragflow.domain.queries import Candidate, DocumentAggregate, Hit, Retrieval, ScoredCandidate
from ragflow.domain.searches import SearchApp
from ragflow.services.agent_sessions import AgentConversation
from ragflow.services.parser_config import default_for
from ragflow.services.searches import default_search_config
from ragflow.services.sessions import Conversation

TENANT_ID = "69736c5e723611efb51b0242ac120007"
DATASET_ID = "6e211ee0723611efa10a0242ac120007"
DOCUMENT_ID = "b330ec2e91ec11efbc510242ac120004"
CHUNK_ID = "d78435d142bd5cf6"
CHAT_ID = "b1f2f15691f911ef81180242ac120003"
SESSION_ID = "2ca4b22e878011ef88fe0242ac120005"
MESSAGE_ID = "0b6d7a8e-2b1c-4f4e-9d0a-6d2c2f1b7a55"
FILE_ID = "7b1f6d0a91ec11ef8d8c0242ac120004"
SEARCH_ID = "3f0c2a4e91fa11ef9a3d0242ac120003"
AGENT_ID = "5f2d3c1e91fb11ef8c7d0242ac120003"
RUN_ID = "9c1f7d3091fb11efae3f0242ac120003"
VERSION_ID = "8a4e6b2091fb11ef9d2e0242ac120003"
MCP_ID = "5c1d8a6e91fa11efb7c40242ac120003"
PICTURE = "data:image/png;base64,iVBORw0KGgo="

_MADE, _CHANGED = 1741971222000, 1741971622000
_SECONDS = _MADE / 1000
_TEXT = "Leave is asked for two weeks ahead."
_QUESTION = "When is leave asked for?"
_ANSWER = "Leave is asked for two weeks ahead [ID:0]."

DATASETS = (
    Dataset(
        id=DATASET_ID,
        tenant_id=TENANT_ID,
        created_by=TENANT_ID,
        name="handbook",
        embedding_model="BAAI/bge-large-zh-v1.5@BAAI",
        create_time=_MADE,
        update_time=_CHANGED,
        avatar=PICTURE,
        description="Rules of the house",
        parser_config=default_for("naive"),
        document_count=1,
        chunk_count=1,
        token_count=8,
    ),
    Dataset(DATASET_ID, TENANT_ID, TENANT_ID, "bare", "", _MADE, _MADE),
)
DOCUMENTS = (
    Document(
        id=DOCUMENT_ID,
        dataset_id=DATASET_ID,
        tenant_id=TENANT_ID,
        created_by=TENANT_ID,
        name="leave.txt",
        size=36,
        type="doc",
        suffix="txt",
        create_time=_MADE,
        update_time=_CHANGED,
        location="leave.txt",
        parser_config=default_for("naive"),
        meta_fields={"author": "Ada"},
        chunk_count=1,
        token_count=8,
        run=RunState.DONE,
        progress=1.0,
        process_begin_at=_MADE,
        process_duration=0.8,
        coverage=Coverage(29, 29, {"page_number": 0}, ("A picture has no text.",)),
    ),
    Document(
        DOCUMENT_ID, DATASET_ID, TENANT_ID, TENANT_ID, "new.txt", 1, "doc", "txt", _MADE, _MADE
    ),
)
CHUNK = Chunk(
    id=CHUNK_ID,
    document_id=DOCUMENT_ID,
    dataset_id=DATASET_ID,
    content=_TEXT,
    ordinal=0,
    token_count=8,
    create_timestamp=_SECONDS,
    boxes=(Box(1, 56.0, 300.0, 72.0, 84.0),),
    important_keywords=("leave",),
    questions=(_QUESTION,),
    tags={"people": 1},
    has_image=True,
)
_CANDIDATE = Candidate(
    DATASET_ID, DOCUMENT_ID, CHUNK_ID, "leav ask two week ahead", "leav", "leav", "", 0.71
)
HIT = Hit(
    CHUNK,
    "leave.txt",
    ScoredCandidate(_CANDIDATE, 0.82, 0.87, 0.71, 0.71),
    "<em>Leave</em> is asked for two weeks ahead.",
)
_AGGREGATE = DocumentAggregate(DOCUMENT_ID, "leave.txt", 1)
FOUND = Retrieval(1, (HIT,), (_AGGREGATE,))
REFERENCE = Reference(
    (HIT,),
    (_AGGREGATE,),
    1,
    (Citation(0, Span(0, 34), Span(0, 34), _TEXT, 1.0),),
)
FRAME = AnswerFrame(_ANSWER, REFERENCE, f"Answer from what is given.\n\n{_QUESTION}", final=True)

CHAT = Chat(
    id=CHAT_ID,
    tenant_id=TENANT_ID,
    name="guide",
    create_time=_MADE,
    update_time=_CHANGED,
    dataset_ids=(DATASET_ID,),
    chat_model="extractive",
    llm_setting={"temperature": 0.1, "top_p": 0.3},
    prompt_config={
        "system": "Answer from {knowledge}.",
        "prologue": "What do you want to know?",
        "parameters": [{"key": "knowledge", "optional": False}],
        "quote": True,
        "empty_response": "Nothing is said of it.",
    },
)


def conversation(reference: dict[str, object]) -> Conversation:
    """Return a conversation whose answer cites a reference."""
    session = ChatSession(SESSION_ID, CHAT_ID, "leave", "", _MADE, _CHANGED)
    messages = (
        Message(SESSION_ID, 0, MESSAGE_ID, "user", _QUESTION, _SECONDS),
        Message(SESSION_ID, 1, MESSAGE_ID, "assistant", _ANSWER, _SECONDS, reference),
    )
    return Conversation(session, messages)


FILES = (
    StoredFile(
        FILE_ID, TENANT_ID, TENANT_ID, TENANT_ID, "leave.txt", "doc", _MADE, _CHANGED, "leave.txt"
    ),
    StoredFile(TENANT_ID, TENANT_ID, TENANT_ID, TENANT_ID, "/", "folder", _MADE, _MADE),
)
LINK = FileLink(SEARCH_ID, FILE_ID, DOCUMENT_ID, _MADE, _MADE)
SEARCH = SearchApp(
    SEARCH_ID,
    TENANT_ID,
    TENANT_ID,
    "handbook search",
    _MADE,
    _CHANGED,
    "For the page of the house",
    PICTURE,
    default_search_config() | {"kb_ids": [DATASET_ID]},
)
MCP_SERVER = McpServer(
    MCP_ID,
    TENANT_ID,
    "weather",
    "https://weather.example.org/mcp",
    "streamable-http",
    _MADE,
    _CHANGED,
    "Forecasts for every town",
    {"token": "a secret"},
    {"Authorization": "Bearer ${token}"},
)
COMMAND = McpServer(SEARCH_ID, TENANT_ID, "files", "files", "stdio", _MADE, _MADE)
TOOL = ToolSpec(
    "forecast",
    "Tell the weather of tomorrow.",
    {"type": "object", "properties": {"town": {"type": "string"}}},
)
GRAPH = Graph(
    (
        Entity("LEAVE", "event", ("Days off.",), 0.6, 1, (DOCUMENT_ID,)),
        Entity("STAFF", "person", ("Who works here.",), 0.4, 1, (DOCUMENT_ID,)),
    ),
    (Relation("LEAVE", "STAFF", ("Staff take leave.",), ("take",), 1.0, (DOCUMENT_ID,)),),
    (DOCUMENT_ID,),
)
DSL = {
    "components": {
        "begin": {
            "obj": {
                "component_name": "Begin",
                "params": {"prologue": "What do you want to know?"},
            },
            "downstream": ["Message:Answer"],
            "upstream": [],
        },
        "Message:Answer": {
            "obj": {"component_name": "Message", "params": {"content": ["You asked: {sys.query}"]}},
            "downstream": [],
            "upstream": ["begin"],
        },
    },
    "history": [],
    "path": [],
    "retrieval": [],
    "globals": {"sys.query": "", "sys.user_id": "", "sys.conversation_turns": 0, "sys.files": []},
}
AGENTS = (
    Agent(
        AGENT_ID,
        TENANT_ID,
        TENANT_ID,
        "guide",
        _MADE,
        _CHANGED,
        DSL,
        "Answers what is asked",
        PICTURE,
        canvas_type="Other",
    ),
    Agent(AGENT_ID, TENANT_ID, TENANT_ID, "bare", _MADE, _MADE),
)
AGENT_VERSION = AgentVersion(
    VERSION_ID, AGENT_ID, "guide_2025_03_14_16_53_42", _MADE, _MADE, DSL, "First"
)
AGENT_SESSION = AgentConversation(
    AgentSession(
        SESSION_ID,
        AGENT_ID,
        TENANT_ID,
        _MADE,
        _CHANGED,
        tokens=90,
        duration=1.2,
        round=1,
    ),
    messages=(
        {"role": "assistant", "content": "What do you want to know?"},
        {"role": "user", "content": _QUESTION, "id": MESSAGE_ID},
        {"role": "assistant", "content": _ANSWER, "id": MESSAGE_ID},
    ),
    references=({"chunks": {}, "doc_aggs": {}},),
    dsl=DSL,
)
AGENT_RUN = AgentRun(
    RUN_ID,
    AGENT_ID,
    SESSION_ID,
    _QUESTION,
    AgentRunState.DONE,
    _MADE,
    _CHANGED,
    _CHANGED,
    steps=2,
    tokens=90,
    elapsed_seconds=1.2,
)
NODE_TRACE = NodeTrace(
    RUN_ID,
    1,
    "Message:Answer",
    "Message",
    "Answer",
    _SECONDS,
    0.1,
    {"sys.query": _QUESTION},
    {"content": f"You asked: {_QUESTION}"},
)
AGENT_FILE = AgentFile(FILE_ID, "leave.txt", 36, "text/plain", TENANT_ID, _SECONDS)
USER = User(TENANT_ID, "ada@example.org", "Ada", "!", _MADE, _CHANGED)
TENANT = Tenant(TENANT_ID, "Ada", _MADE, _CHANGED, embedding_model="BAAI/bge-m3@BAAI")
KEY = ApiKey(SESSION_ID, TENANT_ID, TENANT_ID, "ragflow-IzZmY1", "", "", _MADE)
