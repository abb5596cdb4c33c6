from __future__ import annotations

from ragflow.domain.graphs import (
    Entity,
    Graph,
    Relation,
    TreeNode,
    shown_part,
    tree_of,
    whole_graph,
)


def test_a_relation_has_one_key_whichever_end_is_named_first() -> None:
    assert Relation("b", "a", weight=1.0) == Relation("a", "b", weight=1.0)


def test_a_whole_graph_names_the_documents_of_all_its_parts() -> None:
    entities = [Entity("a", "person", document_ids=("d2", "d1"))]
    relations = [Relation("a", "b", document_ids=("d3", "d1"))]
    assert whole_graph(entities, relations).document_ids == ("d1", "d2", "d3")


def test_the_highest_ranked_entities_and_the_heaviest_relations_are_shown() -> None:
    ranks = {"a": 1.0, "b": 4.0, "c": 3.0, "d": 2.0}
    entities = [Entity(name, "person", pagerank=rank) for name, rank in ranks.items()]
    relations = [
        Relation("b", "c", weight=1.0),
        Relation("c", "d", weight=3.0),
        Relation("b", "d", weight=2.0),
        Relation("a", "b", weight=9.0),
    ]
    shown = shown_part(Graph(tuple(entities), tuple(relations), ("d1",)), entities=3, relations=2)
    assert [entity.name for entity in shown.entities] == ["b", "c", "d"]
    assert [(each.source, each.target) for each in shown.relations] == [("c", "d"), ("b", "d")]
    assert shown.document_ids == ("d1",)


def test_loops_and_relations_without_both_ends_are_not_shown() -> None:
    graph = Graph((Entity("a", "person"),), (Relation("a", "a", weight=9.0), Relation("a", "gone")))
    assert shown_part(graph).relations == ()


def test_as_many_parts_are_shown_as_the_contract_allows() -> None:
    entities = tuple(Entity(f"e{n:03}", "person", pagerank=n) for n in range(300))
    relations = tuple(Relation("e299", f"e{n:03}", weight=n) for n in range(299))
    shown = shown_part(Graph(entities, relations))
    assert (len(shown.entities), len(shown.relations)) == (256, 128)
    assert shown.entities[-1].name == "e044"
    assert shown.relations[-1].weight == 171


def test_a_tree_holds_the_entities_under_their_types_in_order() -> None:
    entities = (Entity("Ada", "person"), Entity("Turin", "geo"), Entity("Bob", "person"))
    assert tree_of(Graph(entities), "papers") == TreeNode(
        "papers",
        (
            TreeNode("person", (TreeNode("Ada"), TreeNode("Bob"))),
            TreeNode("geo", (TreeNode("Turin"),)),
        ),
    )
