"""The official ragflow-sdk 0.20.x, unmodified, works with the server as it comes."""

from __future__ import annotations

from typing import Any

import pytest

LINES = "The lighthouse keeper counts ships.\n\nBread needs flour and water."
ANSWER = "The lighthouse keeper counts ships. [ID:0]"


@pytest.fixture(scope="module", params=["0.20.0", "0.20.1", "0.20.4", "0.20.5"])
def seen(request: pytest.FixtureRequest, drive: Any) -> Any:
    return drive(request.param, "v0_20.py")


def test_a_client_without_a_valid_key_fails_as_it_always_did(seen: Any) -> None:
    assert seen["without key"] == ["TypeError", "'bool' object is not iterable"]
    assert seen["wrong key"] == ["Exception", "Authentication error: API key is invalid!"]


def test_datasets_are_created_changed_listed_and_deleted(seen: Any) -> None:
    datasets = seen["datasets"]
    assert datasets["default"]["chunk_method"] == "naive"
    assert datasets["default"]["parser_config"]["chunk_token_num"] == 512
    assert datasets["configured"] == 128
    assert datasets["updated"][0].endswith("renamed")
    assert datasets["updated"][1] == "about"
    assert (datasets["got"], datasets["listed"], datasets["deleted"]) == (True, 1, True)
    assert [name.split()[-1] for name in datasets["ordered"][1:]] == ["renamed", "configured"]


def test_refused_datasets_raise_the_words_of_the_contract(seen: Any) -> None:
    datasets = seen["datasets"]
    assert "lacks permission for dataset" in datasets["got none"][1]
    assert "already exists" in datasets["taken"][1]
    assert "Input should be greater than or equal to 1" in datasets["bad page"][1]


def test_documents_are_uploaded_listed_changed_and_downloaded(seen: Any) -> None:
    documents = seen["documents"]
    assert documents["uploaded"] == ["harbour.txt", "UNSTART", 0]
    assert documents["bytes"] == f"{LINES}\n"
    assert documents["list"] == ["harbour.txt", "spare.txt"]
    assert documents["first page by 0"] == 2
    assert documents["keywords"] == ["harbour.txt"]
    assert documents["renamed"] == ["renamed.txt"]
    assert documents["left"] == ["harbour.txt"]


def test_quirks_of_the_client_with_documents_are_as_they_were(seen: Any) -> None:
    documents = seen["documents"]
    assert documents["without name"] == ["KeyError", "'display_name'"]
    assert documents["enabled"] is None  # the reply is a document, so the client can read it
    kind, text = documents["download of a deleted one"]
    assert (kind, "has no attribute 'get'" in text) == ("AttributeError", True)


def test_documents_are_parsed_until_done_and_can_be_stopped(seen: Any) -> None:
    documents = seen["documents"]
    assert documents["done"] == ["DONE", 1.0, 1, True]
    if documents["stop"] is None:
        assert documents["stopped"] == "CANCEL"
    else:  # the document was done before it could be stopped
        assert documents["stopped"] == "DONE"
        assert "progress at 0 or 1" in documents["stop"][1]


def test_chunks_are_added_changed_found_and_deleted(seen: Any) -> None:
    chunks = seen["chunks"]
    assert chunks["parsed"] == [LINES]
    assert chunks["positions"] == [[[1, 0, 0, 0, 0]]]
    assert chunks["added"]["important_keywords"] == ["gulls"]
    assert chunks["added"]["questions"] == ["What follows boats?"]
    assert chunks["first page by 0"] == 2
    assert chunks["keywords"] == ["<em>Gulls</em> follow the boats."]
    assert chunks["by id"] == [True]
    assert chunks["updated"] == ["Gulls follow the trawlers.", ["birds"]]
    assert chunks["left"] == 1


def test_naming_no_chunk_deletes_all(seen: Any) -> None:
    assert seen["all chunks"] == [2, 0]


def test_a_question_finds_the_passage_with_its_document(seen: Any) -> None:
    chunks = seen["chunks"]
    assert chunks["retrieved"] == [LINES, "harbour.txt", True]
    assert chunks["retrieved by document"] == [True]
    assert chunks["highlight"][0] == "TypeError"  # the client knows no such argument


def test_assistants_take_the_settings_that_the_client_sends_by_itself(seen: Any) -> None:
    created = seen["chats"]["created"]
    assert created["prompt"]["top_n"] == 8
    assert created["prompt"]["empty_response"] is None
    assert created["prompt"]["variables"] == [{"key": "knowledge", "optional": True}]
    assert created["prompt"]["keywords_similarity_weight"] == pytest.approx(0.3)
    assert created["llm"]["presence_penalty"] == 0.4
    assert created["llm"]["model_name"]


def test_assistants_are_listed_changed_and_deleted(seen: Any) -> None:
    chats = seen["chats"]
    assert len(chats["listed"]) == 1
    assert chats["datasets"] == chats["listed"]
    assert chats["missing"][1] == "The chat doesn't exist"
    assert "You don't own the dataset" in chats["no dataset"][1]
    name, temperature, top_n = chats["updated"]
    assert name.endswith("renamed")
    assert (temperature, top_n) == (0.5, 4)
    assert seen["chats left"][1] == "The chat doesn't exist"
    assert seen["datasets left"] is True


def test_a_conversation_streams_a_growing_answer_with_its_reference(seen: Any) -> None:
    sessions = seen["sessions"]
    assert sessions["answer"] == ANSWER
    assert sessions["growing"] is True
    assert sessions["reference"] == ["harbour.txt"]
    assert sessions["stored reference"] == ["harbour.txt"]
    assert sessions["roles"] == ["assistant", *["user", "assistant"] * 3]


def test_without_a_stream_the_client_hides_the_answer_in_the_end_of_a_generator(seen: Any) -> None:
    assert seen["sessions"]["whole"] == []
    assert seen["sessions"]["value"] == ANSWER


def test_conversations_begin_with_the_opener_are_renamed_and_deleted(seen: Any) -> None:
    sessions = seen["sessions"]
    assert sessions["name"] == "New session"
    assert sessions["opener"][0]["content"].startswith("Hi! I'm your assistant")
    assert sessions["renamed"] == "renamed"
    assert sessions["left"] == ["second"]
    assert sessions["none left"] == 0
