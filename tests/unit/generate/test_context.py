from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.answers import ChatTurn
from ragflow.domain.queries import Hit
from ragflow.generate.context import fitting_turns, knowledge_of, share_window
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
