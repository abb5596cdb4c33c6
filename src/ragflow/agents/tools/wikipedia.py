"""Wikipedia: search articles by MediaWiki's API; the introduction of each is what is read."""

from __future__ import annotations

import re

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, at, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

API = "https://{language}.wikipedia.org/w/api.php"
_LANGUAGE = re.compile(r"[a-z]{2,12}(?:-[a-z]{2,12}){0,2}")  # it becomes a part of a host
_MOST_EXTRACTS = 20


class WikipediaOptions(Options):
    """Say which articles to search for; `language` is the code of an edition."""

    query: Words = Field("", description="What to search for; the name of a thing finds it best.")
    top_n: int = Field(10, ge=1)
    language: str = "en"


@tools.register("Wikipedia")
class Wikipedia(Tool[WikipediaOptions]):
    """Search articles of Wikipedia."""

    function = "wikipedia_search"
    description = "Search Wikipedia. Returns titles, addresses and introductions of articles."
    asked = ("query",)
    options = WikipediaOptions

    async def run(self, options: WikipediaOptions, environment: Environment) -> ToolResult:
        """Return what was found, 20 articles at most."""
        if not options.query.strip():
            return nothing()
        service = Service("Wikipedia", environment)
        language = options.language.strip().lower() or "en"
        if not _LANGUAGE.fullmatch(language):
            raise service.failed("language is no code of an edition, such as en or zh")
        most = min(options.top_n, _MOST_EXTRACTS)
        params: dict[str, str | int] = {
            "action": "query",
            "generator": "search",
            "gsrsearch": options.query,
            "gsrlimit": most,
            "prop": "extracts|info",
            "inprop": "url",
            "exintro": 1,
            "explaintext": 1,
            "exlimit": most,
            "format": "json",
            "formatversion": 2,
        }
        reply = await service.json(HttpRequest("GET", API.format(language=language), params=params))
        if not isinstance(reply, dict):
            raise service.malformed("no results")
        if at(reply, "error"):
            raise service.failed(words(reply, "error", "info") or "it refuses the query")
        pages = sorted(objects(reply, "query", "pages"), key=_rank)
        return found(
            (
                Found(words(page, "title"), words(page, "fullurl"), words(page, "extract"))
                for page in pages
            ),
            pages,
        )


def _rank(page: object) -> int:
    index = at(page, "index")
    return index if isinstance(index, int) else _MOST_EXTRACTS
