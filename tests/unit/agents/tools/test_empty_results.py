"""A service that knows nothing is no failure: the text is empty, the data say so, none is cited."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.tools import (
    akshare,
    arxiv,
    bing,
    duckduckgo,
    github,
    google,
    google_scholar,
    jin10,
    pubmed,
    tavily_extract,
    tavily_search,
    tushare,
    wencai,
    wikipedia,
    yahoo_finance,
)
from ragflow.testing.agents import FakeOutside

NOTHING: list[tuple[str, dict[str, Any], str, Any]] = [
    ("TavilySearch", {"query": "q", "api_key": "k"}, tavily_search.SEARCH, {"results": []}),
    ("TavilyExtract", {"urls": "u", "api_key": "k"}, tavily_extract.EXTRACT, {"results": []}),
    ("DuckDuckGo", {"query": "q"}, duckduckgo.PAGES, '<div id="links"></div>'),
    ("Google", {"q": "q", "api_key": "k"}, google.SEARCH, {"organic_results": []}),
    ("Bing", {"query": "q", "api_key": "k"}, bing.PAGES, {"_type": "SearchResponse"}),
    ("SearXNG", {"query": "q", "searxng_url": "https://s"}, "https://s/search", {"results": []}),
    ("GoogleScholar", {"query": "q"}, google_scholar.SEARCH, '<div id="gs_res_ccl"></div>'),
    ("GitHub", {"query": "q"}, github.SEARCH, {"total_count": 0, "items": []}),
    ("ArXiv", {"query": "q"}, arxiv.QUERY, '<feed xmlns="http://www.w3.org/2005/Atom"/>'),
    ("PubMed", {"query": "q"}, pubmed.SEARCH, {"esearchresult": {"count": "0", "idlist": []}}),
    ("Wikipedia", {"query": "q"}, wikipedia.API.format(language="en"), {"batchcomplete": True}),
    ("AkShare", {"symbol": "1"}, akshare.SEARCH, 'found({"result": {"cmsArticleWebOld": []}})'),
    (
        "TuShare",
        {"token": "k"},
        tushare.API,
        {"code": 0, "data": {"fields": ["datetime", "content"], "items": []}},
    ),
    ("Jin10", {"secret_key": "k"}, jin10.API, {"status": 200, "data": []}),
    (
        "WenCai",
        {"query": "q"},
        wencai.ROBOT,
        {"data": {"answer": [{"txt": [{"content": {"components": []}}]}]}},
    ),
]


@pytest.mark.parametrize(("name", "options", "url", "body"), NOTHING, ids=[n for n, *_ in NOTHING])
def test_nothing_found_is_told_as_nothing(
    name: str, options: dict[str, Any], url: str, body: Any, run: Any, outside: FakeOutside
) -> None:
    outside.http.put(url, body)
    result = run(name, **options)
    assert (result.text, result.data, list(result.sources)) == ("", [], [])
    assert len(outside.http.requests) == 1


def test_a_share_without_news_has_an_empty_report(run: Any, outside: FakeOutside) -> None:
    outside.http.put(yahoo_finance.NEWS, {"news": []})
    result = run("YahooFinance", stock_code="AAPL", info=False)
    assert (result.text, result.data) == ("", {"news": []})
