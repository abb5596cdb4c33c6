"""OpenAPI: the description of the API says what routes really do.

Routes read their bodies themselves, so that the key is checked first and errors go out in the
contract's words; here their bodies are described, and the replies that FastAPI would add by itself
are taken out.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel


def json_body(schema: type[BaseModel] | dict[str, Any]) -> dict[str, Any]:
    """Describe a JSON body by a model, or by a schema of its properties."""
    described = schema if isinstance(schema, dict) else _inlined(schema.model_json_schema())
    return {"requestBody": {"content": {"application/json": {"schema": described}}}}


def properties(**described: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object, for `json_body`."""
    return {"type": "object", "properties": described}


def files_body(**fields: dict[str, Any]) -> dict[str, Any]:
    """Describe a multipart body of files and other fields."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    schema = properties(file=files, **fields)
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}


FILES_BODY = files_body()


def query(name: str, description: str, kind: str = "string") -> dict[str, Any]:
    """Describe one parameter of a query string that a route reads by itself."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind}}


PAGING = [
    query("page", "Page, from 1.", "integer"),
    query("page_size", "Objects on a page.", "integer"),
    query("orderby", "Field to order by."),
    query("desc", "False for the smallest first.", "boolean"),
]


def install(app: FastAPI) -> None:
    """Describe an application without the 422 replies that it never sends."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            for path in schema["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
            schemas = schema.get("components", {}).get("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the definitions of a schema where they are referred to."""
    definitions = schema.pop("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolve(definitions[part["$ref"].rpartition("/")[2]])
        return {key: resolve(value) for key, value in part.items()}

    resolved: dict[str, Any] = resolve(schema)
    return resolved
