"""The method `resume`: kept from clients unless a setting offers it."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.services.container import ServiceOptions


@pytest.fixture
def service_options() -> ServiceOptions:
    return ServiceOptions(resume_method=True)


def test_documents_may_have_it_and_datasets_may_not(api: Any) -> None:
    dataset_id = api.dataset()
    (document_id,) = api.upload(dataset_id, ann__txt="Ann Lee\nSkills\nSails, knots")
    path = f"/datasets/{dataset_id}/documents/{document_id}"

    assert api.data("PUT", path, json={"chunk_method": "resume"})["chunk_method"] == "resume"
    offered = {m["name"]: m["for_datasets"] for m in api.data("GET", "/chunk_methods")}
    assert offered["resume"] is False
    assert api("POST", "/datasets", json={"name": "people", "chunk_method": "resume"})["code"] != 0
