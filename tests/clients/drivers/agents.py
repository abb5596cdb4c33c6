"""Work with agents as every generation of the official client does; print what was seen."""

from __future__ import annotations

from typing import Any

from common import run

import ragflow_sdk
from ragflow_sdk import RAGFlow

CANVAS = {
    "components": {
        "begin": {
            "obj": {"component_name": "Begin", "params": {"prologue": "Ahoy!"}},
            "downstream": ["Message:Echo"],
            "upstream": [],
        },
        "Message:Echo": {
            "obj": {"component_name": "Message", "params": {"content": ["You said {sys.query}"]}},
            "downstream": [],
            "upstream": ["begin"],
        },
    },
    "history": [],
    "path": [],
    "retrieval": [],
}
QUESTION = "Who counts ships?"


def main(url: str, key: str, name: str) -> dict[str, Any]:
    """Create, list, change and delete an agent; converse with it in both modes."""
    rag = RAGFlow(key, url)
    seen: dict[str, Any] = {"file": ragflow_sdk.__file__}
    seen["created"] = rag.create_agent(name, CANVAS, "first")
    (agent,) = [each for each in rag.list_agents(page_size=100) if each.title == name]
    rag.update_agent(agent.id, description="second")
    (changed,) = [each for each in rag.list_agents(page_size=100) if each.id == agent.id]
    seen["listed"] = [changed.description, changed.canvas_category]
    session = agent.create_session()
    seen["opener"] = session.message[0]["content"]
    seen["states"] = [message.content for message in session.ask(QUESTION, stream=True)]
    seen["whole"] = whole(session)
    (stored,) = agent.list_sessions(id=session.id)
    seen["stored"] = [message["content"] for message in stored.messages]
    agent.delete_sessions(ids=[session.id])
    seen["sessions left"] = len(agent.list_sessions())
    rag.delete_agent(agent.id)
    seen["left"] = [each.title for each in rag.list_agents(page_size=100) if each.title == name]
    return seen


def whole(session: Any) -> Any:
    """Ask without a stream: a generator that yields the message or, in 0.20, returns it."""
    answers = session.ask(QUESTION, stream=False)
    try:
        return next(answers).content
    except StopIteration as end:
        return end.value.content


if __name__ == "__main__":
    run(main)
