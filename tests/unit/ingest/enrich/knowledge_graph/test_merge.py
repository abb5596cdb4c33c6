from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.graphs import Entity, Graph, GraphShare, Relation
from ragflow.ingest.enrich.knowledge_graph.merge import merged

NAMES = st.sampled_from(["Ada", "ADA", "ada  ", "Bee", "Cat", "Dog", "dog"])


@st.composite
def shares(draw: st.DrawFn) -> list[GraphShare]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        document = f"d{number}"
        entities = draw(st.lists(NAMES, max_size=6))
        ends = st.tuples(NAMES, NAMES)
        relations = draw(st.lists(ends, max_size=6)) if entities else []
        found.append(
            GraphShare(
                document,
                tuple(
                    Entity(name, "kind", (f"{name} in {document}",), document_ids=(document,))
                    for name in entities
                ),
                tuple(
                    Relation(one, other, weight=1.0, document_ids=(document,))
                    for one, other in relations
                ),
            )
        )
    return found


def entity(name: str, document: str = "d1", kind: str = "person", *told: str) -> Entity:
    return Entity(name, kind, told, document_ids=(document,))


@settings(deadline=None)
@given(shares(), st.randoms())
def test_the_order_of_shares_does_not_matter(found: list[GraphShare], random: Random) -> None:
    before = merged(found, {})
    random.shuffle(found)
    assert merged(found, {}) == before


@settings(deadline=None)
@given(shares())
def test_a_thing_stands_once_and_ranks_have_the_mean_of_one(found: list[GraphShare]) -> None:
    graph = merged(found, {})
    keys = [" ".join(each.name.casefold().split()) for each in graph.entities]
    assert len(keys) == len(set(keys))
    if graph.entities:
        mean = sum(each.pagerank for each in graph.entities) / len(graph.entities)
        assert abs(mean - 1) < 0.01
    names = {each.name for each in graph.entities}
    assert all({each.source, each.target} <= names for each in graph.relations)


@settings(deadline=None)
@given(shares())
def test_without_a_share_the_graph_is_as_if_it_had_never_been(found: list[GraphShare]) -> None:
    left = [share for share in found if share.document_id != "d0"]
    graph = merged(left, {})
    assert "d0" not in graph.document_ids
    assert not any("d0" in each.document_ids for each in (*graph.entities, *graph.relations))


def test_what_is_said_in_several_documents_is_joined() -> None:
    first = GraphShare("d1", (entity("Ada", "d1", "person", "Wrote."),))
    second = GraphShare("d2", (entity("ADA", "d2", "person", "Counted.", "Wrote."),))
    third = GraphShare("d3", (entity("ada", "d3", "category"), entity("Ada", "d3")))
    (ada,) = merged([first, second, third], {}).entities
    assert (ada.name, ada.type) == ("Ada", "person")
    assert ada.descriptions == ("Wrote.", "Counted.")
    assert ada.document_ids == ("d1", "d2", "d3")


def test_relations_add_up_and_count() -> None:
    tie = Relation("Ada", "Bee", ("met",), ("meeting",), 2.0, ("d1",))
    things = (entity("Ada"), entity("Bee"))
    other = replace(tie, weight=3.0, descriptions=("fed",), document_ids=("d2",))
    graph = merged([GraphShare("d1", things, (tie,)), GraphShare("d2", things, (other,))], {})
    (relation,) = graph.relations
    assert (relation.weight, relation.descriptions) == (5.0, ("met", "fed"))
    assert relation.document_ids == ("d1", "d2")
    assert [each.rank for each in graph.entities] == [1, 1]


def test_names_that_mean_another_one_become_it() -> None:
    share = GraphShare(
        "d1",
        (entity("IBM"), entity("I.B.M."), entity("Big Blue"), entity("Big Blue"), entity("Chess")),
        (Relation("Big Blue", "Chess", weight=1.0), Relation("Big Blue", "IBM", weight=1.0)),
    )
    graph = merged([share], {"Big Blue": "I.B.M.", "I.B.M.": "IBM"})
    assert [each.name for each in graph.entities] == ["Chess", "IBM"]
    assert [(each.source, each.target) for each in graph.relations] == [("Chess", "IBM")]


def test_aliases_in_a_circle_end() -> None:
    share = GraphShare("d1", (entity("A"), entity("B")))
    assert len(merged([share], {"A": "B", "B": "A"}).entities) in (1, 2)


def test_a_thing_that_many_point_to_ranks_highest() -> None:
    names = [f"spoke {number}" for number in range(5)]
    share = GraphShare(
        "d1",
        tuple(entity(name) for name in ["hub", *names]),
        tuple(Relation("hub", name, weight=1.0) for name in names),
    )
    graph = merged([share], {})
    assert max(graph.entities, key=lambda each: each.pagerank).name == "hub"
    assert merged([], {}) == Graph()
