"""Asking services of the web: what the tools share that do it.

In: a request to one service. Out: its answer, where the service was content; JSON and XML as
values. Refused: error statuses and answers of another form become `ToolFailed`, with words on what
to do and without the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ragflow.agents.environment import Environment
from ragflow.agents.tools.readings import words
from ragflow.domain.agent_ports import HttpRequest, HttpResponse
from ragflow.domain.errors import ToolFailed

if TYPE_CHECKING:
    from lxml.etree import _Element

_REMEDIES = {
    400: "it does not understand the request; check the parameters",
    401: "it wants a valid API key",
    402: "the account has no credit left",
    403: "it does not let us in; check the key and what it is allowed",
    404: "it does not know what was asked for",
    422: "it cannot use the values of the parameters",
    429: "it was asked too often; wait, or use an account with a higher limit",
}
_FAULT = "the service has a fault; try again later"
_SAID_CHARS = 300


@dataclass(frozen=True, slots=True)
class Service:
    """Ask one service on behalf of one tool; `remedies` say what to do about a status."""

    tool: str
    environment: Environment
    key: str = field(default="", repr=False)
    remedies: Mapping[int, str] = field(default_factory=dict)

    def with_key(self, key: str, option: str, where: str) -> Service:
        """Return the service asked with a key. Raises `ToolFailed` where there is none."""
        if not key.strip():
            raise self.failed(f"it needs a key: set {option}, which {where} gives out")
        return replace(self, key=key.strip())

    async def ask(self, request: HttpRequest) -> HttpResponse:
        """Return the answer. Raises `ToolFailed` for an error status."""
        answer = await self.environment.http.send(request)
        if answer.status >= 400:
            raise self.refused(answer)
        return answer

    async def json(self, request: HttpRequest) -> Any:
        """Return the answer as values. Raises `ToolFailed` where it is no JSON."""
        return self.values(await self.ask(request))

    async def xml(self, request: HttpRequest) -> _Element:
        """Return the root of the answer; no entity is expanded and nothing fetched."""
        from lxml import etree

        answer = await self.ask(request)
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
        try:
            return etree.fromstring(answer.content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.malformed("no XML") from error

    def values(self, answer: HttpResponse) -> Any:
        """Return what an answer holds as JSON."""
        try:
            return json.loads(answer.text)
        except (ValueError, RecursionError) as error:
            raise self.malformed("no JSON") from error

    def failed(self, reason: str) -> ToolFailed:
        """Return the error for a reason, with the key masked."""
        if self.key:
            reason = reason.replace(self.key, "***")
        return ToolFailed(tool=self.tool, reason=reason)

    def malformed(self, what: str) -> ToolFailed:
        """Return the error for an answer that is not what the service is known to send."""
        return self.failed(f"the service sent {what}; it may have changed, or stand behind a page")

    def refused(self, answer: HttpResponse) -> ToolFailed:
        """Return the error for an error status."""
        status = answer.status
        remedy = self.remedies.get(status) or _REMEDIES.get(status)
        if remedy is None:
            remedy = _FAULT if status >= 500 else "it refuses the request"
        said = _said(answer)
        return self.failed(f"HTTP {status}: {remedy}{f' (it says: {said})' if said else ''}")


def _said(answer: HttpResponse) -> str:
    """Find the words of an error in the shapes that services use; pages of HTML say nothing."""
    try:
        value = json.loads(answer.text)
    except (ValueError, RecursionError):
        return ""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        known = ("error", "message", "detail", "msg", "error_message", "errors", "title")
        value = next((value[key] for key in known if value.get(key)), "")
        if isinstance(value, list):
            value = value[0]
    return words(value)[:_SAID_CHARS]
