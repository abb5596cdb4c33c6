"""Meta fields of whole datasets: what they hold, changes to many documents, and their plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Update = Callable[..., Any]
FIELDS = {
    "a": {"author": "Ada", "year": 1843, "tags": ["sea", "ships"]},
    "b": {"author": "Ada", "year": 1850, "tags": ["sea"]},
    "c": {"author": "Bob"},
}


@pytest.fixture
def ids(api: Any, dataset_id: str) -> dict[str, str]:
    """Return the ids of three documents with meta fields, by name."""
    uploaded = api.upload(dataset_id, a__txt="a", b__txt="b", c__txt="c", d__txt="d")
    named = dict(zip("abcd", uploaded, strict=True))
    for name, fields in FIELDS.items():
        path = f"/datasets/{dataset_id}/documents/{named[name]}"
        api.data("PUT", path, json={"meta_fields": fields})
    return named


@pytest.fixture
def update(api: Any, dataset_id: str, ids: Any) -> Update:
    """Send an update; return the counts and the meta fields of all documents after it."""

    def send(**body: Any) -> tuple[Any, dict[str, Any]]:
        counts = api.data("POST", f"/datasets/{dataset_id}/metadata/update", json=body)
        held = {name: api.document(dataset_id, each)["meta_fields"] for name, each in ids.items()}
        return counts, held

    return send


def test_the_summary_counts_the_values_of_each_field(api: Any, dataset_id: str, ids: Any) -> None:
    summary = api.data("GET", f"/datasets/{dataset_id}/metadata/summary")["summary"]
    assert summary == {
        "author": {"type": "string", "values": [["Ada", 2], ["Bob", 1]]},
        "tags": {"type": "list", "values": [["sea", 2], ["ships", 1]]},
        "year": {"type": "number", "values": [[1843, 1], [1850, 1]]},
    }


def test_the_summary_may_be_of_some_documents(api: Any, dataset_id: str, ids: Any) -> None:
    params = {"doc_ids": f"{ids['b']},{ids['c']}"}
    path = f"/datasets/{dataset_id}/metadata/summary"
    summary = api.data("GET", path, params=params)["summary"]
    assert summary["author"]["values"] == [["Ada", 1], ["Bob", 1]]


def test_the_summary_of_nothing_is_empty(api: Any, dataset_id: str) -> None:
    assert api.data("GET", f"/datasets/{dataset_id}/metadata/summary") == {"summary": {}}


def test_a_value_is_set_on_all_documents(update: Update) -> None:
    counts, held = update(updates=[{"key": "kind", "value": "note"}])
    assert counts == {"updated": 4, "matched_docs": 4}
    assert {name: fields["kind"] for name, fields in held.items()} == dict.fromkeys("abcd", "note")
    assert held["a"] == {**FIELDS["a"], "kind": "note"}


def test_a_value_is_changed_only_where_it_matches(update: Update) -> None:
    counts, held = update(updates=[{"key": "author", "match": "Ada", "value": "Lovelace"}])
    assert counts == {"updated": 2, "matched_docs": 4}
    authors = {name: fields.get("author") for name, fields in held.items()}
    assert authors == {"a": "Lovelace", "b": "Lovelace", "c": "Bob", "d": None}


def test_an_item_of_a_list_is_changed_where_it_matches(update: Update) -> None:
    _, held = update(updates=[{"key": "tags", "match": "ships", "value": "boats"}])
    assert (held["a"]["tags"], held["b"]["tags"]) == (["sea", "boats"], ["sea"])


def test_a_number_matches_its_text(update: Update) -> None:
    counts, held = update(updates=[{"key": "year", "match": "1843", "value": 1844}])
    assert counts["updated"] == 1
    assert held["a"]["year"] == 1844


def test_a_field_is_taken_away(update: Update) -> None:
    counts, held = update(deletes=[{"key": "author"}])
    assert counts["updated"] == 3
    assert all("author" not in fields for fields in held.values())


def test_a_value_is_taken_away_only_where_it_matches(update: Update) -> None:
    deletes = [{"key": "author", "value": "Bob"}, {"key": "tags", "value": "sea"}]
    counts, held = update(deletes=deletes)
    assert counts["updated"] == 3
    assert held["c"] == {}
    assert held["a"]["tags"] == ["ships"]
    assert "tags" not in held["b"]


def test_documents_are_selected_by_ids_and_by_a_condition(update: Update, ids: Any) -> None:
    condition = {
        "logic": "or",
        "conditions": [
            {"name": "year", "comparison_operator": "<", "value": 1845},
            {"name": "author", "comparison_operator": "is", "value": "Bob"},
        ],
    }
    selector = {"metadata_condition": condition}
    counts, held = update(selector=selector, updates=[{"key": "old", "value": True}])
    assert counts == {"updated": 2, "matched_docs": 2}
    assert [name for name, fields in held.items() if "old" in fields] == ["a", "c"]
    both = {**selector, "document_ids": [ids["a"], ids["b"]]}
    counts, held = update(selector=both, deletes=[{"key": "old"}])
    assert counts == {"updated": 1, "matched_docs": 1}
    assert [name for name, fields in held.items() if "old" in fields] == ["c"]


def test_a_document_of_another_dataset_is_refused(api: Any, update: Update, ids: Any) -> None:
    other = api.dataset("other")
    (foreign,) = api.upload(other, x__txt="x")
    dataset_id = api.data("GET", "/datasets", params={"name": "ds"})[0]["id"]
    path = f"/datasets/{dataset_id}/metadata/update"
    body = {
        "selector": {"document_ids": [ids["a"], foreign]},
        "updates": [{"key": "kind", "value": "x"}],
    }
    refused = api("POST", path, json=body)
    assert refused["code"] == 102
    assert refused["message"].startswith(f"These documents do not belong to dataset {dataset_id}")
    assert api.document(dataset_id, ids["a"])["meta_fields"] == FIELDS["a"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "`updates` or `deletes` is required."),
        ({"updates": [{"key": "", "value": 1}]}, "String should have at least 1 character"),
        ({"updates": [{"key": "x"}]}, "Field required"),
        ({"deletes": {"key": "x"}}, "Input should be a valid list"),
        ({"selector": {"ids": []}, "deletes": [{"key": "x"}]}, "Extra inputs are not permitted"),
    ],
)
def test_a_broken_update_is_refused(api: Any, dataset_id: str, body: Any, words: str) -> None:
    refused = api("POST", f"/datasets/{dataset_id}/metadata/update", json=body)
    assert refused["code"] == 101
    assert words in refused["message"]


PLAN = {"metadata": [{"key": "author", "type": "string", "enum": ["Ada"]}]}


@pytest.mark.parametrize("path", ["metadata/config", "auto_metadata"])
def test_a_plan_is_kept_under_both_of_its_paths(api: Any, dataset_id: str, path: str) -> None:
    empty = {"metadata": [], "built_in_metadata": []}
    assert api.data("GET", f"/datasets/{dataset_id}/{path}") == empty
    kept = {**PLAN, "built_in_metadata": []}
    assert api.data("PUT", f"/datasets/{dataset_id}/{path}", json=PLAN) == kept
    assert api.data("GET", f"/datasets/{dataset_id}/metadata/config") == kept


def test_a_plan_may_come_with_a_new_dataset(api: Any) -> None:
    dataset_id = api.dataset("planned", auto_metadata_config=PLAN)
    assert (
        api.data("GET", f"/datasets/{dataset_id}/metadata/config")["metadata"] == (PLAN["metadata"])
    )


def test_a_broken_plan_is_refused(api: Any, dataset_id: str) -> None:
    path = f"/datasets/{dataset_id}/metadata/config"
    for broken in ({"metadata": [{"type": "string"}]}, {"metadata": "author"}):
        assert api("PUT", path, json=broken)["code"] == 101
    assert api.data("GET", path)["metadata"] == []
