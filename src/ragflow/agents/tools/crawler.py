"""Crawler: read one page of the web."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import Page, read_page
from ragflow.agents.tools.readings import Found, Words, found, nothing
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest, HttpResponse

_PAGES = frozenset({"text/html", "application/xhtml+xml", ""})
_TEXTS = ("text/", "application/json", "application/xml", "application/ld+json")


class CrawlerOptions(Options):
    """Name the page; `extract_type` says how it comes back."""

    url: Words = Field("", description="The address of the page to read, with https:// before it.")
    proxy: str = ""
    extract_type: Literal["markdown", "html", "content"] = "markdown"


@tools.register("Crawler")
class Crawler(Tool[CrawlerOptions]):
    """Read one page of the web."""

    function = "crawl_page"
    description = "Read the main text of one web page whose address is known."
    asked = ("url",)
    options = CrawlerOptions

    async def run(self, options: CrawlerOptions, environment: Environment) -> ToolResult:
        """Return the page as Markdown, as HTML, or as its plain content."""
        url = options.url.strip()
        if not url:
            return nothing()
        if "://" not in url:
            url = f"https://{url}"
        service = Service("Crawler", environment)
        answer = await service.ask(HttpRequest("GET", url, proxy=options.proxy.strip()))
        page = await _read(service, answer, options.extract_type)
        content = page.content
        data = {"url": answer.url, "title": page.title, "content": content}
        if not content.strip():
            return ToolResult("", data)
        return found([Found(page.title, answer.url, content)], data)


async def _read(service: Service, answer: HttpResponse, form: str) -> Page:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _PAGES:
        markdown = form == "markdown"
        page = await asyncio.to_thread(read_page, answer.text, answer.url, markdown=markdown)
        return Page(page.title, answer.text) if form == "html" else page
    if kind.startswith(_TEXTS):
        return Page("", answer.text)
    raise service.failed(f"this address holds {kind}, which is no page of text")
