"""TavilySearch: search the web by Tavily's API for agents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Texts, Words, at, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

SEARCH = "https://api.tavily.com/search"
REMEDIES = {432: "the plan's limit is reached", 433: "the limit of paid use is reached"}
_MOST_RESULTS = 20


class TavilySearchOptions(Options):
    """Say what to search for, and how."""

    api_key: str = Field("", repr=False)
    query: Words = Field("", description="What to search for: the few words that matter most.")
    topic: Literal["general", "news"] = Field(
        "general", description="news for what happened lately, general for all else."
    )
    search_depth: Literal["basic", "advanced"] = "basic"
    max_results: int = Field(6, ge=1)
    days: int = Field(14, ge=1)
    include_answer: bool = False
    include_raw_content: bool = False
    include_images: bool = False
    include_image_descriptions: bool = False
    include_domains: Texts = Field((), description="Domains to search in alone; mostly empty.")
    exclude_domains: Texts = Field((), description="Domains to leave out; mostly empty.")


@tools.register("TavilySearch")
class TavilySearch(Tool[TavilySearchOptions]):
    """Search the web."""

    function = "tavily_search"
    description = (
        "Search the web for current facts. Returns titles, addresses and what the pages say about "
        "the question. Use it for whatever may have changed or is not in the datasets."
    )
    asked = ("query", "topic", "include_domains", "exclude_domains")
    options = TavilySearchOptions
    further_outputs = ("answer", "images")
    asides = ("images",)

    async def run(self, options: TavilySearchOptions, environment: Environment) -> ToolResult:
        """Return what was found; `answer` and `images` are outputs where they were wanted."""
        if not options.query.strip():
            return nothing()
        service = Service("TavilySearch", environment, remedies=REMEDIES).with_key(
            options.api_key, "api_key", "https://app.tavily.com"
        )
        body: dict[str, Any] = {
            "query": options.query,
            "topic": options.topic,
            "search_depth": options.search_depth,
            "max_results": min(options.max_results, _MOST_RESULTS),
            "include_answer": options.include_answer,
            "include_raw_content": options.include_raw_content,
            "include_images": options.include_images,
            "include_image_descriptions": options.include_image_descriptions,
            "include_domains": list(options.include_domains),
            "exclude_domains": list(options.exclude_domains),
        }
        if options.topic == "news":
            body["days"] = options.days
        headers = {"Authorization": f"Bearer {service.key}"}
        reply = await service.json(HttpRequest("POST", SEARCH, headers, json=body))
        if not isinstance(at(reply, "results"), list):
            raise service.malformed("no results")
        results = objects(reply, "results")
        more = {key: reply[key] for key in ("answer", "images") if reply.get(key)}
        return found(
            (
                Found(
                    words(result, "title"),
                    words(result, "url"),
                    str(result.get("raw_content") or result.get("content") or ""),
                )
                for result in results
            ),
            results,
            **more,
        )
