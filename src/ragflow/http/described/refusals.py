"""Refusals of a route: what `@answers` says beside it, and what its way of signing answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.http.described import samples
from ragflow.http.described.words import API_KEY, CALLER, EMBED_TOKEN
from ragflow.http.envelope import ABSENT
from ragflow.http.errors import Answers, Code

PROBLEMS: dict[str, Any] = {
    "type": "array",
    "description": "What keeps a canvas from being run.",
    "items": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("component", "field", "reason")},
        "required": ["component", "field", "reason"],
        "additionalProperties": False,
    },
}
REFUSAL: dict[str, Any] = {
    "type": "object",
    "description": "Says why a request was not done. A missing key is refused with code 0.",
    "properties": {
        "code": {"type": "integer", "description": "100 for what the server did not expect."},
        "message": {"type": "string"},
        "data": {"anyOf": [{"enum": [None, False]}, PROBLEMS]},
    },
    "required": ["code", "message"],
    "additionalProperties": False,
}

TOO_LARGE = {
    "code": Code.ARGUMENT,
    "message": "The request body exceeds 33554432 bytes."
    " The setting http.max_json_mib moves this limit.",
}
UNSIGNED: Mapping[str, dict[str, Any]] = {
    API_KEY: {
        "code": Code.AUTHENTICATION,
        "message": "Authentication error: API key is invalid!",
        "data": False,
    },
    EMBED_TOKEN: {"code": Code.DATA, "message": 'Authentication error: API key is invalid!"'},
    CALLER: {
        "code": Code.UNAUTHORIZED,
        "message": "<Unauthorized '401: Unauthorized'>",
        "data": None,
    },
}


class _Facts(dict[str, str]):
    """Fill messages: ids with the samples', all else with an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


_IDS: Mapping[str, str] = {
    "Agent": samples.AGENT_ID,
    "Chat": samples.CHAT_ID,
    "Chunk": samples.CHUNK_ID,
    "Document": samples.DOCUMENT_ID,
    "Session": samples.SESSION_ID,
}
_FACTS = _Facts(
    ids=f"['{samples.DOCUMENT_ID}']",
    dataset_id=samples.DATASET_ID,
    tenant=samples.TENANT_ID,
    deleted="0",
    expected="1",
    name="gpt-5-mini",
)


def refusals_of(table: Answers, http_status: int = 200) -> dict[str, Any]:
    """Return the refusals with a message of their own, by the name of the error."""
    found: dict[str, Any] = {}
    for error, reply in table.items():
        if reply.message is not None and reply.http_status == http_status:
            name = error.__name__
            facts = _Facts(_FACTS, id=_IDS.get(name.removesuffix("NotFound"), samples.DATASET_ID))
            value = {"code": reply.code, "message": reply.message.format_map(facts)}
            found[name] = value if reply.data is ABSENT else value | {"data": reply.data}
    return found


def statuses_of(table: Answers) -> set[int]:
    """Return the HTTP statuses of refusals."""
    return {reply.http_status for reply in table.values()}
