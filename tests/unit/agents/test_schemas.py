"""Schemas of strangers fetch nothing, hold nobody up, and say what is wrong with data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ragflow.agents.schemas import fault_of, misfit

DOUBLED = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}


@pytest.mark.parametrize(
    ("schema", "data", "reason"),
    [
        ({"type": "object"}, {}, ""),
        ({"properties": {"n": {"type": "integer"}}}, {"n": "x"}, "$.n: 'x' is not of type"),
        ({"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a"}, 1, "is not of type 'string'"),
        ({"pattern": "^a+$"}, "aa", ""),
        ({"pattern": "^a+$"}, "b", "does not match"),
        ({"uniqueItems": True}, [{"a": 1}, {"a": 2}], ""),
        ({"uniqueItems": True}, [{"a": 1}, {"a": 1}], "same item twice"),
        ({"type": "nonsense"}, 1, "schema itself is wrong"),
        ({"pattern": "("}, "x", "schema itself is wrong"),
        ({"$ref": "#"}, 1, "without end"),
        ({"$ref": "#/$defs/none"}, 1, "leads nowhere"),
        ({"patternProperties": {"a": {}}}, {}, "not supported"),
    ],
)
def test_data_is_compared(schema: Any, data: Any, reason: str) -> None:
    assert reason in misfit(data, schema)
    assert bool(misfit(data, schema)) == bool(reason)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/schema", "https://example.com/schema"])
def test_nothing_is_fetched(address: str) -> None:
    assert "leads nowhere" in misfit({}, {"$ref": address})


def test_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps({"const": "TOP SECRET"}))
    reason = misfit({}, {"$ref": f"file://{tmp_path}/secret.json"})
    assert "leads nowhere" in reason
    assert "TOP SECRET" not in reason


@pytest.mark.parametrize(
    ("schema", "data", "reason"),
    [
        ({"propertyNames": {"pattern": "^(a|a?)+$"}}, {"a" * 60 + "!": 1}, "does not match"),
        ({"$defs": {**DOUBLED, "d40": {}}, "$ref": "#/$defs/d0"}, 1, "takes more than"),
        ({"uniqueItems": True}, [{"a": number} for number in range(20_000)], ""),
    ],
)
def test_a_comparison_ends(schema: Any, data: Any, reason: str) -> None:
    assert reason in misfit(data, schema)
    assert bool(misfit(data, schema)) == bool(reason)


def test_a_schema_is_judged_by_itself() -> None:
    assert fault_of({"type": "object"}) == ""
    assert "nonsense" in fault_of({"type": "nonsense"})
