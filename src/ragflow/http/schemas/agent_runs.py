"""Runs of agents on the wire: bodies → questions, events → frames, and runs as JSON objects.

A stream for API clients has messages alone; one for pages has every event. In the universal form,
which ragflow-sdk 0.20 can read too, messages also carry the answer so far, and a comment stands
for `[DONE]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ragflow.agents.events import Event, message, message_end
from ragflow.agents.sources import merged
from ragflow.domain.agents import AgentRun, NodeTrace
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.errors import InvalidInput
from ragflow.http.schemas.common import times
from ragflow.http.schemas.fields import object_in
from ragflow.http.sse import done_frame
from ragflow.services.agent_work import AgentQuestion, PreparedRun
from ragflow.text.json_values import plain_json

MESSAGES = ("message", "message_end")
_LAST_MESSAGE = "message_end"
UNIVERSAL_END = b": done\n\n"


def agent_question(
    body: Mapping[str, Any], origin: SessionOrigin = SessionOrigin.API
) -> AgentQuestion:
    """Read a body; `query` counts before `question`. Raises `InvalidInput`."""
    return AgentQuestion(
        question=_text(body, "query") or _text(body, "question"),
        session_id=_text(body, "session_id"),
        inputs=object_in(body, "inputs") or {},
        files=_records(body.get("files")),
        user_id=_text(body, "user_id"),
        origin=origin,
    )


@dataclass(slots=True)
class Frames:
    """Write the events of one run; `answer` is what it has said so far.

    `references` has what each message that has ended cites, None where that is nothing.
    """

    run: AgentRun
    only_messages: bool = True
    universal: bool = False
    answer: str = ""
    thinks: bool = False
    references: list[Mapping[str, Any] | None] = field(default_factory=list)

    def value(self, event: Event, created_at: float) -> dict[str, Any] | None:
        """Return what is sent of an event, None for one that is not for this client."""
        data = dict(event.data)
        if event.kind == "message":
            self.thinks = "start_to_think" in data or (self.thinks and "end_to_think" not in data)
            self.answer += "" if self.thinks else str(data.get("content") or "")
        if event.kind == _LAST_MESSAGE:
            self.references.append(data.get("reference"))
        if self.only_messages and event.kind not in MESSAGES:
            return None
        if self.universal and event.kind == "message":
            data["answer"] = self.answer
        if self.universal and event.kind == _LAST_MESSAGE:
            data["running_status"] = True
        return self.enveloped(event.kind, data, created_at)

    def enveloped(self, kind: str, data: Mapping[str, Any], created_at: float) -> dict[str, Any]:
        """Put data into the envelope of events."""
        return {
            "event": kind,
            "message_id": self.run.id,
            "created_at": int(created_at),
            "task_id": self.run.agent_id,
            "data": plain_json(data),
            "session_id": self.run.session_id,
        }

    def failure(self, reason: str) -> Iterator[Event]:
        """Yield the events that tell a user why there is no more."""
        yield message(f"**ERROR**: {reason}")
        yield message_end(None)

    def end(self) -> bytes:
        """Return the last frame."""
        return UNIVERSAL_END if self.universal else done_frame()

    def reference(self) -> dict[str, Any]:
        """Return what all messages so far cite."""
        return merged(self.references)

    def whole(self, last: Event, created_at: float) -> dict[str, Any]:
        """Return the last event with all that was said, and what it cites."""
        data = {**last.data, "content": self.answer, "reference": self.reference()}
        event = self.enveloped(last.kind, data, created_at)
        return event | ({"answer": self.answer} if self.universal else {})


def frames_of(
    prepared: PreparedRun, *, only_messages: bool = True, universal: bool = False
) -> Frames:
    """Return what writes the events of a run; it begins with what that said before it was cut off.

    `only_messages` leaves out all other events.
    """
    answer, references = prepared.told_before
    return Frames(prepared.run, only_messages, universal, answer, references=[*references])


def run_object(run: AgentRun) -> dict[str, Any]:
    """Return a run."""
    return {
        "id": run.id,
        "agent_id": run.agent_id,
        "session_id": run.session_id,
        "question": run.question,
        "inputs": dict(run.inputs),
        "state": run.state.value,
        "error": run.error,
        "steps": run.steps,
        "tokens": run.tokens,
        "elapsed_seconds": run.elapsed_seconds,
        **times(run.create_time, run.update_time),
    }


def traced_run_object(run: AgentRun, traces: Sequence[NodeTrace]) -> dict[str, Any]:
    """Return a run with what its components did."""
    return {**run_object(run), "traces": [asdict(trace) for trace in traces]}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"`{name}` should be a string.", field=name)
    return value


def _records(value: Any) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise InvalidInput("`files` should be a list of records of files.", field="files")
    return tuple(value)
