"""Model providers and default models of a tenant, over the real catalog; nobody is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.catalog import Catalog, CatalogOptions
from ragflow.adapters.models.store import ModelStore
from ragflow.http.app import create_app
from ragflow.services.container import build_services

EMBEDDING, CHAT = "embedding-3@ZHIPU-AI", "glm-4-flash@ZHIPU-AI"
KEY = {"llm_factory": "ZHIPU-AI", "api_key": "sk-zhipu-secret"}


class NoClients(HttpClients):
    """Fail the test when somebody is called."""

    def client(self, **_: Any) -> Any:
        raise AssertionError("a vendor was called")


@pytest.fixture
def vendors(world: Any, api: Any, tmp_path: Path) -> Iterator[Any]:
    """Call as the first tenant, where models are found by the real catalog."""
    database = world.ports.database

    def accounts(tenant_id: str) -> Any:
        with database.reading() as unit:
            return unit.accounts.providers(tenant_id)

    def default(tenant_id: str, kind: str) -> str:
        with database.reading() as unit:
            tenant = unit.accounts.tenant(tenant_id)
        field = {"image2text": "vision", "speech2text": "speech"}.get(kind, kind)
        return str(getattr(tenant, f"{field}_model"))

    catalog = Catalog(CatalogOptions(), ModelStore(tmp_path), NoClients(), accounts, default)
    services = build_services(replace(world.ports, catalog=catalog))
    with TestClient(create_app(services)) as client:
        yield type(api)(client, api.key, api.tenant_id)


def call(caller: Any, method: str, path: str, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {caller.key}"}
    return caller.client.request(method, f"/v1{path}", headers=headers, **options).json()


def post(caller: Any, path: str, **body: Any) -> Any:
    return call(caller, "POST", path, json=body)


def embeds(caller: Any, model: str, name: str = "ds") -> tuple[int, str]:
    reply = caller("POST", "/datasets", json={"name": name, "embedding_model": model})
    return reply["code"], reply.get("message", "")


def test_a_known_model_is_unauthorized_until_its_vendor_has_a_key(
    vendors: Any, stranger: Any
) -> None:
    assert embeds(vendors, EMBEDDING) == (101, f"Unauthorized model: {EMBEDDING}")
    reply = post(vendors, "/llm/set_api_key", **KEY)
    assert reply == {"code": 0, "message": "success", "data": True}
    assert embeds(vendors, EMBEDDING) == (0, "")
    assert embeds(vendors, "nothing@ZHIPU-AI", "x") == (101, "Unsupported model: nothing@ZHIPU-AI")
    assert embeds(vendors, "m@Nobody", "x") == (101, "Unsupported model: m@Nobody")
    other = type(vendors)(vendors.client, stranger.key, stranger.tenant_id)
    assert embeds(other, EMBEDDING) == (101, f"Unauthorized model: {EMBEDDING}")

    assert post(vendors, "/llm/delete_factory", llm_factory="zhipu-ai")["code"] == 0
    assert embeds(vendors, EMBEDDING, "again") == (101, f"Unauthorized model: {EMBEDDING}")


def test_configured_vendors_are_listed_without_their_keys(vendors: Any, stranger: Any) -> None:
    post(vendors, "/llm/set_api_key", **KEY)
    reply = call(vendors, "GET", "/llm/my_llms")
    (factory,) = reply["data"]
    assert factory == "ZHIPU-AI"
    assert "LLM" in reply["data"][factory]["tags"].split(",")
    models = {model["name"]: model["type"] for model in reply["data"][factory]["llm"]}
    assert (models["glm-4-flash"], models["embedding-3"]) == ("chat", "embedding")
    assert KEY["api_key"] not in str(reply)
    assert call(stranger, "GET", "/llm/my_llms")["data"] == {}


def test_lists_say_what_is_available(vendors: Any) -> None:
    def available() -> dict[str, bool]:
        listed = call(vendors, "GET", "/llm/list")["data"]
        return {
            f"{model['llm_name']}@{factory}": model["available"]
            for factory, models in listed.items()
            for model in models
        }

    before = available()
    assert before["multilingual-e5-small@Builtin"]
    assert before["BAAI/bge-large-zh-v1.5@BAAI"]
    assert not before["BAAI/bge-reranker-v2-m3@BAAI"]  # no endpoint serves it
    assert before[CHAT] is before[EMBEDDING] is False
    post(vendors, "/llm/set_api_key", **KEY)
    changed = {name for name, state in available().items() if state is not before[name]}
    assert {CHAT, EMBEDDING} <= changed
    assert all(name.endswith("@ZHIPU-AI") for name in changed)

    rerankers = call(vendors, "GET", "/llm/list", params={"model_type": "rerank"})["data"]
    assert {m["model_type"] for models in rerankers.values() for m in models} == {"rerank"}


def test_vendors_are_listed_with_what_they_offer(vendors: Any) -> None:
    listed = {each["name"]: each for each in call(vendors, "GET", "/llm/factories")["data"]}
    assert listed["ZHIPU-AI"]["model_types"] == ["chat", "embedding", "image2text"]
    assert listed["Builtin"]["builtin"]
    assert not listed["Ollama"]["builtin"]


def test_a_model_can_be_added_by_name_with_an_address_of_its_own(vendors: Any) -> None:
    model = {"llm_factory": "OpenAI-API-Compatible", "llm_name": "tuned"}
    own = {"api_base": "https://models.example.org/v1", "api_key": "sk-own", **model}
    assert post(vendors, "/llm/add_llm", model_type="embedding", **own)["code"] == 0
    listed = call(vendors, "GET", "/llm/my_llms")
    (added,) = listed["data"]["OpenAI-API-Compatible"]["llm"]
    assert (added["name"], added["type"]) == ("tuned", "embedding")
    assert "sk-own" not in str(listed)
    assert embeds(vendors, "tuned@OpenAI-API-Compatible") == (0, "")
    # The account was made for this model alone.
    assert embeds(vendors, "other@OpenAI-API-Compatible", "x")[0] == 101

    assert post(vendors, "/llm/delete_llm", **model)["data"] is True
    assert call(vendors, "GET", "/llm/my_llms")["data"] == {}
    assert post(vendors, "/llm/delete_llm", **model)["data"] is True  # was gone already
    assert embeds(vendors, "tuned@OpenAI-API-Compatible", "x")[0] == 101


def test_adding_a_model_without_a_key_opens_no_other_model_of_its_vendor(vendors: Any) -> None:
    added = {"llm_factory": "ZHIPU-AI", "llm_name": "embedding-2", "model_type": "embedding"}
    post(vendors, "/llm/add_llm", api_key="sk-one", **added)
    assert embeds(vendors, "embedding-2@ZHIPU-AI") == (0, "")
    assert embeds(vendors, EMBEDDING, "x") == (101, f"Unauthorized model: {EMBEDDING}")


def test_a_key_stays_when_models_come_and_go(vendors: Any) -> None:
    post(vendors, "/llm/set_api_key", **KEY)
    added = {"llm_factory": "ZHIPU-AI", "llm_name": "tuned"}
    post(vendors, "/llm/add_llm", model_type="chat", **added)
    post(vendors, "/llm/set_api_key", **KEY | {"api_key": "sk-newer"})
    names = {m["name"] for m in call(vendors, "GET", "/llm/my_llms")["data"]["ZHIPU-AI"]["llm"]}
    assert "tuned" in names
    post(vendors, "/llm/delete_llm", **added)
    assert embeds(vendors, EMBEDDING) == (0, "")


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("set_api_key", {}, 101, "required argument are missing: llm_factory,api_key; "),
        ("set_api_key", {"llm_factory": "Nobody", "api_key": "k"}, 102, "no model provider Nobody"),
        ("set_api_key", {"llm_factory": "Builtin", "api_key": "k"}, 102, "no model provider"),
        ("set_api_key", {"llm_factory": "OpenAI", "api_key": ""}, 102, "must not be empty"),
        ("set_api_key", {"llm_factory": "OpenAI", "api_key": 7}, 101, "should be a string"),
        ("add_llm", {"llm_factory": "OpenAI"}, 101, "missing: llm_name,model_type; "),
        (
            "add_llm",
            {"llm_factory": "OpenAI", "llm_name": "m", "model_type": "oracle"},
            102,
            "`model_type` oracle is none of chat, embedding",
        ),
        (
            "add_llm",
            {"llm_factory": "OpenAI", "llm_name": " ", "model_type": "chat"},
            102,
            "must not be empty",
        ),
        ("delete_llm", {"llm_factory": "OpenAI"}, 101, "missing: llm_name; "),
        ("delete_factory", {}, 101, "missing: llm_factory; "),
    ],
)
def test_what_cannot_be_configured_is_said(
    vendors: Any, path: str, body: Any, code: int, said: str
) -> None:
    reply = post(vendors, f"/llm/{path}", **body)
    assert (reply["code"], reply["data"]) == (code, None)
    assert said in reply["message"]
    assert call(vendors, "GET", "/llm/my_llms")["data"] == {}


def test_a_new_tenant_uses_the_servers_models(vendors: Any) -> None:
    info = call(vendors, "GET", "/user/tenant_info")["data"]
    assert info["tenant_id"] == vendors.tenant_id
    assert info["role"] == "owner"
    assert info["embd_id"] == "multilingual-e5-small@Builtin"
    assert info["llm_id"] == "extractive@Builtin"
    assert (info["img2txt_id"], info["asr_id"], info["tts_id"]) == ("", "", "")
    assert info["parser_ids"].startswith("naive:General,book:Book,")


def test_default_models_are_stored_as_sent_and_used(vendors: Any) -> None:
    chosen = {
        "llm_id": CHAT,
        "embd_id": EMBEDDING,
        "img2txt_id": "glm-4v@ZHIPU-AI",
        "asr_id": "",
        "tts_id": None,
        "rerank_id": "BAAI/bge-reranker-v2-m3",
    }
    body = {"tenant_id": vendors.tenant_id, **chosen}
    assert post(vendors, "/user/set_tenant_info", **body)["data"] is True
    info = call(vendors, "GET", "/user/tenant_info")["data"]
    assert {wire: info[wire] for wire in chosen} == chosen | {"tts_id": ""}
    reply = vendors("POST", "/datasets", json={"name": "ds"})
    assert reply == {"code": 101, "message": f"Unauthorized model: {EMBEDDING}"}
    post(vendors, "/llm/set_api_key", **KEY)
    assert vendors.data("POST", "/datasets", json={"name": "ds"})["embedding_model"] == EMBEDDING

    post(vendors, "/user/set_tenant_info", tenant_id=vendors.tenant_id, embd_id="")
    info = call(vendors, "GET", "/user/tenant_info")["data"]
    assert info["embd_id"] == "multilingual-e5-small@Builtin"
    assert info["llm_id"] == CHAT  # what was not sent stays


@pytest.mark.parametrize("field", ["llm_id", "embd_id", "rerank_id", "img2txt_id", "asr_id"])
@pytest.mark.parametrize("name", ["m@Nobody", "nothing-known", "@ZHIPU-AI", "m@Builtin"])
def test_models_that_nobody_knows_cannot_be_chosen(vendors: Any, field: str, name: str) -> None:
    reply = post(vendors, "/user/set_tenant_info", tenant_id=vendors.tenant_id, **{field: name})
    assert reply == {"code": 102, "message": f"Unknown model: {name}", "data": None}


@pytest.mark.parametrize("who", ["stranger", "teammate"])
def test_only_the_owner_chooses_a_tenants_models(
    request: Any, world: Any, api: Any, who: str
) -> None:
    caller = request.getfixturevalue(who)
    for tenant_id in (api.tenant_id, "unknown"):
        body = {"tenant_id": tenant_id, "embd_id": "other@Builtin"}
        reply = post(caller, "/user/set_tenant_info", **body)
        text = f"You do not own the tenant {tenant_id}."
        assert reply == {"code": 108, "message": text, "data": False}
    with world.ports.database.reading() as unit:
        tenant = unit.accounts.tenant(api.tenant_id)
    assert tenant is not None
    assert tenant.embedding_model == ""
    reply = post(api, "/user/set_tenant_info", embd_id="other@Builtin")
    assert reply["message"] == "required argument are missing: tenant_id; "


def test_models_that_see_and_hear_serve_once_they_are_chosen(vendors: Any) -> None:
    def served() -> dict[str, str]:
        models = vendors.data("GET", "/models")
        return {model["kind"]: model["name"] for model in models if model["default"]}

    assert not {"image2text", "speech2text"} & set(served())
    post(vendors, "/llm/set_api_key", llm_factory="OpenAI", api_key="sk-own")
    chosen = {"img2txt_id": "gpt-4o@OpenAI", "asr_id": "whisper-1@OpenAI"}
    post(vendors, "/user/set_tenant_info", tenant_id=vendors.tenant_id, **chosen)
    assert served()["image2text"] == "gpt-4o@OpenAI"
    assert served()["speech2text"] == "whisper-1@OpenAI"
    listed = call(vendors, "GET", "/llm/list", params={"model_type": "speech2text"})["data"]
    assert "whisper-1" in {model["llm_name"] for model in listed["OpenAI"]}
