"""Tools of the web as components: options by reference, outputs, citations, older canvases."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.environment import AgentLimits
from ragflow.agents.tools import bing, tavily_search
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node

pytestmark = pytest.mark.anyio

URL = "https://api.example/v1"
HIT = {"title": "Vasa", "url": "https://v.example/", "content": "The Vasa sank in 1628."}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_a_search_found_is_handed_on_and_posted(outside: FakeOutside) -> None:
    outside.http.put(tavily_search.SEARCH, {"results": [HIT], "answer": "In 1628."})
    outside.http.put(URL, {"saved": True})
    search = {"api_key": "k", "query": "{sys.query}", "max_results": "{begin@n}"}
    invoke = {
        "url": URL,
        "method": "post",
        "headers": '{"X-User": "{sys.user_id}"}',
        "variables": [
            {"key": "answer", "ref": "TavilySearch:A@answer"},
            {"key": "all", "value": "{TavilySearch:A@json}"},
        ],
    }
    talk = Conversation(
        canvas(
            begin=node("Begin", {"inputs": {"n": {"type": "integer"}}}, "TavilySearch:A"),
            TavilySearch__A=node("TavilySearch", search, "Invoke:B"),
            Invoke__B=node("Invoke", invoke, "Message:C"),
            Message__C=node("Message", {"content": ["{Invoke:B@result}"]}),
        ),
        outside,
    )
    assert problems_of(talk.dsl) == []
    assert await talk.ask("when?", n=3) == '{"saved": true}'
    asked, posted = outside.http.requests
    assert (asked.json["query"], asked.json["max_results"]) == ("when?", 3)
    assert posted.json["answer"] == "In 1628."
    assert "1628" in str(posted.json["all"])
    assert (
        "The Vasa sank in 1628." in talk.finished("TavilySearch:A")["outputs"]["formalized_content"]
    )


@pytest.mark.parametrize(
    "query",
    [
        [{"component_id": "Template:A", "type": "reference"}],
        [{"component_id": "begin@ship", "type": "reference"}],
        [],
    ],
)
async def test_an_older_canvas_asks_what_was_made_before(query: Any, outside: FakeOutside) -> None:
    outside.http.put(bing.PAGES, {"webPages": {"value": [{"name": "V", "snippet": "A ship"}]}})
    options = {"api_key": "k", "channel": "Webpages", "query": query, "top_n": 5}
    talk = Conversation(
        canvas(
            begin=node("Begin", {"inputs": {"ship": {"type": "line"}}}, "Template:A"),
            Template__A=node("Template", {"content": "vasa"}, "Bing:B"),
            Bing__B=node("Bing", options, "Message:C"),
            Message__C=node("Message", {"content": ["{Bing:B@formalized_content}"]}),
        ),
        outside,
    )
    assert problems_of(talk.dsl) == []
    assert "A ship" in await talk.ask("hello", ship="vasa")
    assert [request.params["q"] for request in outside.http.requests] == ["vasa"]


async def test_what_cannot_be_used_is_told_when_a_canvas_is_saved() -> None:
    wrong = {"channel": "Pictures", "top_n": 0}
    dsl = canvas(begin=node("Begin", {}, "Bing:A"), Bing__A=node("Bing", wrong))
    told = {str(problem).split(":", 2)[1] for problem in problems_of(dsl)}
    assert told == {"A.params.channel", "A.params.top_n"}


async def test_texts_longer_than_a_model_may_be_given_are_cut(outside: FakeOutside) -> None:
    outside.limits = AgentLimits(text_chars=5)
    outside.http.put(URL, "0123456789", kind="text/plain")
    outside.http.put(tavily_search.SEARCH, {"results": [HIT]})
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Invoke:A", "TavilySearch:B"),
            Invoke__A=node("Invoke", {"url": URL}),
            TavilySearch__B=node("TavilySearch", {"api_key": "k", "query": "Vasa"}),
        ),
        outside,
    )
    await talk.ask("?")
    answered = talk.finished("Invoke:A")["outputs"]
    assert (answered["formalized_content"], answered["result"]) == ("01234", "01234")
    assert talk.finished("TavilySearch:B")["outputs"]["formalized_content"].endswith("\nThe V")


async def test_a_search_without_a_query_looks_for_the_question(outside: FakeOutside) -> None:
    outside.http.put(tavily_search.SEARCH, {"results": [HIT]})
    dsl = canvas(
        begin=node("Begin", {}, "TavilySearch:A"),
        TavilySearch__A=node("TavilySearch", {"api_key": "k", "query": ""}, "Message:C"),
        Message__C=node("Message", {"content": ["{TavilySearch:A@formalized_content}"]}),
    )
    assert HIT["title"] in await Conversation(dsl, outside).ask("ships")
    assert [request.json["query"] for request in outside.http.requests] == ["ships"]
