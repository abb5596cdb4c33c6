"""Routes of API keys, and what a sign-in page needs to know of the server."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentCaller, CurrentPerson
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import answers, in_family_b
from ragflow.http.schemas.accounts import key_object, new_key_object

router = APIRouter(tags=["accounts"])


@router.get("/system/config", summary="Show how to get in")
@answers(in_family_b({}))
def sign_up_config(services: ServicesOf) -> JSONResponse:
    """Tell, without a key, whether people may make accounts by themselves."""
    return json_result({"registerEnabled": services.accounts.registration_open})


@router.post("/system/new_token", summary="Make an API key")
@answers(in_family_b({}))
def new_token(caller: CurrentPerson, services: ServicesOf) -> JSONResponse:
    """Make an API key for the own tenant; its secrets are shown this once."""
    user = services.accounts.user(caller.actor)
    return json_result(new_key_object(services.accounts.create_key_for(user)))


@router.get("/system/token_list", summary="List API keys")
@answers(in_family_b({}))
def list_tokens(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """List the valid API keys of the own tenant by their first characters."""
    keys = services.accounts.keys(caller.actor)
    return json_result([key_object(key) for key in keys if key.revoke_time is None])


@router.delete("/system/token/{token}", summary="Revoke an API key")
@answers(in_family_b({}))
def revoke_token(token: str, caller: CurrentPerson, services: ServicesOf) -> JSONResponse:
    """Revoke a key of the own tenant, named by its id, a secret of it or as lists show it."""
    services.accounts.revoke_key(caller.actor, token)
    return json_result(True)
