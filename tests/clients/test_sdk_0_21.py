"""The official ragflow-sdk 0.21 to 0.24, unmodified, works under the prefix of its generation."""

from __future__ import annotations

from typing import Any

import pytest

LINES = "The lighthouse keeper counts ships.\n\nBread needs flour and water."
ANSWER = "The lighthouse keeper counts ships. [ID:0]"


@pytest.fixture(
    scope="module", params=[("0.21.1", "/v021"), ("0.22.1", "/v022"), ("0.24.0", "/v024")]
)
def seen(request: pytest.FixtureRequest, drive: Any) -> Any:
    version, prefix = request.param
    return drive(version, "v0_21.py", prefix)


def test_documents_are_parsed_and_waited_for(seen: Any) -> None:
    run, chunk_count, token_count = seen["parsed"]
    assert (run, chunk_count) == ("DONE", 1)
    assert token_count > 0


def test_chunks_are_changed_found_and_deleted(seen: Any) -> None:
    chunks = seen["chunks"]
    assert chunks["updated"] == ["Gulls follow the trawlers."]
    assert chunks["retrieved"][0] == LINES
    assert chunks["left"] == 1


def test_a_conversation_answers_with_and_without_a_stream(seen: Any) -> None:
    sessions = seen["sessions"]
    assert ANSWER in sessions["states"]
    assert sessions["whole"] == [ANSWER]
    assert sessions["reference"] == ["harbour.txt"]
    assert sessions["turns"] == 5


def test_naming_nothing_deletes_all(seen: Any) -> None:
    assert (seen["sessions left"], seen["documents left"]) == (0, 0)


def test_assistants_are_renamed(seen: Any) -> None:
    assert [name.split()[-1] for name in seen["chats"]] == ["renamed"]
