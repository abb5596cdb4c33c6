"""Fragments of tool calls, as different servers send them, become the same whole calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ragflow.adapters.models.tool_calls import ToolCallGatherer
from ragflow.domain.answers import ChatTurn, ToolCall
from ragflow.domain.errors import ModelUnavailable
from ragflow.testing.chat import tool_call


def fragment(arguments: Any = None, name: str | None = None, **fields: Any) -> Mapping[str, Any]:
    return {**fields, "function": {"name": name, "arguments": arguments}}


def unavailable(reason: str) -> ModelUnavailable:
    return ModelUnavailable(name="model", reason=reason)


def gathered(*fragments: Mapping[str, Any], turns: tuple[ChatTurn, ...] = ()) -> list[ToolCall]:
    gatherer = ToolCallGatherer(turns, unavailable)
    for each in fragments:
        gatherer.add([each])
    return list(gatherer.calls())


OSLO, ROME = '{"city": "Oslo"}', '{"city": "Rome"}'


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param(
            [
                fragment("", "weather", index=0, id="a"),
                fragment('{"city": ', index=0),
                fragment('"Oslo"}', index=0),
                fragment("", "time", index=1, id="b"),
                fragment(ROME, index=1),
            ],
            id="one after the other",
        ),
        pytest.param(
            [
                fragment("", "weather", index=1, id="a"),
                fragment("", "time", index=2, id="b"),
                fragment('{"city": ', index=1),
                fragment('{"city": "Ro', index=2),
                fragment('"Oslo"}', index=1),
                fragment('me"}', index=2),
            ],
            id="by turns, counted from one",
        ),
        pytest.param(
            [
                fragment('{"city": ', "weather", index=0, id="a"),
                fragment('"Oslo"}', "weather", index=0, id="a"),
                fragment('{"city": ', "time", index=1, id="b"),
                fragment('"Rome"}', "", index=1, id=""),
            ],
            id="id and name repeated or empty",
        ),
        pytest.param(
            [
                fragment(OSLO, "weather", index=0, id="a"),
                fragment(ROME, "time", index=0, id="b"),
            ],
            id="all under one index",
        ),
        pytest.param(
            [
                fragment("", "weather", id="a"),
                fragment(OSLO),
                fragment("", "time", id="b"),
                fragment(ROME),
            ],
            id="no index",
        ),
        pytest.param(
            [
                fragment({"city": "Oslo"}, "weather", id="a"),
                fragment({"city": "Rome"}, "time", id="b"),
            ],
            id="arguments as objects",
        ),
        pytest.param(
            [
                {"index": 0, "id": "a", "function": None},
                fragment(None, "wea", index=0),
                fragment(OSLO, "ther", index=0),
                fragment(ROME, "time", index=1),
                {"index": 1, "id": "b"},
            ],
            id="names in pieces, ids late",
        ),
    ],
)
def test_fragments_become_whole_calls(fragments: list[Mapping[str, Any]]) -> None:
    assert gathered(*fragments) == [ToolCall("a", "weather", OSLO), ToolCall("b", "time", ROME)]


def test_calls_without_ids_get_some_that_are_new_to_the_conversation() -> None:
    earlier = ChatTurn("assistant", "", tool_calls=(tool_call("weather", "call00001"),))
    whole = [fragment(OSLO, "weather"), fragment(ROME, "weather"), fragment("", "time")]
    calls = gathered(*whole, turns=(earlier,))
    assert [call.id for call in calls] == ["call00002", "call00003", "call00004"]
    assert [call.arguments for call in calls] == [OSLO, ROME, "{}"]
    assert calls == gathered(*whole, turns=(earlier,))


def test_an_id_that_was_used_before_is_replaced() -> None:
    earlier = ChatTurn("assistant", "", tool_calls=(tool_call("weather", "call_0"),))
    (call,) = gathered(fragment(OSLO, "weather", index=0, id="call_0"), turns=(earlier,))
    assert call == ToolCall("call00001", "weather", OSLO)


def test_arguments_stay_as_the_model_wrote_them() -> None:
    (call,) = gathered(fragment('{"city": "Os', "weather", index=0, id="a"))
    assert call.arguments == '{"city": "Os'


def test_what_is_no_call_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match="without its name"):
        gathered(fragment(OSLO, index=0, id="a"))
    with pytest.raises(ModelUnavailable, match="no function"):
        gathered({"index": 0, "function": "weather"})
    with pytest.raises(ModelUnavailable, match="no function"):
        gathered("weather")  # type: ignore[arg-type]


def test_nothing_gathered_is_no_call() -> None:
    assert gathered() == []
