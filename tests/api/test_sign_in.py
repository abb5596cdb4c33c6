"""Signing in and out: tokens, their end, and what failures give away."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import argon2
import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from ragflow.domain.identity import SignIn
from ragflow.http.app import create_app
from ragflow.services.container import ServiceOptions, build_services
from ragflow.services.credentials import secret_hash
from ragflow.services.sign_in import SignInLimits

EMAIL, PASSWORD = "ann@example.org", "correct horse"


@pytest.fixture
def user(world: Any) -> Any:
    return world.services.accounts.add(EMAIL, "Ann", PASSWORD)


def login(world: Any, email: str = EMAIL, password: str = PASSWORD) -> Any:
    return world.client.post("/v1/user/login", json={"email": email, "password": password})


def info(world: Any, header: str) -> Any:
    return world.client.get("/v1/user/info", headers={"Authorization": header}).json()


@pytest.fixture
def token(world: Any, user: Any) -> str:
    """Return the token of a sign-in."""
    return str(world.services.sign_ins.begin(user).token)


def test_signing_in_gives_a_token_in_the_header_and_the_body(world: Any, user: Any) -> None:
    response = login(world, " ANN@example.org")
    assert response.json()["code"] == 0
    token = response.headers["Authorization"]
    assert response.json()["data"]["access_token"] == token
    assert len(token) >= 43  # 256 bits in URL-safe characters
    assert info(world, token)["data"]["id"] == user.id
    with world.ports.database.reading() as unit:
        stored = unit.sign_ins.by_hash(secret_hash(token))
    assert stored is not None
    assert token not in repr(stored)
    days = (stored.expire_time - stored.create_time) / 86_400_000
    assert days == 7


def test_failures_say_the_same_and_cost_the_same(
    world: Any, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.services.accounts.first_account()  # has no password
    closed = world.services.accounts.add("closed@example.org", "c", PASSWORD)
    with world.ports.database.transaction() as unit:
        unit.accounts.update_user(replace(closed, status="0"))
    login(world, password="warm up")
    verify, hashed = argon2.PasswordHasher.verify, argon2.PasswordHasher.hash
    work: list[str] = []

    def recorded_verify(self: Any, stored: str, password: str) -> bool:
        work.append(stored.rpartition("$")[0].rpartition("$")[0])
        return verify(self, stored, password)

    def recorded_hash(self: Any, *arguments: Any) -> str:
        work.append("hash")
        return hashed(self, *arguments)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", recorded_verify)
    monkeypatch.setattr(argon2.PasswordHasher, "hash", recorded_hash)
    replies, costs = [], []
    for email, password in (
        (EMAIL, "wrong"),
        ("nobody@example.org", PASSWORD),
        (first.email, "!"),
        (closed.email, PASSWORD),
        ("no address", PASSWORD),
    ):
        work.clear()
        replies.append(login(world, email, password).json())
        costs.append(list(work))
    text = "The email or the password is wrong."
    assert replies == [{"code": 109, "message": text, "data": False}] * 5
    assert costs == [["$argon2id$v=19$m=8,t=1,p=1"]] * 5


def test_empty_passwords_and_very_long_ones_are_wrong(world: Any, user: Any) -> None:
    for password in ("", "p" * 5000, "\ud800"):
        body = json.dumps({"email": EMAIL, "password": password})
        reply = world.client.post("/v1/user/login", content=body).json()
        assert reply["message"] == "The email or the password is wrong."
    reply = world.client.post("/v1/user/login", json={"email": EMAIL}).json()
    assert reply["message"] == "required argument are missing: password; "
    assert reply["code"] == 101


def test_signing_out_ends_the_token_and_no_other(world: Any, user: Any, token: str) -> None:
    other = world.services.sign_ins.begin(user).token
    reply = world.client.get("/v1/user/logout", headers={"Authorization": token}).json()
    assert reply == {"code": 0, "message": "success", "data": True}
    assert info(world, token)["code"] == 401
    assert info(world, other)["code"] == 0


def test_signing_out_with_an_api_key_leaves_the_key(world: Any, api: Any) -> None:
    world.client.get("/v1/user/logout", headers={"Authorization": api.key})
    assert api("GET", "/datasets")["code"] == 0


def test_a_token_ends_by_itself_and_is_removed(world: Any, user: Any, token: str) -> None:
    now = world.ports.clock.milliseconds()
    old = secret_hash("old-token")
    with world.ports.database.transaction() as unit:
        unit.sign_ins.add(SignIn(old, user.id, now - 10, now - 1))
    assert info(world, "old-token")["code"] == 401
    headers = {"Authorization": "Bearer old-token"}
    assert world.client.get("/api/v1/datasets", headers=headers).json()["code"] == 109
    world.services.sign_ins.begin(user)
    with world.ports.database.reading() as unit:
        assert unit.sign_ins.by_hash(old) is None
        assert unit.sign_ins.by_hash(secret_hash(token)) is not None


def test_a_closed_account_is_out_at_once(world: Any, user: Any, token: str) -> None:
    with world.ports.database.transaction() as unit:
        unit.accounts.update_user(replace(user, status="0"))
    assert info(world, token)["code"] == 401


@pytest.mark.parametrize(
    ("form", "accepted"),
    [
        ("{}", True),
        ("Bearer {}", True),
        ("bearer {}", True),
        ("  BEARER \t  {}  ", True),
        ("Basic {}", False),
        ("{} {}", False),
        ("Bearer {} more", False),
        ("Bearer Bearer {}", False),
        ("Bearer", False),
        ("", False),
        ("Bearer {}\r\nX-Other: 1", False),
        ("{}\r\n", False),
        ("Bearer\x0b{}", False),
        ("Bearer {}\x00", False),
    ],
)
def test_the_header_holds_the_token_alone_or_after_bearer(
    world: Any, token: str, form: str, accepted: bool
) -> None:
    assert info(world, form.replace("{}", token))["code"] == (0 if accepted else 401)


@pytest.mark.parametrize(
    ("form", "code"),
    [("Bearer {}", 0), ("bearer  {}", 0), ("Bearer {}\r\nX: 1", None), ("{}", None)],
)
def test_the_token_opens_the_other_api_as_a_key_does(
    world: Any, token: str, form: str, code: Any
) -> None:
    headers = {"Authorization": form.replace("{}", token)}
    reply = world.client.get("/api/v1/datasets", headers=headers).json()
    if code is None:
        assert (reply["data"], reply["message"]) == (
            False,
            "Please check your authorization format.",
        )
    else:
        assert (reply["code"], reply["data"]) == (0, [])


def test_an_embed_token_opens_neither_api(world: Any, user: Any) -> None:
    beta = world.services.accounts.create_key_for(user).beta
    assert info(world, beta)["code"] == 401
    reply = world.client.get("/api/v1/datasets", headers={"Authorization": f"Bearer {beta}"}).json()
    assert reply["code"] == 109


def limited(world: Any, **limits: float) -> Any:
    options = ServiceOptions(sign_in=SignInLimits(**limits))  # type: ignore[arg-type]
    services = build_services(world.ports, options)
    return replace(world, services=services, client=TestClient(create_app(services)))


def test_who_fails_often_has_to_wait_whether_the_account_exists(world: Any, user: Any) -> None:
    strict = limited(world, failures_per_email=2, failure_minutes=5)
    for email in (EMAIL, "nobody@example.org"):
        for _ in range(2):
            assert login(strict, email, "wrong").json()["message"].endswith("wrong.")
        reply = login(strict, email.upper(), PASSWORD).json()
        text = "Too many failed attempts. Try again in 5 min."
        assert reply == {"code": 109, "message": text, "data": False}


def test_an_address_that_fails_often_has_to_wait_for_all_accounts(world: Any, user: Any) -> None:
    strict = limited(world, failures_per_address=2)
    assert login(strict).json()["code"] == 0  # does not count
    for email in ("a@example.org", "b@example.org"):
        login(strict, email, "wrong")
    assert login(strict).json()["message"].startswith("Too many failed attempts.")


def test_no_secret_is_logged_or_sent_back(
    world: Any, user: Any, token: str, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    key = world.services.accounts.create_key_for(user)
    secrets = (PASSWORD, "new password", key.secret, key.beta, user.password_hash, "argon2")
    monkeypatch.setattr(type(world.ports.database), "transaction", _broken)
    replies = []
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        for method, path, body in (
            ("POST", "/user/login", {"email": EMAIL, "password": PASSWORD}),
            ("POST", "/user/setting", {"password": PASSWORD, "new_password": "new password"}),
            ("DELETE", f"/system/token/{key.secret}", None),
            ("GET", "/system/token_list", None),
            ("GET", "/user/info", None),
        ):
            headers = {"Authorization": token}
            response = world.client.request(method, f"/v1{path}", headers=headers, json=body)
            replies.append(response.text)
    assert [entry["event"] for entry in logs] == ["request failed"] * 3
    records = [each for each in caplog.records if not each.name.startswith("httpx")]  # the client's
    written = "\n".join([*replies, *map(str, logs), *(each.getMessage() for each in records)])
    assert not [secret for secret in (*secrets, token) if secret in written]


def _broken(_self: Any) -> Any:
    raise OSError("the disk is gone")
