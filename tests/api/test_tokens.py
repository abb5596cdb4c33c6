"""API keys: made, listed without their secrets, and revoked."""

from __future__ import annotations

from typing import Any

import pytest


def call(api: Any, method: str, path: str) -> Any:
    headers = {"Authorization": f"Bearer {api.signed_in}"}
    return api.client.request(method, f"/v1/system{path}", headers=headers).json()


def opens(api: Any, key: str) -> bool:
    headers = {"Authorization": f"Bearer {key}"}
    return bool(api.client.get("/api/v1/datasets", headers=headers).json()["code"] == 0)


def test_a_new_key_comes_with_its_secrets_and_opens_the_api(api: Any) -> None:
    new = call(api, "POST", "/new_token")["data"]
    assert new["tenant_id"] == api.tenant_id
    assert new["token"].startswith("ragflow-")
    assert len(new["beta"]) == 32
    assert {"create_time", "create_date", "update_time", "update_date"} <= set(new)
    assert opens(api, new["token"])
    assert not opens(api, new["beta"])


def test_the_list_shows_the_beginnings_of_valid_keys_alone(api: Any) -> None:
    new = call(api, "POST", "/new_token")["data"]
    listed = call(api, "GET", "/token_list")["data"]
    assert {each["id"] for each in listed} >= {new["id"]}
    (shown,) = [each["token"] for each in listed if each["id"] == new["id"]]
    assert shown == new["token"][:14] + "…"
    assert new["token"] not in str(listed)
    assert new["beta"] not in str(listed)
    call(api, "DELETE", f"/token/{new['id']}")
    assert new["id"] not in {each["id"] for each in call(api, "GET", "/token_list")["data"]}


@pytest.mark.parametrize("named_by", ["token", "beta", "id", "shown"])
def test_a_key_is_revoked_by_a_secret_its_id_or_what_the_list_shows(
    api: Any, named_by: str
) -> None:
    new = call(api, "POST", "/new_token")["data"]
    name = new["token"][:14] + "…" if named_by == "shown" else new[named_by]
    assert call(api, "DELETE", f"/token/{name}") == {"code": 0, "message": "success", "data": True}
    assert not opens(api, new["token"])
    assert opens(api, api.key)
    headers = {"Authorization": new["token"]}
    assert api.client.get("/v1/user/info", headers=headers).json()["code"] == 401


def test_keys_of_others_and_unknown_ones_cannot_be_revoked(api: Any, stranger: Any) -> None:
    new = call(api, "POST", "/new_token")["data"]
    for name in (new["token"], new["beta"], new["id"], new["token"][:14] + "…", "nothing"):
        reply = call(stranger, "DELETE", f"/token/{name}")
        assert reply == {"code": 102, "message": "There is no such key.", "data": None}
    assert opens(api, new["token"])
    assert new["id"] not in str(call(stranger, "GET", "/token_list"))


def test_a_sign_in_makes_keys_for_its_own_tenant(world: Any) -> None:
    user = world.services.accounts.add("ann@example.org", "Ann", "password")
    token = world.services.sign_ins.begin(user).token
    reply = world.client.post("/v1/system/new_token", headers={"Authorization": token}).json()
    assert reply["data"]["tenant_id"] == user.id


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/system/new_token", None),
        ("DELETE", "/v1/system/token/x", None),
        ("POST", "/v1/tenant/x/user", {"email": "a@example.org"}),
        ("PUT", "/v1/tenant/agree/x", None),
        ("DELETE", "/v1/tenant/x/user/y", None),
        ("POST", "/v1/user/setting", {"nickname": "x"}),
    ],
)
def test_a_key_cannot_do_what_would_outlive_it(api: Any, method: str, path: str, body: Any) -> None:
    headers = {"Authorization": f"Bearer {api.key}"}
    reply = api.client.request(method, path, headers=headers, json=body).json()
    assert (reply["code"], reply["data"]) == (401, None)
    assert "Sign in" in reply["message"]
