"""Code as a tool: a script with a function `main`, run where it can reach nothing.

In: the script, its language, and arguments by name. Out: what `main` returns, as JSON values, under
the names that the canvas declares. Refused: a script that fails or breaks a limit, and a result
that lacks a declared name or has another type.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.references import as_text
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.domain.agent_ports import CodeTask
from ragflow.domain.errors import ToolFailed

RESULT = "result"
_LONGEST_READ = 100_000  # characters
_FILE = "<canvas>"  # where warnings about a script say that it stands
_JAVASCRIPT = ("nodejs", "javascript")


def _named(arguments: Any) -> Any:
    """Return arguments by name, which older canvases list."""
    if not isinstance(arguments, list | tuple):
        return arguments
    return {
        str(each["name"]): each.get("value")
        for each in arguments
        if isinstance(each, Mapping) and each.get("name")
    }


class CodeExecOptions(Options):
    """Hold a script and what it is called with."""

    lang: Literal["python", "python3", "nodejs", "javascript"] = Field(
        "python", description="The language of the script."
    )
    script: str = Field(
        "",
        description="A script that defines a function main, which takes no arguments and returns "
        "a value that can be written as JSON. There is the standard library of Python, or plain "
        "JavaScript; no packages, no files, no network. For example: "
        "def main(): return sum(range(10))",
    )
    arguments: Annotated[dict[str, Any], BeforeValidator(_named)] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)


@tools.register("CodeExec", "Code")
class CodeExec(Tool[CodeExecOptions]):
    """Run a script."""

    function = "execute_code"
    description = (
        "Run a short script in an isolated sandbox, to calculate or to transform data, and get "
        "what its function main returns."
    )
    asked = ("script", "lang")
    verbatim = ("script",)
    options = CodeExecOptions

    @classmethod
    def makes(cls, declared: Sequence[str]) -> Sequence[str]:
        """Return what is declared, else the result."""
        return declared or (RESULT,)

    @classmethod
    def faults(cls, options: CodeExecOptions) -> Iterator[tuple[str, str]]:
        """Yield why a script of Python is none."""
        if options.lang not in _JAVASCRIPT and (fault := python_fault(options.script)):
            yield "script", fault

    async def run(self, options: CodeExecOptions, environment: Environment) -> ToolResult:
        """Return what `main` returns. Raises `ToolFailed`."""
        if not options.script.strip():
            raise _failed("there is no script")
        language: Literal["nodejs", "python"] = (
            "nodejs" if options.lang in _JAVASCRIPT else "python"
        )
        done = await environment.code.run(CodeTask(language, options.script, options.arguments))
        text = done.stdout if done.result is None else as_text(done.result)
        return ToolResult(
            text=text,
            data=done.result,
            outputs=declared(options.outputs, done.result),
        )


def python_fault(script: str) -> str:
    """Return why a script is no Python, '' where it is, or where that cannot be told."""
    if len(script) > _LONGEST_READ:
        return ""
    try:
        ast.parse(script, _FILE)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
    except (ValueError, MemoryError, RecursionError):
        return ""
    return ""


def pass_over_oddities() -> None:
    """Let nobody be warned of what is odd in a script, but runs.

    To be called where a process starts: all threads share what they are warned of, so none may
    change that for the time in which it reads a script.
    """
    warnings.filterwarnings("ignore", module=re.escape(_FILE))


def declared(outputs: Mapping[str, Any], result: Any) -> dict[str, Any]:
    """Give a result to the names that are declared. Raises `ToolFailed`.

    An object gives each name the value under its key. One name alone may also take the whole, as
    `result` does where none is declared.
    """
    names = [name for name in outputs if not name.startswith("_")] or [RESULT]
    if len(names) == 1 and not (isinstance(result, Mapping) and names[0] in result):
        values = {names[0]: result}
    elif names and not isinstance(result, Mapping):
        raise _failed(f"main must return an object with {', '.join(names)}, not {_kind(result)}")
    else:
        missing = [name for name in names if name not in result]
        if missing:
            raise _failed(f"what main returned has no {', '.join(missing)}")
        values = {name: result[name] for name in names}
    for name, value in values.items():
        _check(name, outputs.get(name), value)
    return values


def _check(name: str, declaration: Any, value: Any) -> None:
    kind = str(declaration.get("type") or "") if isinstance(declaration, Mapping) else ""
    outer, _, inner = kind.lower().replace(" ", "").rstrip(">").partition("<")
    if value is None:
        return  # a value that is not there fits everywhere
    if not _fits(value, outer):
        raise _failed(f"{name} is declared as {kind}, but main returned {_kind(value)}")
    if inner and isinstance(value, list):
        for place, each in enumerate(value):
            if not _fits(each, inner):
                reason = f"{name} is declared as {kind}, but item {place} of it is {_kind(each)}"
                raise _failed(reason)


def _fits(value: Any, kind: str) -> bool:
    """Tell whether a value is of a kind; kinds that nobody knows take anything."""
    return kind not in _KINDS or _KINDS[kind][1](value)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return next(words for words, test in _KINDS.values() if test(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_Test = Callable[[Any], bool]
_KINDS: Mapping[str, tuple[str, _Test]] = {
    "string": ("a text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("a whole number", lambda value: _is_number(value) and value == int(value)),
    "number": ("a number", _is_number),
    "array": ("a list", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, Mapping)),
}


def _failed(reason: str) -> ToolFailed:
    return ToolFailed(tool=CodeExec.function, reason=reason)
