"""Structured answers: a model answers with JSON that fits a schema.

In: turns and a JSON Schema. Out: the data. An answer that does not fit is sent back once with the
reason. Refused with `ComponentFailed`: a model that does not come to it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ragflow.agents.components.base import Call
from ragflow.agents.components.model_call import said_by
from ragflow.agents.prompts import prompt
from ragflow.agents.schemas import misfit
from ragflow.domain.answers import ChatTurn
from ragflow.domain.errors import ComponentFailed
from ragflow.domain.ports import ChatModel
from ragflow.generate.marks import spoken_text

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_ATTEMPTS = 2


async def structured(model: ChatModel, options: Any, turns: Sequence[ChatTurn], call: Call) -> Any:
    """Return data that fits `options.output_structure`. Raises `ComponentFailed`, `ModelError`."""
    schema: Mapping[str, Any] = options.output_structure
    rule = prompt("structured", schema=json.dumps(schema, ensure_ascii=False))
    asked = [*turns, ChatTurn("user", rule)]
    reason = ""
    for _ in range(_ATTEMPTS):
        said = [piece.content async for piece in said_by(model, options, asked, call)]
        answer = spoken_text("".join(said))
        data, reason = await asyncio.to_thread(fitting_data, answer, schema)
        if not reason:
            return data
        wrong = prompt("structured_again", reason=reason)
        asked = [*asked, ChatTurn("assistant", answer), ChatTurn("user", wrong)]
    raise ComponentFailed(component=call.node.title, reason=f"the answer does not fit: {reason}")


def fitting_data(answer: str, schema: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the JSON in an answer, and why it does not fit, an empty text where it does."""
    fenced = _FENCED.search(answer)
    text = fenced[1] if fenced else answer
    start = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=-1)
    if start < 0:
        return None, "there is no JSON in it"
    try:
        data, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError as error:
        return None, f"it is no JSON: {error}"
    return data, misfit(data, schema)
