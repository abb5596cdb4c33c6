"""Chat assistants: create and update."""

from __future__ import annotations

from typing import Any

import pytest

KEYS = {
    "id",
    "tenant_id",
    "name",
    "description",
    "avatar",
    "language",
    "prompt_type",
    "do_refer",
    "meta_data_filter",
    "status",
    "llm",
    "prompt",
    "create_time",
    "create_date",
    "update_time",
    "update_date",
}


def listed(api: Any, chat_id: str) -> Any:
    (chat,) = api.data("GET", "/chats", params={"id": chat_id})
    return chat


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    return str(api.chat(dataset_ids=[parsed[0]]))


# create


def test_an_assistant_of_a_name_alone_has_the_defaults(api: Any) -> None:
    chat = api.data("POST", "/chats", json={"name": "guide"})
    assert chat.keys() == KEYS | {"dataset_ids"}
    assert chat["tenant_id"] == api.tenant_id
    assert chat["dataset_ids"] == []
    assert chat["avatar"] == ""
    assert chat["description"] == "A helpful Assistant"
    assert chat["status"] == "1"
    assert chat["llm"] == {
        "model_name": "extractive",
        "temperature": 0.1,
        "top_p": 0.3,
        "frequency_penalty": 0.7,
        "presence_penalty": 0.4,
        "max_tokens": 512,
    }
    system = chat["prompt"].pop("prompt")
    assert "{knowledge}" in system
    assert "The answer you are looking for is not found in the knowledge base!" in system
    assert chat["prompt"] == {
        "opener": "Hi! I'm your assistant. What can I do for you?",
        "variables": [{"key": "knowledge", "optional": False}],
        "empty_response": "Sorry! No relevant content was found in the knowledge base!",
        "show_quote": True,
        "tts": False,
        "refine_multiturn": True,
        "similarity_threshold": 0.2,
        "keywords_similarity_weight": 0.7,
        "top_n": 6,
        "rerank_model": "",
    }


def test_what_is_given_is_stored(api: Any, parsed: Any) -> None:
    chat = api.data(
        "POST",
        "/chats",
        json={
            "name": "guide",
            "avatar": "not a data URL",
            "description": "knows ships",
            "language": "Chinese",
            "prompt_type": "advanced",
            "do_refer": "0",
            "meta_data_filter": {"method": "auto"},
            "dataset_ids": [parsed[0], ""],
            "llm": {"model_name": "scripted", "temperature": 0.9, "seed": 7},
            "prompt": {
                "prompt": "Use {knowledge}, {tone}.",
                "variables": [{"key": "tone", "optional": True}],
                "opener": "Ahoy!",
                "show_quote": False,
                "empty_response": None,
                "similarity_threshold": 0.5,
                "top_n": 3,
                "top_k": 77,
                "rerank_model": "backwards",
                "cross_languages": ["German"],
            },
            "colour": "blue",
        },
    )
    assert chat["dataset_ids"] == [parsed[0]]
    assert (chat["avatar"], chat["description"]) == ("not a data URL", "knows ships")
    assert (chat["language"], chat["prompt_type"], chat["do_refer"]) == ("Chinese", "advanced", "0")
    assert chat["meta_data_filter"] == {"method": "auto"}
    assert chat["llm"]["model_name"] == "scripted"
    assert (chat["llm"]["temperature"], chat["llm"]["seed"]) == (0.9, 7)
    prompt = chat["prompt"]
    assert prompt["prompt"] == "Use {knowledge}, {tone}."
    assert prompt["variables"] == [{"key": "tone", "optional": True}]
    assert (prompt["opener"], prompt["show_quote"], prompt["empty_response"]) == (
        "Ahoy!",
        False,
        None,
    )
    assert (prompt["similarity_threshold"], prompt["top_n"]) == (0.5, 3)
    assert (prompt["rerank_model"], prompt["cross_languages"]) == ("backwards", ["German"])
    assert "top_k" not in prompt
    assert listed(api, chat["id"])["top_k"] == 77
    assert "colour" not in chat


@pytest.mark.parametrize("system", ["", None])
def test_an_empty_prompt_is_replaced_by_the_default(api: Any, system: Any) -> None:
    chat = api.data("POST", "/chats", json={"name": "a", "prompt": {"prompt": system}})
    assert "{knowledge}" in chat["prompt"]["prompt"]


@pytest.mark.parametrize(("written", "read"), [(0.7, 0.3), (0.2, 0.8), (1, 0), (0, 1)])
def test_the_keywords_weight_reads_back_as_one_minus_what_was_written(
    api: Any, written: float, read: float
) -> None:
    body = {"name": "a", "prompt": {"keywords_similarity_weight": written}}
    chat = api.data("POST", "/chats", json=body)
    assert chat["prompt"]["keywords_similarity_weight"] == pytest.approx(read)
    shown = listed(api, chat["id"])["prompt"]["keywords_similarity_weight"]
    assert shown == pytest.approx(read)


def test_a_model_of_null_means_the_default_one(api: Any) -> None:
    chat = api.data("POST", "/chats", json={"name": "a", "llm": {"model_name": None}})
    assert chat["llm"]["model_name"] == "extractive"


@pytest.mark.parametrize("name", ["BAAI/bge-reranker-v2-m3", "maidalun1020/bce-reranker-base_v1"])
def test_two_rerank_models_may_always_be_named(api: Any, name: str) -> None:
    body = {"name": "a", "prompt": {"rerank_model": name}}
    assert api.data("POST", "/chats", json=body)["prompt"]["rerank_model"] == name


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"dataset_ids": ["nope"]}, 102, "You don't own the dataset nope"),
        ({"dataset_ids": "invalid"}, 102, "You don't own the dataset i"),
        ({"dataset_ids": 5}, 102, "`dataset_ids` should be a list of ids."),
        ({"llm": {"model_name": "gpt"}}, 102, "`model_name` gpt doesn't exist"),
        (
            {"llm": {"model_name": "private@Elsewhere"}},
            102,
            "`model_name` private@Elsewhere doesn't exist",
        ),
        ({"prompt": {"rerank_model": "none"}}, 102, "`rerank_model` none doesn't exist"),
        ({"name": ""}, 102, "`name` is required."),
        ({"name": " "}, 102, "`name` is required."),
        ({"name": None}, 102, "`name` is required."),
        ({"name": 7}, 102, "`name` should be a string."),
        ({"name": "é" * 128}, 102, "A chat's name has at most 255 bytes."),
        ({"name": "TAKEN"}, 102, "Duplicated chat name in creating chat."),
        ({"tenant_id": "t"}, 102, "`tenant_id` must not be provided."),
        ({"prompt": {"prompt": "No slot"}}, 102, "Parameter 'knowledge' is not used"),
        (
            {"prompt": {"variables": [{"key": "tone", "optional": False}]}},
            102,
            "Parameter 'tone' is not used",
        ),
        (
            {"prompt": {"variables": ["knowledge"]}},
            102,
            "`variables` should be a list of objects with a `key`.",
        ),
        ({"prompt": {"top_n": "many"}}, 102, "`top_n` should be a number."),
        ({"prompt": "text"}, 102, "`prompt` should be an object."),
        ({"llm": []}, 102, "`llm` should be an object."),
        ({"llm": {"model_name": 5}}, 102, "`model_name` should be a string."),
        ({"prompt": {"rerank_model": 5}}, 102, "`rerank_model` should be a string."),
    ],
)
def test_refusals_of_create(api: Any, fields: Any, code: int, message: str) -> None:
    api.chat("taken")
    assert api("POST", "/chats", json={"name": "a", **fields}) == {"code": code, "message": message}
    assert len(api.data("GET", "/chats")) == 1


def test_a_weight_that_is_no_finite_number_is_refused(api: Any) -> None:
    body = '{"name": "a", "prompt": {"keywords_similarity_weight": NaN}}'
    reply = api("POST", "/chats", content=body)
    assert reply == {"code": 102, "message": "`keywords_similarity_weight` should be a number."}


def test_a_dataset_without_chunks_is_refused(api: Any, dataset_id: str) -> None:
    reply = api("POST", "/chats", json={"name": "a", "dataset_ids": [dataset_id]})
    assert reply == {"code": 102, "message": f"The dataset {dataset_id} doesn't own parsed file"}


def test_chunks_that_were_added_by_hand_count(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="x")
    path = f"/datasets/{dataset_id}/documents/{document_id}/chunks"
    api.data("POST", path, json={"content": "by hand"})
    assert api.chat(dataset_ids=[dataset_id])


def test_datasets_of_different_embedding_models_are_refused(
    world: Any, api: Any, parsed: Any
) -> None:
    other = api.dataset("other", embedding_model="other@Builtin")
    (document_id,) = api.upload(other, a__txt="some text")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [document_id]})
    world.work()
    refusal = {"code": 109, "message": 'Datasets use different embedding models."'}
    body = {"name": "a", "dataset_ids": [parsed[0], other]}
    assert api("POST", "/chats", json=body) == refusal
    chat_id = api.chat(dataset_ids=[other])
    assert api("PUT", f"/chats/{chat_id}", json=body) == refusal


def test_a_teammates_dataset_may_be_used(api: Any, teammate: Any, parsed: Any) -> None:
    refusal = {"code": 102, "message": f"You don't own the dataset {parsed[0]}"}
    assert teammate("POST", "/chats", json={"name": "a", "dataset_ids": [parsed[0]]}) == refusal
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    assert teammate.chat(dataset_ids=[parsed[0]])


def test_two_tenants_may_use_the_same_chat_name(api: Any, stranger: Any) -> None:
    assert api.chat("same") != stranger.chat("same")


def test_a_body_that_is_no_object_is_refused(api: Any) -> None:
    reply = api("POST", "/chats", json="text")
    assert reply["code"] == 100
    assert reply["message"] == """AttributeError("'str' object has no attribute 'get'")"""


# update


def test_settings_are_merged_into_what_is_stored(api: Any, chat_id: str) -> None:
    before = listed(api, chat_id)
    changes = {"llm": {"temperature": 0.8}, "prompt": {"opener": "Ahoy!", "top_n": 9}}
    assert api("PUT", f"/chats/{chat_id}", json=changes) == {"code": 0}
    after = listed(api, chat_id)
    assert after["llm"] == before["llm"] | {"temperature": 0.8}
    assert after["prompt"] == before["prompt"] | {"opener": "Ahoy!", "top_n": 9}
    assert after["name"] == before["name"]
    assert after["update_time"] >= before["update_time"]


@pytest.mark.parametrize(
    "changes",
    [{}, {"dataset_ids": []}, {"dataset_ids": None}, {"name": None}, {"unknown": 1}],
)
def test_nothing_to_change_changes_nothing(api: Any, chat_id: str, changes: Any) -> None:
    before = listed(api, chat_id)
    assert api("PUT", f"/chats/{chat_id}", json=changes) == {"code": 0}
    assert listed(api, chat_id) == before | {
        key: listed(api, chat_id)[key] for key in ("update_time", "update_date")
    }


def test_other_datasets_replace_the_old_ones(world: Any, api: Any, chat_id: str) -> None:
    other = api.dataset("other")
    (document_id,) = api.upload(other, a__txt="some text")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [document_id]})
    world.work()
    api.data("PUT", f"/chats/{chat_id}", json={"dataset_ids": [other, other]})
    assert [dataset["id"] for dataset in listed(api, chat_id)["datasets"]] == [other]


def test_an_assistant_may_keep_its_own_name(api: Any, chat_id: str) -> None:
    assert api("PUT", f"/chats/{chat_id}", json={"name": "GUIDE"}) == {"code": 0}
    assert listed(api, chat_id)["name"] == "GUIDE"


@pytest.mark.parametrize(("shown", "stored"), [(True, "1"), (False, "0")])
def test_show_quotation_sets_do_refer(api: Any, chat_id: str, shown: bool, stored: str) -> None:
    api.data("PUT", f"/chats/{chat_id}", json={"show_quotation": shown})
    assert listed(api, chat_id)["do_refer"] == stored


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "`name` cannot be empty."),
        ({"name": "Taken"}, "Duplicated chat name in updating chat."),
        ({"dataset_ids": ["nope"]}, "You don't own the dataset nope"),
        ({"llm": {"model_name": "gpt"}}, "`model_name` gpt doesn't exist"),
        ({"prompt": {"rerank_model": "none"}}, "`rerank_model` none doesn't exist"),
        ({"prompt": {"prompt": "No slot"}}, "Parameter 'knowledge' is not used"),
    ],
)
def test_refusals_of_update(api: Any, chat_id: str, changes: Any, message: str) -> None:
    api.chat("taken")
    before = listed(api, chat_id)
    reply = api("PUT", f"/chats/{chat_id}", json=changes)
    assert reply == {"code": 102, "message": message}
    assert listed(api, chat_id) == before


@pytest.mark.parametrize("name", ["llm", "prompt"])
def test_empty_settings_are_a_value_error(api: Any, chat_id: str, name: str) -> None:
    reply = api("PUT", f"/chats/{chat_id}", json={name: {}})
    assert reply["code"] == 102
    assert "ValueError" in reply["message"]


def test_an_unparsed_dataset_is_refused_on_update(api: Any, chat_id: str) -> None:
    empty = api.dataset("empty")
    reply = api("PUT", f"/chats/{chat_id}", json={"dataset_ids": [empty]})
    assert reply == {"code": 102, "message": f"The dataset {empty} doesn't own parsed file"}


def test_an_unknown_assistant_cannot_be_changed(api: Any) -> None:
    reply = api("PUT", "/chats/nope", json={"name": "b"})
    assert reply == {"code": 102, "message": "You do not own the chat"}
