"""Knowledge graphs on the wire: node-link objects and trees."""

from __future__ import annotations

from typing import Any

from ragflow.domain.graphs import Entity, Graph, Relation, TreeNode

DESCRIPTION_SEPARATOR = "<SEP>"


def graph_object(graph: Graph) -> dict[str, Any]:
    """Return a graph in node-link form."""
    return {
        "directed": False,
        "multigraph": False,
        "graph": {"source_id": list(graph.document_ids)},
        "nodes": [_node(entity) for entity in graph.entities],
        "edges": [_edge(relation) for relation in graph.relations],
    }


def tree_object(node: TreeNode) -> dict[str, Any]:
    """Return a tree as `{id, children}`."""
    return {"id": node.name, "children": [tree_object(child) for child in node.children]}


def _node(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.name,
        "entity_name": entity.name,
        "entity_type": entity.type,
        "description": DESCRIPTION_SEPARATOR.join(entity.descriptions),
        "pagerank": entity.pagerank,
        "rank": entity.rank,
        "source_id": list(entity.document_ids),
    }


def _edge(relation: Relation) -> dict[str, Any]:
    return {
        "source": relation.source,
        "target": relation.target,
        "src_id": relation.source,
        "tgt_id": relation.target,
        "description": DESCRIPTION_SEPARATOR.join(relation.descriptions),
        "keywords": list(relation.keywords),
        "weight": relation.weight,
        "source_id": list(relation.document_ids),
    }
