"""Names of every Unicode shape: found again as they were given, or refused in words; never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("nothing_uncaught")

REFUSALS = (101, 102, 103, 400)
SHAPES = (
    "e\u0301",  # decomposed
    "\u00e9",  # composed
    "👩\u200d👩\u200d👧",
    "\u202eevil\u202c",
    "\ufeffmark",
    "\ufffe\uffff",
    "\ud800",
    "\x00",
    "\u2028",
    " inner  blanks ",
    "İstanbul",
    "'\"`;--",
    "..",
    "字" * 40,
)
TWINS = (
    ("straße", "STRASSE"),
    ("İx", "i\u0307x"),
    ("\u212aelvin", "kelvin"),
    ("ſo", "SO"),
    ("ΣΑΣ", "σας"),
    ("Ǆ", "ǆ"),
    ("ﬁsh", "FISH"),
    ("Ⅷ", "ⅷ"),
)
names = st.text(st.characters(codec=None), min_size=1, max_size=12)
several = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def every_shape(test: Any) -> Any:
    """Run a test with names of all kinds."""
    for shape in SHAPES:
        test = example(name=shape)(test)
    return several(given(name=names)(test))


def sent(api: Any, method: str, path: str, **body: Any) -> Any:
    """Send JSON in which any text can stand; return the reply, which says yes or no in words."""
    headers = {"Content-Type": "application/json"}
    reply = api(method, path, content=json.dumps(body), headers=headers)
    assert reply["code"] in (0, *REFUSALS), reply
    assert reply["code"] == 0 or reply["message"]
    return reply


def listed(api: Any, path: str, **params: Any) -> list[tuple[str, str]]:
    data = api.data("GET", path, params=params)
    found = (
        data if isinstance(data, list) else next(v for v in data.values() if isinstance(v, list))
    )
    return [(each["id"], each["name"]) for each in found]


@every_shape
def test_datasets(api: Any, name: str) -> None:
    made = sent(api, "POST", "/datasets", name=name)
    if made["code"] == 0:
        dataset, kept = made["data"]["id"], made["data"]["name"]
        assert kept == name.strip()
        assert listed(api, "/datasets", name=kept) == [(dataset, kept)]
        assert (dataset, kept) in listed(api, "/datasets")
        assert sent(api, "POST", "/datasets", name=name)["code"] != 0  # taken
        sent(api, "PUT", f"/datasets/{dataset}", name="other")
        assert sent(api, "PUT", f"/datasets/{dataset}", name=name)["code"] == 0
        assert listed(api, "/datasets", id=dataset) == [(dataset, kept)]
        assert api("DELETE", "/datasets", json={"ids": [dataset]})["code"] == 0
    assert listed(api, "/datasets") == []


@every_shape
def test_chats_and_sessions(api: Any, name: str) -> None:
    made = sent(api, "POST", "/chats", name=name)
    if made["code"] == 0:
        chat = made["data"]["id"]
        assert made["data"]["name"] == name
        assert listed(api, "/chats", name=name) == [(chat, name)]
        assert listed(api, "/chats", id=chat) == [(chat, name)]
        begun = sent(api, "POST", f"/chats/{chat}/sessions", name=name)
        session = begun["data"]["id"]
        path = f"/chats/{chat}/sessions"
        assert listed(api, path, name=name) == listed(api, path) == [(session, name)]
        sent(api, "PUT", f"{path}/{session}", name="other")
        assert sent(api, "PUT", f"{path}/{session}", name=name)["code"] == 0
        assert listed(api, path, id=session) == [(session, name)]
        assert api("DELETE", path, json={"ids": [session]}) == {"code": 0}
        assert api("DELETE", "/chats", json={"ids": [chat]}) == {"code": 0}
    assert listed(api, "/chats") == []


@every_shape
def test_documents(api: Any, name: str) -> None:
    dataset = api.dataset()
    (document,) = api.upload(dataset, plain__txt="x")
    path = f"/datasets/{dataset}/documents"
    changed = sent(api, "PUT", f"{path}/{document}", name=f"{name}.txt")
    kept = f"{name}.txt" if changed["code"] == 0 else "plain.txt"
    assert listed(api, path) == listed(api, path, name=kept) == [(document, kept)]
    assert listed(api, path, keywords=kept) == [(document, kept)]
    assert api.raw("GET", f"{path}/{document}").content == b"x"
    assert api("DELETE", path, json={"ids": [document]}) == {"code": 0}
    api.data("DELETE", "/datasets", json={"ids": None})


@every_shape
def test_files_and_folders(api: Any, name: str) -> None:
    made = sent(api, "POST", "/file/create", name=name, type="folder")
    if made["code"] == 0:
        folder = made["data"]["id"]
        assert api.listed() == [name]
        assert api.listed(keywords=name) == [name]
        file = api.file("plain.txt", parent_id=folder)["id"]
        renamed = sent(api, "POST", "/file/rename", file_id=file, name=f"{name}.txt")
        assert renamed["code"] == 0
        assert api.listed(folder) == [f"{name}.txt"]
        assert api.raw("GET", f"/file/get/{file}").content == b"x"
        api.data("POST", "/file/rm", json={"file_ids": [folder]})
    assert api.listed() == []


@every_shape
def test_search_apps(api: Any, name: str) -> None:
    made = sent(api, "POST", "/searches", name=name)
    if made["code"] == 0:
        search = made["data"]["id"]
        assert listed(api, "/searches", keywords=name) == [(search, name)]
        assert api.data("GET", f"/searches/{search}")["name"] == name
        sent(api, "PUT", f"/searches/{search}", name="other")
        assert sent(api, "PUT", f"/searches/{search}", name=name)["code"] == 0
        assert listed(api, "/searches") == [(search, name)]
        assert api("DELETE", f"/searches/{search}")["code"] == 0
    assert listed(api, "/searches") == []


@every_shape
def test_contents_and_keywords_of_chunks(api: Any, name: str) -> None:
    dataset = api.dataset()
    (document,) = api.upload(dataset, plain__txt="x")
    path = f"/datasets/{dataset}/documents/{document}/chunks"
    made = sent(api, "POST", path, content=name, important_keywords=[name], questions=[name])
    if made["code"] == 0:
        chunk = made["data"]["chunk"]["id"]
        (found,) = api.data("GET", path)["chunks"]
        assert (found["id"], found["content"]) == (chunk, name)
        assert found["important_keywords"] == [name]
        assert found["questions"] == [text for text in [name.strip()] if text]
        assert api.data("GET", path, params={"id": chunk})["total"] == 1
        assert api("GET", path, params={"keywords": name})["code"] == 0
        assert sent(api, "PUT", f"{path}/{chunk}", content=f"{name} more")["code"] == 0
        assert api("DELETE", path, json={"chunk_ids": [chunk]}) == {"code": 0}
    assert api.data("GET", path)["total"] == 0
    api.data("DELETE", "/datasets", json={"ids": None})


@pytest.mark.parametrize(("name", "twin"), TWINS)
def test_names_that_differ_in_case_alone_are_one(api: Any, name: str, twin: str) -> None:
    for path in ("/datasets", "/chats", "/searches"):
        (made,) = [sent(api, "POST", path, name=name)["data"]["id"]]
        assert sent(api, "POST", path, name=twin)["code"] != 0, path
        other = sent(api, "POST", path, name="other")["data"]["id"]
        assert sent(api, "PUT", f"{path}/{other}", name=twin)["code"] != 0, path
        if path != "/searches":
            assert listed(api, path, name=twin) == [(made, name)]
        assert sent(api, "PUT", f"{path}/{made}", name=twin)["code"] == 0  # its own name


def test_names_that_only_look_alike_are_two(api: Any) -> None:
    for name in ("é", "e\u0301", "а", "a", "a\u200b"):
        assert sent(api, "POST", "/datasets", name=name)["code"] == 0
    assert len(listed(api, "/datasets")) == 5
