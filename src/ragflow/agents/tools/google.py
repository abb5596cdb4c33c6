"""Google: search the web by SerpApi, which asks Google."""

from __future__ import annotations

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

SEARCH = "https://serpapi.com/search.json"


class GoogleOptions(Options):
    """Say what to search for; `country` and `language` are Google's codes."""

    q: Words = Field("", description="What to search for; Google's operators may be used.")
    api_key: str = Field("", repr=False)
    country: str = "cn"
    language: str = "en"
    start: int = Field(0, ge=0, description="How many results to pass over: 0, then num, and on.")
    num: int = Field(6, ge=1, le=100, description="How many results to return.")


@tools.register("Google")
class Google(Tool[GoogleOptions]):
    """Search the web."""

    function = "google_search"
    description = "Search the web by Google. Returns titles, addresses and excerpts."
    asked = ("q", "start", "num")
    options = GoogleOptions

    async def run(self, options: GoogleOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.q.strip():
            return nothing()
        service = Service("Google", environment).with_key(
            options.api_key, "api_key", "https://serpapi.com"
        )
        params: dict[str, str | int] = {
            "engine": "google",
            "q": options.q,
            "gl": options.country,
            "hl": options.language,
            "start": options.start,
            "num": options.num,
            "api_key": service.key,
        }
        reply = await service.json(HttpRequest("GET", SEARCH, params=params))
        if not isinstance(reply, dict):
            raise service.malformed("no results")
        results = objects(reply, "organic_results")
        problem = words(reply, "error")
        if problem and "hasn't returned any results" not in problem:
            raise service.failed(problem)
        return found(
            (
                Found(words(item, "title"), words(item, "link"), words(item, "snippet"))
                for item in results
            ),
            results,
        )
