"""The tool that runs code gives what `main` returns to the outputs that a canvas declares."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from ragflow.agents.tools.base import ToolResult, spec_of
from ragflow.agents.tools.code_exec import CodeExec, CodeExecOptions
from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import CodeFailed, ToolFailed
from ragflow.testing.agents import FakeCode, FakeOutside

SCRIPT = "def main(): return 1"


def use(result: Any, outputs: Mapping[str, Any] | None = None, **options: Any) -> ToolResult:
    outside = FakeOutside(code=FakeCode(rule=lambda task: result))
    given = {"script": SCRIPT, "outputs": outputs or {}, **options}
    chosen = CodeExecOptions.model_validate(given)
    return asyncio.run(CodeExec().run(chosen, outside.environment()))


@pytest.mark.parametrize(
    ("lang", "language"),
    [
        ("python", "python"),
        ("python3", "python"),
        ("nodejs", "nodejs"),
        ("javascript", "nodejs"),
        ("", "python"),
    ],
)
def test_the_script_runs_with_its_arguments(lang: str, language: str) -> None:
    outside = FakeOutside()
    options = CodeExecOptions.model_validate(
        {"lang": lang, "script": SCRIPT, "arguments": {"a": [1, {"b": 2}]}}
    )
    result = asyncio.run(CodeExec().run(options, outside.environment()))
    assert outside.code.tasks == [CodeTask(language, SCRIPT, {"a": [1, {"b": 2}]})]  # type: ignore[arg-type]
    assert result.data == {"a": [1, {"b": 2}]}
    assert result.text == '{"a": [1, {"b": 2}]}'


@pytest.mark.parametrize(
    ("outputs", "result", "values"),
    [
        ({}, {"a": 1}, {"result": {"a": 1}}),
        ({"sum": {"type": "number"}}, 3, {"sum": 3}),
        ({"sum": {"type": "number"}}, {"sum": 3, "rest": 1}, {"sum": 3}),
        ({"all": {"type": "object"}}, {"sum": 3}, {"all": {"sum": 3}}),
        (
            {"a": {"type": "string"}, "b": {"type": "Array<Number>"}},
            {"a": "x", "b": [1, 2.5]},
            None,
        ),
        ({"a": {"type": "boolean"}, "b": {"type": "any"}}, {"a": True, "b": [1, "x"]}, None),
        ({"a": {"type": "array<object>"}, "b": {}}, {"a": [{"x": 1}], "b": None}, None),
        ({"a": {"type": "string"}, "_elapsed_time": {}}, "x", {"a": "x"}),
        ({"a": {"type": "string"}}, None, {"a": None}),
    ],
)
def test_declared_outputs_get_their_values(
    outputs: dict[str, Any], result: Any, values: dict[str, Any] | None
) -> None:
    assert use(result, outputs).outputs == (result if values is None else values)


@pytest.mark.parametrize(
    ("outputs", "result", "told"),
    [
        ({"a": {"type": "number"}}, "3", "a is declared as number, but main returned a text"),
        ({"a": {"type": "number"}}, True, "but main returned true or false"),
        ({"a": {"type": "string"}}, {"b": 1}, "but main returned an object"),
        ({"a": {"type": "array<string>"}}, ["x", 1], "item 1 of it is a whole number"),
        ({"a": {}, "b": {}}, {"a": 1}, "what main returned has no b"),
        ({"a": {}, "b": {}}, [1, 2], "main must return an object with a, b, not a list"),
        ({"a": {}, "b": {}}, None, "not nothing"),
    ],
)
def test_a_result_that_does_not_fit_is_told(
    outputs: dict[str, Any], result: Any, told: str
) -> None:
    with pytest.raises(ToolFailed) as failure:
        use(result, outputs)
    assert told in str(failure.value)


def test_what_was_printed_stands_in_for_a_result() -> None:
    class Printing(FakeCode):
        async def run(self, task: CodeTask) -> CodeResult:
            return CodeResult(None, "printed")

    outside = FakeOutside(code=Printing())
    options = CodeExecOptions.model_validate({"script": SCRIPT})
    assert asyncio.run(CodeExec().run(options, outside.environment())).text == "printed"


def test_failures_of_the_code_are_handed_on() -> None:
    def fail(task: CodeTask) -> Any:
        raise CodeFailed(reason="line 1")

    outside = FakeOutside(code=FakeCode(rule=fail))
    options = CodeExecOptions.model_validate({"script": SCRIPT})
    with pytest.raises(CodeFailed, match="line 1"):
        asyncio.run(CodeExec().run(options, outside.environment()))


def test_an_empty_script_is_refused() -> None:
    with pytest.raises(ToolFailed, match="there is no script"):
        use(1, script="  ")


def test_a_model_is_asked_for_the_script_and_its_language() -> None:
    spec = spec_of(CodeExec)
    assert spec.name == "execute_code"
    assert spec.parameters["required"] == ["script"]
    assert spec.parameters["properties"]["lang"]["enum"] == [
        "python",
        "python3",
        "nodejs",
        "javascript",
    ]
