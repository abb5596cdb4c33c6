from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

NO_PERMISSION = "User '{tenant}' lacks permission for dataset '{id}'"


def message_of(api: Any, method: str, path: str, body: Any) -> str:
    reply = api(method, path, json=body)
    assert reply["code"] == 101, reply
    assert "data" not in reply
    return str(reply["message"])


def test_a_new_dataset_has_every_field_of_the_contract(api: Any) -> None:
    dataset = api.data("POST", "/datasets", json={"name": " kb_1 "})
    assert uuid.UUID(dataset["id"]).version == 1
    assert dataset["id"] == uuid.UUID(dataset["id"]).hex
    expected = {
        "tenant_id": api.tenant_id,
        "created_by": api.tenant_id,
        "name": "kb_1",
        "avatar": None,
        "description": None,
        "language": "English",
        "embedding_model": "hashing@Builtin",
        "permission": "me",
        "chunk_method": "naive",
        "document_count": 0,
        "chunk_count": 0,
        "token_num": 0,
        "similarity_threshold": 0.2,
        "vector_similarity_weight": 0.3,
        "pagerank": 0,
        "status": "1",
    }
    assert expected.items() <= dataset.items()
    assert dataset["create_date"].endswith(" GMT")
    assert isinstance(dataset["create_time"], int)


def test_the_default_parser_config_of_naive_is_that_of_the_contract(api: Any) -> None:
    dataset = api.data("POST", "/datasets", json={"name": "a", "parser_config": {}})
    assert dataset["parser_config"] == {
        "chunk_token_num": 512,
        "delimiter": "\\n",
        "html4excel": False,
        "layout_recognize": "DeepDOC",
        "raptor": {"use_raptor": False},
        "graphrag": {"use_graphrag": False},
    }


def test_methods_without_a_default_have_no_parser_config(api: Any) -> None:
    dataset = api.data("POST", "/datasets", json={"name": "a", "chunk_method": "table"})
    assert dataset["parser_config"] is None


def test_a_partial_parser_config_is_filled_up_on_create(api: Any) -> None:
    body = {"name": "a", "parser_config": {"chunk_token_num": 64, "raptor": {"max_token": 9}}}
    config = api.data("POST", "/datasets", json=body)["parser_config"]
    assert config["chunk_token_num"] == 64
    assert config["auto_keywords"] == 0
    assert config["raptor"]["max_token"] == 9
    assert config["raptor"]["max_cluster"] == 64
    assert config["graphrag"]["method"] == "light"


def test_a_name_that_is_taken_in_another_case_is_refused_on_create(api: Any) -> None:
    api.dataset("Name")
    reply = api("POST", "/datasets", json={"name": "nAME"})
    assert reply == {"code": 103, "message": "Dataset name 'nAME' already exists"}


def test_two_tenants_may_use_the_same_name(api: Any, stranger: Any) -> None:
    assert api.dataset("same") != stranger.dataset("same")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("nobody@Nowhere", "Unsupported model: nobody@Nowhere"),
        ("private@Elsewhere", "Unauthorized model: private@Elsewhere"),
    ],
)
def test_models_that_cannot_be_used_are_refused(api: Any, model: str, message: str) -> None:
    reply = api("POST", "/datasets", json={"name": "a", "embedding_model": model})
    assert reply == {"code": 101, "message": message}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "String should have at least 1 character"),
        ("name", "  ", "String should have at least 1 character"),
        ("name", "a" * 129, "String should have at most 128 characters"),
        ("name", 1, "Input should be a valid string"),
        ("avatar", "abc", "Missing MIME prefix. Expected format: data:<mime>;base64,<data>"),
        ("avatar", "x,y", "Invalid MIME prefix format. Must start with 'data:'"),
        ("avatar", "data:image/gif;base64,y", "Allowed: ['image/jpeg', 'image/png']"),
        ("avatar", "a" * 65536, "String should have at most 65535 characters"),
        ("description", "a" * 65536, "String should have at most 65535 characters"),
        ("embedding_model", "plain", "must follow <model_name>@<provider> format"),
        ("embedding_model", " ", "must follow <model_name>@<provider> format"),
        ("embedding_model", "@x", "Both model_name and provider must be non-empty strings"),
        ("permission", "ME", "Input should be 'me' or 'team'"),
        ("permission", None, "Input should be 'me' or 'team'"),
        ("chunk_method", None, "'presentation', 'qa', 'table' or 'tag'"),
        ("chunk_method", "Naive", "Input should be 'naive', 'book', 'email'"),
        ("id", "x", "Extra inputs are not permitted"),
        ("pagerank", 1, "Extra inputs are not permitted"),
    ],
)
def test_fields_are_checked_on_create(api: Any, field: str, value: Any, message: str) -> None:
    body = {"name": "a", field: value}
    reply = message_of(api, "POST", "/datasets", body)
    assert message in reply
    assert reply.startswith(f"Field: <{field}> - Message: <")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"auto_keywords": -1}, "Input should be greater than or equal to 0"),
        ({"auto_keywords": 33}, "Input should be less than or equal to 32"),
        ({"auto_keywords": "1"}, "Input should be a valid integer"),
        ({"chunk_token_num": True}, "Input should be a valid integer"),
        ({"chunk_token_num": 0}, "Input should be greater than or equal to 1"),
        ({"delimiter": ""}, "String should have at least 1 character"),
        ({"html4excel": 1}, "Input should be a valid boolean"),
        ({"tag_kb_ids": "a"}, "Input should be a valid list"),
        ({"topn_tags": 11}, "Input should be less than or equal to 10"),
        ({"filename_embd_weight": 1.5}, "Input should be less than or equal to 1"),
        ({"pages": "a"}, "Input should be a valid list"),
        ({"graphrag": {"method": "x"}}, "Input should be 'light' or 'general'"),
        ({"raptor": {"prompt": " "}}, "String should have at least 1 character"),
        ({"raptor": {"unknown": 1}}, "Extra inputs are not permitted"),
        ({"unknown": 1}, "Extra inputs are not permitted"),
        ({"delimiter": "a" * 65536}, "Parser config exceeds size limit (max 65,535 characters)"),
    ],
)
def test_the_parser_config_is_checked(api: Any, config: Any, message: str) -> None:
    body = {"name": "a", "parser_config": config}
    assert message in message_of(api, "POST", "/datasets", body)


def test_an_integer_is_accepted_for_a_float(api: Any) -> None:
    body = {"name": "a", "parser_config": {"filename_embd_weight": 1}}
    assert api("POST", "/datasets", json=body)["code"] == 0


def test_every_problem_has_its_own_line_and_long_values_are_cut(api: Any) -> None:
    lines = message_of(api, "POST", "/datasets", {"name": "a" * 200, "x": 1}).split("\n")
    assert len(lines) == 2
    assert lines[0].endswith(f"- Value: <{'a' * 125}...>")
    assert lines[1] == "Field: <x> - Message: <Extra inputs are not permitted> - Value: <1>"


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (
            "text/xml",
            "{}",
            "Unsupported content type: Expected application/json, got text/xml",
        ),
        (
            "application/json",
            "{",
            "Malformed JSON syntax: Missing commas/brackets or invalid encoding",
        ),
        (
            "application/json",
            "",
            "Malformed JSON syntax: Missing commas/brackets or invalid encoding",
        ),
        (
            "application/json",
            '"text"',
            "Invalid request payload: expected object, got str",
        ),
        ("application/json", "[1]", "Invalid request payload: expected object, got list"),
        ("application/json", "5", "Invalid request payload: expected object, got int"),
    ],
)
def test_bodies_are_checked_before_their_fields(
    api: Any, content_type: str, body: str, message: str
) -> None:
    for method, path in (("POST", "/datasets"), ("DELETE", "/datasets")):
        reply = api(method, path, content=body, headers={"Content-Type": content_type})
        assert reply == {"code": 101, "message": message}


def test_falsy_bodies_count_as_empty_objects(api: Any) -> None:
    for body in ("null", "[]", '""', "0"):
        reply = api("POST", "/datasets", content=body, headers={"Content-Type": "application/json"})
        assert reply["message"] == "Field: <name> - Message: <Field required> - Value: <{}>"


def test_datasets_are_listed_newest_first_with_their_total(api: Any) -> None:
    ids = [api.dataset(str(number)) for number in range(3)]
    reply = api("GET", "/datasets", params={"page": 1, "page_size": 2})
    assert [dataset["id"] for dataset in reply["data"]] == ids[:0:-1]
    assert reply["total_datasets"] == 3
    later = api.data("GET", "/datasets", params={"page": 2, "page_size": 2})
    assert [dataset["id"] for dataset in later] == ids[:1]
    assert api.data("GET", "/datasets", params={"page": 9, "page_size": 2}) == []


@pytest.mark.parametrize("text", ["False", "false", "0", "no", "f"])
def test_the_order_turns_with_desc_in_any_spelling(api: Any, text: str) -> None:
    first, _ = api.dataset("a"), api.dataset("b")
    assert api.data("GET", "/datasets", params={"desc": text})[0]["id"] == first


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"page": "0"}, "Input should be greater than or equal to 1"),
        ({"page_size": "0"}, "Input should be greater than or equal to 1"),
        ({"page": "a"}, "Input should be a valid integer"),
        ({"orderby": "name"}, "Input should be 'create_time' or 'update_time'"),
        ({"desc": "maybe"}, "Input should be a valid boolean"),
        ({"id": ""}, "Invalid UUID1 format"),
        ({"id": str(uuid.uuid4())}, "Invalid UUID1 format"),
        ({"a": "b"}, "Extra inputs are not permitted"),
    ],
)
def test_the_query_of_a_list_is_checked(api: Any, params: Any, message: str) -> None:
    reply = api("GET", "/datasets", params=params)
    assert reply["code"] == 101
    assert message in reply["message"]


def test_a_list_can_be_narrowed_by_id_and_name(api: Any) -> None:
    one, other = api.dataset("one"), api.dataset("other")
    hyphenated = str(uuid.UUID(one))
    assert [d["id"] for d in api.data("GET", "/datasets", params={"id": hyphenated})] == [one]
    assert [d["id"] for d in api.data("GET", "/datasets", params={"name": "other"})] == [other]
    assert len(api.data("GET", "/datasets", params={"name": ""})) == 2
    assert api.data("GET", "/datasets", params={"id": one, "name": "other"}) == []


def test_an_unknown_id_or_name_lacks_permission(api: Any) -> None:
    for key, value in (("id", uuid.uuid1().hex), ("name", "nobody")):
        reply = api("GET", "/datasets", params={key: value})
        assert reply["code"] == 108
        assert reply["message"] == NO_PERMISSION.format(tenant=api.tenant_id, id=value)


def test_an_update_changes_only_what_is_sent(api: Any, dataset_id: str) -> None:
    before = api.data("GET", "/datasets")[0]
    after = api.data("PUT", f"/datasets/{dataset_id}", json={"description": "new", "pagerank": 7})
    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {"description", "pagerank", "update_time", "update_date"}
    assert (after["description"], after["pagerank"]) == ("new", 7)
    assert api.data("GET", "/datasets")[0] == after


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No properties were modified"),
        ({"name": None}, "Input should be a valid string"),
        ({"pagerank": None}, "Input should be a valid integer"),
        ({"pagerank": 101}, "Input should be less than or equal to 100"),
        ({"chunk_method": None}, "Input should be 'naive'"),
        ({"unknown": 1}, "Extra inputs are not permitted"),
    ],
)
def test_fields_are_checked_on_update(api: Any, dataset_id: str, body: Any, message: str) -> None:
    assert message in message_of(api, "PUT", f"/datasets/{dataset_id}", body)


def test_an_update_needs_a_body_and_a_version_1_id(api: Any, dataset_id: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert "Malformed" in api("PUT", f"/datasets/{dataset_id}", headers=headers)["message"]
    other = uuid.uuid4().hex
    assert "Invalid UUID1" in message_of(api, "PUT", f"/datasets/{other}", {"name": "a"})


def test_a_taken_name_is_refused_on_update_but_the_own_one_in_another_case_is_not(
    api: Any, dataset_id: str
) -> None:
    api.dataset("taken")
    reply = api("PUT", f"/datasets/{dataset_id}", json={"name": "TAKEN"})
    assert reply == {"code": 102, "message": "Dataset name 'TAKEN' already exists"}
    assert api.data("PUT", f"/datasets/{dataset_id}", json={"name": "DS"})["name"] == "DS"


def test_nulls_clear_texts_and_keep_the_model(api: Any, dataset_id: str) -> None:
    api.data("PUT", f"/datasets/{dataset_id}", json={"description": "text"})
    body = {"description": None, "avatar": None, "embedding_model": None}
    after = api.data("PUT", f"/datasets/{dataset_id}", json=body)
    assert (after["description"], after["embedding_model"]) == (None, "hashing@Builtin")


def test_the_model_is_bound_by_chunks(api: Any, parsed: Any) -> None:
    reply = api("PUT", f"/datasets/{parsed[0]}", json={"embedding_model": "other@Builtin"})
    assert reply == {
        "code": 102,
        "message": "When chunk_num (3) > 0, embedding_model must remain hashing@Builtin",
    }


def test_a_parser_config_is_merged_deeply_on_update(api: Any, dataset_id: str) -> None:
    body = {"parser_config": {"raptor": {"max_token": 5}}}
    config = api.data("PUT", f"/datasets/{dataset_id}", json=body)["parser_config"]
    assert config["raptor"] == {"use_raptor": False, "max_token": 5}
    assert config["chunk_token_num"] == 512
    assert "auto_keywords" not in config


def test_a_new_method_brings_its_default_config(api: Any, dataset_id: str) -> None:
    after = api.data("PUT", f"/datasets/{dataset_id}", json={"chunk_method": "qa"})
    assert set(after["parser_config"]) == {"raptor", "graphrag"}
    same = api.data("PUT", f"/datasets/{dataset_id}", json={"parser_config": None, "name": "x"})
    assert same["parser_config"] == after["parser_config"]


def test_a_deleted_dataset_takes_its_documents_chunks_and_files_along(
    world: Any, api: Any, parsed: Any
) -> None:
    assert api("DELETE", "/datasets", json={"ids": [parsed[0]]}) == {"code": 0}
    assert api.data("GET", "/datasets") == []
    assert world.ports.engine.count((parsed[0],)) == 0
    assert list(world.ports.blobs.keys("documents/")) == []
    assert list(world.ports.blobs.keys("pictures/")) == []


def test_null_deletes_all_own_datasets_and_an_empty_list_none(api: Any, stranger: Any) -> None:
    api.dataset("a")
    stranger.dataset("b")
    assert api("DELETE", "/datasets", json={"ids": []}) == {"code": 0}
    assert len(api.data("GET", "/datasets")) == 1
    assert api("DELETE", "/datasets", json={"ids": None}) == {"code": 0}
    assert api.data("GET", "/datasets") == []
    assert len(stranger.data("GET", "/datasets")) == 1


def test_newer_clients_delete_all_only_when_they_say_so(api: Any) -> None:
    api.dataset("a")
    api.data("DELETE", "/datasets", json={"ids": None, "delete_all": False})
    assert len(api.data("GET", "/datasets")) == 1
    api.data("DELETE", "/datasets", json={"ids": None, "delete_all": True})
    assert api.data("GET", "/datasets") == []


def test_nothing_is_deleted_when_an_id_is_unknown_or_named_twice(api: Any) -> None:
    known, unknown = api.dataset("a"), uuid.uuid1().hex
    reply = api("DELETE", "/datasets", json={"ids": [known, unknown]})
    assert reply["code"] == 108
    assert unknown in reply["message"]
    assert f"Duplicate ids: '{known}'" in message_of(
        api, "DELETE", "/datasets", {"ids": [known, known]}
    )
    assert len(api.data("GET", "/datasets")) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Field required"),
        ({"ids": "x"}, "Input should be a valid list"),
        ({"ids": [1]}, "Input should be a valid string"),
        ({"ids": ["not-a-uuid"]}, "Invalid UUID1 format"),
        ({"ids": [], "more": 1}, "Extra inputs are not permitted"),
    ],
)
def test_the_body_of_a_deletion_is_checked(api: Any, body: Any, message: str) -> None:
    assert message in message_of(api, "DELETE", "/datasets", body)


def test_any_unicode_name_survives(api: Any) -> None:
    name = "数据集 𝕏 émile 🚢"
    dataset = api.data("POST", "/datasets", json={"name": name})
    assert dataset["name"] == name
    assert name in api.raw("GET", "/datasets").text  # not escaped
    assert json.loads(api.raw("GET", "/datasets").text)["data"][0]["name"] == name
