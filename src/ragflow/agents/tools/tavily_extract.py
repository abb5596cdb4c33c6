"""TavilyExtract: read pages of the web by Tavily's API, which fetches them itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Texts, at, found, nothing, objects, words
from ragflow.agents.tools.tavily_search import REMEDIES
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

EXTRACT = "https://api.tavily.com/extract"
_MOST_PAGES = 20


class TavilyExtractOptions(Options):
    """Name the pages to read."""

    api_key: str = Field("", repr=False)
    urls: Texts = Field((), description="The addresses of the pages to read, 20 at most.")
    extract_depth: Literal["basic", "advanced"] = Field(
        "basic", description="advanced reads tables and pages made by scripts, at a higher cost."
    )
    format: Literal["markdown", "text"] = Field("markdown", description="How to return the pages.")


@tools.register("TavilyExtract")
class TavilyExtract(Tool[TavilyExtractOptions]):
    """Read pages of the web."""

    function = "tavily_extract"
    description = "Read the whole text of one or more web pages whose addresses are known."
    asked = ("urls", "extract_depth", "format")
    options = TavilyExtractOptions
    further_outputs = ("failed_results",)
    asides = ("failed_results",)

    async def run(self, options: TavilyExtractOptions, environment: Environment) -> ToolResult:
        """Return the pages; those that cannot be read are in the output `failed_results`."""
        if not options.urls:
            return nothing()
        service = Service("TavilyExtract", environment, remedies=REMEDIES).with_key(
            options.api_key, "api_key", "https://app.tavily.com"
        )
        body = {
            "urls": list(options.urls[:_MOST_PAGES]),
            "extract_depth": options.extract_depth,
            "format": options.format,
        }
        headers = {"Authorization": f"Bearer {service.key}"}
        reply = await service.json(HttpRequest("POST", EXTRACT, headers, json=body))
        if not isinstance(at(reply, "results"), list):
            raise service.malformed("no results")
        pages = objects(reply, "results")
        failures = objects(reply, "failed_results")
        if failures and not pages:
            first = failures[0]
            raise service.failed(
                f"no page could be read: {words(first, 'url')}: {words(first, 'error')}"
            )
        return found(
            (Found("", words(page, "url"), str(page.get("raw_content") or "")) for page in pages),
            pages,
            **({"failed_results": failures} if failures else {}),
        )
