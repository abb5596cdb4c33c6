"""Teams: invitations, who accepts them, and what each of them may do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest


def call(caller: Any, method: str, path: str, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {caller.signed_in}"}
    return caller.client.request(method, f"/v1/tenant{path}", headers=headers, **options).json()


def invite(caller: Any, tenant_id: str, email: str = "bob@example.org") -> Any:
    return call(caller, "POST", f"/{tenant_id}/user", json={"email": email})


def roles(caller: Any, tenant_id: str) -> dict[str, str]:
    listed = call(caller, "GET", f"/{tenant_id}/user/list")["data"]
    return {member["email"]: member["role"] for member in listed}


def sees_team(caller: Any, dataset_id: str) -> bool:
    return bool(caller("GET", f"/datasets?id={dataset_id}")["code"] == 0)


@pytest.fixture
def shared(api: Any) -> str:
    """Return a dataset of the first tenant's team."""
    return str(api.dataset("team", permission="team"))


def test_an_invitation_gives_nothing_until_it_is_accepted(
    api: Any, stranger: Any, shared: str
) -> None:
    reply = invite(api, api.tenant_id, "BOB@example.org")
    assert reply["code"] == 0
    assert (reply["data"]["id"], reply["data"]["role"]) == (stranger.tenant_id, "invite")
    assert not sees_team(stranger, shared)
    outsider = call(stranger, "GET", f"/{api.tenant_id}/user/list")
    assert outsider["code"] == 108
    listed = {each["tenant_id"]: each["role"] for each in call(stranger, "GET", "/list")["data"]}
    assert listed == {stranger.tenant_id: "owner", api.tenant_id: "invite"}

    assert call(stranger, "PUT", f"/agree/{api.tenant_id}")["data"] is True
    assert sees_team(stranger, shared)
    expected = {"owner@ragflow.local": "owner", "bob@example.org": "normal"}
    assert roles(stranger, api.tenant_id) == roles(api, api.tenant_id) == expected
    assert call(stranger, "PUT", f"/agree/{api.tenant_id}")["code"] == 0  # changes nothing
    assert roles(api, api.tenant_id) == expected


def test_a_removed_teammate_is_out_at_once(api: Any, teammate: Any, shared: str) -> None:
    assert sees_team(teammate, shared)
    reply = call(api, "DELETE", f"/{api.tenant_id}/user/{teammate.tenant_id}")
    assert reply == {"code": 0, "message": "success", "data": True}
    assert not sees_team(teammate, shared)
    assert call(teammate, "GET", f"/{api.tenant_id}/user/list")["code"] == 108
    assert call(teammate, "PUT", f"/agree/{api.tenant_id}")["code"] == 102  # nor can it come back


def test_a_teammate_may_leave(api: Any, teammate: Any, shared: str) -> None:
    path = f"/{api.tenant_id}/user/{teammate.tenant_id}"
    assert call(teammate, "DELETE", path)["code"] == 0
    assert not sees_team(teammate, shared)
    assert call(teammate, "DELETE", path)["code"] == 102


def test_an_invitation_can_be_refused(api: Any, stranger: Any) -> None:
    invite(api, api.tenant_id)
    assert call(stranger, "DELETE", f"/{api.tenant_id}/user/{stranger.tenant_id}")["code"] == 0
    assert call(stranger, "PUT", f"/agree/{api.tenant_id}")["code"] == 102
    assert invite(api, api.tenant_id)["code"] == 0  # and made again


def test_nobody_is_invited_twice(api: Any, stranger: Any, teammate: Any) -> None:
    invite(api, api.tenant_id)
    for email in ("bob@example.org", "cat@example.org", "owner@ragflow.local"):
        reply = invite(api, api.tenant_id, email)
        text = f"{email} is in the team or invited already."
        assert reply == {"code": 102, "message": text, "data": None}
    assert roles(api, api.tenant_id)["cat@example.org"] == "normal"


def test_who_has_no_account_cannot_be_invited(api: Any) -> None:
    reply = invite(api, api.tenant_id, "nobody@example.org")
    assert reply["code"] == 102
    assert reply["message"] == "There is no account nobody@example.org."
    reply = call(api, "POST", f"/{api.tenant_id}/user", json={})
    assert reply["message"] == "required argument are missing: email; "


@pytest.mark.parametrize("who", ["stranger", "teammate"])
@pytest.mark.parametrize("email", ["bob@example.org", "nobody@example.org"])
def test_only_the_owner_invites_and_others_learn_nothing(
    request: Any, api: Any, who: str, email: str
) -> None:
    caller = request.getfixturevalue(who)
    before = roles(api, api.tenant_id)
    for tenant_id in (api.tenant_id, "unknown"):
        reply = invite(caller, tenant_id, email)
        text = f"You do not own the tenant {tenant_id}."
        assert reply == {"code": 108, "message": text, "data": False}
    assert roles(api, api.tenant_id) == before


def test_only_the_owner_removes_others(api: Any, stranger: Any, teammate: Any) -> None:
    before = roles(api, api.tenant_id)
    for caller, victim in ((stranger, teammate), (teammate, api), (stranger, api)):
        reply = call(caller, "DELETE", f"/{api.tenant_id}/user/{victim.tenant_id}")
        assert reply["code"] == 108
    assert roles(api, api.tenant_id) == before


def test_the_owner_stays(api: Any) -> None:
    reply = call(api, "DELETE", f"/{api.tenant_id}/user/{api.tenant_id}")
    text = "The owner cannot leave the team."
    assert reply == {"code": 102, "message": text, "data": None}
    assert call(api, "DELETE", f"/{api.tenant_id}/user/nobody")["code"] == 102


def test_nobody_joins_uninvited(api: Any, stranger: Any, shared: str) -> None:
    for tenant_id in (api.tenant_id, "unknown"):
        reply = call(stranger, "PUT", f"/agree/{tenant_id}")
        assert reply["code"] == 102
        assert reply["message"] == f"You are not invited to the tenant {tenant_id}."
    assert not sees_team(stranger, shared)


def test_a_sign_in_sees_what_its_account_joined(
    world: Any, api: Any, teammate: Any, shared: str
) -> None:
    user = next(u for u in world.services.accounts.users() if u.id == teammate.tenant_id)
    token = world.services.sign_ins.begin(user).token
    signed_in = type(teammate)(teammate.client, token, teammate.tenant_id)
    assert sees_team(signed_in, shared)
    call(api, "DELETE", f"/{api.tenant_id}/user/{teammate.tenant_id}")
    assert not sees_team(signed_in, shared)
