"""Routes of model providers: which there are, and a tenant's access to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.identity import ModelAccess
from ragflow.domain.models import MODEL_KINDS, ModelKind
from ragflow.http.auth import CurrentCaller
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Code, WireError, answers, in_family_b
from ragflow.http.openapi import json_body, properties, query
from ragflow.http.schemas.llm import configured_object, factory_object, offered_object
from ragflow.http.validation import callers_object, require, text_in

router = APIRouter(tags=["models"])

Body = Annotated[dict[str, Any], Depends(callers_object)]

_TEXT = {"type": "string"}
_NAME_CHARS = 255
_URL_CHARS = 2048


@router.get("/llm/factories", summary="List vendors")
@answers(in_family_b({}))
def list_factories(_caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """List the vendors whose models can be used."""
    return json_result([factory_object(each) for each in services.providers.factories()])


@router.get(
    "/llm/list",
    summary="List models",
    openapi_extra={"parameters": [query("model_type", "Only models of this kind.")]},
)
@answers(in_family_b({}))
def list_offered_models(
    request: Request, caller: CurrentCaller, services: ServicesOf
) -> JSONResponse:
    """List the models that can be chosen, by vendor, and whether each is available."""
    wanted = request.query_params.get("model_type", "")
    listed: dict[str, list[dict[str, Any]]] = {}
    for model in services.providers.offered(caller.actor):
        if model.kind.startswith(wanted):
            listed.setdefault(model.factory, []).append(offered_object(model))
    return json_result(listed)


@router.get("/llm/my_llms", summary="List configured vendors")
@answers(in_family_b({}))
def my_models(caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """List the vendors that the own tenant has access to, with their models."""
    configured = services.providers.configured(caller.actor)
    return json_result({each.factory.name: configured_object(each) for each in configured})


@router.post(
    "/llm/set_api_key",
    summary="Configure a vendor",
    openapi_extra=json_body(properties(llm_factory=_TEXT, api_key=_TEXT, base_url=_TEXT)),
)
@answers(in_family_b({}))
def set_api_key(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Store the own tenant's key of a vendor; the vendor is not called."""
    require(body, "llm_factory", "api_key")
    factory, api_key = text_in(body, "llm_factory", _NAME_CHARS), text_in(body, "api_key")
    base_url = text_in(body, "base_url", _URL_CHARS)
    if not api_key and not base_url:
        raise WireError(Code.DATA, "`api_key` or `base_url` must not be empty.", data=None)
    services.providers.set_key(caller.actor, factory, api_key, base_url)
    return json_result(True)


@router.post(
    "/llm/add_llm",
    summary="Add a model",
    openapi_extra=json_body(
        properties(
            llm_factory=_TEXT, llm_name=_TEXT, model_type=_TEXT, api_base=_TEXT, api_key=_TEXT
        )
    ),
)
@answers(in_family_b({}))
def add_model(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Add a model of a vendor by name, with an address and a key of its own if it has them."""
    require(body, "llm_factory", "llm_name", "model_type")
    name = text_in(body, "llm_name", _NAME_CHARS).strip()
    if not name:
        raise WireError(Code.DATA, "`llm_name` must not be empty.", data=None)
    model = ModelAccess(
        name=name,
        kind=_kind(text_in(body, "model_type")),
        base_url=text_in(body, "api_base", _URL_CHARS),
        api_key=text_in(body, "api_key"),
    )
    factory = text_in(body, "llm_factory", _NAME_CHARS)
    services.providers.add_model(caller.actor, factory, model)
    return json_result(True)


@router.post(
    "/llm/delete_llm",
    summary="Forget a model",
    openapi_extra=json_body(properties(llm_factory=_TEXT, llm_name=_TEXT)),
)
@answers(in_family_b({}))
def delete_model(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Forget a model that the own tenant added; one that is not there is passed over."""
    require(body, "llm_factory", "llm_name")
    factory, name = text_in(body, "llm_factory", _NAME_CHARS), text_in(body, "llm_name")
    services.providers.remove_model(caller.actor, factory, name.strip())
    return json_result(True)


@router.post(
    "/llm/delete_factory",
    summary="Forget a vendor",
    openapi_extra=json_body(properties(llm_factory=_TEXT)),
)
@answers(in_family_b({}))
def delete_factory(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Forget the own tenant's key of a vendor and the models that it added there."""
    require(body, "llm_factory")
    services.providers.remove_factory(caller.actor, text_in(body, "llm_factory", _NAME_CHARS))
    return json_result(True)


def _kind(name: str) -> ModelKind:
    for kind in MODEL_KINDS:
        if kind == name:
            return kind
    known = ", ".join(MODEL_KINDS)
    raise WireError(Code.DATA, f"`model_type` {name} is none of {known}.", data=None)
