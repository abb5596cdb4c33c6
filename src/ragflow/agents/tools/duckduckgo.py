"""DuckDuckGo: search the web or the news without a key, by the pages that browsers see."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import text_of, tree_of, words_of
from ragflow.agents.tools.readings import Found, Words, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest, HttpResponse

PAGES = "https://html.duckduckgo.com/html/"
START = "https://duckduckgo.com/"
NEWS = "https://duckduckgo.com/news.js"

_BLOCKED = (
    "DuckDuckGo takes us for a robot and answers nothing for now: wait a few minutes, ask less "
    "often, or use a search with a key"
)
_TICKET = re.compile(r"""vqd=(?:["']([^"'&<>]+)["']|([\d-]+))""")


class DuckDuckGoOptions(Options):
    """Say what to search for."""

    query: Words = Field("", description="What to search for: the few words that matter most.")
    channel: Literal["text", "news"] = Field(
        "text", description="text searches pages, news searches what papers write."
    )
    top_n: int = Field(10, ge=1)


@tools.register("DuckDuckGo")
class DuckDuckGo(Tool[DuckDuckGoOptions]):
    """Search the web or the news."""

    function = "duckduckgo_search"
    description = "Search the web, or the news, by DuckDuckGo. Returns titles, addresses, excerpts."
    asked = ("query", "channel")
    options = DuckDuckGoOptions

    async def run(self, options: DuckDuckGoOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.query.strip():
            return nothing()
        service = Service("DuckDuckGo", environment, remedies={403: _BLOCKED, 429: _BLOCKED})
        find = _news if options.channel == "news" else _pages
        hits = (await find(service, options.query))[: options.top_n]
        data = [{"title": hit.title, "url": hit.url, "body": hit.content} for hit in hits]
        return found(hits, data)


async def _pages(service: Service, query: str) -> list[Found]:
    answer = await _asked(service, HttpRequest("GET", PAGES, params={"q": query}))
    tree = tree_of(answer.text)
    hits: list[Found] = []
    for node in tree.css(".result"):
        link = node.css_first("a.result__a")
        if link is None or "result--ad" in (node.attributes.get("class") or ""):
            continue
        target = _target(link.attributes.get("href") or "")
        title = " ".join(link.text().split())
        hits.append(Found(title, target, words_of(node, ".result__snippet")))
    if not hits and tree.css_first(".no-results, #links") is None:
        raise service.malformed("a page without results")
    return hits


async def _news(service: Service, query: str) -> list[Found]:
    start = HttpRequest("GET", START, params={"q": query, "iar": "news", "ia": "news"})
    ticket = _TICKET.search((await _asked(service, start)).text)
    if ticket is None:
        raise service.failed(_BLOCKED)
    params = {"l": "wt-wt", "o": "json", "noamp": "1", "q": query, "vqd": ticket[1] or ticket[2]}
    answer = await _asked(service, HttpRequest("GET", NEWS, params=params))
    reply = service.values(answer)
    if not isinstance(reply, dict):
        raise service.malformed("no results")
    return [
        Found(
            words(item, "title"),
            words(item, "url"),
            " ".join(
                part for part in (words(item, "source"), text_of(words(item, "excerpt"))) if part
            ),
        )
        for item in objects(reply, "results")
    ]


async def _asked(service: Service, request: HttpRequest) -> HttpResponse:
    answer = await service.ask(request)
    if answer.status == 202 or "anomaly-modal" in answer.text:
        raise service.failed(_BLOCKED)
    return answer


def _target(href: str) -> str:
    """Return where a result leads to; its link goes by way of DuckDuckGo."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    wrapped = parse_qs(parts.query).get("uddg")
    if parts.path.startswith("/l/") and wrapped:
        return wrapped[0]
    return f"https:{href}" if href.startswith("//") else href
