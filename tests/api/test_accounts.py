"""Sign-up and what an account says and changes of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from ragflow.domain.identity import Membership, TenantRole
from ragflow.http.app import create_app
from ragflow.services.container import ServiceOptions, build_services

ANN = {"email": "ann@example.org", "nickname": "Ann", "password": "opaque+/== text"}


def register(world: Any, **changes: Any) -> Any:
    return world.client.post("/v1/user/register", json=ANN | changes)


def call(world: Any, token: str, method: str, path: str, **options: Any) -> Any:
    headers = {"Authorization": token}
    return world.client.request(method, f"/v1{path}", headers=headers, **options).json()


def with_registration(world: Any, policy: str) -> Any:
    services = build_services(world.ports, ServiceOptions(registration=policy))  # type: ignore[arg-type]
    return replace(world, services=services, client=TestClient(create_app(services)))


def test_who_signs_up_is_signed_in_and_owns_a_tenant(world: Any) -> None:
    response = register(world)
    body = response.json()
    assert (response.status_code, body["code"], body["message"]) == (200, 0, "success")
    user = body["data"]
    assert (user["email"], user["nickname"]) == (ANN["email"], ANN["nickname"])
    token = response.headers["Authorization"]
    assert user["access_token"] == token
    assert call(world, token, "GET", "/user/info")["data"]["id"] == user["id"]
    with world.ports.database.reading() as unit:
        assert unit.accounts.memberships_of_user(user["id"]) == [
            Membership(user["id"], user["id"], TenantRole.OWNER)
        ]
    dataset = world.client.post(
        "/api/v1/datasets", headers={"Authorization": f"Bearer {token}"}, json={"name": "mine"}
    ).json()["data"]
    assert dataset["tenant_id"] == user["id"]


@pytest.mark.parametrize("email", ["ann@example.org", " ANN@Example.org "])
def test_an_address_has_one_account(world: Any, email: str) -> None:
    register(world)
    expected = f"Email: {email} has already registered!"
    reply = register(world, email=email).json()
    assert reply == {"code": 103, "message": expected, "data": None}


@pytest.mark.parametrize(
    "email",
    [
        *("", "ann", "ann@", "@example.org", "ann@localhost", "a b@example.org"),
        *("a@b@example.org", "ann@example..org", "ann@-example.org", "<ann@example.org>"),
        *("ann\x00@example.org", "\ud800@example.org", "a" * 300 + "@example.org"),
        "ann@example.org\nbcc: x@y.org",
    ],
)
def test_what_is_no_address_is_refused(world: Any, email: str) -> None:
    content = json.dumps(ANN | {"email": email})
    reply = world.client.post("/v1/user/register", content=content).json()
    assert reply["code"] == 103
    assert reply["message"].startswith("Invalid email address: ")
    assert world.services.accounts.users() == []


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, "email,nickname,password"),
        ({"email": "a@example.org"}, "nickname,password"),
        ({"email": "a@example.org", "nickname": "a", "password": None}, "password"),
    ],
)
def test_missing_arguments_are_named(world: Any, body: Any, missing: str) -> None:
    reply = world.client.post("/v1/user/register", json=body).json()
    text = f"required argument are missing: {missing}; "
    assert reply == {"code": 101, "message": text, "data": None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": ""}, "1 to 1024 characters"),
        ({"password": "p" * 1025}, "1 to 1024 characters"),
        ({"password": 12345}, "`password` should be a string"),
        ({"nickname": "  "}, "nickname"),
        ({"nickname": "n" * 101}, "nickname"),
        ({"email": ["a@example.org"]}, "`email` should be a string"),
    ],
)
def test_values_that_cannot_be_used_are_refused(world: Any, changes: Any, said: str) -> None:
    reply = register(world, **changes).json()
    assert reply["code"] == 101
    assert said in reply["message"]
    assert world.services.accounts.users() == []


@pytest.mark.parametrize("content", ["[]", '"text"', "{", "[" * 100_000, "7"])
def test_bodies_that_are_no_objects_are_refused(world: Any, content: str) -> None:
    for path in ("register", "login"):
        reply = world.client.post(f"/v1/user/{path}", content=content).json()
        assert reply == {"code": 101, "message": "The body must be a JSON object.", "data": None}


def test_closed_sign_up_is_said_and_told_by_the_config(world: Any) -> None:
    closed = with_registration(world, "off")
    register(world)
    refused = {"code": 103, "message": "User registration is disabled!", "data": None}
    assert register(closed, email="bob@example.org").json() == refused
    assert register(closed).json() == refused  # and not that the address is taken
    assert closed.client.get("/v1/system/config").json()["data"] == {"registerEnabled": False}
    assert world.client.get("/v1/system/config").json()["data"] == {"registerEnabled": True}


def test_a_server_for_all_lets_the_first_person_in_and_nobody_after(world: Any) -> None:
    shared = with_registration(world, "until_claimed")
    shared.services.accounts.first_account()
    assert register(shared).json()["code"] == 0
    assert register(shared, email="bob@example.org").json()["code"] == 103
    assert [user.email for user in shared.services.accounts.users()][1:] == ["ann@example.org"]


@pytest.mark.parametrize("claim", ["password", "key"])
def test_a_server_whose_first_account_is_in_use_is_closed(world: Any, claim: str) -> None:
    shared = with_registration(world, "until_claimed")
    email = shared.services.accounts.first_account().email
    if claim == "password":
        shared.services.accounts.set_password(email, "claimed")
    else:
        shared.services.accounts.create_key()
    assert register(shared).json()["code"] == 103


def test_the_nickname_can_change(world: Any) -> None:
    token = register(world).headers["Authorization"]
    reply = call(world, token, "POST", "/user/setting", json={"nickname": "Annie"})
    assert reply == {"code": 0, "message": "success", "data": True}
    assert call(world, token, "GET", "/user/info")["data"]["nickname"] == "Annie"
    assert call(world, token, "POST", "/user/setting", json={"nickname": ""})["code"] == 101


def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(world: Any) -> None:
    other = register(world).headers["Authorization"]
    login = {"email": ANN["email"], "password": ANN["password"]}
    token = world.client.post("/v1/user/login", json=login).headers["Authorization"]

    def change(**body: str) -> int:
        return int(call(world, token, "POST", "/user/setting", json=body)["code"])

    assert change(new_password="new") == 101
    assert change(password="wrong", new_password="new") == 109
    assert change(password=ANN["password"], new_password="") == 101
    assert call(world, other, "GET", "/user/info")["code"] == 0
    assert change(password=ANN["password"], new_password="new") == 0
    assert call(world, token, "GET", "/user/info")["code"] == 0
    assert call(world, other, "GET", "/user/info")["code"] == 401
    assert world.client.post("/v1/user/login", json=login).json()["code"] == 109
    login["password"] = "new"
    assert world.client.post("/v1/user/login", json=login).json()["code"] == 0


def test_guessing_the_old_password_is_limited_too(world: Any) -> None:
    token = register(world).headers["Authorization"]
    body = {"password": "wrong", "new_password": "new"}
    texts = [call(world, token, "POST", "/user/setting", json=body)["message"] for _ in range(11)]
    assert texts[9] == "The old password is wrong."
    assert texts[10].startswith("Too many failed attempts.")


def test_an_api_key_speaks_for_its_account_on_account_routes(world: Any, api: Any) -> None:
    assert call(world, api.key, "GET", "/user/info")["data"]["id"] == api.tenant_id
    assert call(world, f"Bearer {api.key}", "GET", "/user/info")["data"]["id"] == api.tenant_id


def test_every_account_route_but_the_way_in_needs_a_caller(world: Any) -> None:
    described = world.client.get("/api/openapi.json").json()["paths"]
    open_to_all = {"/v1/user/register", "/v1/user/login", "/v1/system/config"}
    routes = [
        (method, path)
        for path, operations in described.items()
        for method in operations
        if path.startswith("/v1/") and path not in open_to_all
    ]
    assert len(routes) >= 20
    expected = {"code": 401, "message": "<Unauthorized '401: Unauthorized'>", "data": None}
    for method, path in routes:
        for headers in ({}, {"Authorization": "Bearer nobody"}):
            response = world.client.request(method, path, headers=headers)
            assert (response.status_code, response.json()) == (200, expected), path
