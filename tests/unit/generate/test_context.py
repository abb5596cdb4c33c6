from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.answers import ChatTurn, ToolSpec
from ragflow.domain.queries import Hit
from ragflow.generate.context import (
    count_turn_tokens,
    fitting_turns,
    knowledge_of,
    share_window,
)
from ragflow.testing.chat import tool_call
from ragflow.text.tokens import count_tokens


def test_blocks_are_numbered_and_titled(hit: Callable[..., Hit]) -> None:
    knowledge = knowledge_of([hit("One.", "a.txt"), hit("Two.", "b.txt")], 1000)
    assert knowledge.text == (
        "ID: 0\nTitle: a.txt\nContent:\nOne.\n\nID: 1\nTitle: b.txt\nContent:\nTwo."
    )
    assert [passage.index for passage in knowledge.passages] == [0, 1]


def test_meta_fields_stand_in_their_block(hit: Callable[..., Hit]) -> None:
    meta = {"d1": {"url": "https://a.example", "author": "Ada", "empty": ""}}
    text = knowledge_of([hit("One.", "a.txt")], 1000, meta).text
    assert text == "ID: 0\nTitle: a.txt\nURL: https://a.example\nauthor: Ada\nContent:\nOne."


def test_hits_beyond_the_budget_are_left_out(hit: Callable[..., Hit]) -> None:
    knowledge = knowledge_of([hit("word " * 50) for _ in range(10)], 200)
    assert len(knowledge.passages) == 3
    assert count_tokens(knowledge.text) <= 200


def test_the_first_hit_is_shortened_to_the_budget(hit: Callable[..., Hit]) -> None:
    knowledge = knowledge_of([hit("word " * 500)], 100)
    assert len(knowledge.passages) == 1
    assert count_tokens(knowledge.text) <= 100


def test_the_window_has_room_for_everything() -> None:
    turns = [ChatTurn("user", "word " * 5000)]
    budget = share_window(4000, "instructions " * 100, turns, 512)
    assert 100 + 512 + budget.history + budget.knowledge <= 4000 * 0.97


def test_a_tiny_window_still_has_room_for_knowledge() -> None:
    assert share_window(100, "instructions " * 500, [ChatTurn("user", "hi")], None).knowledge > 0


def test_old_turns_are_left_out_first() -> None:
    turns = [
        ChatTurn("user", "old question " * 20),
        ChatTurn("assistant", "old answer"),
        ChatTurn("user", "new question"),
    ]
    assert fitting_turns(turns, 30) == turns[2:]
    assert fitting_turns(turns, 1000) == turns


def test_the_last_question_is_shortened_to_fit() -> None:
    (turn,) = fitting_turns([ChatTurn("user", "word " * 100)], 20)
    assert 0 < count_tokens(turn.content) <= 20


def used_tools(*answers: str) -> list[ChatTurn]:
    calls = tuple(tool_call("look", f"call{number}") for number in range(len(answers)))
    found = [
        ChatTurn("tool", answer, tool_call_id=call.id)
        for call, answer in zip(calls, answers, strict=True)
    ]
    return [ChatTurn("assistant", "", tool_calls=calls), *found]


def test_calls_of_tools_are_left_out_with_their_answers() -> None:
    old = [ChatTurn("user", "old question"), *used_tools("old " * 50)]
    new = [ChatTurn("assistant", "old answer"), ChatTurn("user", "new question")]
    assert fitting_turns([*old, *new], 40) == new[1:]
    assert fitting_turns([*old, *new], 1000) == [*old, *new]


def test_the_question_stays_with_the_newest_answers_of_tools() -> None:
    question = ChatTurn("user", "a question")
    before = ChatTurn("user", "before " * 99)
    turns = [before, question, *used_tools("old " * 99), *used_tools("new")]
    assert fitting_turns(turns, 60) == [question, *used_tools("new")]
    assert fitting_turns(turns, 170) == turns[1:]


def test_long_answers_of_tools_are_shortened_and_still_answer_their_calls() -> None:
    turns = [ChatTurn("user", "a question"), *used_tools("long " * 500, "short")]
    fitting = fitting_turns(turns, 100)
    assert count_turn_tokens(fitting) <= 100
    assert [turn.tool_call_id for turn in fitting] == ["", "", "call0", "call1"]
    assert (fitting[0], fitting[1], fitting[3]) == (turns[0], turns[1], turns[3])
    assert len(fitting[2].content) > 200


def test_calls_pictures_and_tools_cost_tokens() -> None:
    plain = count_turn_tokens([ChatTurn("user", "words")])
    shown = ChatTurn("user", "words", pictures=("data:image/png;base64,AAAA",))
    calls = ChatTurn("assistant", "words", tool_calls=(tool_call("look", at="word " * 50),))
    spec = ToolSpec("look", "Look at it.", {"type": "object", "properties": {}})
    assert count_turn_tokens([shown]) > plain + 200
    assert count_turn_tokens([calls]) > plain + 50
    assert count_turn_tokens([ChatTurn("user", "words")], [spec]) > plain + 10
