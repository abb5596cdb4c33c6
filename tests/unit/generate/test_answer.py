from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from ragflow.domain.answers import AnswerFrame, ChatTurn, ModelDelta, Reference
from ragflow.domain.errors import InvalidInput, ModelUnavailable
from ragflow.domain.queries import Hit, Retrieval
from ragflow.generate.answer import AnswerMaker, AnswerRequest, Retrieve, conversation
from ragflow.generate.assistant import AnswerSettings, settings_of
from ragflow.text.tokens import count_tokens

FACT = "The harbour bridge opened on 19 March 1932."
ASKED = AnswerRequest([ChatTurn("user", "When did the bridge open?")])


def frames(
    model: Any,
    request: AnswerRequest = ASKED,
    retrieve: Retrieve | None = None,
    **settings: Any,
) -> list[AnswerFrame]:
    settings.setdefault("system", "Answer from this: {knowledge}")
    maker = AnswerMaker(
        model,
        AnswerSettings(**settings),
        seconds=lambda: 0.0,
        today=lambda: date(2026, 1, 1),
    )

    async def collect() -> list[AnswerFrame]:
        return [frame async for frame in maker.answer(request, retrieve)]

    return asyncio.run(collect())


@pytest.fixture
def found(hit: Callable[..., Hit], retrieval: Callable[..., Retrieval]) -> Retrieve:
    return lambda _question: retrieval(
        hit(FACT, "bridge.pdf", "d1"), hit("Wool is warm.", "wool.pdf", "d2")
    )


@pytest.fixture
def nothing(retrieval: Callable[..., Retrieval]) -> Retrieve:
    return lambda _question: retrieval()


def test_the_last_frame_is_cited_and_refers_to_its_hits(scripted: Any, found: Retrieve) -> None:
    last = frames(scripted(["The bridge opened in March 1932 [ID:0]."]), retrieve=found)[-1]
    assert last.final
    assert last.text.strip() == "The bridge opened in March 1932 [ID:0]."
    assert last.reference is not None
    assert last.reference.citations[0].quote_text == FACT
    assert len(last.reference.hits) == last.reference.total == 2
    assert [aggregate.document_id for aggregate in last.reference.aggregates] == ["d1"]


def test_all_documents_are_counted_where_none_is_cited(scripted: Any, found: Retrieve) -> None:
    last = frames(scripted(["I do not know."]), retrieve=found)[-1]
    assert last.reference is not None
    assert len(last.reference.aggregates) == 2


def test_a_wrong_citation_is_removed_and_told(scripted: Any, found: Retrieve) -> None:
    last = frames(scripted(["The bridge opened in 1950 [ID:1]."]), retrieve=found)[-1]
    assert last.text.strip() == "The bridge opened in 1950."
    assert last.removed_citations == (1,)


def test_frames_are_cumulative_and_come_every_sixteen_tokens(
    scripted: Any, found: Retrieve
) -> None:
    states = frames(scripted(["word " * 100]), retrieve=found)
    sizes = [count_tokens(state.text) for state in states]
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(states[:-1]))
    assert all(15 <= later - earlier <= 18 for earlier, later in pairwise(sizes[:-1]))
    assert [state.final for state in states].count(True) == 1


def test_the_model_reads_the_knowledge_and_how_to_cite(scripted: Any, found: Retrieve) -> None:
    model = scripted(["Yes."])
    last = frames(model, retrieve=found)[-1]
    system = model.calls[0][0]
    assert system.role == "system"
    assert f"ID: 0\nTitle: bridge.pdf\nContent:\n{FACT}" in system.content
    assert "# Citations" in system.content
    assert last.prompt.startswith(system.content)
    assert [passage.content for passage in model.passages[0]] == [FACT, "Wool is warm."]


@pytest.mark.parametrize(("chat_quotes", "asked_to"), [(False, True), (True, False)])
def test_without_quoting_there_are_no_marks_and_no_reference(
    scripted: Any, found: Retrieve, chat_quotes: bool, asked_to: bool
) -> None:
    model = scripted(["The bridge opened in 1932 [ID:0]."])
    request = AnswerRequest(ASKED.turns, quote=asked_to)
    last = frames(model, request, found, quote=chat_quotes)[-1]
    assert (last.text.strip(), last.reference) == ("The bridge opened in 1932.", None)
    assert "# Citations" not in model.calls[0][0].content


def test_nothing_found_gives_the_empty_response_without_the_model(
    scripted: Any, nothing: Retrieve
) -> None:
    model = scripted([])
    (only,) = frames(model, retrieve=nothing, empty_response="Nothing here.")
    assert (only.text, only.reference, only.final) == ("Nothing here.", Reference(), True)
    assert model.calls == []


def test_nothing_found_and_no_empty_response_asks_the_model(
    scripted: Any, nothing: Retrieve
) -> None:
    last = frames(scripted(["I do not know."]), retrieve=nothing)[-1]
    assert (last.text.strip(), last.reference) == ("I do not know.", None)


def test_a_chat_without_datasets_is_plain(scripted: Any) -> None:
    model = scripted(["Hello [ID:0]."])
    last = frames(model)[-1]
    assert (last.text.strip(), last.reference) == ("Hello.", None)
    assert model.calls[0][0].content == "Answer from this:  "


def test_reasoning_stands_in_think_tags(scripted: Any, found: Retrieve) -> None:
    model = scripted([[ModelDelta(reasoning="Hm [ID:0]."), ModelDelta("It is warm.")]])
    last = frames(model, retrieve=found)[-1]
    assert last.text.startswith("<think>Hm .</think>It is warm.")
    assert last.reasoning == "Hm [ID:0]."


def test_variables_are_filled_in(scripted: Any, found: Retrieve) -> None:
    model = scripted(["Yes."])
    request = AnswerRequest(ASKED.turns, {"tone": "kindly", "other": "x"})
    frames(
        model,
        request,
        found,
        system="Speak {tone}{mood}{unknown} {knowledge}",
        variables={"knowledge": False, "tone": False, "mood": True},
    )
    assert model.calls[0][0].content.startswith("Speak kindly {unknown} ID: 0")


def test_a_missing_variable_is_refused(scripted: Any, found: Retrieve) -> None:
    with pytest.raises(InvalidInput, match=r"KeyError\('Miss parameter: tone'\)"):
        frames(scripted([]), retrieve=found, variables={"tone": False})


def test_a_follow_up_question_is_searched_as_it_was_rewritten(
    scripted: Any, retrieval: Callable[..., Retrieval], hit: Callable[..., Hit]
) -> None:
    searched: list[str] = []

    def retrieve(question: str) -> Retrieval:
        searched.append(question)
        return retrieval(hit(FACT))

    turns = [
        ChatTurn("user", "The bridge?"),
        ChatTurn("assistant", "Yes?"),
        ChatTurn("user", "When?"),
    ]
    model = scripted(["When did the bridge open?", "In 1932."])
    frames(model, AnswerRequest(turns), retrieve)
    assert searched == ["When did the bridge open?"]
    assert [turn.content for turn in model.calls[1][1:]] == ["The bridge?", "Yes?", "When?"]


def test_languages_and_keywords_widen_the_search(
    scripted: Any, retrieval: Callable[..., Retrieval], hit: Callable[..., Hit]
) -> None:
    searched: list[str] = []

    def retrieve(question: str) -> Retrieval:
        searched.append(question)
        return retrieval(hit(FACT))

    model = scripted(["大桥何时开放？", "bridge", "In 1932."])
    frames(model, ASKED, retrieve, cross_languages=("Chinese",), keyword=True)
    assert searched == ["大桥何时开放？ bridge"]


def test_a_failing_model_is_an_error(scripted: Any, found: Retrieve) -> None:
    with pytest.raises(ModelUnavailable):
        frames(scripted([None]), retrieve=found)


def test_what_the_model_reads_fits_into_its_window(
    scripted: Any, retrieval: Callable[..., Retrieval], hit: Callable[..., Hit]
) -> None:
    model = scripted(["Yes."], context_tokens=1000)
    turns = [ChatTurn("user", "why " * 400), ChatTurn("assistant", "so " * 400), *ASKED.turns]
    request = AnswerRequest(turns)
    hits = [hit("word " * 300) for _ in range(9)]
    last = frames(model, request, lambda _: retrieval(*hits), refine_multiturn=False)[-1]
    assert sum(count_tokens(turn.content) for turn in model.calls[0]) <= 970
    assert last.reference is not None
    assert len(last.reference.hits) == 9


def test_a_conversation_begins_with_a_question_and_ends_with_one() -> None:
    user, assistant = ChatTurn("user", "Hi"), ChatTurn("assistant", "Hello")
    assert conversation([ChatTurn("system", "x"), assistant, user]) == [user]
    with pytest.raises(InvalidInput, match="not from user"):
        conversation([user, assistant])
    with pytest.raises(InvalidInput):
        conversation([])


def test_earlier_answers_are_read_without_marks_and_reasoning() -> None:
    said = ChatTurn("assistant", "<think>Hm.</think>\nIt is warm [ID:3].")
    turns = conversation([ChatTurn("user", "Wool?"), said, ChatTurn("user", "Why [ID:1]?")])
    assert [turn.content for turn in turns] == ["Wool?", "It is warm.", "Why [ID:1]?"]


def test_stored_settings_of_any_kind_are_read() -> None:
    settings = settings_of(
        {
            "system": "",
            "parameters": [{"key": "a", "optional": True}, {"key": "b"}, "bad", {}],
            "empty_response": None,
            "cross_languages": ["Chinese"],
        },
        {"temperature": "0.1", "max_tokens": 0, "top_p": None, "frequency_penalty": True},
    )
    assert "{knowledge}" in settings.system
    assert settings.variables == {"a": True, "b": False}
    assert (settings.empty_response, settings.quote) == ("", True)
    assert settings.cross_languages == ("Chinese",)
    assert settings.sampling.temperature == 0.1
    assert settings.sampling.max_tokens is None
    assert settings.sampling.frequency_penalty is None
