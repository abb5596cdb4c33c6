"""Routes of teams: who belongs to a tenant."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentCaller, CurrentPerson
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Code, Reply, answers, in_family_b
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.accounts import joined_tenant_object, member_object
from ragflow.http.validation import callers_object, require, text_in
from ragflow.services.errors import TenantNotOwned

router = APIRouter(tags=["teams"])

Body = Annotated[dict[str, Any], Depends(callers_object)]

TEAM = in_family_b({TenantNotOwned: Reply(Code.PERMISSION, data=False)})


@router.get("/tenant/list", summary="List tenants")
@answers(TEAM)
def list_tenants(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """List the tenants that the caller belongs to or is invited to, with the role there."""
    return json_result(
        [joined_tenant_object(each) for each in services.teams.tenants(caller.actor)]
    )


@router.post(
    "/tenant/{tenant_id}/user",
    summary="Invite somebody",
    openapi_extra=json_body(properties(email={"type": "string"})),
)
@answers(TEAM)
def invite(tenant_id: str, caller: CurrentPerson, services: ServicesOf, body: Body) -> JSONResponse:
    """Invite the owner of an account into a tenant of one's own."""
    require(body, "email")
    email = text_in(body, "email", most=254)
    return json_result(member_object(services.teams.invite(caller.actor, tenant_id, email)))


@router.get("/tenant/{tenant_id}/user/list", summary="List members")
@answers(TEAM)
def list_members(tenant_id: str, caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """List who belongs to a tenant or is invited, the owner first."""
    members = services.teams.members(caller.actor, tenant_id)
    return json_result([member_object(member) for member in members])


@router.put("/tenant/agree/{tenant_id}", summary="Accept an invitation")
@answers(TEAM)
def accept_invitation(tenant_id: str, caller: CurrentPerson, services: ServicesOf) -> JSONResponse:
    """Join a tenant that invited the caller."""
    services.teams.accept(caller.actor, tenant_id)
    return json_result(True)


@router.delete("/tenant/{tenant_id}/user/{user_id}", summary="Remove a member")
@answers(TEAM)
def remove_member(
    tenant_id: str, user_id: str, caller: CurrentPerson, services: ServicesOf
) -> JSONResponse:
    """Take somebody out of one's own tenant, leave another's, or refuse an invitation."""
    services.teams.remove(caller.actor, tenant_id, user_id)
    return json_result(True)
