"""The official ragflow-sdk, unmodified, works with agents: each generation in its own way."""

from __future__ import annotations

from typing import Any

import pytest

ANSWER = "You said Who counts ships?"


@pytest.fixture(
    scope="module",
    params=[
        ("0.20.0", ""),
        ("0.20.5", ""),
        ("0.21.1", "/v021"),
        ("0.22.1", "/v022"),
        ("0.24.0", "/v024"),
        ("0.25.1", "/v025"),
        ("0.27.3", "/v027"),
    ],
    ids=lambda param: param[0],
)
def version(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def seen(version: tuple[str, str], drive: Any, drive_universal: Any) -> Any:
    number, prefix = version
    return (drive_universal if number < "0.21" else drive)(number, "agents.py", prefix)


def test_agents_are_created_changed_and_deleted(seen: Any) -> None:
    assert seen["created"] is None
    assert seen["listed"] == ["second", "agent_canvas"]
    assert seen["left"] == []


def test_a_conversation_begins_is_stored_and_deleted(seen: Any) -> None:
    assert seen["opener"] == "Ahoy!"
    assert seen["stored"][1:3] == ["Who counts ships?", ANSWER]
    assert seen["sessions left"] == 0


def test_a_stream_is_read(seen: Any, version: tuple[str, str]) -> None:
    if version[0] < "0.21":
        assert seen["states"][-1] == ANSWER
        assert all(ANSWER.startswith(state) for state in seen["states"])
    else:
        assert "".join(seen["states"]) == ANSWER


def test_a_whole_answer_is_read(seen: Any) -> None:
    assert seen["whole"] == ANSWER
