from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs


def test_unknown_routes_answer_http_200_with_code_100(api: Any) -> None:
    response = api.raw("GET", "/nothing/here")
    assert response.status_code == 200
    assert response.json() == {
        "code": 100,
        "data": None,
        "message": "<NotFound '404: Not Found'>",
    }


def test_wrong_methods_answer_http_200_with_code_100(api: Any) -> None:
    reply = api("PATCH", "/retrieval")
    assert reply["message"] == "<MethodNotAllowed '405: Method Not Allowed'>"
    assert reply["code"] == 100


def test_paths_match_with_and_without_a_trailing_slash(api: Any) -> None:
    assert api("GET", "/datasets/") == api("GET", "/datasets")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, {"code": 0, "message": "`Authorization` can't be empty", "data": False}),
        ("", {"code": 0, "message": "`Authorization` can't be empty", "data": False}),
        (
            "single",
            {"code": 0, "message": "Please check your authorization format.", "data": False},
        ),
        (
            "Bearer wrong",
            {"code": 109, "message": "Authentication error: API key is invalid!", "data": False},
        ),
    ],
)
def test_requests_without_a_valid_key_are_refused(world: Any, header: Any, expected: Any) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("GET", "/datasets"), ("POST", "/retrieval"), ("PUT", "/datasets/x")):
        response = world.client.request(method, f"/api/v1{path}", headers=headers)
        assert response.status_code == 200
        assert response.json() == expected


def test_the_scheme_word_of_the_header_does_not_matter(world: Any, api: Any) -> None:
    headers = {"Authorization": f"Whatever {api.key} more"}
    assert world.client.get("/api/v1/datasets", headers=headers).json()["code"] == 0


def test_a_revoked_key_is_refused(world: Any, api: Any) -> None:
    actor = world.services.accounts.authenticate(api.key)
    (key,) = world.services.accounts.keys(actor)
    world.services.accounts.revoke_key(actor, key.id)
    assert api("GET", "/datasets")["code"] == 109


@pytest.mark.parametrize("path", ["/v1/system/healthz", "/api/v1/system/healthz"])
def test_health_is_told_without_a_key(world: Any, path: str) -> None:
    response = world.client.get(path)
    assert response.status_code == 200
    expected = {"db": "ok", "redis": "ok", "doc_engine": "ok", "storage": "ok", "status": "ok"}
    assert response.json() == expected


def test_health_names_the_part_that_does_not_answer(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("gone")

    monkeypatch.setitem(world.services.system.checks, "db", broken)
    response = world.client.get("/v1/system/healthz")
    assert response.status_code == 500
    assert response.json()["db"] == "nok"
    assert response.json()["_meta"] == {"db": {"error": "OSError"}}


def test_an_uncaught_exception_answers_its_text(
    world: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(type(world.services.datasets), "page", broken)
    with capture_logs() as logs:
        response = api.raw("GET", "/datasets")
    assert [entry["path"] for entry in logs] == ["/api/v1/datasets"]
    assert response.status_code == 200
    assert response.json() == {"code": 100, "data": None, "message": "KeyError('lost')"}


def test_a_body_over_the_limit_is_refused(api: Any, dataset_id: str) -> None:
    files = [("file", ("large.txt", b"x" * 1_100_000))]
    response = api.raw("POST", f"/datasets/{dataset_id}/documents", files=files)
    assert response.status_code == 413
    assert "http.max_body_mib (RAGFLOW_HTTP__MAX_BODY_MIB)" in response.json()["message"]


def test_a_body_of_unknown_length_over_the_limit_is_refused(api: Any, dataset_id: str) -> None:
    pieces = (b"x" * 100_000 for _ in range(12))
    response = api.raw("POST", f"/datasets/{dataset_id}/chunks", content=pieces)
    assert response.status_code == 413


def test_any_origin_may_call(world: Any) -> None:
    response = world.client.get("/v1/system/healthz", headers={"Origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "https://example.org"
    assert response.headers["access-control-allow-credentials"] == "true"


def test_the_description_lists_every_route_and_no_422(world: Any) -> None:
    described = world.client.get("/api/openapi.json").json()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert "/api/v1/datasets/{dataset_id}/documents" in described["paths"]
    assert all("422" not in operation["responses"] for operation in operations)


def test_models_say_openly_what_serves_them(api: Any) -> None:
    served = {model["name"]: model["served_by"] for model in api.data("GET", "/models")}
    assert served["BAAI/bge-large-zh-v1.5@BAAI"] == "hashing"
