"""Questions: one answer, or its growing states read from an event stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ragflow_sdk import Chunk, Message, RAGFlow, RAGFlowError, Session

CITATION = {"chunk_index": 0, "quote": "a day has 24 hours", "pages": [2]}
REFERENCE = {"chunks": [{"id": "c", "content": "a day has 24 hours"}], "citations": [CITATION]}


def frame(answer: str, **more: Any) -> dict[str, Any]:
    """Return a frame of a chat's stream."""
    return {"code": 0, "data": {"answer": answer, "reference": {"chunks": []}, **more}}


def test_an_answer_is_a_message(server: Any, session: Session) -> None:
    server.answers({"answer": "24 [ID:0]", "id": "m", "reference": REFERENCE, "prompt": "p"})
    message = session.ask("How long?")
    assert isinstance(message, Message)
    assert (message.content, message.id, message.role, message.prompt) == (
        "24 [ID:0]",
        "m",
        "assistant",
        "p",
    )
    assert isinstance(message.reference[0], Chunk)
    assert message.citations == [CITATION]


def test_a_question_names_its_session_and_variables(server: Any, session: Session) -> None:
    server.answers({"answer": "24"})
    session.ask("How long?", stream=False, style="short")
    assert server.request.path == "/chats/chat/completions"
    assert server.request.json == {
        "question": "How long?",
        "session_id": "s",
        "style": "short",
        "stream": False,
    }


def test_an_answer_without_sources_has_no_reference(server: Any, session: Session) -> None:
    server.answers({"answer": "Hello", "reference": {}})
    assert session.ask("Hi").reference is None


def test_a_stream_is_an_iterator_of_growing_messages(server: Any, session: Session) -> None:
    server.streams(
        frame("24"),
        frame("24 hours"),
        frame("24 hours [ID:0]", reference=REFERENCE, id="m"),
        {"code": 0, "data": True},
    )
    stream = session.ask("How long?", stream=True)
    assert isinstance(stream, Iterator)
    messages = list(stream)
    assert [m.content for m in messages] == ["24", "24 hours", "24 hours [ID:0]"]
    assert messages[-1].reference[0].content == "a day has 24 hours"
    assert messages[-1].id == "m"
    assert server.request.json["stream"] is True


def test_a_stream_is_read_as_the_documentation_shows(server: Any, session: Session) -> None:
    server.streams(frame("一天"), frame("一天有24小时"), {"code": 0, "data": True})
    printed = ""
    for message in session.ask("多长？", stream=True):
        printed += message.content[len(printed) :]
    assert printed == "一天有24小时"


def test_running_states_and_comments_are_passed_over(server: Any, session: Session) -> None:
    server.sends(
        "text/event-stream",
        b': hello\n\nevent: x\ndata:{"code":0,"data":{"running_status":true}}\n\n'
        b'data: {"code":0,"data":{"answer":"24"}}\n\n',
    )
    assert [m.content for m in session.ask("How long?", stream=True)] == ["24"]


def test_nothing_is_read_after_done(server: Any, session: Session) -> None:
    server.streams(frame("24"), "[DONE]", frame("too late"))
    assert [m.content for m in session.ask("How long?", stream=True)] == ["24"]


def test_an_error_frame_raises_after_what_came_before(server: Any, session: Session) -> None:
    failed = {"code": 500, "message": "The model x did not answer", "data": {"answer": "**ERROR**"}}
    server.streams(frame("24"), failed, {"code": 0, "data": True})
    stream = session.ask("How long?", stream=True)
    assert next(stream).content == "24"
    with pytest.raises(RAGFlowError, match="The model x did not answer") as caught:
        next(stream)
    assert caught.value.code == 500


def test_a_refused_stream_raises_the_envelopes_message(server: Any, session: Session) -> None:
    server.answers(code=102, message="You don't own the session s")
    with pytest.raises(RAGFlowError, match="You don't own the session s"):
        list(session.ask("How long?", stream=True))


def test_an_agents_deltas_are_put_together(server: Any, rag: RAGFlow) -> None:
    session = Session(rag, {"id": "s", "agent_id": "agent"})
    server.streams(
        {"event": "message", "data": {"content": "A day "}},
        {"event": "message", "data": {"content": "has 24 hours"}},
        {
            "event": "message_end",
            "data": {"reference": {"chunks": {"7": {"id": "c", "content": "24"}}}},
        },
        "[DONE]",
    )
    messages = list(session.ask("How long?", stream=True))
    assert [m.content for m in messages] == [
        "A day ",
        "A day has 24 hours",
        "A day has 24 hours",
    ]
    assert messages[-1].reference[0].id == "c"
    assert server.request.path == "/agents/agent/completions"


def test_an_agents_whole_answer_is_a_message(server: Any, rag: RAGFlow) -> None:
    session = Session(rag, {"id": "s", "agent_id": "agent"})
    server.answers({"event": "message", "data": {"content": "24 hours", "reference": {}}})
    assert session.ask("How long?").content == "24 hours"


def test_no_request_is_made_before_a_stream_is_read(server: Any, session: Session) -> None:
    session.ask("How long?", stream=True)
    assert server.requests == []
