"""10 §2 to §6: every range at both ends, and the rules of names, models and configurations."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

PLAIN = {"raptor": {"use_raptor": False}, "graphrag": {"use_graphrag": False}}
NAIVE = {
    "chunk_token_num": 512,
    "delimiter": "\\n",
    "html4excel": False,
    "layout_recognize": "DeepDOC",
    **PLAIN,
}
RANGES: list[tuple[str, Any, Any]] = [
    ("auto_keywords", 0, 32),
    ("auto_questions", 0, 10),
    ("chunk_token_num", 1, 2048),
    ("topn_tags", 1, 10),
    ("filename_embd_weight", 0, 1),
    ("task_page_size", 1, None),
    ("raptor.max_token", 1, 2048),
    ("raptor.threshold", 0, 1),
    ("raptor.max_cluster", 1, 1024),
    ("raptor.random_seed", 0, None),
]
WRONG_TYPES: list[tuple[str, list[Any]]] = [
    ("auto_keywords", ["1", 1.5, True, None, []]),
    ("delimiter", [1, None, ["a"]]),
    ("html4excel", ["true", 1, None]),
    ("layout_recognize", [True, None, 1]),
    ("tag_kb_ids", ["a", None, [1], {}]),
    ("filename_embd_weight", ["0.1", True]),
    ("task_page_size", ["1", 1.5, True]),
    ("pages", ["1", [1], [["1"]], [[1.5]]]),
    ("graphrag", ["x", None, []]),
    ("graphrag.use_graphrag", ["true", 1]),
    ("graphrag.entity_types", ["a", None, [1]]),
    ("graphrag.method", ["Light", "", None]),
    ("graphrag.community", ["x", 0]),
    ("graphrag.resolution", ["x", 0]),
    ("graphrag.unknown", [1]),
    ("raptor.use_raptor", ["x", 1]),
    ("raptor.prompt", ["", "  ", None, 1]),
    ("raptor.threshold", ["0.1", True]),
    ("raptor.unknown", [1]),
    ("unknown", [1]),
]


def config_of(key: str, value: Any) -> dict[str, Any]:
    outer, dot, inner = key.partition(".")
    return {outer: {inner: value}} if dot else {outer: value}


@pytest.mark.parametrize(("key", "least", "most"), RANGES)
def test_a_range_takes_in_its_ends_and_nothing_beyond(
    api: Any, dataset_id: str, key: str, least: Any, most: Any
) -> None:
    def put(value: Any) -> Any:
        body = {"parser_config": config_of(key, value)}
        return api("PUT", f"/datasets/{dataset_id}", json=body)

    for value in (least, 10**9 if most is None else most):
        assert put(value)["code"] == 0, value
    below = put(least - 1)
    assert below["code"] == 101
    assert f"Field: <parser_config.{key}>" in below["message"]
    assert f"Input should be greater than or equal to {least}" in below["message"]
    if most is not None:
        above = put(most + 1)
        assert above["code"] == 101
        assert f"Input should be less than or equal to {most}" in above["message"]


def test_types_are_strict_and_unknown_keys_are_refused_at_every_depth(
    api: Any, dataset_id: str
) -> None:
    for method, path in (("POST", "/datasets"), ("PUT", f"/datasets/{dataset_id}")):
        for key, values in WRONG_TYPES:
            for value in values:
                body = {"name": "a", "parser_config": config_of(key, value)}
                reply = api(method, path, json=body)
                assert reply["code"] == 101, (key, value)
                assert f"Field: <parser_config.{key.partition('.')[0]}" in reply["message"]
    assert len(api.data("GET", "/datasets")) == 1


def test_null_is_a_value_of_some_keys(api: Any) -> None:
    config = {"filename_embd_weight": None, "task_page_size": None, "pages": None}
    made = api.data("POST", "/datasets", json={"name": "a", "parser_config": config})
    assert config.items() <= made["parser_config"].items()
    for value in (None, {}):
        body = {"name": f"b{value}", "parser_config": value}
        assert api.data("POST", "/datasets", json=body)["parser_config"] == NAIVE


def test_a_configuration_may_be_long_but_not_too_long(api: Any) -> None:
    def create(length: int) -> Any:
        config = {"layout_recognize": "x" * length}
        return api("POST", "/datasets", json={"name": str(length), "parser_config": config})

    assert create(60_000)["code"] == 0
    assert "Parser config exceeds size limit (max 65,535 characters)" in create(65_535)["message"]


METHODS: dict[str, Any] = {
    "naive": NAIVE,
    **dict.fromkeys(("qa", "manual", "paper", "book", "laws", "presentation"), PLAIN),
    **dict.fromkeys(("tag", "table", "one", "email", "picture"), None),
}


def test_each_method_has_its_own_default(api: Any, dataset_id: str) -> None:
    for method, config in METHODS.items():
        made = api.data("POST", "/datasets", json={"name": method, "chunk_method": method})
        assert (made["chunk_method"], made["parser_config"]) == (method, config)
        body = {"chunk_method": method, "parser_config": {}}
        changed = api.data("PUT", f"/datasets/{dataset_id}", json=body)
        assert changed["parser_config"] == config


def test_methods_that_only_documents_have_are_refused(api: Any) -> None:
    for method in ("knowledge_graph", "resume", "audio", "", "NAIVE", 1):
        body = {"name": "a", "chunk_method": method}
        reply = api("POST", "/datasets", json=body)
        assert reply["code"] == 101
        assert (
            "Input should be 'naive', 'book', 'email', 'laws', 'manual', 'one', 'paper', "
            "'picture', 'presentation', 'qa', 'table' or 'tag'"
        ) in reply["message"]


def test_a_configuration_sent_with_a_new_method_is_merged_into_the_old_one(
    api: Any, dataset_id: str
) -> None:
    body = {"chunk_method": "book", "parser_config": {"raptor": {"use_raptor": True}, "pages": []}}
    config = api.data("PUT", f"/datasets/{dataset_id}", json=body)["parser_config"]
    assert config == {**NAIVE, "raptor": {"use_raptor": True}, "pages": []}


def test_names_have_1_to_128_characters_of_any_script(api: Any) -> None:
    for name in ("a" * 128, f"  {'🚢' * 128}\t", "x"):
        assert api.data("POST", "/datasets", json={"name": name})["name"] == name.strip()
    for name in ("🚢" * 129, "\u3000", "\t\n"):
        assert api("POST", "/datasets", json={"name": name})["code"] == 101


@pytest.mark.parametrize(("name", "other"), [("STRASSE", "straße"), ("ΣΊΣΥΦΟΣ", "σίσυφος")])
def test_names_are_equal_whatever_their_case(api: Any, name: str, other: str) -> None:
    first, second = api.dataset(name), api.dataset("second")
    reply = api("POST", "/datasets", json={"name": other})
    assert reply == {"code": 103, "message": f"Dataset name '{other}' already exists"}
    reply = api("PUT", f"/datasets/{second}", json={"name": f" {other} "})
    assert reply == {"code": 102, "message": f"Dataset name '{other}' already exists"}
    assert [d["id"] for d in api.data("GET", "/datasets", params={"name": other})] == [first]
    assert api.data("PUT", f"/datasets/{first}", json={"name": other})["name"] == other


def test_avatars_are_pictures_in_a_data_url(api: Any, dataset_id: str) -> None:
    longest = "data:image/jpeg;base64,"
    for avatar in ("data:image/png;base64,x", longest + "x" * (65_535 - len(longest)), None):
        body = {"avatar": avatar}
        assert api.data("PUT", f"/datasets/{dataset_id}", json=body)["avatar"] == avatar
    for avatar, message in (
        (longest + "x" * (65_536 - len(longest)), "String should have at most 65535 characters"),
        ("data:image/png", "Missing MIME prefix. Expected format: data:<mime>;base64,<data>"),
        ("image/png;base64,x", "Invalid MIME prefix format. Must start with 'data:'"),
        ("data:IMAGE/PNG;base64,x", "Unsupported MIME type. Allowed: ['image/jpeg', 'image/png']"),
        (5, "Input should be a valid string"),
    ):
        for method, path in (("POST", "/datasets"), ("PUT", f"/datasets/{dataset_id}")):
            reply = api(method, path, json={"name": "a", "avatar": avatar})
            assert reply["code"] == 101
            assert message in reply["message"]


def test_ids_of_version_1_are_known_in_every_form(api: Any, dataset_id: str) -> None:
    value = uuid.UUID(dataset_id)
    forms = (str(value), dataset_id.upper(), f"{{{value}}}", value.urn)
    for form in forms:
        assert api.data("GET", "/datasets", params={"id": form})[0]["id"] == dataset_id
        body = {"description": form}
        assert api.data("PUT", f"/datasets/{form}", json=body)["description"] == form
    for form in (uuid.uuid4().hex, "x", f"{dataset_id}0", uuid.UUID(int=0).hex):
        assert "Invalid UUID1 format" in api("PUT", f"/datasets/{form}", json={})["message"]
        reply = api("GET", "/datasets", params={"id": form})
        assert (reply["code"], "Invalid UUID1 format" in reply["message"]) == (101, True)


def test_the_id_of_an_update_is_that_of_the_path(api: Any, dataset_id: str) -> None:
    other = api.dataset("other")
    path = f"/datasets/{dataset_id}"
    reply = api("PUT", path, json={"dataset_id": other})
    assert reply == {"code": 101, "message": "No properties were modified"}
    body = {"dataset_id": other, "description": "x"}
    assert api.data("PUT", path, json=body)["id"] == dataset_id


def test_a_model_is_named_with_its_provider(api: Any, dataset_id: str) -> None:
    for model, message in (
        ("", "Embedding model identifier must follow <model_name>@<provider> format"),
        ("name@", "Both model_name and provider must be non-empty strings"),
        (" @ ", "Both model_name and provider must be non-empty strings"),
        ("a@" + "b" * 254, "String should have at most 255 characters"),
        ("a@b@c", "Unsupported model: a@b@c"),
        ("private@Elsewhere", "Unauthorized model: private@Elsewhere"),
    ):
        for method, path in (("POST", "/datasets"), ("PUT", f"/datasets/{dataset_id}")):
            reply = api(method, path, json={"name": "a", "embedding_model": model})
            assert (reply["code"], message in reply["message"]) == (101, True), model
    body = {"embedding_model": " other@Builtin "}
    made = api.data("POST", "/datasets", json={"name": "b", **body})
    assert made["embedding_model"] == "other@Builtin"
    changed = api.data("PUT", f"/datasets/{dataset_id}", json=body)
    assert changed["embedding_model"] == "other@Builtin"


def test_a_page_rank_is_added_to_every_chunk_until_it_is_0(
    api: Any, parsed: tuple[str, str]
) -> None:
    def similarity(page_rank: int) -> float:
        body = {"pagerank": page_rank}
        assert api.data("PUT", f"/datasets/{parsed[0]}", json=body)["pagerank"] == page_rank
        asked = {"question": "flour", "dataset_ids": [parsed[0]]}
        return float(api.data("POST", "/retrieval", json=asked)["chunks"][0]["similarity"])

    plain = similarity(0)
    assert similarity(1) == pytest.approx(plain + 1)
    assert similarity(100) == pytest.approx(plain + 100)
    assert similarity(0) == pytest.approx(plain)
    for value in (-1, 101, "1", 1.5, True):
        assert api("PUT", f"/datasets/{parsed[0]}", json={"pagerank": value})["code"] == 101
