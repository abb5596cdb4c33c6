"""Event streams and completions as examples, made by what writes them."""

from __future__ import annotations

from dataclasses import dataclass

from ragflow.http.described.records import (
    AGENT_EVENT,
    ANSWER,
    DONE,
    agent_event,
    answer,
    opener,
)
from ragflow.http.described.samples import AGENT_ID, CHAT_ID, SESSION_ID
from ragflow.http.described.shapes import Shape, either, named
from ragflow.http.sse import cumulative, done_frame, frame

_ID, _CREATED = f"chatcmpl-{CHAT_ID}", 1741971222
_USAGE = {"prompt_tokens": 24, "completion_tokens": 42, "total_tokens": 66}


@dataclass(frozen=True, slots=True)
class Stream:
    """Describe an event stream: the values of its frames where all are JSON, and all of a text."""

    text: str
    frames: Shape | None = None


def opener_frame() -> str:
    """Return the text of the frame with which a conversation begins."""
    return frame(cumulative(opener(), message="")).decode()


def _frames() -> Shape:
    """Describe how an answer grows: for clients of 0.20 in full each time."""
    either_way = either(ANSWER, DONE)
    known = {"code": {"type": "integer"}, "message": {"type": "string"}, "data": either_way.schema}
    schema = {"type": "object", "properties": known, "required": ["code", "data"]}
    return Shape(schema, cumulative(answer()), either_way.definitions)


ANSWERS_STREAM = Stream(
    b"".join(frame(cumulative(value)) for value in (answer(final=False), answer(), True)).decode(),
    _frames(),
)

COMPLETION = named(
    "ChatCompletion",
    {
        "id": _ID,
        "object": "chat.completion",
        "created": _CREATED,
        "model": "model",
        "usage": {
            **_USAGE,
            "completion_tokens_details": {
                "reasoning_tokens": 24,
                "accepted_prediction_tokens": 42,
                "rejected_prediction_tokens": 0,
            },
        },
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": "Leave is asked for two weeks ahead."},
            }
        ],
    },
)


def _chunk(content: str | None, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "finish_reason": finish_reason, "delta": {"content": content}}
    chunk = {"id": _ID, "object": "chat.completion.chunk", "created": _CREATED, "model": "model"}
    return frame({**chunk, "usage": _USAGE if finish_reason else None, "choices": [choice]})


COMPLETIONS_STREAM = Stream(
    b"".join(
        (
            _chunk("Leave is asked"),
            _chunk(" for two weeks ahead."),
            _chunk(None, "stop"),
            done_frame(),
        )
    ).decode()
)


_MESSAGES = (
    frame(agent_event("message", content="You asked")),
    frame(agent_event("message", content=" when.")),
    frame(agent_event("message_end", reference=None)),
)
AGENT_STREAM = Stream(b"".join((*_MESSAGES, done_frame())).decode())
AGENT_EVENTS_STREAM = Stream(
    b"".join(
        (
            frame(agent_event("workflow_started", inputs={})),
            *_MESSAGES,
            frame(agent_event("workflow_finished", inputs={}, outputs={}, elapsed_time=1.2)),
        )
    ).decode(),
    AGENT_EVENT,
)


def _agent_chunk(content: str, finish_reason: str | None = None) -> bytes:
    choice = {"delta": {"content": content}, "finish_reason": finish_reason, "index": 0}
    chunk = {"id": SESSION_ID, "object": "chat.completion.chunk", "created": _CREATED}
    return frame({**chunk, "model": AGENT_ID, "choices": [choice]}, "data: ")


AGENT_COMPLETIONS_STREAM = Stream(
    b"".join(
        (_agent_chunk("You asked when."), _agent_chunk("", "stop"), done_frame("data: "))
    ).decode()
)
