"""Shapes: JSON schemas that are read off sample values, each with a value that fits it.

In: what the functions of `http/schemas` and `http/views` make of sample objects, so that a
description cannot differ from what is sent. Out: schemas with the names, types and nulls of all
samples; a name that only some samples have is optional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

FREE_FORM = frozenset(
    {
        "built_in_metadata",
        "dropped",
        "dsl",
        "inputs",
        "headers",
        "inputSchema",
        "llm",
        "llm_setting",
        "meta_data_filter",
        "meta_fields",
        "metadata",
        "outputs",
        "parser_config",
        "prompt",
        "prompt_config",
        "search_config",
        "variables",
    }
)
"""Names of values that hold what clients put there."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Describe a value; `definitions` are the named schemas that its own one refers to."""

    schema: Schema
    example: Any
    definitions: Mapping[str, Schema] = field(default_factory=dict)


def like(*samples: Any) -> Shape:
    """Describe values by samples; the first one is the example."""
    return Shape(schema_of(*samples), samples[0])


def named(name: str, *samples: Any) -> Shape:
    """Describe values that other schemas refer to by a name."""
    return Shape({"$ref": f"#/components/schemas/{name}"}, samples[0], {name: schema_of(*samples)})


def listed(shape: Shape) -> Shape:
    """Describe a list."""
    return Shape({"type": "array", "items": shape.schema}, [shape.example], shape.definitions)


def record(optional: Sequence[str] = (), **fields: Shape) -> Shape:
    """Describe an object; all of its fields are there but the optional ones."""
    schema = {
        "type": "object",
        "properties": {name: shape.schema for name, shape in fields.items()},
        "required": [name for name in fields if name not in optional],
    }
    example = {name: shape.example for name, shape in fields.items()}
    return Shape(schema, example, _definitions(*fields.values()))


def mapping(key: str, values: Shape) -> Shape:
    """Describe an object whose names are data, such as `key`."""
    schema = {"type": "object", "additionalProperties": values.schema}
    return Shape(schema, {key: values.example}, values.definitions)


def either(*shapes: Shape) -> Shape:
    """Describe a value that has one of some shapes; the first one is the example."""
    schema = {"anyOf": [shape.schema for shape in shapes]}
    return Shape(schema, shapes[0].example, _definitions(*shapes))


def schema_of(*samples: Any) -> Schema:
    """Return the schema of values such as the samples."""
    given = [sample for sample in samples if sample is not None]
    schema = _schema_of_given(given) if given else {}
    if len(given) < len(samples):
        schema["type"] = [schema["type"], "null"] if given else "null"
    return schema


def _schema_of_given(samples: list[Any]) -> Schema:
    if all(isinstance(sample, Mapping) for sample in samples):
        return _object_of(samples)
    if all(isinstance(sample, list | tuple) for sample in samples):
        items = [item for sample in samples for item in sample]
        return {"type": "array", "items": schema_of(*items) if items else {}}
    kinds = {_kind_of(sample) for sample in samples}
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    (kind,) = kinds
    return {"type": kind}


def _object_of(samples: Sequence[Mapping[str, Any]]) -> Schema:
    names = dict.fromkeys(name for sample in samples for name in sample)
    schema: Schema = {"type": "object"}
    if names:
        schema["properties"] = {name: _property_of(name, samples) for name in names}
    required = [name for name in names if all(name in sample for sample in samples)]
    return schema | {"required": required} if required else schema


def _property_of(name: str, samples: Sequence[Mapping[str, Any]]) -> Schema:
    values = [sample[name] for sample in samples if name in sample]
    given = [value for value in values if value is not None]
    if name not in FREE_FORM or not all(isinstance(value, Mapping | list) for value in given):
        return schema_of(*values)
    kind = "array" if isinstance(given[0], list) else "object"
    return {"type": [kind, "null"] if len(given) < len(values) else kind}


def _kind_of(value: Any) -> str:
    # bool comes first: it is an int too
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return next(name for kind, name in kinds.items() if isinstance(value, kind))


def _definitions(*shapes: Shape) -> dict[str, Schema]:
    return {name: schema for shape in shapes for name, schema in shape.definitions.items()}
