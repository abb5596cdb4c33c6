"""Values by way of the drawing: canvases of older versions name no outputs.

In: a component of such a canvas. Out: what the components before it made, and texts where `{input}`
and `{Type:Name}` stand for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ragflow.agents.components.base import Call
from ragflow.agents.references import as_text

_MAIN_OUTPUTS = ("content", "formalized_content", "result", "report", "structured_content", "json")
_OLDER = re.compile(r"\{(?P<name>input|[A-Za-z]+:[A-Za-z0-9_-]+)\}")


async def made_before(call: Call) -> str:
    """Return what the components drawn before this one made in this run."""
    made = [await main_value(call, node_id) for node_id in call.node.upstream]
    return "\n\n".join(as_text(each) for each in made if each not in (None, ""))


async def asked_before(call: Call, named: Sequence[Any]) -> str:
    """Return what an older canvas asks a tool: what the named components made, or those before.

    Each is named by an object with its `component_id`, where an input of the entry stands behind @.
    """
    made: list[Any] = []
    for each in named:
        name = str(each.get("component_id", "")) if isinstance(each, Mapping) else ""
        if call.is_known(name):
            made.append(await (call.value(name) if "@" in name else main_value(call, name)))
    asked = "\n\n".join(as_text(each) for each in made if each not in (None, ""))
    return asked or await made_before(call) or call.state.question


async def main_value(call: Call, node_id: str) -> Any:
    """Return the main output of a component, None where it has not run."""
    outputs = call.state.outputs.get(node_id, {})
    for name in _MAIN_OUTPUTS:
        if name in outputs:
            return await call.value(f"{node_id}@{name}")
    return None


async def fill_older(call: Call, text: str) -> str:
    """Return a text with references of both kinds filled in. Raises `InvalidInput`."""
    values: dict[str, str] = {}
    for match in _OLDER.finditer(text):
        name = match["name"]
        if name == "input":
            values[name] = await made_before(call) or call.state.question
        elif name in call.canvas.nodes:
            values[name] = as_text(await main_value(call, name))
    filled = await call.fill(text)
    return _OLDER.sub(lambda match: values.get(match["name"], match[0]), filled)
