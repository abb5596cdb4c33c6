"""ArXiv: search preprints by arXiv's API, which answers in Atom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, found, nothing
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

if TYPE_CHECKING:
    from lxml.etree import _Element

QUERY = "https://export.arxiv.org/api/query"
_ATOM = "{http://www.w3.org/2005/Atom}"
_FIELDED = re.compile(r"\b(?:all|ti|au|abs|co|jr|cat|rn|id):")


class ArXivOptions(Options):
    """Say which preprints to search for."""

    query: Words = Field(
        "", description="Words of the preprints; fields such as ti:, au:, abs: and cat: too."
    )
    top_n: int = Field(12, ge=1, le=300)
    sort_by: Literal["submittedDate", "lastUpdatedDate", "relevance"] = Field(
        "submittedDate", description="What comes first: the newest, or what fits best."
    )


@tools.register("ArXiv")
class ArXiv(Tool[ArXivOptions]):
    """Search preprints."""

    function = "arxiv_search"
    description = (
        "Search preprints of physics, mathematics, computer science and nearby fields. Returns "
        "titles, authors, dates and abstracts."
    )
    asked = ("query", "sort_by")
    options = ArXivOptions

    async def run(self, options: ArXivOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        query = _query(options.query)
        if not query:
            return nothing()
        service = Service("ArXiv", environment)
        params: dict[str, str | int] = {
            "search_query": query,
            "start": 0,
            "max_results": options.top_n,
            "sortBy": options.sort_by,
            "sortOrder": "descending",
        }
        feed = await service.xml(HttpRequest("GET", QUERY, params=params))
        if feed.tag != f"{_ATOM}feed":
            raise service.malformed("no feed")
        papers = [_paper(entry) for entry in feed.iterfind(f"{_ATOM}entry")]
        for paper in papers:
            if "/api/errors" in paper["url"]:
                raise service.failed(f"arXiv does not understand the query: {paper['summary']}")
        return found((_found(paper) for paper in papers), papers)


def _query(text: str) -> str:
    """Return a query of arXiv: words are looked for everywhere, and all of them."""
    if _FIELDED.search(text):
        return text.strip()
    parts = re.findall(r'"[^"]+"|[^\s"()]+', text)
    return " AND ".join(f"all:{part}" for part in parts if part not in ("AND", "OR", "ANDNOT"))


def _paper(entry: _Element) -> dict[str, Any]:
    authors = [_text(author, "name") for author in entry.iterfind(f"{_ATOM}author")]
    return {
        "title": _text(entry, "title"),
        "url": _text(entry, "id"),
        "authors": [author for author in authors if author],
        "published": _text(entry, "published"),
        "updated": _text(entry, "updated"),
        "summary": _text(entry, "summary"),
    }


def _text(parent: _Element, name: str) -> str:
    return " ".join((parent.findtext(f"{_ATOM}{name}") or "").split())


def _found(paper: dict[str, Any]) -> Found:
    lines = [", ".join(paper["authors"]), paper["published"][:10], paper["summary"]]
    return Found(paper["title"], paper["url"], "\n".join(line for line in lines if line))
