"""What tests of tools share: an outside made of fakes, and a way to run a tool by its name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ragflow.agents.tools.base import ToolResult
from ragflow.agents.tools.load import load_tools, tools
from ragflow.testing.agents import FakeOutside

Run = Callable[..., ToolResult]


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside()


@pytest.fixture
def run(outside: FakeOutside) -> Run:
    """Run a tool with options as they stand in a canvas."""
    load_tools()

    def ran(name: str, **options: Any) -> ToolResult:
        tool = tools[name]()
        known = tool.options.model_validate(options)
        result = asyncio.run(tool.run(known, outside.environment()))
        assert set(result.outputs or ()) <= set(tool.makes(list(options.get("outputs", ()))))
        return result

    return ran
