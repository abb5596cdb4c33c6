"""Whatever a graph holds, the part that is shown keeps the rules and loses nothing better."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.graphs import Entity, Graph, Relation, shown_part

NAMES = st.sampled_from("abcdefgh")
NUMBERS = st.integers(0, 4).map(float)
ENTITIES = st.lists(
    st.builds(Entity, NAMES, st.just("person"), pagerank=NUMBERS), unique_by=lambda each: each.name
)
RELATIONS = st.lists(
    st.builds(Relation, NAMES, NAMES, weight=NUMBERS),
    unique_by=lambda each: (each.source, each.target),
)
LIMITS = st.integers(0, 9)


@settings(deadline=None)
@given(ENTITIES, RELATIONS, LIMITS, LIMITS)
def test_the_shown_part_keeps_its_limits_and_what_ranks_highest(
    entities: list[Entity], relations: list[Relation], most_entities: int, most_relations: int
) -> None:
    graph = Graph(tuple(entities), tuple(relations))
    shown = shown_part(graph, most_entities, most_relations)
    assert len(shown.entities) == min(most_entities, len(entities))
    left_out = set(entities) - set(shown.entities)
    ranks = [entity.pagerank for entity in shown.entities]
    assert ranks == sorted(ranks, reverse=True)
    assert all(entity.pagerank <= ranks[-1] for entity in left_out if ranks)

    names = {entity.name for entity in shown.entities}
    possible = [
        each
        for each in relations
        if each.source != each.target and {each.source, each.target} <= names
    ]
    assert len(shown.relations) == min(most_relations, len(possible))
    assert set(shown.relations) <= set(possible)
    weights = [relation.weight for relation in shown.relations]
    assert weights == sorted((each.weight for each in possible), reverse=True)[:most_relations]


@settings(deadline=None)
@given(ENTITIES, RELATIONS, LIMITS, LIMITS, st.randoms())
def test_the_order_of_what_is_stored_does_not_matter(
    entities: list[Entity], relations: list[Relation], a: int, b: int, random: Random
) -> None:
    before = shown_part(Graph(tuple(entities), tuple(relations)), a, b)
    random.shuffle(entities)
    random.shuffle(relations)
    assert shown_part(Graph(tuple(entities), tuple(relations)), a, b) == before
