"""Tool calling: what every chat model must do that calls tools and sees pictures.

Inherit from the suite and override its fixture to run it on a model of your own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence

import pytest

from ragflow.domain.answers import ChatTurn, ModelDelta, ToolCall, ToolSpec
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import ChatModel
from ragflow.testing.models import deltas_of, sample_picture

_CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = ToolSpec("weather", "Tell the weather in a city.", _CITY)
TIME = ToolSpec("time", "Tell the time in a city.", _CITY)
ASKED = ChatTurn("user", "What are the weather and the time in Oslo? Ask both tools.")


class ToolCallingContract:
    """Prove a chat model that calls tools and sees pictures; override `model`."""

    @pytest.fixture
    def model(self) -> ChatModel:
        """Return the model to prove."""
        raise NotImplementedError

    def test_tools_are_called_with_arguments_that_fit(self, model: ChatModel) -> None:
        calls = called(deltas_of(model, [ASKED], [WEATHER, TIME]))
        assert {call.name for call in calls} == {"weather", "time"}
        assert len({call.id for call in calls} - {""}) == len(calls)
        for call in calls:
            assert "Oslo" in json.loads(call.arguments)["city"]

    def test_calls_come_once_and_last(self, model: ChatModel) -> None:
        deltas = deltas_of(model, [ASKED], [WEATHER, TIME])
        assert [bool(delta.tool_calls) for delta in deltas] == [False] * (len(deltas) - 1) + [True]

    def test_what_tools_answered_is_told(self, model: ChatModel) -> None:
        turns = answered(model, [ASKED], {"weather": "27 degrees", "time": "11:45"})
        deltas = deltas_of(model, turns, [WEATHER, TIME])
        assert called(deltas) == ()
        assert "27" in said(deltas)
        assert "11:45" in said(deltas)

    def test_tools_may_be_called_again_in_the_same_conversation(self, model: ChatModel) -> None:
        turns = answered(model, [ASKED], {"weather": "27 degrees", "time": "11:45"})
        turns += [ChatTurn("assistant", "27 degrees, 11:45"), ASKED]
        turns = answered(model, turns, {"weather": "3 degrees", "time": "23:20"})
        ids = [call.id for turn in turns for call in turn.tool_calls]
        assert len(set(ids)) == len(ids) == 4
        deltas = deltas_of(model, turns, [WEATHER, TIME])
        assert "23:20" in said(deltas)

    def test_garbled_arguments_of_an_earlier_call_are_no_obstacle(self, model: ChatModel) -> None:
        call = ToolCall("call00000", "weather", '{"city": "Os')
        turns = [
            ASKED,
            ChatTurn("assistant", "", tool_calls=(call,)),
            ChatTurn("tool", "the arguments are no JSON", tool_call_id=call.id),
        ]
        assert deltas_of(model, turns, [WEATHER, TIME])

    def test_without_tools_nothing_is_called(self, model: ChatModel) -> None:
        deltas = deltas_of(model, [ASKED])
        assert called(deltas) == ()
        assert said(deltas).strip()

    def test_pictures_are_shown(self, model: ChatModel) -> None:
        assert said(deltas_of(model, [shown(sample_picture("PNG"), sample_picture("JPEG"))]))

    def test_what_is_no_picture_is_refused(self, model: ChatModel) -> None:
        with pytest.raises(ModelUnavailable):
            deltas_of(model, [shown(b"no picture")])


def called(deltas: Sequence[ModelDelta]) -> tuple[ToolCall, ...]:
    """Return the calls in the pieces of an answer."""
    return tuple(call for delta in deltas for call in delta.tool_calls)


def said(deltas: Sequence[ModelDelta]) -> str:
    """Return the words in the pieces of an answer."""
    return "".join(delta.content for delta in deltas)


def answered(
    model: ChatModel, turns: Sequence[ChatTurn], answers: Mapping[str, str]
) -> list[ChatTurn]:
    """Let a model call the tools and return the conversation with their answers."""
    calls = called(deltas_of(model, turns, [WEATHER, TIME]))
    asking = ChatTurn("assistant", "", tool_calls=calls)
    found = [ChatTurn("tool", answers[call.name], tool_call_id=call.id) for call in calls]
    return [*turns, asking, *found]


def shown(*pictures: bytes) -> ChatTurn:
    """Return the turn of a user who shows pictures."""
    urls = (base64.b64encode(picture).decode() for picture in pictures)
    return ChatTurn(
        "user", "What is it?", pictures=tuple(f"data:image/png;base64,{url}" for url in urls)
    )
