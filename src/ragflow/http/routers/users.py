"""Routes of people: sign-up, sign-in, and what an account says of itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import AuthenticationError, SignUpClosed
from ragflow.http.auth import CurrentCaller, CurrentPerson
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Code, Reply, answers, in_family_b
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.accounts import (
    TENANT_MODELS,
    signed_in_object,
    tenant_object,
    user_object,
)
from ragflow.http.validation import callers_object, open_object, require, text_in
from ragflow.services.errors import (
    EmailTaken,
    InvalidEmail,
    InvalidNickname,
    TenantNotOwned,
    UnusablePassword,
)
from ragflow.services.sign_in import SignedIn

router = APIRouter(tags=["accounts"])

OpenBody = Annotated[dict[str, Any], Depends(open_object)]
Body = Annotated[dict[str, Any], Depends(callers_object)]

_TEXT = {"type": "string"}
REGISTER = in_family_b(
    {
        SignUpClosed: Reply(Code.OPERATING, "User registration is disabled!", data=None),
        InvalidEmail: Reply(Code.OPERATING, data=None),
        EmailTaken: Reply(Code.OPERATING, data=None),
        InvalidNickname: Reply(Code.ARGUMENT, data=None),
        UnusablePassword: Reply(Code.ARGUMENT, data=None),
    }
)
LOGIN = in_family_b(
    {
        AuthenticationError: Reply(Code.AUTHENTICATION, data=False),
        UnusablePassword: Reply(
            Code.AUTHENTICATION, "The email or the password is wrong.", data=False
        ),
    }
)
SETTING = in_family_b(
    {
        AuthenticationError: Reply(Code.AUTHENTICATION, data=False),
        InvalidNickname: Reply(Code.ARGUMENT, data=None),
        UnusablePassword: Reply(Code.ARGUMENT, data=None),
    }
)
TENANT = in_family_b({TenantNotOwned: Reply(Code.PERMISSION, data=False)})


@router.post(
    "/user/register",
    summary="Make an account",
    openapi_extra=json_body(properties(email=_TEXT, nickname=_TEXT, password=_TEXT)),
)
@answers(REGISTER)
def register(services: ServicesOf, body: OpenBody) -> JSONResponse:
    """Make an account with a tenant of its own, and sign in."""
    require(body, "email", "nickname", "password")
    user = services.accounts.register(
        text_in(body, "email"), text_in(body, "nickname"), text_in(body, "password")
    )
    return _welcome(services.sign_ins.begin(user))


@router.post(
    "/user/login",
    summary="Sign in",
    openapi_extra=json_body(properties(email=_TEXT, password=_TEXT)),
)
@answers(LOGIN)
def login(request: Request, services: ServicesOf, body: OpenBody) -> JSONResponse:
    """Sign in; the token comes in the header `Authorization` and as `access_token`."""
    require(body, "email", "password")
    address = request.client.host if request.client else ""
    email, password = text_in(body, "email"), text_in(body, "password")
    return _welcome(services.sign_ins.sign_in(email, password, address))


@router.get("/user/logout", summary="Sign out")
@answers(in_family_b({}))
def logout(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """End the sign-in whose token the request carries; an API key stays valid."""
    services.sign_ins.end(caller.token)
    return json_result(True)


@router.get("/user/info", summary="Show the own account")
@answers(in_family_b({}))
def user_info(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """Return the caller's account."""
    return json_result(user_object(services.accounts.user(caller.actor)))


@router.post(
    "/user/setting",
    summary="Change the own account",
    openapi_extra=json_body(properties(nickname=_TEXT, password=_TEXT, new_password=_TEXT)),
)
@answers(SETTING)
def change_setting(caller: CurrentPerson, services: ServicesOf, body: Body) -> JSONResponse:
    """Change the nickname, or the password, which ends all other sign-ins; ignore other fields."""
    if body.get("new_password") is not None:
        require(body, "password")
        old, new = text_in(body, "password"), text_in(body, "new_password")
        services.sign_ins.change_password(caller.actor, old, new, caller.token)
    if body.get("nickname") is not None:
        services.accounts.rename(caller.actor, text_in(body, "nickname"))
    return json_result(True)


@router.get("/user/tenant_info", summary="Show the own tenant")
@answers(TENANT)
def tenant_info(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """Return the caller's own tenant with its default models."""
    return json_result(tenant_object(services.tenants.own(caller.actor)))


@router.post(
    "/user/set_tenant_info",
    summary="Choose default models",
    openapi_extra=json_body(properties(tenant_id=_TEXT, **dict.fromkeys(TENANT_MODELS, _TEXT))),
)
@answers(TENANT)
def set_tenant_info(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Store a tenant's default models as they are sent; empty means the server's."""
    require(body, "tenant_id")
    chosen = {
        stored: text_in(body, wire, most=255)
        for wire, stored in TENANT_MODELS.items()
        if wire in body
    }
    services.tenants.choose(caller.actor, text_in(body, "tenant_id"), chosen)
    return json_result(True)


def _welcome(signed_in: SignedIn) -> JSONResponse:
    response = json_result(signed_in_object(signed_in))
    response.headers["Authorization"] = signed_in.token
    return response
