"""SearXNG: search the web by an instance of the user's own."""

from __future__ import annotations

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, at, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

_NO_JSON = "it does not answer in JSON: add json to search.formats in the instance's settings.yml"


class SearXNGOptions(Options):
    """Say what to search for, and where; no model may choose the instance."""

    query: Words = Field("", description="What to search for: the few words that matter most.")
    searxng_url: str = ""
    top_n: int = Field(10, ge=1)


@tools.register("SearXNG")
class SearXNG(Tool[SearXNGOptions]):
    """Search the web by many engines at once."""

    function = "searxng_search"
    description = "Search the web by several engines. Returns titles, addresses and excerpts."
    asked = ("query",)
    options = SearXNGOptions

    async def run(self, options: SearXNGOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.query.strip():
            return nothing()
        service = Service("SearXNG", environment, remedies={403: _NO_JSON})
        base = options.searxng_url.strip().rstrip("/")
        if not base:
            raise service.failed("set searxng_url to the address of an instance")
        base = base.removesuffix("/search")
        params = {"q": options.query, "format": "json"}
        reply = await service.json(HttpRequest("GET", f"{base}/search", params=params))
        if not isinstance(at(reply, "results"), list):
            raise service.malformed("no results")
        results = objects(reply, "results")[: options.top_n]
        return found(
            (
                Found(words(item, "title"), words(item, "url"), words(item, "content"))
                for item in results
            ),
            results,
        )
