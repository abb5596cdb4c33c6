"""Code in a canvas: its script stays as it was written, its arguments are values."""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.tools.code_exec import pass_over_oddities, python_fault
from ragflow.domain.agent_ports import CodeTask
from ragflow.testing.agents import FakeCode, FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node

pytestmark = pytest.mark.anyio

SCRIPT = """
def main(question, rest):
    table = {{"a": 1}.get("a"): f"{question@rest} {sys.query}"}
    return {"answer": "{sys.query}"}  # {% raw %} {{begin@x}}
"""


def code_canvas(**params: Any) -> dict[str, Any]:
    return canvas(
        begin=node("Begin", {}, "CodeExec:Sum"),
        CodeExec__Sum=node("CodeExec", {"lang": "python", **params}, "Message:End"),
        Message__End=node("Message", {"content": ["{CodeExec:Sum@answer}"]}),
    )


async def test_a_script_is_no_template_and_arguments_are_values() -> None:
    outside = FakeOutside(code=FakeCode(rule=lambda task: {"answer": "forty-two"}))
    dsl = code_canvas(
        script=SCRIPT,
        arguments={"question": "sys.query", "rest": [1, {"deep": "{sys.query}!"}]},
        outputs={"answer": {"type": "string"}},
    )
    assert problems_of(dsl) == []
    conversation = Conversation(dsl, outside)
    assert await conversation.ask("'); import os #") == "forty-two"
    question = "'); import os #"
    arguments = {"question": question, "rest": [1, {"deep": f"{question}!"}]}
    assert outside.code.tasks == [CodeTask("python", SCRIPT, arguments)]


async def test_an_argument_that_names_no_component_is_told_when_saved() -> None:
    dsl = code_canvas(script=SCRIPT, outputs={"answer": {}}, arguments={"q": "{CodeExec:Gone@x}"})
    (problem,) = problems_of(dsl)
    assert (problem.component, problem.field) == ("CodeExec:Sum", "params.arguments")


async def test_a_language_that_nobody_speaks_is_told_when_saved() -> None:
    (problem,) = problems_of(code_canvas(script=SCRIPT, outputs={"answer": {}}, lang="cobol"))
    assert problem.field == "params.lang"


@pytest.mark.parametrize("declared", [{"answer": {"type": "string"}}, {"answer": {}}])
async def test_what_a_run_keeps_of_a_component_is_nothing_that_its_author_declared(
    declared: dict[str, Any],
) -> None:
    outside = FakeOutside(code=FakeCode(rule=lambda task: "forty-two"))
    conversation = Conversation(code_canvas(script=SCRIPT, outputs=declared), outside)
    for _ in range(3):
        assert await conversation.ask("What?") == "forty-two"


async def test_without_declared_outputs_the_result_is_one() -> None:
    outside = FakeOutside(code=FakeCode(rule=lambda task: {"a": 1}))
    dsl = code_canvas(script=SCRIPT)
    dsl["components"]["Message:End"]["obj"]["params"]["content"] = ["{CodeExec:Sum@result}"]
    conversation = Conversation(dsl, outside)
    for _ in range(2):
        assert await conversation.ask("What?") == '{"a": 1}'


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("def main(:\n    return 1", "line 1: invalid syntax"),
        ("def main():\n\treturn 1\n        x", "line 3: "),
        ("def main():\n    return 'a", "line 2: unterminated string literal"),
    ],
)
async def test_a_script_that_is_no_python_is_told_when_saved(script: str, fault: str) -> None:
    (problem,) = problems_of(code_canvas(script=script, outputs={"answer": {}}))
    assert (problem.component, problem.field) == ("CodeExec:Sum", "params.script")
    assert problem.reason.startswith(fault)
    use = {"component_name": "CodeExec", "params": {"script": script}}
    (problem,) = problems_of(canvas(begin=node("Begin"), Agent__A=node("Agent", {"tools": [use]})))
    assert (problem.component, problem.field) == ("Agent:A", "params.tools.0.params.script")


@pytest.mark.parametrize(
    "params",
    [
        {"script": ""},
        {"script": r"def main(): return '\d' is 1"},
        {"script": "function main() { return {} }", "lang": "nodejs"},
        {"script": "x = " + "-" * 50_000 + "1"},
        {"script": "x = a" + ".b" * 40_000},
        {"script": "x = a" + "[0]" * 30_000},
    ],
)
async def test_a_script_that_may_run_is_kept(params: dict[str, Any]) -> None:
    pass_over_oddities()
    assert problems_of(code_canvas(**params, outputs={"answer": {}})) == []


async def test_scripts_that_are_read_at_once_leave_warnings_as_they_were() -> None:
    pass_over_oddities()
    before, patience = list(warnings.filters), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            assert not any(pool.map(python_fault, [r"x = '\d'"] * 2000))
    finally:
        sys.setswitchinterval(patience)
    assert warnings.filters == before
