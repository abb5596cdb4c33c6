"""The official ragflow-sdk 0.25 to 0.27, unmodified, works under the prefix of its generation."""

from __future__ import annotations

from typing import Any

import pytest

LINES = "The lighthouse keeper counts ships.\n\nBread needs flour and water."
ANSWER = "The lighthouse keeper counts ships. [ID:0]"


@pytest.fixture(scope="module", params=[("0.25.1", "/v025"), ("0.27.3", "/v027")])
def seen(request: pytest.FixtureRequest, drive: Any) -> Any:
    version, prefix = request.param
    return drive(version, "v0_25.py", prefix)


def test_a_metadata_plan_is_kept(seen: Any) -> None:
    datasets = seen["datasets"]
    assert [each["key"] for each in datasets["plan"]["metadata"]] == ["author"]
    assert datasets["new plan"]["metadata"] == [{"key": "year", "type": "number"}]


def test_naming_nothing_deletes_nothing(seen: Any) -> None:
    assert len(seen["datasets"]["none deleted"]) == 2
    assert seen["documents"]["none deleted"] == 2
    assert seen["chunks"]["none deleted"] == 2
    assert seen["sessions"]["none deleted"] == 1
    assert len(seen["chats"]["listed"]) == 1


def test_what_is_named_is_deleted(seen: Any) -> None:
    assert seen["datasets"]["deleted"] is True
    assert seen["documents"]["left"] == ["harbour.txt"]
    assert seen["chunks"]["left"] == 1
    assert seen["sessions"]["all deleted"] == 0
    assert seen["chats left"][1] == "no authorization"


def test_documents_are_changed_and_parsed(seen: Any) -> None:
    documents = seen["documents"]
    assert documents["renamed"] == ["renamed.txt"]
    assert documents["done"] == ["DONE", 1]
    assert "do not belong to dataset" in documents["foreign"][1]


def test_chunks_take_tags_and_pictures_and_are_found(seen: Any) -> None:
    assert seen["chunks"]["updated"] == "Gulls follow the trawlers."
    assert seen["chunks"]["retrieved"] == [LINES, "harbour.txt", True]


def test_assistants_are_flat(seen: Any) -> None:
    created, got = seen["chats"]["created"], seen["chats"]["got"]
    assert created["top_n"] == 4
    assert created["prompt_config"]["prologue"] == "Ahoy!"
    assert created["kb_names"] == [created["name"]]
    assert got["name"] == f"{created['name']} renamed"
    assert got["llm_setting"]["temperature"] == 0.5
    assert got["llm_setting"]["max_tokens"] == created["llm_setting"]["max_tokens"]
    assert seen["chats"]["missing"][1] == "no authorization"


def test_a_conversation_streams_deltas_or_the_older_form(seen: Any) -> None:
    sessions = seen["sessions"]
    assert sessions["opener"] == "Ahoy!"
    assert "".join(sessions["deltas"]) == ANSWER
    assert sessions["older"][-1] == ANSWER
    assert sessions["whole"] == [ANSWER]
    assert sessions["reference"] == ["harbour.txt"]
    assert sessions["renamed"] == "renamed"
