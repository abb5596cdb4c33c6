"""40 §2, §4 and §7: errors in their order, each said before the next."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def others(world: Any, api: Any, parsed: Any) -> tuple[str, str]:
    """Return a dataset without chunks, and one of another embedding model."""
    other = api.dataset("other", embedding_model="other@Builtin")
    (document_id,) = api.upload(other, a__txt="some text")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [document_id]})
    world.work()
    return api.dataset("empty"), other


def test_create_says_its_errors_in_order(
    api: Any, parsed: tuple[str, str], others: tuple[str, str]
) -> None:
    empty, other = others
    api.chat("taken")
    steps: list[tuple[dict[str, Any], int, str]] = [
        ({"dataset_ids": ["nope", empty]}, 102, "You don't own the dataset nope"),
        ({"dataset_ids": [empty, other]}, 102, f"The dataset {empty} doesn't own parsed file"),
        (
            {"dataset_ids": [parsed[0], other]},
            109,
            'Datasets use different embedding models."',
        ),
        (
            {"dataset_ids": [parsed[0]], "llm": {"model_name": "x"}},
            102,
            "`model_name` x doesn't exist",
        ),
        ({"llm": {}, "prompt": {"rerank_model": "y"}}, 102, "`rerank_model` y doesn't exist"),
        ({"prompt": {"prompt": "no slot"}, "name": ""}, 102, "`name` is required."),
        ({"name": "TAKEN"}, 102, "Duplicated chat name in creating chat."),
        ({"name": "new", "tenant_id": "t"}, 102, "`tenant_id` must not be provided."),
        ({"tenant_id": ""}, 102, "Parameter 'knowledge' is not used"),
    ]
    body: dict[str, Any] = {
        "llm": {"model_name": "x"},
        "prompt": {"rerank_model": "y", "prompt": "no slot"},
        "tenant_id": "t",
    }
    for change, code, message in steps:
        body |= change
        assert api("POST", "/chats", json=body) == {"code": code, "message": message}
    assert len(api.data("GET", "/chats")) == 1
    assert api("POST", "/chats", json=body | {"prompt": {}})["code"] == 0


def test_update_says_its_errors_in_order(
    api: Any, parsed: tuple[str, str], others: tuple[str, str]
) -> None:
    empty, other = others
    api.chat("taken")
    path = f"/chats/{api.chat('mine', dataset_ids=[parsed[0]])}"
    body: dict[str, Any] = {"name": "", "prompt": {"prompt": "no slot"}}
    everything = {**body, "llm": {}, "dataset_ids": ["nope"]}
    unknown = {"code": 102, "message": "You do not own the chat"}
    assert api("PUT", "/chats/nope", json=everything) == unknown
    for change, code, message in (
        ({"dataset_ids": ["nope"]}, 102, "You don't own the dataset nope"),
        ({"dataset_ids": [empty]}, 102, f"The dataset {empty} doesn't own parsed file"),
        ({"dataset_ids": [other, parsed[0]]}, 109, 'Datasets use different embedding models."'),
        (
            {"dataset_ids": [], "llm": {"model_name": "x"}},
            102,
            "`model_name` x doesn't exist",
        ),
        (
            {"llm": {"top_p": 1}, "prompt": {"rerank_model": "y"}},
            102,
            "`rerank_model` y doesn't exist",
        ),
        ({"prompt": {"prompt": "no slot"}}, 102, "`name` cannot be empty."),
        ({"name": "Taken"}, 102, "Duplicated chat name in updating chat."),
        ({"name": "mine"}, 102, "Parameter 'knowledge' is not used"),
    ):
        body |= change
        assert api("PUT", path, json=body) == {"code": code, "message": message}
    (chat,) = api.data("GET", "/chats", params={"name": "mine"})
    assert [each["id"] for each in chat["datasets"]] == [parsed[0]]
    assert "top_p" not in chat["llm"] or chat["llm"]["top_p"] == 0.3


def test_a_session_is_looked_for_before_its_changes_are_checked(api: Any) -> None:
    chat_id = api.chat()
    session_id = api.session(chat_id)
    for body in ({"message": []}, {"reference": []}, {"name": ""}, {"name": "x"}, {}):
        reply = api("PUT", f"/chats/{chat_id}/sessions/nope", json=body)
        assert reply == {"code": 102, "message": "Session does not exist"}
    body = {"name": "", "message": [], "reference": []}
    for key, message in (
        ("message", "`message` can not be change"),
        ("reference", "`reference` can not be change"),
        ("name", "`name` can not be empty."),
    ):
        reply = api("PUT", f"/chats/{chat_id}/sessions/{session_id}", json=body)
        assert reply == {"code": 102, "message": message}
        del body[key]


def test_counts_that_no_column_holds_are_refused(api: Any) -> None:
    for key in ("top_n", "top_k"):
        for value in (10**30, -(10**30), 10**400):
            reply = api("POST", "/chats", json={"name": "a", "prompt": {key: value}})
            assert reply["code"] == 102
            assert f"`{key}`" in reply["message"]
    assert api.data("GET", "/chats") == []


def test_names_of_chats_have_255_bytes(api: Any) -> None:
    """Trap 92."""
    assert api("POST", "/chats", json={"name": "é" * 127})["code"] == 0
    assert api("POST", "/chats", json={"name": "é" * 128})["code"] == 102


@pytest.mark.parametrize(("name", "other"), [("STRASSE", "straße"), ("ΣΊΣΥΦΟΣ", "σίσυφος")])
def test_names_of_chats_are_equal_whatever_their_case(api: Any, name: str, other: str) -> None:
    api.chat(name)
    refusal = {"code": 102, "message": "Duplicated chat name in creating chat."}
    assert api("POST", "/chats", json={"name": other}) == refusal
    assert len(api.data("GET", "/chats", params={"name": other})) == 1


def test_languages_and_keywords_of_an_assistant_widen_its_search(
    api: Any, parsed: tuple[str, str], model: Any
) -> None:
    """40 §8.4, step 6."""
    prompt = {"cross_languages": ["English"], "keyword": True}
    fields = {"dataset_ids": [parsed[0]], "llm": {"model_name": "scripted"}, "prompt": prompt}
    chat_id = api.chat(**fields)
    model.answers = ["What does bread need?", "flour, water", "Flour [ID:0]."]
    body = {"question": "Brot?", "session_id": api.session(chat_id), "stream": False}
    answer = api.data("POST", f"/chats/{chat_id}/completions", json=body)
    assert answer["reference"]["chunks"][0]["content"] == "Bread needs flour and water."
    assert len(model.calls) == 3


@pytest.mark.parametrize(("year", "found"), [(2024, True), (1999, False)])
def test_the_manual_filter_of_an_assistant_keeps_to_its_documents(
    api: Any, parsed: tuple[str, str], year: int, found: bool
) -> None:
    """40 §8.4, step 6."""
    path = "/datasets/{}/documents/{}".format(*parsed)
    api.data("PUT", path, json={"meta_fields": {"year": 2024}})
    manual = [{"key": "year", "op": "=", "value": year}]
    chat_id = api.chat(
        dataset_ids=[parsed[0]], meta_data_filter={"method": "manual", "manual": manual}
    )
    body = {"question": "bread flour", "session_id": api.session(chat_id), "stream": False}
    answer = api.data("POST", f"/chats/{chat_id}/completions", json=body)
    assert bool(answer["reference"]["chunks"]) is found


def test_a_model_name_of_null_means_the_default_again(api: Any) -> None:  # 40 §2, §4
    chat = api.chat(llm={"model_name": "scripted"})
    assert api.data("PUT", f"/chats/{chat}", json={"llm": {"model_name": None}}) is None
    (listed,) = api.data("GET", "/chats")
    assert listed["llm"]["model_name"] == "extractive"
    api.data("PUT", f"/chats/{chat}", json={"llm": {"temperature": 0.5}})
    assert api.data("GET", "/chats")[0]["llm"]["model_name"] == "extractive"


def test_an_assistant_that_no_client_could_read_is_refused(api: Any) -> None:
    body = '{"name": "deep", "prompt": ' + '{"a":' * 900 + "1" + "}" * 900 + "}"
    reply = api("POST", "/chats", content=body.encode())
    assert reply["code"] == 102
    assert "levels deep" in reply["message"]
    assert api.data("GET", "/chats") == []
