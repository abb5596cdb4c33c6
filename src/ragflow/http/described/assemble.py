"""The whole description: what FastAPI reads off the routes, with bodies, replies and refusals.

Routes read their bodies and write their replies by themselves, so FastAPI knows neither; it would
also describe replies of status 422, which no route sends. A route that has no entry in
`replies.ANSWERS` yet is described with the envelope alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from ragflow.http.auth import current_actor, current_caller, embed_actor
from ragflow.http.described.bodies import BODIES
from ragflow.http.described.refusals import (
    REFUSAL,
    TOO_LARGE,
    UNSIGNED,
    refusals_of,
    statuses_of,
)
from ragflow.http.described.replies import ANSWERS, Answer, Family
from ragflow.http.described.shapes import Schema
from ragflow.http.described.streams import Stream
from ragflow.http.described.words import (
    ABOUT,
    API_KEY,
    CALLER,
    EMBED_TOKEN,
    PATH_PARAMETERS,
    SECURITY_SCHEMES,
    TAGS,
)
from ragflow.http.errors import Answers

_JSON = "application/json"
_BYTES = {"type": "string", "format": "binary"}
_REFUSED = {"$ref": "#/components/schemas/Refusal"}
_SIGNED_BY: Mapping[Callable[..., Any], str] = {
    current_actor: API_KEY,
    embed_actor: EMBED_TOKEN,
    current_caller: CALLER,
}
_READS_KEY_ITSELF = frozenset(
    {"create_chat_completion", "create_agent_completion", "retrieve_records"}
)


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Make an application describe itself."""
    routes = {
        route.name: route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
    }

    def described() -> Schema:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=ABOUT,
                tags=[{"name": name, "description": text} for name, text in TAGS.items()],
                routes=app.routes,
            )
            _complete(schema, routes)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _complete(schema: Schema, routes: Mapping[str, APIRoute]) -> None:
    definitions: Schema = {"Refusal": REFUSAL}
    for path in schema["paths"].values():
        for operation in path.values():
            name = operation["operationId"]
            answer = ANSWERS.get(name, Answer())
            for shape in (answer.data, answer.stream and answer.stream.frames):
                definitions |= shape.definitions if shape else {}
            _describe(operation, routes[name], answer)
    schema["components"] = {
        "schemas": dict(sorted(definitions.items())),
        "securitySchemes": dict(SECURITY_SCHEMES),
    }


def _describe(operation: Schema, route: APIRoute, answer: Answer) -> None:
    name = operation["operationId"]
    if route.summary is None:
        operation["summary"] = route.name.replace("_", " ").capitalize()
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] in PATH_PARAMETERS:
            text, example = PATH_PARAMETERS[parameter["name"]]
            parameter |= {"description": text, "example": example}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if name in BODIES:
            content["example"] = BODIES[name]
    signed = API_KEY if name in _READS_KEY_ITSELF else _signed_by(route)
    operation["security"] = [{signed: []}] if signed else []
    operation["responses"] = _responses(operation, route, answer, signed)


def _responses(operation: Schema, route: APIRoute, answer: Answer, signed: str) -> Schema:
    table: Answers = getattr(route.endpoint, "answers", {})
    refused = refusals_of(table)
    if signed:
        refused["Unsigned"] = UNSIGNED[signed]
    replies: Schema = {
        "200": {
            "description": "Done, or refused as `code` and `message` tell.",
            "content": _content(answer, refused),
        }
    }
    for status in sorted(statuses_of(table) - {200}):
        replies[str(status)] = _refusal("Refused.", refusals_of(table, status))
    for status, shape in answer.others.items():
        content = {"schema": shape.schema, "example": shape.example}
        replies[str(status)] = {"description": "Failed.", "content": {_JSON: content}}
    if "requestBody" in operation:
        replies["413"] = _refusal("The body is too large.", {"TooLarge": TOO_LARGE})
    return replies


def _refusal(description: str, examples: Schema) -> Schema:
    content = {"schema": _REFUSED, "examples": _examples(examples)}
    return {"description": description, "content": {_JSON: content}}


def _content(answer: Answer, refused: Schema) -> Schema:
    content: Schema = {}
    if answer.stream:
        content["text/event-stream"] = _stream(answer.stream)
    for media_type in answer.files:
        content[media_type] = {"schema": _BYTES, "example": "(bytes)"}
    if content and answer.data is None:
        content[_JSON] = {"schema": _REFUSED, "examples": _examples(refused)}
        return content
    schema, example = _envelope(answer)
    if refused:
        schema = {"anyOf": [schema, _REFUSED]}
    content[_JSON] = {"schema": schema, "examples": _examples({"Done": example, **refused})}
    return content


def _stream(stream: Stream) -> Schema:
    """Describe the events of a stream one by one, as OpenAPI does from 3.2 on."""
    data: Schema = {"type": "string"}
    if stream.frames:
        data |= {"contentMediaType": _JSON, "contentSchema": stream.frames.schema}
    event: Schema = {"type": "object", "properties": {"data": data}, "required": ["data"]}
    return {"itemSchema": event, "example": stream.text}


def _envelope(answer: Answer) -> tuple[Schema, Any]:
    data = answer.data
    if answer.family is Family.NONE and data is not None:
        return data.schema, data.example
    properties: Schema = {"code": {"const": 0}}
    example: Schema = {"code": 0}
    if answer.family is Family.B:
        properties["message"], example["message"] = {"type": "string"}, "success"
    required = list(properties)
    if data is not None:
        properties["data"], example["data"] = data.schema, data.example
        required += ["data"] if answer.always else []
    if answer.total:
        properties[answer.total], example[answer.total] = {"type": "integer"}, 1
    schema = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return schema, example


def _examples(values: Mapping[str, Any]) -> Schema:
    return {name: {"value": value} for name, value in values.items()}


def _signed_by(route: APIRoute) -> str:
    calls = set(_calls(route.dependant))
    return next((signed for call, signed in _SIGNED_BY.items() if call in calls), "")


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for each in dependant.dependencies:
        if each.call is not None:
            yield each.call
        yield from _calls(each)
