"""Searches of the web: Tavily, DuckDuckGo, Google, Bing and SearXNG."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.tools import bing, duckduckgo, google, tavily_extract, tavily_search
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

TAVILY = {
    "query": "who built the Vasa",
    "answer": "Henrik Hybertsson built it.",
    "images": [],
    "results": [
        {
            "title": "Vasa (ship)",
            "url": "https://en.wikipedia.org/wiki/Vasa_(ship)",
            "content": "Vasa was built by Henrik Hybertsson.",
            "score": 0.92,
            "raw_content": None,
        },
        {"title": "Museum", "url": "https://museum.example/vasa", "content": "It sank in 1628."},
        "no result",
    ],
    "response_time": 1.1,
}
DUCK_PAGE = """<html><body><div id="links" class="results">
<div class="result results_links result--ad"><h2>
<a class="result__a" href="https://ad.example">Ad</a></h2></div>
<div class="result results_links web-result"><div class="links_main">
<h2 class="result__title"><a rel="nofollow" class="result__a"
 href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.com%2Fvasa%3Fa%3D1%26b%3D2&amp;rut=0f">
The <b>Vasa</b></a></h2>
<a class="result__snippet" href="x">A ship that <b>sank</b> in 1628.</a></div></div>
<div class="result web-result"><h2>
<a class="result__a" href="https://plain.example/">Plain</a></h2></div>
<div class="result web-result"><h2><a class="result__a" href="javascript:alert(1)">Trap</a></h2>
<a class="result__snippet">Do not link me.</a></div>
</div></body></html>"""
DUCK_NEWS = {
    "results": [
        {
            "date": 1755000000,
            "excerpt": "The <b>Vasa</b> is moved.",
            "relative_time": "2 hours ago",
            "source": "The Paper",
            "title": "Vasa moves",
            "url": "https://paper.example/vasa",
        }
    ]
}


def test_tavily_finds_pages_and_tells_its_answer(run: Any, outside: FakeOutside) -> None:
    outside.http.put(tavily_search.SEARCH, TAVILY)
    result = run(
        "TavilySearch",
        api_key="k",
        query="who built the Vasa",
        max_results="3",
        include_answer="true",
        include_domains="a.example, b.example",
    )
    (request,) = outside.http.requests
    assert request.headers["Authorization"] == "Bearer k"
    assert request.json["max_results"] == 3
    assert request.json["include_answer"] is True
    assert request.json["include_domains"] == ["a.example", "b.example"]
    assert "days" not in request.json
    assert result.text.startswith(
        "Vasa (ship)\nhttps://en.wikipedia.org/wiki/Vasa_(ship)\nVasa was"
    )
    assert result.data == TAVILY["results"][:2]
    assert [source.document_name for source in result.sources] == ["Vasa (ship)", "Museum"]
    assert result.outputs == {"answer": "Henrik Hybertsson built it."}


def test_tavily_searches_news_of_the_last_days_and_takes_whole_pages(
    run: Any, outside: FakeOutside
) -> None:
    page = {
        "title": "T",
        "url": "https://a.example/",
        "content": "part",
        "raw_content": "whole\ntext",
    }
    outside.http.put(tavily_search.SEARCH, {"results": [page]})
    result = run("TavilySearch", api_key="k", query="q", topic="news", days=3)
    assert outside.http.requests[0].json["days"] == 3
    assert [source.content for source in result.sources] == ["whole\ntext"]


def test_ids_of_sources_are_those_of_their_addresses(run: Any, outside: FakeOutside) -> None:
    outside.http.put(tavily_search.SEARCH, TAVILY)
    first = run("TavilySearch", api_key="k", query="a")
    again = run("TavilySearch", api_key="k", query="b")
    assert [source.id for source in first.sources] == [source.id for source in again.sources]
    assert len({source.id for source in first.sources}) == 2


@pytest.mark.parametrize(
    "urls",
    [
        "https://a.example/, https://b.example/",
        '["https://a.example/", "https://b.example/"]',
        ["https://a.example/", "https://b.example/"],
    ],
)
def test_tavily_reads_pages_of_a_list_however_it_is_written(
    urls: Any, run: Any, outside: FakeOutside
) -> None:
    page = {"url": "https://a.example/", "raw_content": "# A\n\nText", "images": []}
    failure = {"url": "https://b.example/", "error": "timed out"}
    outside.http.put(tavily_extract.EXTRACT, {"results": [page], "failed_results": [failure]})
    result = run("TavilyExtract", api_key="k", urls=urls)
    assert outside.http.requests[0].json["urls"] == ["https://a.example/", "https://b.example/"]
    assert result.data == [page]
    assert result.sources[0].content == "# A\n\nText"
    assert result.outputs == {"failed_results": [failure]}


def test_tavily_says_why_no_page_could_be_read(run: Any, outside: FakeOutside) -> None:
    failure = {"url": "https://b.example/", "error": "timed out"}
    outside.http.put(tavily_extract.EXTRACT, {"results": [], "failed_results": [failure]})
    with pytest.raises(ToolFailed, match=r"https://b\.example/: timed out"):
        run("TavilyExtract", api_key="k", urls="https://b.example/")


def test_duckduckgo_finds_pages_without_adverts_and_unwraps_their_addresses(
    run: Any, outside: FakeOutside
) -> None:
    outside.http.put(duckduckgo.PAGES, DUCK_PAGE, kind="text/html")
    result = run("DuckDuckGo", query="vasa", top_n=10)
    assert outside.http.requests[0].params == {"q": "vasa"}
    assert result.data[0] == {
        "title": "The Vasa",
        "url": "https://example.com/vasa?a=1&b=2",
        "body": "A ship that sank in 1628.",
    }
    assert [source.url for source in result.sources] == [
        "https://example.com/vasa?a=1&b=2",
        "https://plain.example/",
        "",
    ]
    assert len(run("DuckDuckGo", query="vasa", top_n=1).sources) == 1


def test_duckduckgo_finds_news(run: Any, outside: FakeOutside) -> None:
    outside.http.put(duckduckgo.START, '<script>vqd="4-123-456";</script>', kind="text/html")
    outside.http.put(duckduckgo.NEWS, DUCK_NEWS)
    result = run("DuckDuckGo", query="vasa", channel="news")
    assert outside.http.requests[1].params["vqd"] == "4-123-456"
    assert result.text == "Vasa moves\nhttps://paper.example/vasa\nThe Paper The Vasa is moved."


def test_duckduckgo_that_finds_nothing_returns_nothing(run: Any, outside: FakeOutside) -> None:
    page = '<html><body><div id="links"><div class="no-results">None</div></div></body></html>'
    outside.http.put(duckduckgo.PAGES, page, kind="text/html")
    result = run("DuckDuckGo", query="qqqqq")
    assert (result.text, result.data) == ("", [])


@pytest.mark.parametrize(
    ("status", "page"), [(202, "<html></html>"), (200, '<p class="anomaly-modal">'), (403, "")]
)
@pytest.mark.parametrize("channel", ["text", "news"])
def test_duckduckgo_that_holds_robots_off_is_told(
    status: int, page: str, channel: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.put("https://", page, status, "text/html")
    with pytest.raises(ToolFailed, match="takes us for a robot"):
        run("DuckDuckGo", query="vasa", channel=channel)


def test_google_is_asked_by_serpapi(run: Any, outside: FakeOutside) -> None:
    item = {"position": 1, "title": "Vasa", "link": "https://v.example/", "snippet": "A ship"}
    outside.http.put(google.SEARCH, {"search_metadata": {}, "organic_results": [item]})
    result = run("Google", q="vasa", api_key="k", country="se", language="sv", start=6)
    assert outside.http.requests[0].params == {
        "engine": "google",
        "q": "vasa",
        "gl": "se",
        "hl": "sv",
        "start": 6,
        "num": 6,
        "api_key": "k",
    }
    assert result.text == "Vasa\nhttps://v.example/\nA ship"
    assert result.data == [item]


def test_google_tells_an_empty_search_from_an_error(run: Any, outside: FakeOutside) -> None:
    empty = "Google hasn't returned any results for this query."
    outside.http.put(google.SEARCH, {"error": empty})
    assert run("Google", q="qqq", api_key="k").data == []
    outside.http.put(google.SEARCH, {"error": "Your account has run out of searches."})
    with pytest.raises(ToolFailed, match="run out of searches"):
        run("Google", q="qqq", api_key="k")


@pytest.mark.parametrize(
    ("channel", "url", "body"),
    [
        (
            "Webpages",
            bing.PAGES,
            {
                "webPages": {
                    "value": [{"name": "V", "url": "https://v.example/", "snippet": "A ship"}]
                }
            },
        ),
        (
            "News",
            bing.NEWS,
            {"value": [{"name": "V", "url": "https://v.example/", "description": "A ship"}]},
        ),
    ],
)
def test_bing_finds_pages_and_news(
    channel: str, url: str, body: Any, run: Any, outside: FakeOutside
) -> None:
    outside.http.put(url, body)
    result = run("Bing", query="vasa", api_key="k", channel=channel)
    assert outside.http.requests[0].headers == {"Ocp-Apim-Subscription-Key": "k"}
    assert result.text == "V\nhttps://v.example/\nA ship"
    outside.http.put(url, {"_type": "SearchResponse"})
    assert run("Bing", query="vasa", api_key="k", channel=channel).data == []


@pytest.mark.parametrize(
    "base", ["https://s.example", "https://s.example/", "https://s.example/search"]
)
def test_searxng_asks_the_instance_of_the_user(base: str, run: Any, outside: FakeOutside) -> None:
    items = [{"title": f"T{n}", "url": f"https://{n}.example/", "content": "C"} for n in range(3)]
    outside.http.put("https://s.example/search", {"query": "q", "results": items})
    result = run("SearXNG", query="q", searxng_url=base, top_n=2)
    assert outside.http.requests[0].params == {"q": "q", "format": "json"}
    assert result.data == items[:2]
    assert len(result.sources) == 2


def test_searxng_says_what_to_set(run: Any, outside: FakeOutside) -> None:
    with pytest.raises(ToolFailed, match="set searxng_url"):
        run("SearXNG", query="q")
    outside.http.put("https://s.example/", "<html>", 403, "text/html")
    with pytest.raises(ToolFailed, match=r"HTTP 403: .*settings\.yml"):
        run("SearXNG", query="q", searxng_url="https://s.example")
