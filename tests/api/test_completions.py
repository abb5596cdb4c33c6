"""Answers of assistants as they go over the wire."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

OPENER = "Hi! I'm your assistant. What can I do for you?"
EMPTY = "Sorry! No relevant content was found in the knowledge base!"
QUESTION = "What does bread need?"
TRUE = {"code": 0, "data": True}
REFERENCE_KEYS = {
    "id",
    "content",
    "document_id",
    "document_name",
    "dataset_id",
    "image_id",
    "positions",
    "url",
    "similarity",
    "vector_similarity",
    "term_similarity",
    "doc_type",
    "doc_type_kwd",
    "document_keyword",
    "docnm_kwd",
    "available",
}


class Talk:
    """Converse with one assistant."""

    def __init__(self, api: Any, chat_id: str) -> None:
        self.api = api
        self.chat_id = chat_id
        self.session_id = api.session(chat_id)
        self.path = f"/chats/{chat_id}/completions"

    def frames(self, question: str = QUESTION, **fields: Any) -> list[Any]:
        """Ask; return the frames of the answer."""
        body = {"question": question, "session_id": self.session_id, **fields}
        return list(self.api.stream(self.path, **body))

    def last(self, question: str = QUESTION, **fields: Any) -> dict[str, Any]:
        """Ask; return the data of the last frame before the end."""
        *_, last, end = self.frames(question, **fields)
        assert end == TRUE
        assert last["code"] == 0, last
        return dict(last["data"])

    def whole(self, question: str = QUESTION, **fields: Any) -> Any:
        """Ask without a stream; return the reply."""
        body = {"question": question, "session_id": self.session_id, "stream": False, **fields}
        return self.api("POST", self.path, json=body)

    def messages(self) -> list[dict[str, Any]]:
        """Return what is stored."""
        path = f"/chats/{self.chat_id}/sessions"
        (session,) = self.api.data("GET", path, params={"id": self.session_id})
        return list(session["messages"])


@pytest.fixture
def talk(api: Any, parsed: Any) -> Talk:
    """Converse with an assistant that quotes."""
    return Talk(api, api.chat(dataset_ids=[parsed[0]]))


@pytest.fixture
def scripted(api: Any, parsed: Any) -> Talk:
    """Converse with an assistant that speaks with the scripted model."""
    llm = {"model_name": "scripted"}
    return Talk(api, api.chat("scripted", dataset_ids=[parsed[0]], llm=llm))


# without a session


def test_without_a_session_the_stream_is_the_opener_byte_for_byte(api: Any, talk: Talk) -> None:
    response = api.raw("POST", talk.path, json={"question": QUESTION})
    (session_id,) = {each["id"] for each in api.data("GET", f"/chats/{talk.chat_id}/sessions")} - {
        talk.session_id
    }
    data = {
        "answer": OPENER,
        "reference": {},
        "audio_binary": None,
        "id": None,
        "session_id": session_id,
    }
    opener = json.dumps({"code": 0, "message": "", "data": data})
    assert response.text == (
        f'data:{opener}\n\ndata:{{"code": 0, "message": "", "data": true}}\n\n'
    )


def test_streams_have_the_headers_of_event_streams(api: Any, talk: Talk) -> None:
    response = api.raw("POST", talk.path, json={"question": QUESTION})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["connection"] == "keep-alive"
    assert response.headers["x-accel-buffering"] == "no"


def test_the_new_session_has_the_name_and_user_of_the_body(api: Any, talk: Talk) -> None:
    first, _ = api.stream(talk.path, name="talk", user_id="ann")
    path = f"/chats/{talk.chat_id}/sessions"
    (session,) = api.data("GET", path, params={"id": first["data"]["session_id"]})
    assert (session["name"], session["user_id"]) == ("talk", "ann")
    assert [message["content"] for message in session["messages"]] == [OPENER]


def test_without_a_session_and_a_stream_the_answer_is_the_opener(api: Any, talk: Talk) -> None:
    data = api.data("POST", talk.path, json={"stream": False})
    assert (data["answer"], data["reference"], data["id"]) == (OPENER, {}, None)
    assert data.keys() == {
        "answer",
        "reference",
        "prompt",
        "created_at",
        "audio_binary",
        "id",
        "session_id",
    }


# with a session


def test_the_last_frame_has_the_answer_and_what_it_is_made_of(parsed: Any, talk: Talk) -> None:
    frames = talk.frames()
    assert all(frame.keys() == {"code", "data"} for frame in frames)
    data = frames[-2]["data"]
    assert data.keys() == {
        "answer",
        "reference",
        "audio_binary",
        "id",
        "session_id",
        "prompt",
        "created_at",
    }
    assert data["answer"] == "Bread needs flour and water. [ID:0]"
    assert data["session_id"] == talk.session_id
    assert uuid.UUID(data["id"]).version == 4
    assert isinstance(data["created_at"], float)
    assert "  \n" in data["prompt"]
    reference = data["reference"]
    assert reference["total"] == len(reference["chunks"]) == 1
    (chunk,) = reference["chunks"]
    assert chunk.keys() == REFERENCE_KEYS
    assert (chunk["dataset_id"], chunk["document_id"]) == parsed
    assert chunk["content"] == "Bread needs flour and water."
    assert chunk["document_name"] == "notes.txt"
    assert chunk["positions"] == [[2, 1, 1, 1, 1]]
    assert reference["doc_aggs"] == [{"doc_name": "notes.txt", "doc_id": parsed[1], "count": 1}]


def test_a_citation_names_the_exact_words(talk: Talk) -> None:
    data = talk.last()
    (citation,) = data["reference"]["citations"]
    chunk = data["reference"]["chunks"][citation["chunk_index"]]
    span = citation["span"]
    assert citation["chunk_id"] == chunk["id"]
    assert chunk["content"][span["start"] : span["end"]] == citation["quote"]
    sentence = citation["sentence"]
    said = data["answer"][sentence["start"] : sentence["end"]]
    assert said == "Bread needs flour and water."


def test_frames_are_cumulative_and_the_early_ones_have_no_reference(
    model: Any, scripted: Talk
) -> None:
    model.answers = ["Bread needs flour and water [ID:0]. " * 8]
    *early, last, end = scripted.frames()
    assert end == TRUE
    assert len(early) > 2
    answers = [frame["data"]["answer"] for frame in early]
    assert all(later.startswith(earlier) for earlier, later in pairwise(answers))
    assert {frame["data"]["id"] for frame in [*early, last]} == {last["data"]["id"]}
    for frame in early:
        assert frame["data"].keys() == {"answer", "reference", "audio_binary", "id", "session_id"}
        assert frame["data"]["reference"] == {"chunks": []}


def test_text_of_other_scripts_is_not_escaped(api: Any, model: Any, scripted: Talk) -> None:
    model.answers = ["面包需要面粉"]
    body = {"question": QUESTION, "session_id": scripted.session_id}
    text = api.raw("POST", scripted.path, json=body).content.decode()
    assert "面包需要面粉" in text
    assert text.endswith('data:{"code": 0, "data": true}\n\n')


def test_reasoning_stands_before_the_answer(model: Any, scripted: Talk) -> None:
    model.answers = [[ModelDelta(reasoning="Hm."), ModelDelta("Bread needs flour and water.")]]
    assert scripted.last()["answer"].startswith("<think>Hm.</think>Bread needs flour")


def test_a_whole_answer_has_the_data_of_the_last_frame(talk: Talk) -> None:
    reply = talk.whole()
    assert reply.keys() == {"code", "data"}
    assert reply["data"].keys() == {
        "answer",
        "reference",
        "prompt",
        "created_at",
        "audio_binary",
        "id",
        "session_id",
    }
    assert reply["data"]["answer"] == "Bread needs flour and water. [ID:0]"


@pytest.mark.parametrize("stream", ["false", "False", 0])
def test_other_spellings_of_false_end_the_stream(talk: Talk, stream: Any) -> None:
    assert talk.whole(stream=stream)["data"]["reference"]["total"] == 1


def test_question_and_answer_are_stored_under_one_id(talk: Talk) -> None:
    data = talk.last()
    opener, question, answer = talk.messages()
    assert opener["content"] == OPENER
    assert (question["role"], question["content"]) == ("user", QUESTION)
    assert (answer["role"], answer["content"]) == ("assistant", data["answer"])
    assert question["id"] == answer["id"] == data["id"]


def test_the_model_reads_the_conversation_without_the_opener(model: Any, scripted: Talk) -> None:
    model.answers = ["Flour [ID:0].", "What does bread need?", "Water."]
    scripted.last()
    scripted.last("And what else?")
    _, rewriting, answering = model.calls
    assert "And what else?" in rewriting[0].content
    assert [turn.role for turn in answering] == ["system", "user", "assistant", "user"]
    assert answering[2].content.strip() == "Flour."
    assert answering[3].content == "And what else?"


def test_a_question_is_not_rewritten_where_that_is_off(
    api: Any, model: Any, scripted: Talk
) -> None:
    api.data("PUT", f"/chats/{scripted.chat_id}", json={"prompt": {"refine_multiturn": False}})
    model.answers = ["One.", "Two."]
    scripted.last()
    scripted.last("And bread?")
    assert len(model.calls) == 2


def test_the_model_reads_numbered_knowledge_and_its_options(model: Any, scripted: Talk) -> None:
    model.answers = ["Flour."]
    scripted.last()
    system = model.calls[0][0].content
    assert "ID: 0" in system
    assert "Bread needs flour and water." in system
    assert "{knowledge}" not in system


# what steers an answer


def test_nothing_found_answers_the_empty_response(talk: Talk) -> None:
    data = talk.last("Zyxw qvut?")
    assert data["answer"] == EMPTY
    assert data["reference"]["total"] == 0
    assert data["reference"]["chunks"] == data["reference"]["doc_aggs"] == []


def test_nothing_found_and_no_empty_response_asks_the_model(
    api: Any, model: Any, scripted: Talk
) -> None:
    api.data("PUT", f"/chats/{scripted.chat_id}", json={"prompt": {"empty_response": ""}})
    model.answers = ["I do not know."]
    assert scripted.last("Zyxw qvut?")["answer"] == "I do not know. "


def test_an_empty_question_finds_nothing(talk: Talk) -> None:
    assert talk.last("")["answer"] == EMPTY


def test_quote_false_suppresses_citations(talk: Talk) -> None:
    *early, last, _ = talk.frames(quote=False)
    assert last["data"]["answer"] == "Bread needs flour and water."
    assert last["data"]["reference"] == {}
    assert all("[ID" not in frame["data"]["answer"] for frame in early)


def test_show_quote_false_suppresses_citations(api: Any, talk: Talk) -> None:
    api.data("PUT", f"/chats/{talk.chat_id}", json={"prompt": {"show_quote": False}})
    data = talk.last()
    assert data["answer"] == "Bread needs flour and water."
    assert data["reference"] == {}


def test_an_assistant_without_datasets_only_speaks(api: Any, model: Any) -> None:
    talk = Talk(api, api.chat(llm={"model_name": "scripted"}))
    model.answers = ["Hello [ID:0] there."]
    data = talk.last("Hi!")
    assert data["reference"] == {}
    assert "[ID" not in data["answer"]


def test_an_assistant_whose_datasets_are_gone_still_answers(
    api: Any, parsed: Any, model: Any, scripted: Talk
) -> None:
    api.data("DELETE", "/datasets", json={"ids": [parsed[0]]})
    model.answers = ["Hello."]
    assert scripted.last()["reference"] == {}


def test_other_keys_fill_the_variables_of_the_prompt(api: Any, parsed: Any, model: Any) -> None:
    prompt = {
        "prompt": "Be {tone} in {place}. {knowledge}",
        "variables": [
            {"key": "knowledge", "optional": False},
            {"key": "tone", "optional": False},
            {"key": "place", "optional": True},
        ],
    }
    llm = {"model_name": "scripted"}
    talk = Talk(api, api.chat(dataset_ids=[parsed[0]], llm=llm, prompt=prompt))
    model.answers = ["Flour."]
    talk.last(tone="brief")
    assert model.calls[0][0].content.startswith("Be brief in  . ID: 0")


def test_a_missing_variable_is_an_error_frame(api: Any, parsed: Any) -> None:
    prompt = {
        "prompt": "Be {tone}. {knowledge}",
        "variables": [{"key": "tone", "optional": False}],
    }
    talk = Talk(api, api.chat(dataset_ids=[parsed[0]], prompt=prompt))
    error, end = talk.frames()
    assert (error["code"], error["message"]) == (500, "KeyError('Miss parameter: tone')")
    assert end == TRUE
    assert talk.whole()["message"] == "KeyError('Miss parameter: tone')"


def test_doc_ids_restrict_retrieval(world: Any, api: Any, parsed: Any, talk: Talk) -> None:
    (other,) = api.upload(parsed[0], other__txt="Bread needs time and patience.")
    api.data("POST", f"/datasets/{parsed[0]}/chunks", json={"document_ids": [other]})
    world.work()
    chunks = talk.last(doc_ids=other)["reference"]["chunks"]
    assert {chunk["document_id"] for chunk in chunks} == {other}
    chunks = talk.last(doc_ids=f"{other},{parsed[1]}")["reference"]["chunks"]
    assert {chunk["document_id"] for chunk in chunks} == {other, parsed[1]}


def test_kb_ids_add_datasets_for_one_question(
    api: Any, stranger: Any, parsed: Any, model: Any
) -> None:
    talk = Talk(api, api.chat(llm={"model_name": "scripted"}))
    model.answers = ["Bread needs flour and water.", "Hm.", "Hm."]
    assert talk.last(kb_ids=[parsed[0]])["reference"]["chunks"][0]["dataset_id"] == parsed[0]
    assert talk.last()["reference"] == {}
    foreign = stranger.dataset("theirs")
    assert talk.whole(kb_ids=[foreign])["message"] == f"You don't own the dataset {foreign}."


def test_top_n_limits_the_chunks(world: Any, api: Any, parsed: Any) -> None:
    text = "\n".join(f"Bread number {number} needs flour." for number in range(9))
    (document_id,) = api.upload(parsed[0], many__txt=text)
    api.data("POST", f"/datasets/{parsed[0]}/chunks", json={"document_ids": [document_id]})
    world.work()
    talk = Talk(api, api.chat(dataset_ids=[parsed[0]], prompt={"top_n": 2}))
    assert len(talk.last()["reference"]["chunks"]) == 2


def test_a_keywords_weight_written_is_the_share_of_the_words(api: Any, parsed: Any) -> None:
    prompt = {"keywords_similarity_weight": 0.9, "similarity_threshold": 0.0}
    (chunk, *_) = Talk(api, api.chat(dataset_ids=[parsed[0]], prompt=prompt)).last()["reference"][
        "chunks"
    ]
    expected = 0.9 * chunk["term_similarity"] + 0.1 * chunk["vector_similarity"]
    assert chunk["similarity"] == pytest.approx(expected)


# refusals


def test_refusals_are_plain_json(api: Any, talk: Talk) -> None:
    def refusal(path: str, **body: Any) -> Mapping[str, Any]:
        response = api.raw("POST", path, json={"question": "x", **body})
        assert response.headers["content-type"] == "application/json"
        return dict(response.json())

    unknown = {"code": 102, "message": "You don't own the chat nope"}
    assert refusal("/chats/nope/completions") == unknown
    assert refusal("/chats/nope/completions", session_id=talk.session_id) == unknown
    unknown = {"code": 102, "message": "You don't own the session nope"}
    assert refusal(talk.path, session_id="nope") == unknown
    path = f"/chats/{api.chat('other')}/completions"
    foreign = {"code": 102, "message": f"You don't own the session {talk.session_id}"}
    assert refusal(path, session_id=talk.session_id) == foreign
    missing = {"code": 102, "message": "`question` is required."}
    assert refusal(talk.path, session_id=talk.session_id, question=None) == missing


def test_a_failing_model_is_an_error_frame_and_stores_nothing(model: Any, scripted: Talk) -> None:
    model.answers = [None]
    error, end = scripted.frames()
    assert error.keys() == {"code", "message", "data"}
    assert error["code"] == 500
    assert "the script says so" in error["message"]
    assert error["data"] == {"answer": f"**ERROR**: {error['message']}", "reference": []}
    assert end == TRUE
    assert len(scripted.messages()) == 1


def test_a_failure_that_nobody_foresaw_is_an_error_frame(model: Any, scripted: Talk) -> None:
    model.answers = []
    error, end = scripted.frames()
    assert error["code"] == 500
    assert "IndexError" in error["message"]
    assert end == TRUE


def test_a_failing_model_without_a_stream_is_a_server_error(model: Any, scripted: Talk) -> None:
    model.answers = [None]
    reply = scripted.whole()
    assert reply["code"] == 500
    assert "the script says so" in reply["message"]
