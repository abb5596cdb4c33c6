"""Knowledge graphs: the things that a dataset's documents speak of, and how they relate.

In: entities and relations, each with the documents that tell of it. Out: the part of a graph that
is worth showing, and the same as a tree. A graph is undirected: a relation's ends are kept in the
order of their names, so that each pair has one key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

SHOWN_ENTITIES = 256
SHOWN_RELATIONS = 128


UNTYPED = "category"
"""The type of a thing of which nothing more special is known."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Describe a thing by what the documents say of it; `name` is its key in a dataset.

    `pagerank` is its weight in the whole graph, where 1 is the mean, and `rank` the number of its
    relations.
    """

    name: str
    type: str
    descriptions: tuple[str, ...] = ()
    pagerank: float = 0.0
    rank: int = 0
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """Tie two entities by name; the pair of names is its key in a dataset."""

    source: str
    target: str
    descriptions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    weight: float = 0.0
    document_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, second = sorted((self.source, self.target))
        object.__setattr__(self, "source", first)
        object.__setattr__(self, "target", second)


@dataclass(frozen=True, slots=True)
class Graph:
    """Hold a dataset's graph, or a part of it; `document_ids` are those of the whole."""

    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphShare:
    """Hold what one document tells; the dataset's graph is made of the shares of its documents.

    `method` is how it was found, and `digest` changes with the content.
    """

    document_id: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    method: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    """Describe entities that belong together; `weight` is that of the relations among them.

    `id` is a digest of what the report is about, so that the same community keeps its report.
    """

    id: str
    title: str
    report: str
    entities: tuple[str, ...]
    weight: float = 0.0
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeNode:
    """Name a thought and those that belong to it."""

    name: str
    children: tuple[TreeNode, ...] = ()


def whole_graph(entities: Sequence[Entity], relations: Sequence[Relation]) -> Graph:
    """Return a graph that names the documents of all its parts, in order."""
    parts: list[Entity | Relation] = [*entities, *relations]
    named = {document_id for part in parts for document_id in part.document_ids}
    return Graph(tuple(entities), tuple(relations), tuple(sorted(named)))


def told_in(graph: Graph, document_ids: Collection[str]) -> Graph:
    """Return what some documents tell: what others tell too stays with all that is said of it."""
    wanted = set(document_ids)
    return whole_graph(
        [each for each in graph.entities if wanted.intersection(each.document_ids)],
        [each for each in graph.relations if wanted.intersection(each.document_ids)],
    )


def shown_part(
    graph: Graph, entities: int = SHOWN_ENTITIES, relations: int = SHOWN_RELATIONS
) -> Graph:
    """Return the entities of the highest page rank and the heaviest relations between them.

    Relations of an entity with itself are left out. Ties are broken by name.
    """
    ranked = sorted(graph.entities, key=lambda entity: (-entity.pagerank, entity.name))
    kept = tuple(ranked[:entities])
    names = {entity.name for entity in kept}
    between = [
        relation
        for relation in graph.relations
        if relation.source != relation.target and {relation.source, relation.target} <= names
    ]
    between.sort(key=lambda relation: (-relation.weight, relation.source, relation.target))
    return Graph(kept, tuple(between[:relations]), graph.document_ids)


def tree_of(graph: Graph, root: str) -> TreeNode:
    """Return a graph's entities as a tree: under the root their types, under these their names."""
    by_type: dict[str, list[TreeNode]] = {}
    for entity in graph.entities:
        by_type.setdefault(entity.type, []).append(TreeNode(entity.name))
    return TreeNode(root, tuple(TreeNode(kind, tuple(each)) for kind, each in by_type.items()))
