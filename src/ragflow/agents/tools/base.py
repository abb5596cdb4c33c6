"""What a tool is: something an agent's model may call, and a component of a canvas by itself.

In: options out of the canvas, some of which a model fills when it calls the tool. Out: a text for a
model to read, the same as data, and the sources that an answer may cite. A tool reaches the outside
through the environment alone. Refused: whatever fails raises `ToolFailed` with a reason that a
model or a user can do something about.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.domain.agents import Source
from ragflow.domain.answers import ToolSpec
from ragflow.domain.registry import Registry

OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """Hold what a tool found.

    `text` is for a model to read. Where there are `sources`, the run shows a model their contents
    under numbers to cite by instead. `outputs` are further outputs of the component by name, beside
    `formalized_content` (the text) and `json` (the data).
    """

    text: str
    data: Any = None
    sources: Sequence[Source] = ()
    outputs: Mapping[str, Any] | None = None


class Tool(ABC, Generic[OptionsT]):
    """Be the base of all tools.

    `function` is the name by which models call it, `asked` the options that they fill; the
    descriptions of those fields tell them how. `changes_things` marks tools that do more than look
    something up: what they did must not be done twice when a run goes on after a crash.
    `asides` are those of its further outputs for which no default value can stand.
    """

    function: ClassVar[str]
    description: ClassVar[str]
    asked: ClassVar[tuple[str, ...]]
    changes_things: ClassVar[bool] = False
    verbatim: ClassVar[tuple[str, ...]] = ()
    further_outputs: ClassVar[tuple[str, ...]] = ()
    asides: ClassVar[tuple[str, ...]] = ()
    options: type[OptionsT]

    @classmethod
    def makes(cls, declared: Sequence[str]) -> Sequence[str]:  # noqa: ARG003
        """Return the names of its further outputs, by those that a canvas declares."""
        return cls.further_outputs

    @classmethod
    def pointers(cls, options: OptionsT) -> Iterator[tuple[str, str]]:  # noqa: ARG003
        """Yield what can be nothing but a reference, as field and text."""
        yield from ()

    @classmethod
    def faults(cls, options: OptionsT) -> Iterator[tuple[str, str]]:  # noqa: ARG003
        """Yield what is wrong with options that are right in their types, as field and reason."""
        yield from ()

    @abstractmethod
    async def run(self, options: OptionsT, environment: Environment) -> ToolResult:
        """Do the work. Raises `ToolFailed`."""


tools: Registry[type[Tool[Any]]] = Registry("tool")


def spec_of(tool: type[Tool[Any]], description: str = "") -> ToolSpec:
    """Return what a model is told of a tool: the options that it may fill, as JSON Schema."""
    schema = tool.options.model_json_schema()
    known = schema["properties"]
    properties = {
        asked: {
            key: value for key, value in known[asked].items() if key not in ("title", "default")
        }
        for asked in tool.asked
    }
    parameters = {"type": "object", "properties": properties, "required": list(tool.asked[:1])}
    if "$defs" in schema:
        parameters["$defs"] = schema["$defs"]
    return ToolSpec(tool.function, description or tool.description, parameters)
