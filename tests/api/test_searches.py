"""Search apps as their owner manages them over the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

DEFAULTS = {
    "kb_ids": [],
    "doc_ids": [],
    "similarity_threshold": 0.2,
    "vector_similarity_weight": 0.3,
    "use_kg": False,
    "rerank_id": "",
    "top_k": 1024,
    "summary": False,
    "chat_id": "",
    "llm_setting": {},
    "highlight": False,
    "keyword": False,
    "web_search": False,
    "related_search": False,
    "query_mindmap": False,
}
NO_PERMISSION = {"code": 103, "message": "Has no permission for this operation.", "data": False}
DELETED = {"code": 102, "message": "Can't find this Search App!", "data": None}


def create(api: Any, name: str = "Finder", **fields: Any) -> dict[str, Any]:
    return dict(api.data("POST", "/searches", json={"name": name, **fields}))


def test_a_new_search_app_has_every_default(api: Any) -> None:
    reply = api("POST", "/searches", json={"name": "Finder", "description": "Finds."})
    assert (reply["code"], reply["message"]) == (0, "success")
    search = reply["data"]
    assert search["search_config"] == DEFAULTS
    assert (search["name"], search["description"], search["avatar"]) == ("Finder", "Finds.", "")
    assert search["tenant_id"] == search["created_by"] == api.tenant_id
    assert search["status"] == "1"
    assert len(search["id"]) == 32
    assert {"create_time", "create_date", "update_time", "update_date"} <= search.keys()
    assert api("GET", f"/searches/{search['id']}") == reply


def test_settings_are_read_leniently(api: Any, parsed: Any) -> None:
    config = {
        "kb_ids": [parsed[0], "", parsed[0]],
        "doc_ids": [parsed[1]],
        "similarity_threshold": "0.5",
        "top_k": 7.0,
        "rerank_id": "backwards",
        "chat_id": "scripted",
        "llm_setting": {"temperature": 0.5},
        "keyword": "False",
        "highlight": 1,
        "use_kg": None,
        "theme": {"colour": "blue"},
    }
    assert create(api, search_config=config)["search_config"] == {
        **DEFAULTS,
        "kb_ids": [parsed[0]],
        "doc_ids": [parsed[1]],
        "similarity_threshold": 0.5,
        "top_k": 7,
        "rerank_id": "backwards",
        "chat_id": "scripted",
        "llm_setting": {"temperature": 0.5},
        "highlight": True,
        "theme": {"colour": "blue"},
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": None}, "`name` is required."),
        ({"name": " "}, "`name` is required."),
        ({"name": 7}, "`name` should be a string."),
        ({"name": "é" * 128}, "A search app's name has at most 255 bytes."),
        ({"description": 7}, "`description` should be a string."),
        ({"search_config": []}, "`search_config` should be an object."),
        ({"search_config": {"kb_ids": "x"}}, "`kb_ids` should be a list of ids."),
        ({"search_config": {"doc_ids": [7]}}, "`doc_ids` should be a list of ids."),
        ({"search_config": {"kb_ids": ["x"]}}, "You don't own the dataset x"),
        ({"search_config": {"doc_ids": ["x"]}}, "The datasets don't own the document x"),
        ({"search_config": {"top_k": 0}}, "`top_k` must be greater than 0"),
        (
            {"search_config": {"similarity_threshold": "high"}},
            "`similarity_threshold` should be a number.",
        ),
        ({"search_config": {"chat_id": "nobody"}}, "`chat_id` nobody doesn't exist"),
        ({"search_config": {"chat_id": 7}}, "`chat_id` should be a string."),
        ({"search_config": {"rerank_id": "nobody"}}, "`rerank_id` nobody doesn't exist"),
        ({"search_config": {"llm_setting": 7}}, "`llm_setting` should be an object."),
    ],
)
def test_values_that_cannot_be_used_are_refused(api: Any, fields: Any, message: str) -> None:
    refusal = {"code": 102, "message": message, "data": None}
    assert api("POST", "/searches", json={"name": "Finder", **fields}) == refusal
    assert api.data("GET", "/searches") == {"search_apps": [], "total": 0}


def test_a_name_is_taken_in_any_case_within_a_tenant(api: Any, stranger: Any) -> None:
    create(api)
    other = create(api, "Other")
    refusal = {"code": 102, "message": "Duplicated search app name fINDER.", "data": None}
    assert api("POST", "/searches", json={"name": "fINDER"}) == refusal
    assert api("PUT", f"/searches/{other['id']}", json={"name": "fINDER"}) == refusal
    create(stranger)


def test_changes_are_merged(api: Any, dataset_id: str) -> None:
    search = create(api, search_config={"top_k": 5})
    path = f"/searches/{search['id']}"
    body = {"name": "finder", "search_config": {"kb_ids": [dataset_id]}}
    changed = api.data("PUT", path, json=body)
    assert changed["name"] == "finder"
    assert changed["search_config"] == {**DEFAULTS, "top_k": 5, "kb_ids": [dataset_id]}
    assert changed["update_time"] >= search["update_time"]
    assert api.data("GET", path) == changed
    refusal = api("PUT", path, json={"search_config": {"kb_ids": ["x"]}})
    assert refusal == {"code": 102, "message": "You don't own the dataset x", "data": None}
    assert api.data("GET", path) == changed


def test_a_dataset_that_is_gone_does_not_hinder_other_changes(api: Any, dataset_id: str) -> None:
    path = f"/searches/{create(api, search_config={'kb_ids': [dataset_id]})['id']}"
    api.data("DELETE", "/datasets", json={"ids": [dataset_id]})
    changed = api.data("PUT", path, json={"name": "Old", "search_config": {"top_k": 3}})
    assert (changed["name"], changed["search_config"]["top_k"]) == ("Old", 3)


def test_search_apps_are_listed_by_page_and_keywords(api: Any, stranger: Any) -> None:
    names = ["Maps", "Letters", "Old maps"]
    for name in names:
        create(api, name)
    create(stranger, "Maps of others")

    def listed(**params: Any) -> tuple[list[str], int]:
        found = api.data("GET", "/searches", params=params)
        return [each["name"] for each in found["search_apps"]], found["total"]

    assert listed(orderby="name", desc="false") == (["Letters", "Maps", "Old maps"], 3)
    assert listed(keywords="MAPS", orderby="name") == (["Old maps", "Maps"], 2)
    assert listed(orderby="name", page=2, page_size=2) == (["Letters"], 3)
    assert listed(page=9) == ([], 3)
    assert api("GET", "/searches", params={"page": "x"})["code"] == 100
    assert api("GET", "/searches", params={"orderby": "x"})["code"] == 100


def test_a_deleted_search_app_is_gone_and_frees_its_name(api: Any) -> None:
    path = f"/searches/{create(api)['id']}"
    assert api("DELETE", path) == {"code": 0, "message": "success", "data": True}
    for method in ("GET", "PUT", "DELETE"):
        assert api(method, path) == DELETED
    assert api.data("GET", "/searches")["total"] == 0
    create(api)


@pytest.mark.parametrize("caller", ["stranger", "teammate"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_search_app_is_its_owners_alone(request: Any, api: Any, caller: str, method: str) -> None:
    search = create(api)
    other = request.getfixturevalue(caller)
    for search_id in (search["id"], "x"):
        assert other(method, f"/searches/{search_id}", json={"name": "x"}) == NO_PERMISSION
    assert api.data("GET", f"/searches/{search['id']}") == search
    api.data("DELETE", f"/searches/{search['id']}")
    assert other("GET", f"/searches/{search['id']}") == NO_PERMISSION
    assert other.data("GET", "/searches")["total"] == 0


def test_a_search_app_may_name_datasets_of_the_team_alone(
    api: Any, teammate: Any, dataset_id: str
) -> None:
    body = {"name": "Finder", "search_config": {"kb_ids": [dataset_id]}}
    message = f"You don't own the dataset {dataset_id}"
    assert teammate("POST", "/searches", json=body)["message"] == message
    api.data("PUT", f"/datasets/{dataset_id}", json={"permission": "team"})
    assert teammate.data("POST", "/searches", json=body)["search_config"]["kb_ids"] == [dataset_id]


@pytest.mark.parametrize("name", ["\ud800", "a\x00b"])
def test_a_name_that_no_database_can_store_is_refused(api: Any, name: str) -> None:
    body = json.dumps({"name": name})
    reply = api("POST", "/searches", content=body)
    assert reply["code"] == 102, reply
    assert reply["message"].startswith("A text holds")
