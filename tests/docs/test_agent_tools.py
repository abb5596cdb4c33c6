"""The page on tools of the web names each with its function, its options and whom it asks."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ragflow.agents.tools.load import load_tools, tools

load_tools()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "agent-tools.md"
ROWS = {
    row.split("|")[1].strip(" `"): row
    for row in PAGE.read_text(encoding="utf-8").splitlines()
    if row.startswith("| `") and row.count("|") == 7
}


def test_the_page_names_tools_that_there_are() -> None:
    assert len(ROWS) == 20
    assert set(ROWS) <= set(tools)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_what_a_tool_takes_and_whom_it_asks(name: str) -> None:
    tool, row = tools[name], ROWS[name]
    assert f"`{tool.function}`" in row
    for option in tool.options.model_fields:
        mark = f"*{option}*" if option in tool.asked else option
        assert re.search(rf"(?<![\w*]){re.escape(mark)}(?![\w*])", row), (name, option)
    constants = vars(sys.modules[tool.__module__]).items()
    addresses = " ".join(value for key, value in constants if _is_address(key, value))
    for host in re.findall(r"https://([\w.-]+)", addresses):
        assert host in row, (name, host)


def _is_address(name: str, value: object) -> bool:
    return name.isupper() and not name.startswith("_") and isinstance(value, str)
