"""Tags of questions: what a dataset's tag sets say of a question lifts the chunks tagged alike."""

from __future__ import annotations

from typing import Any

import pytest

QUESTION = "How do I fight mites?"


@pytest.fixture
def tag_set(api: Any) -> str:
    """Make a dataset of examples."""
    dataset = api.dataset("tags")
    add(api, dataset, "Varroa mites in the brood", "health")
    add(api, dataset, "Wax and honey for sale", "shop")
    return str(dataset)


def add(api: Any, dataset_id: str, content: str, *tags: str) -> None:
    (document,) = api.upload(dataset_id, **{f"{content[:4]}.txt": "x"})
    path = f"/datasets/{dataset_id}/documents/{document}/chunks"
    api.data("POST", path, json={"content": content, "tag_kwd": list(tags)})


def tagged_dataset(api: Any, tag_set: str) -> str:
    config = {"tag_kb_ids": [tag_set], "topn_tags": 3}
    dataset = api.dataset("bees", parser_config=config)
    add(api, dataset, "Keepers fight mites by hand", "shop")
    add(api, dataset, "Acid helps to fight mites", "health")
    return str(dataset)


def found(api: Any, dataset_id: str, question: str = QUESTION) -> list[tuple[str, float]]:
    body = {"question": question, "dataset_ids": [dataset_id]}
    hits = api.data("POST", "/retrieval", json=body)["chunks"]
    return [(hit["content"], hit["similarity"]) for hit in hits]


def test_a_chunk_with_the_tags_of_the_question_comes_first(api: Any, tag_set: str) -> None:
    (first, second), (other, less) = found(api, tagged_dataset(api, tag_set))
    assert (first, other) == ("Acid helps to fight mites", "Keepers fight mites by hand")
    assert second > 10 > 1 > less


def test_a_question_that_no_example_is_like_has_no_tags(api: Any, tag_set: str) -> None:
    similarities = dict(found(api, tagged_dataset(api, tag_set), "by hand"))
    assert max(similarities.values()) <= 1


def test_a_tag_set_that_is_gone_changes_nothing(api: Any, tag_set: str) -> None:
    dataset = tagged_dataset(api, tag_set)
    api.data("DELETE", "/datasets", json={"ids": [tag_set]})
    assert max(similarity for _, similarity in found(api, dataset)) <= 1


def test_a_tag_set_of_a_team_is_used_while_it_is_shared(
    api: Any, teammate: Any, tag_set: str
) -> None:
    api.data("PUT", f"/datasets/{tag_set}", json={"permission": "team"})
    dataset = tagged_dataset(teammate, tag_set)
    assert found(teammate, dataset)[0][1] > 10
    api.data("PUT", f"/datasets/{tag_set}", json={"permission": "me"})
    assert found(teammate, dataset)[0][1] <= 1
