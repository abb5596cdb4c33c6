"""An agent's model calls tools, other agents and MCP servers, and answers with sources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.environment import AgentLimits, Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.agents import Source
from ragflow.domain.answers import ModelDelta, ToolCall
from ragflow.domain.errors import BudgetExceeded, ComponentFailed, ToolFailed
from ragflow.testing.agents import FakeOutside, FakeToolServers
from ragflow.testing.canvases import Conversation, canvas, node
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


class BeesOptions(Options):
    query: str = ""
    api_key: str = ""


class Bees(Tool[BeesOptions]):
    function = "search_bees"
    description = "Search for bees."
    asked = ("query",)
    options = BeesOptions

    async def run(self, options: BeesOptions, environment: Environment) -> ToolResult:
        if options.query == "fail":
            raise ToolFailed(tool="search_bees", reason="no hive")
        text = f"{options.query}: honey bees live in hives ({options.api_key})"
        return ToolResult("", {}, (Source(options.query, text, "bees.txt"),))


@pytest.fixture(autouse=True)
def bees_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tools._entries, "Bees", Bees)


def calls(*asked: tuple[str, Any]) -> list[ModelDelta]:
    made = tuple(
        ToolCall(
            f"c{number}", name, arguments if isinstance(arguments, str) else json.dumps(arguments)
        )
        for number, (name, arguments) in enumerate(asked)
    )
    return [ModelDelta(tool_calls=made)]


def talk_with(
    model: ScriptedChatModel, outside: FakeOutside | None = None, **params: Any
) -> Conversation:
    outside = outside or FakeOutside()
    outside.model = model
    return Conversation(
        canvas(
            begin=node("Begin", {}, "Agent:A"),
            Agent__A=node("Agent", {"sys_prompt": "Be brief.", **params}, "Message:M"),
            Message__M=node("Message", {"content": ["{Agent:A@content}"]}),
        ),
        outside,
    )


BEES = {
    "component_name": "Bees",
    "name": "Bees",
    "params": {"api_key": "k1", "query": "{sys.query}"},
}


async def test_a_tool_is_called_and_its_source_cited() -> None:
    number = FakeNumber("bees")
    model = ScriptedChatModel(
        [
            calls(("search_bees", {"query": "bees"})),
            [ModelDelta(f"Bees live in hives [ID:{number}].")],
        ]
    )
    talk = talk_with(model, tools=[BEES])
    assert await talk.ask("where?") == f"Bees live in hives [ID:{number}]."
    end = next(event for event in talk.events if event.kind == "message_end")
    assert end.data["reference"]["chunks"][str(number)]["document_name"] == "bees.txt"
    tool_turn = model.calls[1][-1]
    assert (tool_turn.role, tool_turn.tool_call_id) == ("tool", "c0")
    assert f"ID: {number}" in tool_turn.content
    used = talk.finished("Agent:A")["outputs"]["use_tools"]
    assert used[0]["name"] == "search_bees"
    assert used[0]["arguments"] == {"query": "bees"}


def FakeNumber(identity: str) -> int:
    from ragflow.agents.sources import SourceBook

    return SourceBook({}).add([Source(identity, "", "")])[0]


async def test_a_model_cannot_choose_what_the_canvas_has_fixed() -> None:
    stolen = {"query": "bees", "api_key": "stolen", "url": "http://127.0.0.1"}
    model = ScriptedChatModel([calls(("search_bees", stolen)), "done"])
    await talk_with(model, tools=[BEES]).ask("q")
    assert "(k1)" in model.calls[1][-1].content
    assert "stolen" not in model.calls[1][-1].content


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("search_bees", {"query": "fail"}), "ERROR: search_bees failed: no hive"),
        (("search_wasps", {}), "ERROR: there is no tool search_wasps"),
        (("search_bees", "{not json"), "ERROR: the arguments are no JSON"),
        (("search_bees", "[]"), "ERROR: the arguments must be a JSON object"),
    ],
)
async def test_a_call_that_fails_is_told_to_the_model(call: tuple[str, Any], told: str) -> None:
    model = ScriptedChatModel([calls(call), "I could not."])
    assert await talk_with(model, tools=[BEES]).ask("q") == "I could not. "
    assert model.calls[1][-1].content.startswith(told)


async def test_several_calls_are_answered_in_order() -> None:
    model = ScriptedChatModel(
        [calls(("search_bees", {"query": "a"}), ("search_bees", {"query": "b"})), "done"]
    )
    await talk_with(model, tools=[BEES]).ask("q")
    assert [turn.tool_call_id for turn in model.calls[1][-2:]] == ["c0", "c1"]
    assert ["a: " in turn.content for turn in model.calls[1][-2:]] == [True, False]


async def test_the_rounds_end() -> None:
    endless = [calls(("search_bees", {"query": "x"})) for _ in range(3)]
    model = ScriptedChatModel([*endless, "That is all I found."])
    assert await talk_with(model, tools=[BEES], max_rounds=3).ask("q") == "That is all I found. "
    assert "No more tools" in model.calls[-1][-1].content


async def test_another_agent_is_a_tool() -> None:
    helper = {
        "component_name": "Agent",
        "id": "Agent:CleverHelper",
        "name": "helper",
        "params": {"sys_prompt": "You help.", "description": "Helps."},
    }
    asked = {"user_prompt": "Count bees.", "reasoning": "I cannot.", "context": "Spring."}
    model = ScriptedChatModel([calls(("CleverHelper", asked)), "Seven.", "There are seven."])
    assert await talk_with(model, tools=[helper]).ask("q") == "There are seven. "
    told = model.calls[1]
    assert told[0].content == "You help."
    assert told[-1].content == "Count bees.\n\nI cannot.\n\nSpring."
    assert model.calls[2][-1].content == "Seven. "


async def test_tools_of_a_server_are_offered_and_called() -> None:
    outside = FakeOutside(
        tool_servers=FakeToolServers({"add": lambda a: str(a["x"] + 1), "drop": lambda _a: "no"}),
        servers=(ToolServer("m1", "maths", "https://example.com/mcp"),),
    )
    model = ScriptedChatModel([calls(("add", {"x": 2})), "Three."])
    talk = talk_with(model, outside, mcp=[{"mcp_id": "m1", "tools": {"add": {}}}])
    assert await talk.ask("q") == "Three. "
    assert model.calls[1][-1].content == "3"
    assert outside.tool_servers.calls == [("add", {"x": 2})]


@pytest.mark.parametrize(
    ("used", "field", "reason"),
    [
        ({"component_name": "Ants"}, "component_name", "no tool named 'Ants'"),
        (
            {"component_name": "Agent", "id": "Agent:B", "params": {"max_rounds": 0}},
            "params.max_rounds",
            "greater than or equal to 1",
        ),
        (
            {"component_name": "Agent", "params": {"tools": [BEES, {"component_name": "Ants"}]}},
            "params.tools.1.component_name",
            "no tool named 'Ants'",
        ),
    ],
)
def test_a_tool_that_cannot_be_used_is_told_with_its_place(
    used: dict[str, Any], field: str, reason: str
) -> None:
    (problem,) = problems_of(talk_with(ScriptedChatModel([]), tools=[BEES, used]).dsl)
    assert (problem.component, problem.field) == ("Agent:A", f"params.tools.1.{field}")
    assert reason in problem.reason


async def test_blocks_of_the_prompt_become_instructions() -> None:
    model = ScriptedChatModel(["fine"])
    prompt = "Be kind. <PLAN_GENERATION>Plan first.</PLAN_GENERATION> Thanks."
    await talk_with(model, sys_prompt=prompt).ask("q")
    assert model.calls[0][0].content == "Be kind.  Thanks.\n\nPlan first."


async def test_an_agent_may_answer_with_data() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    model = ScriptedChatModel(["It is seven.", '{"n": 7}'])
    talk = talk_with(model, output_structure=schema)
    await talk.ask("q")
    assert talk.finished("Agent:A")["outputs"]["structured_content"] == {"n": 7}


async def test_other_agents_count_as_steps() -> None:
    helper = {"component_name": "Agent", "id": "Agent:Helper", "params": {"sys_prompt": "Help."}}
    endless = [calls(("Helper", {"user_prompt": "x"})) if n % 2 == 0 else "y" for n in range(40)]
    outside = FakeOutside(limits=AgentLimits(steps=6))
    talk = talk_with(ScriptedChatModel(endless), outside, tools=[helper], max_rounds=20)
    with pytest.raises(BudgetExceeded, match="6 steps"):
        await talk.ask("q")


async def test_a_failure_names_the_component_that_failed() -> None:
    talk = talk_with(ScriptedChatModel([None]))
    with pytest.raises(ComponentFailed) as failure:
        await talk.ask("q")
    assert str(failure.value).count("Agent:A") == 1
    assert "Message" not in str(failure.value)


async def test_a_script_that_a_canvas_has_fixed_stays_as_it_stands() -> None:
    fixed = {"lang": "python", "script": "def main():\n    return '{sys.query}'"}
    outside = FakeOutside()
    model = ScriptedChatModel([calls(("execute_code", {})), "done"])
    talk = talk_with(model, outside, tools=[{"component_name": "CodeExec", "params": fixed}])
    await talk.ask("'; import os #")
    (task,) = outside.code.tasks
    assert task.script == fixed["script"]
