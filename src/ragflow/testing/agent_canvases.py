"""Canvases to test agents with, and a model that speaks when a test lets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec


def chain(*components: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """Return a canvas of components in a row: their ids, kinds and parameters."""
    ids = [each[0] for each in components]
    drawn = {}
    for position, (node_id, kind, params) in enumerate(components):
        drawn[node_id] = {
            "obj": {"component_name": kind, "params": params},
            "upstream": ids[position - 1 : position] if position else [],
            "downstream": ids[position + 1 : position + 2],
        }
    return {"components": drawn, "history": [], "path": [], "retrieval": []}


def llm(prompt: str, model: str = "scripted") -> dict[str, Any]:
    """Return the parameters of a component that asks a model."""
    prompts = [{"role": "user", "content": prompt}]
    return {"llm_id": model, "sys_prompt": "Be brief.", "prompts": prompts}


def two_models() -> dict[str, Any]:
    """Return a canvas that asks a model, asks it about its answer, and says that."""
    return chain(
        ("begin", "Begin", {}),
        ("LLM:First", "LLM", llm("first {sys.query}")),
        ("StringTransform:Join", "StringTransform", join("{LLM:First@content}")),
        ("LLM:Second", "LLM", llm("second {StringTransform:Join@result}")),
        ("Message:Say", "Message", {"content": ["{LLM:Second@content}"]}),
    )


def join(script: str) -> dict[str, Any]:
    """Return the parameters of a component that fills in a text."""
    return {"method": "merge", "script": script, "delimiters": [""]}


def with_form() -> dict[str, Any]:
    """Return a canvas that asks a user for a city and says it."""
    form = {"tips": "Where?", "inputs": {"city": {"name": "City", "type": "line"}}}
    return chain(
        ("begin", "Begin", {}),
        ("UserFillUp:Ask", "UserFillUp", form),
        ("Message:Say", "Message", {"content": ["You go to {UserFillUp:Ask@city}"]}),
    )


class GatedModel:
    """Repeat what it is asked; a question that begins with `held` waits until `open` is set."""

    name = "scripted"
    generative = True
    context_tokens = 4000

    def __init__(self, held: str = "second") -> None:
        self.held = held
        self.asked: list[str] = []
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        """Yield the answer."""
        del options, passages, tools
        question = turns[-1].content
        self.asked.append(question)
        yield ModelDelta("I heard ")
        if question.startswith(self.held):
            self.reached.set()
            await self.open.wait()
        yield ModelDelta(question)
