"""Every template holds a conversation of several questions, with a model that calls every tool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from ragflow.agents.environment import ReadFile
from ragflow.agents.question import Question
from ragflow.agents.templates import template_names
from ragflow.domain.agent_ports import SqlRows
from ragflow.testing.agent_desk import Desk
from ragflow.testing.agents import FakeDatabases, FakeFiles, FakeSearch
from ragflow.testing.chat import make_hit, make_retrieval
from ragflow.testing.model_server import ModelServer, model_server

pytestmark = pytest.mark.anyio

TURNS = ("What do parcels to Norway cost?", "And to Japan?", "approve")
SAID = "Parcels to Norway cost nine euros."


def sample(schema: dict[str, Any]) -> Any:
    """Return the least data that fits a schema."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            return {key: sample(each) for key, each in schema["properties"].items()}
        case "array":
            return [sample(schema["items"])] * max(schema.get("minItems", 0), 1)
        case "integer":
            return schema.get("minimum", 1)
    return "a word"


def data_where_it_is_wanted(body: dict[str, Any]) -> str | None:
    """Answer with data where a schema is given."""
    _, wanted, schema = str(body["messages"][-1]["content"]).partition("JSON Schema:")
    return json.dumps(sample(json.loads(schema))) if wanted else None


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server(rules=[data_where_it_is_wanted]) as running:
        yield running


@pytest.fixture
def stocked(server: ModelServer) -> Desk:
    """Return a desk where every tool finds something or fails like in life."""
    desk = Desk(server)
    outside = desk.outside
    outside.search = FakeSearch(make_retrieval(make_hit(SAID, "prices.md")))
    outside.files = FakeFiles({"f1": ReadFile("ann.txt", "Ann, developer")})
    outside.databases = FakeDatabases(SqlRows(("price",), ((9,),)))
    outside.code.rule = lambda _task: 9
    outside.http.put("https://api.tavily.com/search", {"results": []})
    outside.http.put("https://en.wikipedia.org/w/api.php", {"query": {"pages": []}})
    return desk


@pytest.mark.parametrize("model", ["echo", "calling"])
@pytest.mark.parametrize("name", template_names())
async def test_it_answers_again_and_again(stocked: Desk, name: str, model: str) -> None:
    talk = stocked.talk(name)
    stocked.outside.model = stocked.model(model)
    drawn = deepcopy(talk.dsl["graph"])
    answered = []
    for number, query in enumerate(TURNS, 1):
        files = ({"id": "f1"},) if number == 1 else ()
        assert await talk.run(Question(query, {}, files))
        assert talk.kinds[-1] in ("workflow_finished", "user_inputs")
        failed = [e.data for e in talk.events if e.kind == "node_finished" and e.data["error"]]
        assert failed == []
        answered += [each for each in talk.dsl["history"] if each[0] == "user"][-1:]
        talk.kept = json.loads(json.dumps(talk.kept))  # as a session stores it
    assert answered == [["user", query] for query in TURNS]
    assert [role for role, _ in talk.dsl["history"]] == ["user", "assistant"] * len(TURNS)
    assert talk.dsl["graph"] == drawn
    assert len(talk.dsl["retrieval"]) == len(TURNS)
