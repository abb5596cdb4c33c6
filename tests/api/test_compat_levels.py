"""Which generation of clients a request is answered for: by setting, or by a prefix of its path."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from ragflow.http.app import create_app
from ragflow.http.compat import Level


def is_flat(listed: Any) -> bool:
    return isinstance(listed["data"], dict)


@pytest.mark.parametrize(
    ("prefix", "flat"),
    [
        ("", False),
        ("/v020", False),
        ("/v021", False),
        ("/v022", False),
        ("/v023", False),
        ("/v024", False),
        ("/v025", True),
        ("/v026", True),
        ("/v027", True),
    ],
)
def test_a_prefix_of_the_path_chooses_the_level(api: Any, prefix: str, flat: bool) -> None:
    assert is_flat(api.under(prefix)("GET", "/chats")) is flat


@pytest.mark.parametrize("prefix", ["/v019", "/v028", "/v0270", "/V027", "/v027/v027"])
def test_other_prefixes_lead_nowhere(api: Any, prefix: str) -> None:
    assert api.under(prefix)("GET", "/chats")["message"] == "<NotFound '404: Not Found'>"


def test_the_setting_chooses_the_level_where_the_path_does_not(world: Any, api: Any) -> None:
    with TestClient(create_app(world.services, level="0.27")) as client:
        newer = type(api)(client, api.key, api.tenant_id)
        assert is_flat(newer("GET", "/chats"))
        assert not is_flat(newer.under("/v020")("GET", "/chats"))


def test_a_prefix_works_with_a_slash_at_the_end_and_outside_the_api(api: Any) -> None:
    assert is_flat(api.under("/v027")("GET", "/chats/"))
    assert api.client.get("/v027/v1/system/healthz").json()["status"] == "ok"


@pytest.mark.parametrize("version", ["0.19", "0.28", "27", "", "0.2"])
def test_an_unknown_level_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="no compatibility level"):
        Level.named(version)


def test_healthz_names_the_parts_that_clients_look_for(api: Any) -> None:
    expected = {"db": "ok", "redis": "ok", "doc_engine": "ok", "storage": "ok", "status": "ok"}
    for path in ("/v1/system/healthz", "/api/v1/system/healthz"):
        assert api.client.get(path).json() == expected


class TestDeletingWithoutIds:
    """State what a deletion that names nothing deletes."""

    @pytest.fixture
    def paths(self, api: Any, parsed: Any) -> dict[str, tuple[str, Any]]:
        """Return the path of each deletion, and how many objects are left there."""
        dataset_id, document_id = parsed
        chat_id = api.chat()
        api.session(chat_id)
        documents = f"/datasets/{dataset_id}/documents"
        chunks = f"{documents}/{document_id}/chunks"
        return {
            "chunks": (chunks, lambda: api.data("GET", chunks)["total"]),
            "documents": (documents, lambda: api.data("GET", documents)["total"]),
            "sessions": (
                f"/chats/{chat_id}/sessions",
                lambda: len(api.data("GET", f"/chats/{chat_id}/sessions")),
            ),
            "chats": ("/chats", lambda: len(api.data("GET", "/chats"))),
            "datasets": ("/datasets", lambda: len(api.data("GET", "/datasets"))),
        }

    @pytest.mark.parametrize("noun", ["chunks", "documents", "sessions", "chats", "datasets"])
    @pytest.mark.parametrize("extra", [{}, {"delete_all": False}, {"delete_all": None}])
    def test_since_0_25_it_deletes_nothing(
        self, api: Any, paths: Any, noun: str, extra: Any
    ) -> None:
        path, left = paths[noun]
        before = left()
        assert before > 0
        key = "chunk_ids" if noun == "chunks" else "ids"
        assert api.under("/v025")("DELETE", path, json={key: None, **extra})["code"] == 0
        assert left() == before

    @pytest.mark.parametrize("noun", ["chunks", "documents", "sessions", "chats", "datasets"])
    @pytest.mark.parametrize("prefix", ["", "/v025"])
    def test_with_delete_all_it_deletes_all(
        self, api: Any, paths: Any, noun: str, prefix: str
    ) -> None:
        path, left = paths[noun]
        key = "chunk_ids" if noun == "chunks" else "ids"
        body = {key: [], "delete_all": True}
        assert api.under(prefix)("DELETE", path, json=body)["code"] == 0
        assert left() == 0

    @pytest.mark.parametrize("noun", ["chunks", "documents", "sessions", "chats", "datasets"])
    def test_for_0_20_it_deletes_all(self, api: Any, paths: Any, noun: str) -> None:
        path, left = paths[noun]
        key = "chunk_ids" if noun == "chunks" else "ids"
        assert api.under("/v020")("DELETE", path, json={key: None})["code"] == 0
        assert left() == 0


def test_documents_of_others_are_named_in_the_words_of_the_level(api: Any, dataset_id: str) -> None:
    path, body = f"/datasets/{dataset_id}/documents", {"ids": ["nothing"]}
    older, newer = api.under("/v024"), api.under("/v025")
    assert older("DELETE", path, json=body)["message"] == "Documents not found: ['nothing']"
    assert newer("DELETE", path, json=body) == {
        "code": 102,
        "message": f"These documents do not belong to dataset {dataset_id}: ['nothing']",
    }
