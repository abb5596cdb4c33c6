"""Jin10: flashes, news, a calendar and quotations of the markets by Jin10's open data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import text_of
from ragflow.agents.tools.readings import Words, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

API = "https://open-data-api.jin10.com/data-api"


class Jin10Options(Options):
    """Say what to tell; of the other options those of the same `type` count."""

    type: Literal["flash", "news", "calendar", "symbols"] = Field(
        "flash", description="Short flashes, long news, the calendar of events, or quotations."
    )
    secret_key: str = Field("", repr=False)
    flash_type: str = "1"
    calendar_type: str = "cj"
    calendar_datatype: Literal["data", "event", "holiday"] = "data"
    symbols_type: str = "GOODS"
    symbols_datatype: Literal["symbols", "quotes"] = "symbols"
    contain: Words = Field("", description="Words that the flashes or news hold; empty: all.")
    filter: str = ""
    top_n: int = Field(20, ge=1)


@tools.register("Jin10")
class Jin10(Tool[Jin10Options]):
    """Tell what moves the markets."""

    function = "jin10_news"
    description = "Tell flashes, news, events or quotations of the markets, in Chinese."
    asked = ("type", "contain")
    options = Jin10Options

    async def run(self, options: Jin10Options, environment: Environment) -> ToolResult:
        """Return what is told, one line each."""
        service = Service("Jin10", environment).with_key(
            options.secret_key, "secret_key", "https://www.jin10.com"
        )
        path, params = _address(options)
        headers = {"secret-key": service.key}
        reply = await service.json(HttpRequest("GET", f"{API}/{path}", headers, params))
        if not isinstance(reply, Mapping) or not isinstance(reply.get("data"), list):
            problem = words(reply, "message")
            raise service.failed(problem) if problem else service.malformed("no data")
        items = objects(reply, "data")[: options.top_n]
        return ToolResult("\n".join(line for line in map(_line, items) if line), items)


def _address(options: Jin10Options) -> tuple[str, dict[str, str]]:
    if options.type == "calendar":
        return f"calendar/{options.calendar_datatype}", {"category": options.calendar_type}
    if options.type == "symbols":
        path = "symbols" if options.symbols_datatype == "symbols" else "quotes"
        return path, {"type": options.symbols_type}
    params = {"category": options.flash_type} if options.type == "flash" else {}
    if options.contain:
        params["contain"] = options.contain
    if options.filter:
        params["filter"] = options.filter
    return options.type, params


def _line(item: Mapping[str, Any]) -> str:
    """Return one thing as a line; what a flash says is a piece of HTML inside another object."""
    inner = item.get("data")
    flat = {**item, **inner} if isinstance(inner, Mapping) else item
    return ", ".join(
        f"{name}: {text}" for name, value in flat.items() if (text := text_of(words(value)))
    )
