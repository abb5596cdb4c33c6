"""Knowledge graphs as they go over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.graphs import Community, Entity, Graph, GraphShare, Relation

NONE = {"code": 0, "data": {"graph": {}, "mind_map": {}}}
NO_ACCESS = {"code": 109, "message": "No authorization."}
ADA = Entity("Ada", "person", ("Wrote notes.", "Counted."), 0.5, 2, ("d1", "d2"))
TURIN = Entity("Turin", "geo", ("A town.",), 0.25, 1, ("d2",))
VISIT = Relation("Turin", "Ada", ("A talk.", "A paper."), ("travel", "talk"), 2.0, ("d3",))


ASKED = "Who is Ada?"


def path(dataset_id: str) -> str:
    return f"/datasets/{dataset_id}/knowledge_graph"


def build(world: Any, dataset_id: str, entities: list[Entity], relations: list[Relation]) -> None:
    with world.ports.database.transaction() as unit:
        unit.graphs.put(dataset_id, entities, relations)


def test_nothing_built_is_two_empty_objects(api: Any, dataset_id: str) -> None:
    assert api("GET", path(dataset_id)) == NONE


def test_a_graph_is_nodes_and_edges_and_a_tree_of_its_types(
    world: Any, api: Any, dataset_id: str
) -> None:
    build(world, dataset_id, [TURIN, ADA], [VISIT])
    reply = api("GET", path(dataset_id))
    assert reply.keys() == {"code", "data"}
    assert reply["data"]["graph"] == {
        "directed": False,
        "multigraph": False,
        "graph": {"source_id": ["d1", "d2", "d3"]},
        "nodes": [
            {
                "id": "Ada",
                "entity_name": "Ada",
                "entity_type": "person",
                "description": "Wrote notes.<SEP>Counted.",
                "pagerank": 0.5,
                "rank": 2,
                "source_id": ["d1", "d2"],
            },
            {
                "id": "Turin",
                "entity_name": "Turin",
                "entity_type": "geo",
                "description": "A town.",
                "pagerank": 0.25,
                "rank": 1,
                "source_id": ["d2"],
            },
        ],
        "edges": [
            {
                "source": "Ada",
                "target": "Turin",
                "src_id": "Ada",
                "tgt_id": "Turin",
                "description": "A talk.<SEP>A paper.",
                "keywords": ["travel", "talk"],
                "weight": 2.0,
                "source_id": ["d3"],
            }
        ],
    }
    assert reply["data"]["mind_map"] == {
        "id": "ds",
        "children": [
            {"id": "person", "children": [{"id": "Ada", "children": []}]},
            {"id": "geo", "children": [{"id": "Turin", "children": []}]},
        ],
    }


def test_a_large_graph_is_cut_to_what_weighs_most(world: Any, api: Any, dataset_id: str) -> None:
    entities = [Entity(f"e{n:03}", "event", pagerank=n) for n in range(260)]
    relations = [Relation("e259", f"e{n:03}", weight=n) for n in range(260)]
    build(world, dataset_id, entities, relations)
    graph = api.data("GET", path(dataset_id))["graph"]
    assert [node["id"] for node in graph["nodes"]] == [f"e{n:03}" for n in range(259, 3, -1)]
    assert [edge["weight"] for edge in graph["edges"]] == list(range(258, 130, -1))
    assert all(edge["source"] != edge["target"] for edge in graph["edges"])


def test_a_deleted_graph_is_gone_and_may_be_deleted_again(
    world: Any, api: Any, dataset_id: str
) -> None:
    build(world, dataset_id, [ADA, TURIN], [VISIT])
    for _ in range(2):
        assert api("DELETE", path(dataset_id)) == {"code": 0, "data": True}
        assert api("GET", path(dataset_id)) == NONE


def test_a_graph_goes_with_its_dataset(world: Any, api: Any, dataset_id: str) -> None:
    build(world, dataset_id, [ADA, TURIN], [VISIT])
    api.data("DELETE", "/datasets", json={"ids": [dataset_id]})
    with world.ports.database.reading() as unit:
        assert unit.graphs.get(dataset_id) == Graph()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("unknown", ["0" * 32, "x"])
def test_an_unknown_dataset_has_no_graph(api: Any, method: str, unknown: str) -> None:
    assert api(method, path(unknown)) == NO_ACCESS


@pytest.mark.parametrize("caller", ["stranger", "teammate"])
def test_a_private_graph_is_neither_shown_nor_deleted(
    request: Any, world: Any, api: Any, dataset_id: str, caller: str
) -> None:
    build(world, dataset_id, [ADA, TURIN], [VISIT])
    other = request.getfixturevalue(caller)
    assert other("GET", path(dataset_id)) == NO_ACCESS
    assert other("DELETE", path(dataset_id)) == NO_ACCESS
    assert len(api.data("GET", path(dataset_id))["graph"]["nodes"]) == 2


def test_a_teammate_sees_the_graph_of_a_dataset_of_the_team(
    world: Any, api: Any, teammate: Any, dataset_id: str
) -> None:
    build(world, dataset_id, [ADA], [])
    api.data("PUT", f"/datasets/{dataset_id}", json={"permission": "team"})
    assert teammate.data("GET", path(dataset_id))["graph"]["nodes"][0]["id"] == "Ada"


@pytest.fixture
def told(world: Any, api: Any, parsed: tuple[str, str]) -> tuple[str, str]:
    """Have a document tell of Ada, and describe a group of things."""
    dataset_id, document_id = parsed
    ada = Entity("Ada", "person", ("Ada wrote notes.",), 2.0, 1, (document_id,))
    town = Entity("Turin", "geo", ("A town.",), 1.0, 1, (document_id,))
    visit = Relation("Ada", "Turin", ("Ada gave a talk in Turin.",), (), 1.0, (document_id,))
    group = Community("c", "Talks", "Ada talked.", ("Ada", "Turin"), 1.0, (document_id,))
    with world.ports.database.transaction() as unit:
        share = GraphShare(document_id, (ada, town), (visit,), "by hand", "1")
        unit.graphs.put_share(dataset_id, share)
        unit.graphs.put(dataset_id, [ada, town], [visit])
        unit.graphs.replace_communities(dataset_id, [group])
    return parsed


def ask(api: Any, dataset_id: str, question: str = ASKED, **more: Any) -> list[dict[str, Any]]:
    body = {"question": question, "dataset_ids": [dataset_id], "use_kg": True, **more}
    return list(api.data("POST", "/retrieval", json=body)["chunks"])


def test_what_the_graph_knows_stands_before_the_chunks(api: Any, told: tuple[str, str]) -> None:
    first, *others = ask(api, told[0], similarity_threshold=0)
    assert first["document_name"] == "Related content in Knowledge Graph"
    assert (first["document_id"], first["positions"], first["dataset_id"]) == ("", [], [told[0]])
    scores = [first[key] for key in ("similarity", "vector_similarity", "term_similarity")]
    assert scores == [1, 1, 0]
    assert first["content"].splitlines() == [
        "Entities:",
        "Ada (person): Ada wrote notes.",
        "Relations:",
        "Ada – Turin: Ada gave a talk in Turin.",
        "Reports:",
        "Talks: Ada talked.",
    ]
    assert len(others) == 3


@pytest.mark.parametrize(
    "more", [{"use_kg": False}, {"question": "zebra crossings"}, {"page": 2, "page_size": 1}]
)
def test_the_graph_is_silent_unless_it_is_asked_for_what_it_knows(
    api: Any, told: tuple[str, str], more: dict[str, Any]
) -> None:
    found = ask(api, told[0], **({"similarity_threshold": 0} | more))
    assert "Related content in Knowledge Graph" not in {each["document_name"] for each in found}


def test_what_a_document_that_is_switched_off_told_is_left_out(
    api: Any, told: tuple[str, str]
) -> None:
    api.data("PUT", "/datasets/{}/documents/{}".format(*told), json={"enabled": False})
    assert ask(api, told[0], similarity_threshold=0) == []


def test_a_chat_asks_the_graph_where_its_prompt_says_so(api: Any, told: tuple[str, str]) -> None:
    chat = api.chat("guide", dataset_ids=[told[0]], prompt={"use_kg": True})
    body = {"question": ASKED, "stream": False}
    reference = api.data("POST", f"/chats/{chat}/completions", json=body)["reference"]
    session = api.session(chat)
    body |= {"session_id": session}
    reference = api.data("POST", f"/chats/{chat}/completions", json=body)["reference"]
    assert reference["chunks"][0]["document_name"] == "Related content in Knowledge Graph"
    assert reference["chunks"][0]["dataset_id"] == [told[0]]


@pytest.mark.parametrize("how", ["delete", "parse", "method"])
def test_a_graph_forgets_what_a_document_told(
    world: Any, api: Any, told: tuple[str, str], how: str
) -> None:
    dataset_id, document_id = told
    if how == "delete":
        api.data("DELETE", f"/datasets/{dataset_id}/documents", json={"ids": [document_id]})
    elif how == "parse":
        body = {"document_ids": [document_id]}
        api.data("POST", f"/datasets/{dataset_id}/chunks", json=body)
    else:
        path_ = f"/datasets/{dataset_id}/documents/{document_id}"
        api.data("PUT", path_, json={"chunk_method": "manual"})
    world.services.relay.flush()
    assert api("GET", path(dataset_id)) == NONE
    with world.ports.database.reading() as unit:
        assert unit.graphs.communities(dataset_id) == []
