from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragflow.domain.errors import InvalidInput
from ragflow.retrieve.filters import matching_documents

META = {
    "d1": {"author": "Ada Lovelace", "year": 1843, "tags": ["maths", "notes"]},
    "d2": {"author": "Alan Turing", "year": "1936", "tags": []},
    "d3": {"year": 2001.5, "author": ""},
    "d4": {},
}


def ids(name: str, operator: str, value: Any = None) -> tuple[str, ...] | None:
    condition = {"name": name, "comparison_operator": operator, "value": value}
    return matching_documents({"conditions": [condition]}, META)


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("author", "is", "Alan Turing", ("d2",)),
        ("author", "=", "alan turing", ()),
        ("author", "not is", "Alan Turing", ("d1", "d3", "d4")),
        ("author", "≠", "Alan Turing", ("d1", "d3", "d4")),
        ("author", "contains", "LOVE", ("d1",)),
        ("author", "not contains", "love", ("d2", "d3", "d4")),
        ("author", "start with", "a", ("d1", "d2")),
        ("author", "end with", "ING", ("d2",)),
        ("author", "empty", None, ("d3", "d4")),
        ("author", "not empty", None, ("d1", "d2")),
        ("year", "=", "1843.0", ("d1",)),
        ("year", ">", "1900", ("d2", "d3")),
        ("year", "<", 1936, ("d1",)),
        ("year", "≥", 1936, ("d2", "d3")),
        ("year", "≤", "1936", ("d1", "d2")),
        ("year", "in", "1843, 2001.5", ("d1", "d3")),
        ("tags", "is", "notes", ("d1",)),
        ("tags", "empty", None, ("d2", "d3", "d4")),
        ("author", ">", "Adam", ("d2",)),
        ("year", ">", None, ()),
    ],
)
def test_operators_choose_documents(
    name: str, operator: str, value: Any, expected: tuple[str, ...]
) -> None:
    assert ids(name, operator, value) == expected


@pytest.mark.parametrize("condition", [None, {}, {"conditions": []}, {"conditions": None}])
def test_without_conditions_there_is_no_limit(condition: dict[str, Any] | None) -> None:
    assert matching_documents(condition, META) is None


def test_a_field_that_no_document_has_sets_no_limit() -> None:
    assert ids("colour", "is", "red") is None


def test_conditions_are_joined_by_and_unless_told_otherwise() -> None:
    conditions = [
        {"name": "year", "comparison_operator": ">", "value": 1900},
        {"name": "author", "comparison_operator": "contains", "value": "a"},
    ]

    assert matching_documents({"conditions": conditions}, META) == ("d2",)
    joined = {"logical_operator": "or", "conditions": conditions}
    assert matching_documents(joined, META) == ("d1", "d2", "d3")


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(InvalidInput, match="resembles"):
        ids("author", "resembles", "Ada")


def test_a_condition_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidInput):
        matching_documents({"conditions": ["author"]}, META)


_VALUES = st.none() | st.text(max_size=3) | st.integers(-5, 5) | st.lists(st.text(max_size=2))


@given(
    st.dictionaries(st.text(max_size=2), st.dictionaries(st.just("field"), _VALUES)),
    st.sampled_from(["is", "contains", "in", "empty"]),
    st.text(max_size=2) | st.integers(-5, 5),
)
def test_an_operator_and_its_negation_divide_the_documents(
    meta: dict[str, dict[str, Any]], operator: str, value: Any
) -> None:
    def chosen(name: str) -> set[str]:
        condition = {"name": "field", "comparison_operator": name, "value": value}
        return set(matching_documents({"conditions": [condition]}, meta) or ())

    if any("field" in fields for fields in meta.values()):
        assert chosen(operator) | chosen(f"not {operator}") == set(meta)
        assert not chosen(operator) & chosen(f"not {operator}")
