"""What clients are told about the ways to cut documents."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.services.parser_config import DOCUMENT_METHODS, default_for


def test_every_method_that_can_be_chosen_is_described(api: Any) -> None:
    load_chunkers()
    methods = api.data("GET", "/chunk_methods")
    assert methods[0]["name"] == "naive"
    assert {method["name"] for method in methods} == DOCUMENT_METHODS & set(chunkers)
    assert {"qa", "table", "tag"} <= {method["name"] for method in methods}
    assert all(method["description"].endswith(".") for method in methods)


def test_suffixes_and_defaults_are_those_of_the_method(api: Any) -> None:
    for method in api.data("GET", "/chunk_methods"):
        assert method["suffixes"] == sorted(chunkers[method["name"]]().suffixes)
        assert method["parser_config"] == default_for(method["name"])


def test_options_are_json_schemas_that_the_defaults_fit(api: Any) -> None:
    for method in api.data("GET", "/chunk_methods"):
        jsonschema_rs.meta.validate(method["options"])
        jsonschema_rs.validate(method["options"], method["parser_config"] or {})
    naive = next(m for m in api.data("GET", "/chunk_methods") if m["name"] == "naive")
    properties = naive["options"]["properties"]
    assert set(properties) >= {"chunk_token_num", "delimiter", "html4excel"}
    assert all(option["description"] for option in properties.values())


def test_the_legacy_method_of_graphs_is_for_documents_alone(api: Any) -> None:
    of_datasets = {m["name"]: m["for_datasets"] for m in api.data("GET", "/chunk_methods")}
    assert (of_datasets["knowledge_graph"], of_datasets["naive"]) == (False, True)
