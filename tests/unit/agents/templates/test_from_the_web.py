"""Templates that look things up on the web: who asks which service for what, and what is cited."""

from __future__ import annotations

import json

import pytest

from ragflow.domain.errors import ToolFailed
from ragflow.testing.agent_desk import Desk, cited_by, path_of
from ragflow.testing.model_answers import calling

pytestmark = pytest.mark.anyio

TAVILY = "https://api.tavily.com"
DUCK = "https://html.duckduckgo.com/html/"
WIKIPEDIA = "https://en.wikipedia.org/w/api.php"
STORKS = "White storks return to Alsace in February."
NESTS = "Alsace counted 1,000 nests of storks in 2023."
PAGE = f"""<div id="links"><div class="result">
<a class="result__a" href="https://birds.example.org/storks">Storks</a>
<a class="result__snippet">{STORKS}</a></div></div>"""


@pytest.fixture
def web(desk: Desk) -> Desk:
    """Put two pages on the web."""
    found = [{"title": "Storks", "url": "https://birds.example.org/storks", "content": STORKS}]
    read = [{"url": "https://birds.example.org/nests", "raw_content": NESTS}]
    article = {
        "index": 1,
        "title": "Alsace",
        "fullurl": "https://en.wikipedia.org/wiki/Alsace",
        "extract": NESTS,
    }
    desk.outside.http.put(f"{TAVILY}/search", {"results": found})
    desk.outside.http.put(f"{TAVILY}/extract", {"results": read})
    desk.outside.http.put(DUCK, PAGE, kind="text/html")
    desk.outside.http.put(WIKIPEDIA, {"query": {"pages": [article]}})
    return desk


def asked(desk: Desk) -> list[str]:
    """Return the addresses that were asked."""
    return [request.url for request in desk.outside.http.requests]


async def test_the_web_is_searched_by_key(web: Desk) -> None:
    web.calls("what the web says today", "tavily_search", query="storks Alsace", topic="news")
    web.says("what the web says today", f"{STORKS} [[Storks]]")
    talk = web.talk("web_search")
    said = await talk.ask("When do storks return?")
    number = web.numbers["Storks"]
    assert said == f"{STORKS} [ID:{number}]"
    assert cited_by(talk)[number]["url"] == "https://birds.example.org/storks"
    assert path_of(talk) == ["begin", "Agent:Searcher", "Message:Answer"]
    (request,) = web.outside.http.requests
    assert request.json["query"] == "storks Alsace"
    assert request.headers["Authorization"] == "Bearer key-1"
    assert web.tools("what the web says today") == ["tavily_search", "duckduckgo_search"]


async def test_the_web_is_searched_without_a_key_where_the_other_way_fails(web: Desk) -> None:
    web.outside.http.pages[f"{TAVILY}/search"] = ToolFailed(tool="TavilySearch", reason="no credit")
    web.calls("what the web says today", "tavily_search", query="storks")
    web.calls("what the web says today", "duckduckgo_search", query="storks")
    web.says("what the web says today", f"{STORKS} [[Storks]]")
    talk = web.talk("web_search")
    assert await talk.ask("When?") == f"{STORKS} [ID:{web.numbers['Storks']}]"
    assert asked(web) == [f"{TAVILY}/search", DUCK]
    assert "ERROR: TavilySearch failed: no credit" in web.prompt("what the web says today")


async def test_research_goes_two_rounds_and_reads_pages(web: Desk) -> None:
    web.says("You plan research", {"questions": ["When do storks return?", "How many nests?"]})
    researcher = "You research one question"
    web.calls(researcher, "tavily_search", query="storks return")
    web.says(researcher, f"{STORKS} [[Storks]]")
    web.calls(researcher, "PageReader", user_prompt="Read https://birds.example.org/nests: nests")
    web.calls("You read web pages", "tavily_extract", urls=["https://birds.example.org/nests"])
    web.says("You read web pages", NESTS)
    web.says(researcher, "There are about 1,000 nests.")
    web.says("You review research", {"gaps": ["Since when are they counted?"]})
    web.calls("You close a gap", "tavily_search", query="storks counted since")
    web.says("You close a gap", "Nothing can be found.")
    web.says("You write a report that answers", f"{STORKS} [[Storks]] The rest is open.")
    talk = web.talk("deep_research")
    said = await talk.ask("How are the storks of Alsace?")
    number = web.numbers["Storks"]
    assert said == f"{STORKS} [ID:{number}] The rest is open."
    assert list(cited_by(talk)) == [number]
    assert path_of(talk) == [
        *("begin", "LLM:Planner", "Iteration:FirstRound"),
        *("IterationItem:Question", "Agent:Researcher") * 2,
        *("LLM:Reviewer", "Switch:Gaps", "Iteration:SecondRound"),
        *("IterationItem:Gap", "Agent:Checker"),
        *("LLM:Report", "Message:Report"),
    ]
    assert asked(web) == [f"{TAVILY}/search", f"{TAVILY}/extract", f"{TAVILY}/search"]
    told = web.prompt("You write a report that answers")
    assert f'["{STORKS} [ID:{number}]", "There are about 1,000 nests."]' in told
    assert '["Nothing can be found."]' in told
    assert "How many nests?" in web.prompt(researcher)


async def test_research_without_gaps_ends_after_one_round(web: Desk) -> None:
    web.says("You plan research", {"questions": ["When do storks return?"]})
    web.says("You research one question", "In February.")
    web.says("You review research", {"gaps": []})
    web.says("You write a report that answers", "In February.")
    talk = web.talk("deep_research")
    assert await talk.ask("When?") == "In February."
    assert "Iteration:SecondRound" not in path_of(talk)


async def test_a_plan_that_does_not_fit_is_asked_for_again(web: Desk) -> None:
    web.says("You plan research", {"questions": []}, {"questions": ["When?"]})
    web.says("You research one question", "In February.")
    web.says("You review research", {"gaps": []})
    web.says("You write a report that answers", "In February.")
    assert await web.talk("deep_research").ask("When?") == "In February."
    assert "cannot be used" in web.prompt("You plan research")


async def test_a_team_hands_its_work_on(web: Desk) -> None:
    manager = "You lead a team"
    web.calls(manager, "Researcher", user_prompt="Find when storks return.")
    web.says(
        "You find facts on the web",
        calling(
            ("wikipedia_search", {"query": "Alsace"}), ("duckduckgo_search", {"query": "storks"})
        ),
        f"{STORKS} [[Storks]]",
    )
    web.calls(manager, "Writer", user_prompt="Write it.", context=STORKS)
    web.says("You write clear texts", f"Look up: {STORKS}")
    web.calls(manager, "Critic", user_prompt="Judge it.", context=f"Look up: {STORKS}")
    web.says("You judge a text", "no faults")
    web.says(manager, f"Look up: {STORKS} [[Storks]]")
    talk = web.talk("agent_team")
    assert (
        await talk.ask("A line about storks") == f"Look up: {STORKS} [ID:{web.numbers['Storks']}]"
    )
    used = talk.finished("Agent:Manager")["outputs"]["use_tools"]
    assert [(each["name"], each["results"]) for each in used] == [
        ("Researcher", f"{STORKS} [ID:{web.numbers['Storks']}]"),
        ("Writer", f"Look up: {STORKS}"),
        ("Critic", "no faults"),
    ]
    assert sorted(asked(web)) == sorted([WIKIPEDIA, DUCK])
    instructions = web.prompt(manager)
    assert "Decide first who is needed." in instructions
    assert "PLAN_GENERATION" not in instructions
    assert web.tools(manager) == ["Researcher", "Writer", "Critic"]


async def test_a_trip_is_planned_from_what_was_found(web: Desk) -> None:
    scout = "what a traveller has to know"
    web.calls(scout, "wikipedia_search", query="Alsace")
    web.says(scout, f"Nature: {NESTS} [[Alsace]]")
    web.says("You plan trips of 2 days", f"Day 1: storks. {NESTS} [[Alsace]]")
    talk = web.talk("trip_planner")
    said = await talk.ask("To Alsace", days={"type": "integer", "value": "2"}, interests="birds")
    assert said == f"Day 1: storks. {NESTS} [ID:{web.numbers['Alsace']}]"
    assert path_of(talk) == ["begin", "Agent:Scout", "LLM:Plan", "Message:Plan"]
    assert "Days: 2. Budget: . Interests: birds." in web.prompt(scout)
    assert f"Nature: {NESTS}" in web.prompt("You plan trips of 2 days")
    assert json.dumps(cited_by(talk)).count("https://en.wikipedia.org/wiki/Alsace") == 1
