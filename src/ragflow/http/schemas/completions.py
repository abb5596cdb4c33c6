"""Answers on the wire: bodies of completions → requests, states of an answer → frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.domain.answers import AnswerFrame
from ragflow.http.errors import Code, WireError
from ragflow.services.completions import CompletionRequest, Turn
from ragflow.services.references import reference_record

_OWN_KEYS = frozenset(
    {"question", "stream", "session_id", "name", "user_id", "quote", "doc_ids", "kb_ids"}
)


def completion_request(body: Mapping[str, Any], *, quote: bool = True) -> CompletionRequest:
    """Read a body; keys that are not ours are values for the variables of the prompt.

    `quote` is meant where the body does not say it.
    """
    question = body.get("question")
    if not isinstance(question, str):
        raise WireError(Code.DATA, "`question` is required.")
    return CompletionRequest(
        question=question,
        quote=truth(body, "quote", quote),
        document_ids=_ids(body.get("doc_ids")),
        dataset_ids=_ids(body.get("kb_ids")),
        values={key: _text(value) for key, value in body.items() if key not in _OWN_KEYS},
    )


def last_question(messages: Any) -> str | None:
    """Return the text of the last message of a list, None where there is none."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, Mapping) else None
    return content if isinstance(content, str) else None


def truth(body: Mapping[str, Any], name: str, default: bool) -> bool:
    """Read a switch; the texts `False` and `false` mean off."""
    value = body.get(name)
    return default if value is None else bool(value) and value not in ("False", "false")


def answer_data(frame: AnswerFrame, turn: Turn, created_at: float) -> dict[str, Any]:
    """Return the data of a frame: the answer so far, and with the last one what it is made of."""
    data: dict[str, Any] = {
        "answer": frame.text,
        "reference": {"chunks": []},
        "audio_binary": None,
        "id": turn.message_id,
        "session_id": turn.session_id,
    }
    if not frame.final:
        return data
    return data | {
        "reference": reference_record(frame.reference),
        "prompt": frame.prompt.replace("\n", "  \n"),
        "created_at": created_at,
    }


def opener_data(opener: str, session_id: str) -> dict[str, Any]:
    """Return the data of the frame with which a new conversation begins."""
    return {
        "answer": opener,
        "reference": {},
        "audio_binary": None,
        "id": None,
        "session_id": session_id,
    }


def _ids(value: Any) -> tuple[str, ...]:
    """Read ids that come as a list, or as one text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return ()
    return tuple(str(each).strip() for each in value if str(each).strip())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
