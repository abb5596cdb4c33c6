"""Values by way of the drawing: canvases of older versions name no outputs.

In: a component of such a canvas. Out: what the components before it made, and texts where `{input}`
and `{Type:Name}` stand for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ragflow.agents.components.base import Call
from ragflow.agents.references import as_text

_MAIN_OUTPUTS = ("content", "formalized_content", "result", "report", "structured_content", "json")
_OLDER = re.compile(r"\{(?P<name>[A-Za-z_]\w*(?::[A-Za-z0-9_-]+)?)\}")


Query = str | tuple[Any, ...]
"""What a component is asked: a text with references, or a list as in older canvases."""


async def made_before(call: Call, but: Collection[str] = ()) -> str:
    """Return what the components drawn before this one made in this run, `but` for some kinds."""
    before = [node_id for node_id in call.node.upstream if call.kind_of(node_id) not in but]
    return _joined([await main_value(call, node_id) for node_id in before])


async def asked_before(call: Call, named: Sequence[Any]) -> str:
    """Return what an older canvas asks a tool: what the named components made, or those before.

    Each is named by an object with its `component_id`, where an input of the entry stands behind @.
    """
    made: list[Any] = []
    for each in named:
        name = str(each.get("component_id", "")) if isinstance(each, Mapping) else ""
        if call.is_known(name):
            made.append(await (call.value(name) if "@" in name else main_value(call, name)))
    return _joined(made) or await made_before(call) or call.state.question


async def asked_of(call: Call, query: Query) -> str:
    """Return the text that a query is, or what it names in an older canvas."""
    if isinstance(query, str):
        return as_text(await call.resolved(query))
    return await asked_before(call, query)


async def main_value(call: Call, node_id: str) -> Any:
    """Return the main output of a component, None where it has not run."""
    outputs = call.state.outputs.get(node_id, {})
    for name in _MAIN_OUTPUTS:
        if name in outputs:
            return await call.value(f"{node_id}@{name}")
    return None


async def older_value(call: Call, name: str) -> Any:
    """Return what an older canvas names: a component stands for what it makes."""
    if call.canvas.nodes.get(name):
        return await main_value(call, name)
    return await call.resolved(name)


async def with_older_values(call: Call, value: Any) -> Any:
    """Return parameters in which each object that names a component has what that made."""
    if isinstance(value, list | tuple):
        return [await with_older_values(call, each) for each in value]
    if not isinstance(value, Mapping) or value.get("value"):
        return value
    name = value.get("component_id")
    return {**value, "value": await older_value(call, name)} if isinstance(name, str) else value


async def fill_older(call: Call, text: str, parameters: Sequence[Any] = ()) -> str:
    """Return a text with references of both kinds filled in, and parameters by their keys.

    Raises `InvalidInput`.
    """
    values: dict[str, str] = {
        str(each.get("key")): as_text(each.get("value"))
        for each in await with_older_values(call, parameters)
        if isinstance(each, Mapping)
    }
    for match in _OLDER.finditer(text):
        name = match["name"]
        if name in values:
            continue
        if name == "input":
            values[name] = await made_before(call) or call.state.question
        elif name in call.canvas.nodes:
            values[name] = as_text(await main_value(call, name))
    filled = await call.fill(text)
    return _OLDER.sub(lambda match: values.get(match["name"], match[0]), filled)


def _joined(made: Sequence[Any]) -> str:
    """Return what was made as one text, but for what is empty."""
    return "\n\n".join(as_text(each) for each in made if each not in (None, ""))
