"""A desk to try templates of agents at: canvases as they are delivered, on a fake model server.

What the model says stands in scripts, told apart by words of the instructions or of the last
question; it goes through the adapter for OpenAI-compatible servers. `[[title]]` in a reply stands
for the mark of a source of that title, which the model must have been shown.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.openai_compatible import OpenAiCompatible
from ragflow.adapters.models.provider import Endpoint
from ragflow.agents.templates import agent_template
from ragflow.domain.ports import ChatModel
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation
from ragflow.testing.model_answers import Message, calling
from ragflow.testing.model_server import ModelServer

SET: Mapping[str, Any] = {
    "kb_ids": ["handbook"],
    "api_key": "key-1",
    "host": "db.example.org",
    "database": "shop",
    "username": "reader",
    "smtp_server": "mail.example.org",
    "email": "desk@example.org",
    "password": "p1",
}
"""What an author would set, by the last part of the field's name."""

_SHOWN = re.compile(r"^ID: (?P<number>\d+)\nTitle: (?P<title>.+)$", re.MULTILINE)
_MARK = re.compile(r"\[\[(?P<title>.+?)\]\]")

Said = str | Message | Mapping[str, Any]


@dataclass
class Desk:
    """Hold the scripts of the model, the outside, and what the model was asked.

    `unexpected` lists the instructions of requests that no script was for.
    """

    server: ModelServer
    outside: FakeOutside = field(default_factory=FakeOutside)
    scripts: dict[str, deque[Said]] = field(default_factory=lambda: defaultdict(deque))
    asked: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    unexpected: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)

    def says(self, where: str, *replies: Said) -> None:
        """Reply in order to requests whose instructions or question have some words."""
        self.scripts[where].extend(replies)

    def calls(self, where: str, name: str, **arguments: Any) -> None:
        """Call a tool in the place of a reply."""
        self.says(where, calling((name, arguments)))

    def answer(self, body: dict[str, Any]) -> str | Message:
        """Answer a request from its script."""
        everything = "\n".join(str(message["content"]) for message in body["messages"])
        shown = _SHOWN.finditer(everything)
        self.numbers.update({each["title"]: each["number"] for each in shown})
        users = [str(each["content"]) for each in body["messages"] if each["role"] == "user"]
        told = f"{body['messages'][0]['content']}\n{users[-1]}"
        for where, replies in self.scripts.items():
            if replies and where in told:
                self.asked[where].append(body)
                reply = replies.popleft()
                if isinstance(reply, str):
                    return _MARK.sub(lambda mark: f"[ID:{self.numbers[mark['title']]}]", reply)
                return dict(reply) if "tool_calls" in reply else json.dumps(reply)
        self.unexpected.append(told)
        return "?"

    def prompt(self, where: str, number: int = -1) -> str:
        """Return all that the model was told in a request."""
        messages = self.asked[where][number]["messages"]
        return "\n".join(str(message["content"]) for message in messages)

    def tools(self, where: str) -> list[str]:
        """Return the functions that the model was offered in its last request."""
        return [each["function"]["name"] for each in self.asked[where][-1].get("tools", ())]

    def unsaid(self) -> list[str]:
        """Return the scripts that were not used up."""
        return [where for where, replies in self.scripts.items() if replies]

    def model(self, name: str = "scripted") -> ChatModel:
        """Return a model of the server."""
        endpoint = Endpoint("VLLM", self.server.base_url, "key", trusted=True)
        return OpenAiCompatible(endpoint, HttpClients()).chat(name)

    def talk(self, template: str) -> Conversation:
        """Begin a conversation with a template."""
        self.outside.model = self.model()
        return Conversation(configured(template), self.outside)


def configured(template: str, **values: Any) -> dict[str, Any]:
    """Return the canvas of a template with all set that it needs, by `values` or by `SET`."""
    found = agent_template(template)
    dsl = deepcopy(dict(found.dsl))
    for need in found.needs:
        *path, last = need.field.split(".")
        place = dsl["components"][need.component]["obj"]
        for part in path:
            place = place[int(part)] if part.isdigit() else place[part]
        place[last] = values.get(last, SET[last])
    return dsl


def path_of(talk: Conversation) -> list[str]:
    """Return the components that the last run went through, in order."""
    return [e.data["component_id"] for e in talk.events if e.kind == "node_started"]


def cited_by(talk: Conversation) -> dict[str, Any]:
    """Return what the last run cites, by number."""
    ends = [e.data["reference"] for e in talk.events if e.kind == "message_end"]
    return {key: chunk for end in ends if end for key, chunk in end["chunks"].items()}
