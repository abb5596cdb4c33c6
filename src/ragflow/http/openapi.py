"""OpenAPI: what a route says of its body and of its query, as `openapi_extra`.

Routes read both themselves, so that the key is checked first and errors go out in the contract's
words. Replies, examples and the rest of the description are in `http/described`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def json_body(schema: type[BaseModel] | dict[str, Any]) -> dict[str, Any]:
    """Describe a JSON body by a model, or by a schema of its properties."""
    described = schema if isinstance(schema, dict) else _inlined(schema.model_json_schema())
    return {"requestBody": {"content": {"application/json": {"schema": described}}}}


def properties(**described: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object, for `json_body`."""
    return {"type": "object", "properties": described}


def ids_schema(name: str) -> dict[str, Any]:
    """Return the schema of an object that names ids, or all of them by `delete_all`."""
    ids = {"type": ["array", "null"], "items": {"type": "string"}}
    described: dict[str, dict[str, Any]] = {name: ids, "delete_all": {"type": "boolean"}}
    return properties(**described)


def files_body(**fields: dict[str, Any]) -> dict[str, Any]:
    """Describe a multipart body of files and other fields."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    schema = properties(file=files, **fields)
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}


FILES_BODY = files_body()


def query(name: str, description: str, kind: str = "string") -> dict[str, Any]:
    """Describe one parameter of a query string that a route reads by itself."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind}}


def queries(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the query string that a model checks, as `openapi_extra`."""
    described = _inlined(model.model_json_schema())["properties"]
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "description": schema.pop("description", schema["title"]),
                "schema": schema,
            }
            for name, schema in described.items()
        ]
    }


PAGING = [
    query("page", "Page, from 1.", "integer"),
    query("page_size", "Objects on a page.", "integer"),
    query("orderby", "Field to order by."),
    query("desc", "False for the smallest first.", "boolean"),
]


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
