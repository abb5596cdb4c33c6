"""Ids of another tenant in every position of every request.

Refused, nothing told, nothing changed; and the same where ids of one's own objects are put together
that do not belong together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

SECRET = "lighthouse"
QUESTION = "Who counts ships?"
ASKED = {"question": QUESTION}
DATASET = "/datasets/{own.dataset}"
DOCUMENT = f"{DATASET}/documents/{{own.document}}"
MIXED_DATASETS = ["{own.dataset}", "{their.dataset}"]
MIXED_DOCUMENTS = ["{own.document}", "{their.document}"]
ASSIGNED = {"updates": [{"key": "kind", "value": "x"}]}


@dataclass(frozen=True, slots=True)
class Call:
    """Name a request; `embed` sends it with the embed token, `upload` as a form with a file."""

    method: str
    path: str
    body: Any = None
    embed: bool = False
    upload: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}"


REFUSED = (
    # lists with one own and one foreign id
    Call("DELETE", "/datasets", {"ids": MIXED_DATASETS}),
    Call("POST", "/retrieval", ASKED | {"dataset_ids": MIXED_DATASETS}),
    Call(
        "POST",
        "/retrieval",
        ASKED | {"dataset_ids": ["{own.dataset}"], "document_ids": MIXED_DOCUMENTS},
    ),
    Call("POST", "/sessions/ask", ASKED | {"dataset_ids": MIXED_DATASETS}),
    Call("POST", "/chats", {"name": "new", "dataset_ids": MIXED_DATASETS}),
    Call("PUT", "/chats/{own.chat}", {"dataset_ids": MIXED_DATASETS}),
    Call("PATCH", "/chats/{own.chat}", {"dataset_ids": MIXED_DATASETS}),
    Call("POST", "/searches", {"name": "new", "search_config": {"kb_ids": MIXED_DATASETS}}),
    Call("PUT", "/searches/{own.search}", {"search_config": {"kb_ids": MIXED_DATASETS}}),
    Call("PUT", "/searches/{own.search}", {"search_config": {"doc_ids": MIXED_DOCUMENTS}}),
    Call(
        "POST",
        f"{DATASET}/metadata/update",
        ASSIGNED | {"selector": {"document_ids": MIXED_DOCUMENTS}},
    ),
    Call("POST", "/file/rm", {"file_ids": ["{own.file}", "{their.file}"]}),
    Call("POST", "/file/rm", {"file_ids": ["{own.file}", "{their.document}"]}),
    Call(
        "POST",
        "/file/convert",
        {"file_ids": ["{own.file}", "{their.file}"], "kb_ids": ["{own.dataset}"]},
    ),
    Call("POST", "/file/convert", {"file_ids": ["{own.file}"], "kb_ids": MIXED_DATASETS}),
    Call(
        "POST",
        "/file/mv",
        {"src_file_ids": ["{own.file}", "{their.file}"], "dest_file_id": "{own.folder}"},
    ),
    Call("POST", "/file/mv", {"src_file_ids": ["{own.file}"], "dest_file_id": "{their.folder}"}),
    Call("POST", "/file/mv", {"src_file_ids": ["{own.file}"], "dest_file_id": "{their.tenant}"}),
    Call("POST", "/file/mv", {"src_file_ids": ["{own.file}"], "dest_file_id": "{their.dataset}"}),
    Call("POST", "/file/upload", {"parent_id": "{their.folder}"}, upload=True),
    Call("POST", "/file/upload", {"parent_id": "{their.tenant}"}, upload=True),
    Call("POST", "/file/create", {"name": "x", "type": "folder", "parent_id": "{their.tenant}"}),
    Call("GET", "/file/list?parent_id={their.tenant}"),
    # a path whose first part is one's own and whose second is not, or the other way round
    Call("GET", f"{DATASET}/documents/{{their.document}}"),
    Call("PUT", f"{DATASET}/documents/{{their.document}}", {"name": "x.txt"}),
    Call("GET", "/datasets/{their.dataset}/documents/{own.document}"),
    Call("GET", f"{DATASET}/documents/{{their.document}}/chunks"),
    Call("POST", f"{DATASET}/documents/{{their.document}}/chunks", {"content": "x"}),
    Call("DELETE", f"{DATASET}/documents/{{their.document}}/chunks", {}),
    Call("GET", f"{DOCUMENT}/chunks/{{their.chunk}}"),
    Call("GET", f"{DOCUMENT}/chunks?id={{their.chunk}}"),
    Call("PUT", f"{DOCUMENT}/chunks/{{their.chunk}}", {"content": "x"}),
    Call("DELETE", f"{DOCUMENT}/chunks", {"chunk_ids": ["{their.chunk}"]}),
    Call("GET", f"{DATASET}/documents?id={{their.document}}"),
    Call("POST", f"{DATASET}/chunks", {"document_ids": ["{their.document}"]}),
    Call("DELETE", f"{DATASET}/chunks", {"document_ids": ["{their.document}"]}),
    Call("GET", "/chats/{own.chat}/sessions/{their.session}"),
    Call("PUT", "/chats/{own.chat}/sessions/{their.session}", {"name": "x"}),
    Call("DELETE", "/chats/{own.chat}/sessions", {"ids": ["{their.session}"]}),
    Call("GET", "/chats/{their.chat}/sessions/{own.session}"),
    Call("PUT", "/chats/{their.chat}/sessions/{own.session}", {"name": "x"}),
    Call("DELETE", "/chats/{their.chat}/sessions", {"ids": ["{own.session}"]}),
    Call("POST", "/chats/{own.chat}/completions", ASKED | {"session_id": "{their.session}"}),
    Call("POST", "/chats/{their.chat}/completions", ASKED | {"session_id": "{own.session}"}),
    # what widens or narrows a question
    Call(
        "POST",
        "/chats/{own.chat}/completions",
        ASKED | {"session_id": "{own.session}", "kb_ids": "{their.dataset}"},
    ),
    Call(
        "POST",
        "/chats/{own.chat}/completions",
        ASKED | {"session_id": "{own.session}", "kb_ids": MIXED_DATASETS},
    ),
    Call(
        "POST",
        "/chats/{own.chat}/completions",
        ASKED | {"session_id": "{own.session}", "doc_ids": "{own.document},{their.document}"},
    ),
    Call(
        "POST",
        "/chats/{own.chat}/completions",
        ASKED | {"session_id": "{own.session}", "doc_ids": "{their.document}", "stream": False},
    ),
    Call(
        "POST",
        "/chatbots/{own.chat}/completions",
        ASKED | {"session_id": "{their.embed_session}"},
        embed=True,
    ),
    Call(
        "POST",
        "/chatbots/{own.chat}/completions",
        ASKED | {"session_id": "{own.embed_session}", "kb_ids": "{their.dataset}"},
        embed=True,
    ),
    Call("POST", "/searchbots/ask", ASKED | {"kb_ids": MIXED_DATASETS}, embed=True),
    Call(
        "POST",
        "/searchbots/ask",
        ASKED | {"kb_ids": ["{own.dataset}"], "search_id": "{their.search}"},
        embed=True,
    ),
    Call(
        "POST",
        "/searchbots/ask",
        ASKED | {"kb_ids": ["{their.dataset}"], "search_id": "{own.search}"},
        embed=True,
    ),
    Call("POST", "/searchbots/mindmap", ASKED | {"kb_ids": MIXED_DATASETS}, embed=True),
    Call("POST", "/searchbots/retrieval_test", ASKED | {"kb_id": MIXED_DATASETS}, embed=True),
    Call(
        "POST",
        "/searchbots/retrieval_test",
        ASKED | {"kb_id": ["{own.dataset}"], "doc_ids": MIXED_DOCUMENTS},
        embed=True,
    ),
    Call(
        "POST",
        "/searchbots/retrieval_test",
        ASKED | {"kb_id": "{own.dataset}", "search_id": "{their.search}"},
        embed=True,
    ),
    # pictures are named by a dataset and a chunk
    Call("GET", "/images/{their.image}"),
    Call("GET", "/images/{own.dataset}-{their.chunk}"),
    Call("GET", "/images/{their.dataset}-{own.chunk}"),
    Call("GET", "/images/{their.document}-{their.chunk}"),
    # a tenant that the caller names
    Call("POST", "/chats", {"name": "new", "tenant_id": "{their.tenant}"}),
    Call("POST", "/datasets", {"name": "new", "tenant_id": "{their.tenant}"}),
    Call("PUT", DATASET, {"tenant_id": "{their.tenant}"}),
    Call("PUT", DATASET, {"id": "{their.dataset}", "description": "x"}),
    # one's own, but of another dataset, document or assistant
    Call("GET", f"{DATASET}/documents/{{own.second_document}}"),
    Call("PUT", f"{DATASET}/documents/{{own.second_document}}", {"name": "x.txt"}),
    Call("DELETE", f"{DATASET}/documents", {"ids": ["{own.second_document}"]}),
    Call("POST", f"{DATASET}/chunks", {"document_ids": ["{own.second_document}"]}),
    Call("GET", f"{DATASET}/documents/{{own.second_document}}/chunks"),
    Call("GET", f"{DOCUMENT}/chunks/{{own.second_chunk}}"),
    Call("PUT", f"{DOCUMENT}/chunks/{{own.second_chunk}}", {"content": "x"}),
    Call("DELETE", f"{DOCUMENT}/chunks", {"chunk_ids": ["{own.second_chunk}"]}),
    Call("GET", "/images/{own.second_dataset}-{own.chunk}"),
    Call(
        "POST",
        "/retrieval",
        ASKED | {"dataset_ids": ["{own.dataset}"], "document_ids": ["{own.second_document}"]},
    ),
    Call("GET", "/chats/{own.second_chat}/sessions/{own.session}"),
    Call("POST", "/chats/{own.second_chat}/completions", ASKED | {"session_id": "{own.session}"}),
    # conversations of pages and of the API are kept apart
    Call("POST", "/chats/{own.chat}/completions", ASKED | {"session_id": "{own.embed_session}"}),
    Call(
        "POST",
        "/chatbots/{own.chat}/completions",
        ASKED | {"session_id": "{own.session}"},
        embed=True,
    ),
)

PASSED_OVER = (
    Call("GET", f"{DATASET}/metadata/summary?doc_ids={{their.document}}"),
    Call("GET", "/chats/{own.chat}/sessions?id={their.session}"),
    Call("GET", "/datasets?ids={own.dataset}&ids={own.second_dataset}"),
    Call("GET", "/datasets?page=1&tenant_id={their.tenant}"),
    Call("GET", "/chats?tenant_id={their.tenant}"),
    Call("GET", "/searches?keywords=lighthouse"),
    Call("GET", "/file/list?keywords=keeper"),
)

HALF_DONE = (
    Call("DELETE", f"{DATASET}/documents", {"ids": MIXED_DOCUMENTS}),
    Call("POST", f"{DATASET}/chunks", {"document_ids": MIXED_DOCUMENTS}),
    Call("DELETE", f"{DOCUMENT}/chunks", {"chunk_ids": ["{own.chunk}", "{their.chunk}"]}),
    Call("DELETE", "/chats", {"ids": ["{own.chat}", "{their.chat}"]}),
    Call("DELETE", "/chats/{own.chat}/sessions", {"ids": ["{own.session}", "{their.session}"]}),
    Call("DELETE", f"{DATASET}/documents", {}),
    Call("DELETE", "/chats", {}),
    Call("DELETE", "/datasets", {"ids": None}),
)


def filled(value: Any, names: dict[str, Any]) -> Any:
    """Put ids where a body names them."""
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    return value.format(**names) if isinstance(value, str) else value


def send(api: Any, call: Call, **names: Any) -> Any:
    """Send a request of the tables."""
    caller, body = (api.embed if call.embed else api), filled(call.body, names)
    options: dict[str, Any] = {} if body is None else {"json": body}
    if call.upload:
        options = {"data": body, "files": [("file", ("new.txt", b"new"))]}
    return caller.raw(call.method, call.path.format(**names), **options)


def refused(response: Any) -> bool:
    """Tell whether a reply, or a frame of a stream, says no."""
    if response.headers["content-type"].startswith("text/event-stream"):
        frames = [
            json.loads(text.removeprefix("data:")) for text in response.text.split("\n\n")[:-1]
        ]
        return any(frame["code"] != 0 for frame in frames)
    return bool(response.headers["content-type"] == "application/json" and response.json()["code"])


def test_ids_that_are_not_the_callers_are_refused_anywhere(
    api: Any, own: Any, their: Any, rows: Any
) -> None:
    before = rows()
    for call in REFUSED:
        response = send(api, call, own=own, their=their)
        assert response.status_code == 200, call
        assert refused(response), (call, response.text)
        assert SECRET not in response.text, call
        assert rows() == before, call


def test_filters_of_lists_tell_nothing_of_others(api: Any, own: Any, their: Any, rows: Any) -> None:
    before = rows()
    for call in PASSED_OVER:
        response = send(api, call, own=own, their=their)
        assert response.status_code == 200, call
        assert SECRET not in response.text, call
        assert rows() == before, call


@pytest.mark.parametrize("call", HALF_DONE, ids=str)
def test_where_one_half_is_done_the_others_half_stays(
    api: Any, stranger: Any, own: Any, their: Any, rows: Any, call: Call
) -> None:
    marks = {value for name in their.__slots__ if (value := getattr(their, name))}

    def of_others() -> list[str]:
        return [row for row in rows() if SECRET in row or any(mark in row for mark in marks)]

    before, all_before = of_others(), rows()
    response = send(api, call, own=own, their=their)
    assert SECRET not in response.text
    assert rows() != all_before
    assert of_others() == before


def test_a_tenant_in_a_change_of_an_assistant_moves_nothing(
    api: Any, stranger: Any, own: Any, their: Any
) -> None:
    api("PUT", f"/chats/{own.chat}", json={"tenant_id": their.tenant, "name": "moved"})
    assert own.chat in str(api.data("GET", "/chats"))
    assert own.chat not in str(stranger.data("GET", "/chats"))


def test_tag_sets_of_another_tenant_are_refused(api: Any, own: Any, their: Any) -> None:
    config = {"parser_config": {"tag_kb_ids": [their.dataset]}}
    document = api.data("GET", f"/datasets/{own.dataset}/documents")["docs"][0]["id"]
    for method, path, body, code in (
        ("POST", "/datasets", {"name": "tagged", **config}, 108),
        ("PUT", f"/datasets/{own.dataset}", config, 108),
        ("PUT", f"/datasets/{own.dataset}/documents/{document}", config, 102),
    ):
        reply = api.raw(method, path, json=body)
        assert reply.json()["code"] == code, path
        assert SECRET not in reply.text
    assert their.dataset not in api.raw("GET", "/datasets").text


def test_a_filter_on_meta_fields_stays_in_the_datasets_that_were_named(
    api: Any, own: Any, their: Any
) -> None:
    values = (f"{SECRET} one", their.document, their.tenant, their.dataset)
    keys = ("kind", "document_id", "tenant_id", "dataset_id", "__class__")
    for key, value in product(keys, values):
        condition = {"name": key, "comparison_operator": "contains", "value": value}
        body = ASKED | {
            "dataset_ids": [own.dataset],
            "metadata_condition": {"conditions": [condition]},
        }
        reply = api.raw("POST", "/retrieval", json=body)
        assert reply.json()["code"] == 0
        assert SECRET not in reply.text
