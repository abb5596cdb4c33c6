"""00 §1 and §2: paths, bodies and envelopes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

JSON = {"Content-Type": "application/json"}
NOT_FOUND = {"code": 100, "data": None, "message": "<NotFound '404: Not Found'>"}
OURS = ("/datasets", "/retrieval", "/dify", "/chats", "/sessions")


def routes(world: Any) -> list[tuple[str, str]]:
    """Return method and path of every route of these sections, ids filled in."""
    described = world.client.get("/api/openapi.json").json()["paths"]
    found = []
    for path, operations in described.items():
        short = path.removeprefix("/api/v1").replace("{", "").replace("}", "")
        if short.startswith(OURS):
            found += [(method.upper(), short) for method in operations]
    assert len(found) > 25
    return found


def test_every_route_matches_with_and_without_a_trailing_slash(world: Any, api: Any) -> None:
    for method, path in routes(world):
        plain, slashed = (api.raw(method, p, json={}) for p in (path, f"{path}/"))
        assert plain.status_code == slashed.status_code, path
        assert plain.json() == slashed.json(), path
        assert plain.json() != NOT_FOUND, path


def test_an_empty_id_in_a_path_is_no_route(api: Any, dataset_id: str) -> None:
    assert api("GET", f"/datasets/{dataset_id}/documents//chunks") == NOT_FOUND
    assert api("PUT", "/datasets/", json={"name": "a"})["code"] == 100


def test_a_wrong_method_is_told_in_the_contracts_words(api: Any) -> None:
    for method in ("PATCH", "TRACE", "OPTIONS", "PUT"):
        response = api.raw(method, "/datasets")
        assert response.status_code == 200
        assert response.json() == {
            "code": 100,
            "data": None,
            "message": "<MethodNotAllowed '405: Method Not Allowed'>",
        }


@pytest.mark.parametrize(
    ("arguments", "message", "data"),
    [
        ((), "RuntimeError()", None),
        (("one",), "RuntimeError('one')", None),
        (("one", {"two": 2}), "'one'", {"two": 2}),
        ((5, "two", "three"), "5", "two"),
        (("one", {3}), "'one'", "{3}"),
    ],
)
def test_an_uncaught_exception_answers_its_arguments(
    world: Any,
    api: Any,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[Any, ...],
    message: str,
    data: Any,
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(*arguments)

    monkeypatch.setattr(type(world.services.datasets), "page", broken)
    with capture_logs() as logs:
        response = api.raw("GET", "/datasets")
    assert len(logs) == 1
    assert response.status_code == 200
    assert response.json() == {"code": 100, "data": data, "message": message}


def test_a_browser_may_ask_before_it_sends(world: Any) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    response = world.client.options("/api/v1/datasets", headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://example.org"
    assert response.headers["access-control-allow-credentials"] == "true"
    assert "DELETE" in response.headers["access-control-allow-methods"]
    assert "authorization" in response.headers["access-control-allow-headers"]


def test_refusals_are_open_to_all_origins_too(world: Any) -> None:
    for path in ("/api/v1/datasets", "/api/v1/nothing"):
        response = world.client.get(path, headers={"Origin": "https://example.org"})
        assert response.headers["access-control-allow-origin"] == "https://example.org"


def test_lenient_routes_take_a_body_of_any_content_type(api: Any) -> None:
    for kind in ("text/plain", "application/xml", "", None):
        headers = {} if kind is None else {"Content-Type": kind}
        body = json.dumps({"name": f"of {kind}"}).encode()
        made = api.data("POST", "/chats", content=body, headers=headers)
        assert made["name"] == f"of {kind}"


def test_a_body_that_cannot_be_read_is_as_none(api: Any, dataset_id: str) -> None:
    bodies = (b"", b"null", b"{", b"\xff", b"[" * 100_000, b"9" * 5000)
    for path, message in (
        ("/chats", "`name` is required."),
        ("/retrieval", "`dataset_ids` is required."),
        ("/sessions/ask", "`question` is required."),
        ("/sessions/related_questions", "`question` is required."),
        (f"/datasets/{dataset_id}/chunks", "`document_ids` is required"),
    ):
        for body in bodies:
            assert api("POST", path, content=body) == {"code": 102, "message": message}


def test_a_body_that_is_no_object_has_no_get(api: Any, dataset_id: str) -> None:
    for method, path in (
        ("POST", "/chats"),
        ("DELETE", "/chats"),
        ("PUT", "/chats/x"),
        ("POST", "/chats/x/sessions"),
        ("DELETE", "/chats/x/sessions"),
        ("POST", "/chats/x/completions"),
        ("POST", "/retrieval"),
        ("POST", f"/datasets/{dataset_id}/chunks"),
        ("DELETE", f"/datasets/{dataset_id}/chunks"),
    ):
        for value in ("x", [1], 5, True):
            kind = type(value).__name__
            assert api(method, path, json=value) == {
                "code": 100,
                "data": None,
                "message": repr(AttributeError(f"'{kind}' object has no attribute 'get'")),
            }


def test_a_broken_body_deletes_nothing(api: Any, dataset_id: str) -> None:
    api.upload(dataset_id, a__txt="1")
    api.chat()
    for path in (f"/datasets/{dataset_id}/documents", "/chats"):
        for body in (b"{", b"\xff", b"[" * 1000):
            assert api("DELETE", path, content=body)["code"] == 101
    assert api.data("GET", f"/datasets/{dataset_id}/documents")["total"] == 1
    assert len(api.data("GET", "/chats")) == 1


def test_what_no_reply_could_hold_is_refused_and_not_stored(
    api: Any, parsed: tuple[str, str]
) -> None:
    """A number that is not finite, half a surrogate pair and NUL would break every later list."""
    document = "/datasets/{}/documents/{}".format(*parsed)
    chat_id = api.chat()
    for method, path, body in (
        ("POST", "/chats", '{"name": "a", "llm": {"temperature": NaN}}'),
        ("POST", "/chats", '{"name": "a", "prompt": {"x": 1e400}}'),
        ("POST", "/chats", '{"name": "a", "prompt": {"opener": "\\ud800"}}'),
        ("POST", "/chats", '{"name": "\\ud800"}'),
        ("POST", "/chats", '{"name": "a\\u0000"}'),
        ("PUT", f"/chats/{chat_id}", '{"llm": {"temperature": -Infinity}}'),
        ("POST", f"/chats/{chat_id}/sessions", '{"name": "\\udc00"}'),
        ("PUT", document, '{"meta_fields": {"a": [NaN]}}'),
        ("PUT", document, '{"parser_config": {"a": Infinity}}'),
        ("POST", f"{document}/chunks", '{"content": "a\\u0000"}'),
        ("POST", f"{document}/chunks", '{"content": "a", "questions": ["\\ud800"]}'),
    ):
        assert api(method, path, content=body.encode())["code"] == 102, (path, body)
    assert len(api.data("GET", "/chats")) == 1
    assert api.data("GET", f"/chats/{chat_id}/sessions") == []
    assert api.document(*parsed)["meta_fields"] == {}
    assert api.data("GET", f"{document}/chunks")["total"] == 3
