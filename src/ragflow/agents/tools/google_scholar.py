"""GoogleScholar: search scholarly works on the public page, one page for each call.

Google has no API for it and holds robots off: when it does, the error says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import tree_of, words_of
from ragflow.agents.tools.readings import Found, Words, found, nothing
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

SEARCH = "https://scholar.google.com/scholar"

_MOST_RESULTS = 20  # of one page
_BLOCKED = (
    "Google Scholar takes us for a robot: wait some hours, ask less often, or use ArXiv, PubMed or "
    "Google with a key"
)
_CITED = re.compile(r"Cited by (\d+)")


class GoogleScholarOptions(Options):
    """Say which works to search for; years are inclusive, 0 leaves an end open."""

    query: Words = Field("", description='What to search for: words, "phrases", author:name.')
    top_n: int = Field(12, ge=1)
    sort_by: Literal["relevance", "date"] = Field("relevance", description="What comes first.")
    year_low: int = Field(0, ge=0, description="The first year of publication; 0: any.")
    year_high: int = Field(0, ge=0, description="The last year of publication; 0: any.")
    patents: bool = True


@tools.register("GoogleScholar")
class GoogleScholar(Tool[GoogleScholarOptions]):
    """Search scholarly works."""

    function = "google_scholar_search"
    description = "Search papers, theses, books and patents. Returns titles, authors and excerpts."
    asked = ("query", "sort_by", "year_low", "year_high")
    options = GoogleScholarOptions

    async def run(self, options: GoogleScholarOptions, environment: Environment) -> ToolResult:
        """Return what was found, 20 works at most."""
        if not options.query.strip():
            return nothing()
        service = Service("GoogleScholar", environment, remedies={403: _BLOCKED, 429: _BLOCKED})
        params: dict[str, str | int] = {
            "q": options.query,
            "hl": "en",
            "num": min(options.top_n, _MOST_RESULTS),
            "as_sdt": "7" if options.patents else "0",
        }
        if options.sort_by == "date":
            params["scisbd"] = 2  # 1 would leave out works without an abstract
        if options.year_low:
            params["as_ylo"] = options.year_low
        if options.year_high:
            params["as_yhi"] = options.year_high
        answer = await service.ask(HttpRequest("GET", SEARCH, params=params))
        tree = tree_of(answer.text)
        if "/sorry/" in answer.url or tree.css_first("#gs_captcha_f, #captcha-form") is not None:
            raise service.failed(_BLOCKED)
        works = [_work(node) for node in tree.css(".gs_ri")][: options.top_n]
        if not works and tree.css_first("#gs_res_ccl") is None:
            raise service.malformed("a page without results")
        return found((_found(work) for work in works), works)


def _work(node: LexborNode) -> dict[str, Any]:
    link = node.css_first(".gs_rt a")
    cited = _CITED.search(words_of(node, ".gs_fl"))
    return {
        "title": words_of(node, ".gs_rt a") or words_of(node, ".gs_rt"),
        "url": (link.attributes.get("href") or "") if link is not None else "",
        "publication": words_of(node, ".gs_a"),
        "abstract": words_of(node, ".gs_rs"),
        "citations": int(cited[1]) if cited else 0,
    }


def _found(work: dict[str, Any]) -> Found:
    cited = f"Cited by {work['citations']}" if work["citations"] else ""
    lines = [work["publication"], work["abstract"], cited]
    return Found(work["title"], work["url"], "\n".join(line for line in lines if line))
