"""Agents on the wire: request bodies → drafts, agents and what belongs to them → JSON objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from ragflow.agents.dsl import read_dsl
from ragflow.domain.agents import Agent, AgentFile, AgentVersion, Problem
from ragflow.domain.errors import CanvasInvalid
from ragflow.http.errors import Code, WireError
from ragflow.http.schemas.common import times
from ragflow.http.schemas.fields import text_in
from ragflow.services.agent_sessions import AgentConversation
from ragflow.services.agent_versions import VersionDiff
from ragflow.services.agents import AgentDraft

_TEXTS = ("description", "avatar", "permission", "canvas_type", "canvas_category")
_PROBLEMS_TOLD = 5
_OPENERS = 1  # messages before the first question


def agent_draft(body: Mapping[str, Any]) -> AgentDraft:
    """Read a body; null means that nothing is said. Raises `InvalidInput`, `CanvasInvalid`."""
    dsl, title = body.get("dsl"), text_in(body, "title")
    return AgentDraft(
        title=None if title is None else title.strip(),
        dsl=None if dsl is None else read_dsl(dsl),
        **{name: text_in(body, name) for name in _TEXTS},
    )


@contextmanager
def problems_told() -> Iterator[None]:
    """Refuse a canvas with the first problems in words, and all of them as data."""
    try:
        yield
    except CanvasInvalid as error:
        problems = error.facts.get("problems", ())
        raise WireError(
            Code.DATA, _told(problems) or str(error), data=[asdict(each) for each in problems]
        ) from error


def agent_object(agent: Agent) -> dict[str, Any]:
    """Return an agent."""
    return {
        "id": agent.id,
        "user_id": agent.user_id,
        "title": agent.title,
        "description": agent.description,
        "avatar": agent.avatar,
        "permission": agent.permission,
        "canvas_type": agent.canvas_type,
        "canvas_category": agent.canvas_category,
        "dsl": dict(agent.dsl),
        **times(agent.create_time, agent.update_time),
    }


def version_object(version: AgentVersion, *, with_canvas: bool = True) -> dict[str, Any]:
    """Return what an agent was; lists leave out the canvas."""
    fields: dict[str, Any] = {
        "id": version.id,
        "agent_id": version.agent_id,
        "title": version.title,
        "description": version.description,
        **times(version.create_time, version.update_time),
    }
    return fields | ({"dsl": dict(version.dsl)} if with_canvas else {})


def diff_object(diff: VersionDiff) -> dict[str, Any]:
    """Return what differs between two versions."""
    return {
        "added": list(diff.added),
        "removed": list(diff.removed),
        "changed": [asdict(change) for change in diff.changed],
    }


def new_session_object(conversation: AgentConversation) -> dict[str, Any]:
    """Return a conversation that has just begun; its messages go by both of their names."""
    session = conversation.session
    messages = [dict(message) for message in conversation.messages]
    return {
        "id": session.id,
        "agent_id": session.agent_id,
        "user_id": session.user_id,
        "name": session.name,
        "source": "agent",
        "message": messages,
        "messages": messages,
        "dsl": dict(conversation.dsl),
        **times(session.create_time, session.update_time),
    }


def agent_session_object(conversation: AgentConversation, *, with_canvas: bool) -> dict[str, Any]:
    """Return a conversation with its messages and what these cite."""
    session = conversation.session
    fields = {
        "id": session.id,
        "agent_id": session.agent_id,
        "user_id": session.user_id,
        "name": session.name,
        "source": "agent",
        "messages": _messages(conversation),
        "tokens": session.tokens,
        "duration": session.duration,
        "round": session.round,
        "thumb_up": session.thumb_up,
        "errors": session.errors,
        **times(session.create_time, session.update_time),
    }
    return fields | ({"dsl": dict(conversation.dsl)} if with_canvas else {})


def agent_file_object(file: AgentFile) -> dict[str, Any]:
    """Return the record of a file, which clients send along with a question."""
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "extension": file.name.rpartition(".")[2].lower() if "." in file.name else "",
        "mime_type": file.mime_type,
        "created_by": file.created_by,
        "created_at": file.created_at,
        "preview_url": None,
    }


def _messages(conversation: AgentConversation) -> list[dict[str, Any]]:
    """Give each answer the chunks that it cites; references are kept one for each turn."""
    references = iter(conversation.references)
    messages: list[dict[str, Any]] = []
    for position, message in enumerate(conversation.messages):
        fields = dict(message)
        if position >= _OPENERS and fields.get("role") == "assistant":
            chunks = next(references, {}).get("chunks") or {}
            fields["reference"] = list(chunks.values() if isinstance(chunks, Mapping) else chunks)
        messages.append(fields)
    return messages


def _told(problems: tuple[Problem, ...]) -> str:
    told = "; ".join(str(problem) for problem in problems[:_PROBLEMS_TOLD])
    more = len(problems) - _PROBLEMS_TOLD
    return f"{told}; and {more} more" if more > 0 else told
