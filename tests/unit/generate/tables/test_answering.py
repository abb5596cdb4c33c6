"""Answers from rows, with a model that writes queries and without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ragflow.domain.answers import AnswerFrame, ChatTurn
from ragflow.domain.chunks import Chunk
from ragflow.domain.queries import Candidate, Hit, ScoredCandidate
from ragflow.generate.tables.answering import RecordSource, answer_from_records
from ragflow.generate.tables.records import Key, Records
from ragflow.testing.chat import ScriptedChatModel

Answer = Callable[..., tuple[AnswerFrame | None, ScriptedChatModel]]


def hits(keys: Sequence[Key]) -> Mapping[Key, Hit]:
    found = {}
    for document_id, chunk_id in keys:
        chunk = Chunk(chunk_id, document_id, "s1", f"row {chunk_id}", 0, 2, 0.0)
        candidate = Candidate("s1", document_id, chunk_id, "", "", "", "", 0.0)
        found[document_id, chunk_id] = Hit(
            chunk, "parts.csv", ScoredCandidate(candidate, 1, 1, 0, 0)
        )
    return found


@pytest.fixture
def answer(open_records: Callable[[], Records]) -> Answer:
    """Return what asks a model that gives scripted replies."""

    def ask(
        *replies: Any,
        question: str = "Which parts are cheap?",
        quote: bool = True,
        generative: bool = True,
    ) -> tuple[AnswerFrame | None, ScriptedChatModel]:
        model = ScriptedChatModel(list(replies), generative=generative)
        source = RecordSource(open_records, hits)
        turns = [
            ChatTurn("user", "Hello"),
            ChatTurn("assistant", "Hi."),
            ChatTurn("user", question),
        ]
        frame = asyncio.run(answer_from_records(model, turns, source, "2026-01-01", quote))
        return frame, model

    return ask


def test_rows_are_a_table_with_marks_that_count_the_reference(answer: Answer) -> None:
    frame, _ = answer("```sql\nSELECT part, price FROM records WHERE price < 1\n```")
    assert frame is not None
    assert frame.text == (
        "|Part/Item(名称)|Price (EUR)|Source|\n|---|---|---|\n|Bolt|0.25|##0$$|\n|Nut|0.1|##1$$|"
    )
    assert frame.final
    assert frame.reference is not None
    assert [hit.chunk.id for hit in frame.reference.hits] == ["c0", "c1"]
    assert [(a.document_name, a.count) for a in frame.reference.aggregates] == [("parts.csv", 2)]
    assert [c.quote_text for c in frame.reference.citations] == ["row c0", "row c1"]
    assert [frame.text[c.sentence.start : c.sentence.end] for c in frame.reference.citations] == [
        "|Bolt|0.25|##0$$|",
        "|Nut|0.1|##1$$|",
    ]
    assert "SELECT part, price" in frame.prompt


def test_a_number_names_some_of_the_rows_behind_it(answer: Answer) -> None:
    frame, _ = answer("SELECT COUNT(*) AS n FROM records WHERE open")
    assert frame is not None
    assert frame.text == "|n|Source|\n|---|---|\n|4|##0$$ ##1$$ ##2$$|"
    assert frame.reference is not None
    assert [hit.chunk.id for hit in frame.reference.hits] == ["c0", "c2", "c4"]


def test_truth_and_bars_are_written_for_people(answer: Answer) -> None:
    frame, _ = answer("SELECT open, 'a|b' AS bar FROM records WHERE part = 'Nut'")
    assert frame is not None
    assert "|false|a\\|b|##0$$|" in frame.text


def test_without_quoting_there_are_neither_marks_nor_reference(answer: Answer) -> None:
    frame, _ = answer("SELECT part FROM records WHERE part = 'Nut'", quote=False)
    assert frame is not None
    assert (frame.text, frame.reference) == ("|Part/Item(名称)|\n|---|\n|Nut|", None)


def test_the_model_sees_columns_samples_and_the_conversation(answer: Answer) -> None:
    _, model = answer("NONE")
    (call,) = model.calls
    assert "- \"price\" REAL: Price (EUR) (such as '0.25', '0.1', '4.0')" in call[0].content
    assert "USER: Hello\nASSISTANT: Hi.\nUSER: Which parts are cheap?" in call[0].content


def test_a_query_that_fails_is_repaired_once(answer: Answer) -> None:
    frame, model = answer("SELECT cost FROM records", "SELECT part FROM records WHERE stock = 1")
    assert frame is not None
    assert "螺栓" in frame.text
    assert "no such column: cost" in model.calls[1][0].content


@pytest.mark.parametrize(
    "replies",
    [
        ["NONE"],
        ["I cannot say."],
        [None],
        ["SELECT cost FROM records", "SELECT cost FROM records"],
        ["ATTACH 'x' AS y"],
        ["SELECT * FROM sqlite_master", "SELECT sql FROM sqlite_master"],
        ["SELECT part FROM records WHERE part = 'pump'"],
        ["SELECT SUM(price) FROM records WHERE part = 'pump'"],
        ["SELECT row_id FROM records"],
    ],
)
def test_without_an_answer_it_is_left_to_searching(answer: Answer, replies: list[Any]) -> None:
    frame, model = answer(*replies)
    assert frame is None
    assert model.answers == []


def test_a_model_that_only_quotes_is_not_asked(answer: Answer) -> None:
    frame, model = answer(question="What is the price of Seal?", generative=False)
    assert frame is not None
    assert frame.text.splitlines()[2] == "|Seal|4|##0$$|"
    assert model.calls == []


def test_a_long_result_is_cut_openly(answer: Answer) -> None:
    frame, _ = answer("SELECT a.part FROM records a, records b, records c")
    assert frame is not None
    assert frame.text.endswith("The first 50 rows; there are more.")
