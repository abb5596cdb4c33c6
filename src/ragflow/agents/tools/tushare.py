"""TuShare: news of China's markets by TuShare Pro."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Words, at, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

API = "https://api.tushare.pro"
_CHINA = timezone(timedelta(hours=8))
_FORM = "%Y-%m-%d %H:%M:%S"


class TuShareOptions(Options):
    """Say which news; without dates those of the last day, in the time of China."""

    token: str = Field("", repr=False)
    src: Literal[
        "sina", "wallstreetcn", "10jqka", "eastmoney", "yuncaijing", "fenghuang", "jinrongjie"
    ] = "eastmoney"
    keyword: Words = Field("", description="A word that the news hold; empty: all of them.")
    start_date: Words = Field(
        "", description="From when on: YYYY-MM-DD HH:MM:SS; empty: a day ago."
    )
    end_date: Words = Field("", description="Until when: YYYY-MM-DD HH:MM:SS; empty: now.")


@tools.register("TuShare")
class TuShare(Tool[TuShareOptions]):
    """Tell news of China's markets."""

    function = "tushare_news"
    description = "Tell short news of China's markets between two times, in Chinese."
    asked = ("keyword", "start_date", "end_date")
    options = TuShareOptions

    async def run(self, options: TuShareOptions, environment: Environment) -> ToolResult:
        """Return the news, the time before each."""
        service = Service("TuShare", environment).with_key(
            options.token, "token", "https://tushare.pro"
        )
        now = datetime.fromtimestamp(environment.clock.seconds(), UTC).astimezone(_CHINA)
        params = {
            "src": options.src,
            "start_date": options.start_date or (now - timedelta(days=1)).strftime(_FORM),
            "end_date": options.end_date or now.strftime(_FORM),
        }
        body = {
            "api_name": "news",
            "token": service.key,
            "params": params,
            "fields": "datetime,title,content",
        }
        reply = await service.json(HttpRequest("POST", API, json=body))
        if at(reply, "code") != 0:
            problem = words(reply, "msg")
            raise service.failed(problem) if problem else service.malformed("no news")
        rows = _rows(service, at(reply, "data"))
        kept = [row for row in rows if options.keyword in f"{row.get('title')}{row.get('content')}"]
        lines = (
            " ".join(
                words(row, name) for name in ("datetime", "title", "content") if words(row, name)
            )
            for row in kept
        )
        return ToolResult("\n".join(lines), kept)


def _rows(service: Service, data: Any) -> list[dict[str, Any]]:
    names, items = at(data, "fields"), at(data, "items")
    if not isinstance(names, list) or not isinstance(items, list):
        raise service.malformed("no news")
    return [
        dict(zip(map(str, names), item, strict=False)) for item in items if isinstance(item, list)
    ]
