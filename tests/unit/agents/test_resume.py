"""A run that is cut off after any batch goes on to the same end, without doing a batch twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragflow.agents.question import Question
from ragflow.agents.sources import SourceBook
from ragflow.agents.state import CanvasState, Loop, is_under_way, kept_of
from ragflow.agents.tools.tavily_search import SEARCH, TavilySearch
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """End a process."""


def drawn(edges: list[tuple[int, int]], count: int) -> dict[str, Any]:
    """Return a canvas whose components merge what leads to them; the last one says it all."""
    after: dict[int, list[str]] = {number: [] for number in range(count)}
    before: dict[int, list[int]] = {number: [] for number in range(count)}
    for start, end in edges:
        after[start].append(f"StringTransform:{end}")
        before[end].append(start)
    components = {
        f"StringTransform__{number}": node(
            "StringTransform",
            {
                "method": "merge",
                "script": f"({number}"
                + "".join(f"{{StringTransform:{each}@result}}" for each in before[number])
                + ")",
            },
            *(after[number] or ["Message:M"]),
        )
        for number in range(count)
    }
    roots = [f"StringTransform:{number}" for number in range(count) if not before[number]]
    ends = [number for number in range(count) if not after[number]]
    said = "".join(f"{{StringTransform:{number}@result}}" for number in ends)
    return canvas(
        begin=node("Begin", {}, *roots),
        **components,
        Message__M=node("Message", {"content": [said]}),
    )


@st.composite
def canvases(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 7))
    pairs = [(start, end) for end in range(count) for start in range(end)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return drawn(edges, count)


async def cut_off(talk: Conversation, after: int) -> bool:
    """Run until a number of states were kept, and keep the last as a database would."""
    kept = 0
    before = list(talk.history)

    async def keep(state: CanvasState, _at_once: bool) -> None:
        nonlocal kept
        written = json.dumps([kept_of(state), before + state.history])
        talk.kept, talk.history = json.loads(written)
        kept += 1
        if kept == after:
            raise Killed

    try:
        async with aclosing(talk.runtime(keep).run(Question("q"))) as events:
            async for event in events:
                talk.events.append(event)
    except Killed:
        return True
    return False


async def go_on(talk: Conversation) -> AsyncIterator[str]:
    runtime = talk.runtime()
    async with aclosing(runtime.go_on()) as events:
        async for event in events:
            if event.kind == "node_started":
                yield event.data["component_id"]
    talk.hold(runtime.state)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dsl=canvases(), after=st.integers(1, 9))
async def test_it_ends_as_an_undisturbed_run(dsl: dict[str, Any], after: int) -> None:
    undisturbed = Conversation(dsl)
    await undisturbed.ask("q")
    started = [e.data["component_id"] for e in undisturbed.events if e.kind == "node_started"]
    assert len(started) == len(set(started)) == len(dsl["components"])
    talk = Conversation(dsl)
    if not await cut_off(talk, after):
        return
    again = [each async for each in go_on(talk)]
    assert talk.dsl["history"] == undisturbed.dsl["history"]
    assert sorted(talk.dsl["path"]) == sorted(undisturbed.dsl["path"])
    before = talk.dsl["path"][: len(talk.dsl["path"]) - len(again)]
    assert not set(before) & set(again)


async def test_what_was_cited_before_a_cut_is_cited_by_the_run() -> None:
    outside = FakeOutside()
    hit = {"title": "Bees", "url": "https://bees.example", "content": "Bees dance."}
    outside.http.put(SEARCH, {"results": [hit]})
    found = await TavilySearch().run(
        TavilySearch.options(api_key="k", query="bees"), outside.environment()
    )
    (number,) = SourceBook({}).add(found.sources)
    mark = f"[ID:{number}]"
    dsl = canvas(
        begin=node("Begin", {}, "TavilySearch:A"),
        TavilySearch__A=node("TavilySearch", {"api_key": "k", "query": "sys.query"}, "Message:B"),
        Message__B=node("Message", {"content": [f"They dance {mark}. "]}, "StringTransform:C"),
        StringTransform__C=node("StringTransform", {"split_ref": "sys.query"}, "Message:D"),
        Message__D=node("Message", {"content": ["That is all."]}),
    )
    talk = Conversation(dsl, outside)
    assert await cut_off(talk, after=4)
    assert [event.data for event in talk.events if event.kind == "message_end"] != []
    runtime = talk.runtime()
    async with aclosing(runtime.go_on()) as events:
        kinds = [event.kind async for event in events]
    assert kinds.count("node_started") == 2
    assert list(runtime.reference["chunks"]) == [str(number)]
    assert runtime.state.retrieval == [runtime.reference]
    assert runtime.state.history[-1] == ["assistant", f"They dance {mark}. That is all."]
    talk.hold(runtime.state)
    assert await talk.ask("And now?") != ""
    assert not is_under_way(talk.kept)


def test_what_was_kept_stays_as_it_was_while_the_run_goes_on() -> None:
    state = CanvasState(frontier=["begin"], globals={"begin.inputs": {"cities": ["Rome"]}})
    state.loops["Loop"] = Loop([["a"]], 0, {"x": [{"y": 1}]})
    kept = kept_of(state)
    before = json.dumps(kept)
    state.globals["begin.inputs"]["cities"].append("Bonn")
    state.loops["Loop"].items[0].append("b")
    state.loops["Loop"].collected["x"][0]["y"] = 2
    assert json.dumps(kept) == before
