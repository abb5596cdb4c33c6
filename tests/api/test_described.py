"""The description of the API is complete: every route, with words, examples and replies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import jsonschema_rs
import pytest

from ragflow.http.app import create_app
from ragflow.services.container import Services

DESCRIPTION = create_app(cast(Services, None)).openapi()
OPERATIONS = {
    operation["operationId"]: operation
    for operations in DESCRIPTION["paths"].values()
    for operation in operations.values()
}
OPEN_TO_ALL = {"healthz", "register", "login", "sign_up_config"}


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield status, media type and description of everything that a route may answer."""
    for status, response in operation["responses"].items():
        for media_type, content in response["content"].items():
            yield status, media_type, content


def test_names_of_operations_are_short_and_each_is_there_once() -> None:
    count = sum(len(operations) for operations in DESCRIPTION["paths"].values())
    assert count == len(OPERATIONS) > 80
    assert all(len(name) <= 24 for name in OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_words_and_a_known_tag(name: str) -> None:
    operation = OPERATIONS[name]
    tags = {tag["name"] for tag in DESCRIPTION["tags"] if tag["description"]}
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= tags
    assert all(parameter["description"] for parameter in operation.get("parameters", []))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_has_a_schema_and_an_example(name: str) -> None:
    body = OPERATIONS[name].get("requestBody")
    if body is None:
        return
    for content in body["content"].values():
        assert content["schema"].get("properties") or content["schema"]["anyOf"]
        assert content["example"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_reply_has_a_schema_that_its_examples_fit(name: str) -> None:
    operation = OPERATIONS[name]
    done = [content for status, _, content in contents(operation) if status == "200"]
    assert any("example" in content or "Done" in content["examples"] for content in done)
    for _, media_type, content in contents(operation):
        assert content.get("schema") or content["itemSchema"]
        if media_type == "application/json":
            validator = jsonschema_rs.validator_for(
                {**content["schema"], "components": DESCRIPTION["components"]}
            )
            for example in examples(content):
                validator.validate(example)


def examples(content: dict[str, Any]) -> list[Any]:
    """Return the examples of a content."""
    several = [each["value"] for each in content.get("examples", {}).values()]
    return [*several, content["example"]] if "example" in content else several


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_how_to_sign_and_what_a_refusal_is(name: str) -> None:
    operation = OPERATIONS[name]
    assert "422" not in operation["responses"]
    if name in OPEN_TO_ALL:
        assert operation["security"] == []
        return
    (way,) = operation["security"]
    assert set(way) <= set(DESCRIPTION["components"]["securitySchemes"])
    refused = operation["responses"]["200"]["content"]["application/json"]["examples"]["Unsigned"]
    assert set(refused["value"]) >= {"code", "message"}


def test_routes_of_pages_take_an_embed_token_alone() -> None:
    for operation in OPERATIONS.values():
        of_pages = not {"agentbots", "chatbots", "searchbots"}.isdisjoint(operation["tags"])
        assert (operation["security"] == [{"embedToken": []}]) is of_pages


def test_aliases_are_not_described() -> None:
    aliases = {"/v1/system/healthz", "/v1/document/image/{image_id}", "/api/v1/chat/completions"}
    assert aliases.isdisjoint(DESCRIPTION["paths"])


def test_event_streams_are_described_by_their_events() -> None:
    streams = {
        name: content
        for name, operation in OPERATIONS.items()
        for _, media_type, content in contents(operation)
        if media_type == "text/event-stream"
    }
    assert len(streams) >= 5
    for content in streams.values():
        assert content["example"].startswith("data:")
        assert content["itemSchema"]["required"] == ["data"]
