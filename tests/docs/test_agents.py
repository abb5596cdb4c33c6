"""The page on agents names every template as it is, and its canvas runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.templates import AgentTemplate, agent_templates
from ragflow.testing.agents import FakeOutside, FakeSearch
from ragflow.testing.canvases import Conversation
from ragflow.testing.chat import ScriptedChatModel, make_hit, make_retrieval

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "agents.md").read_text("utf-8")


def row(template: AgentTemplate) -> str:
    needs = "; ".join(
        f"`{need.component}` {need.field.removeprefix('params.')}"
        + (" (optional)" if need.optional else "")
        for need in template.needs
    )
    return f"| `{template.name}` | {template.description} | {needs or '–'} |"


def test_the_table_is_what_the_templates_say() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows == [row(template) for template in agent_templates()]


def canvas() -> dict[str, Any]:
    (found,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    return dict(json.loads(found))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_canvas_of_the_page_runs() -> None:
    assert problems_of(canvas()) == []
    hits = FakeSearch(make_retrieval(make_hit("Parcels cost nine euros.")))
    model = ScriptedChatModel(["Nine euros."])
    talk = Conversation(canvas(), FakeOutside(model=model, search=hits))
    assert (await talk.ask("What do parcels cost?")).strip() == "Nine euros."
    assert hits.wanted[0].datasets == ("handbook",)
    assert "Parcels cost nine euros." in model.calls[0][0].content
