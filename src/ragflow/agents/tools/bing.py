"""Bing: search the web or the news by Bing's API of version 7, as older canvases do.

Microsoft gives out no keys for it any more; where one still works, so does this.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

PAGES = "https://api.bing.microsoft.com/v7.0/search"
NEWS = "https://api.bing.microsoft.com/v7.0/news/search"
_REMEDIES = dict.fromkeys(
    (401, 404, 410), "the key is not valid; Microsoft ended this API, so use another search"
)


class BingOptions(Options):
    """Say what to search for; `country` and `language` are Bing's codes."""

    query: Words = Field("", description="What to search for: the few words that matter most.")
    api_key: str = Field("", repr=False)
    channel: Literal["Webpages", "News"] = Field(
        "Webpages", description="Webpages searches pages, News what papers write."
    )
    country: str = "CN"
    language: str = "en"
    top_n: int = Field(10, ge=1, le=50)


@tools.register("Bing")
class Bing(Tool[BingOptions]):
    """Search the web or the news."""

    function = "bing_search"
    description = "Search the web, or the news, by Bing. Returns titles, addresses and excerpts."
    asked = ("query", "channel")
    options = BingOptions

    async def run(self, options: BingOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.query.strip():
            return nothing()
        service = Service("Bing", environment, remedies=_REMEDIES).with_key(
            options.api_key, "api_key", "Microsoft Azure"
        )
        params: dict[str, str | int] = {
            "q": options.query,
            "cc": options.country,
            "setLang": options.language,
            "count": options.top_n,
        }
        headers = {"Ocp-Apim-Subscription-Key": service.key}
        news = options.channel == "News"
        reply = await service.json(HttpRequest("GET", NEWS if news else PAGES, headers, params))
        if not isinstance(reply, dict):
            raise service.malformed("no results")
        items = objects(reply, "value") if news else objects(reply, "webPages", "value")
        items = items[: options.top_n]
        return found(
            (
                Found(
                    words(item, "name"),
                    words(item, "url"),
                    words(item, "snippet") or words(item, "description"),
                )
                for item in items
            ),
            items,
        )
