"""Knowledge graphs: read and delete what was built from a dataset.

In: a dataset that the caller may use. Out: the part of its graph that is worth showing.
"""

from __future__ import annotations

from dataclasses import dataclass

from ragflow.domain.graphs import Graph, TreeNode, shown_part, tree_of
from ragflow.domain.identity import Actor
from ragflow.domain.repositories import Database
from ragflow.services.access import require_dataset


@dataclass(frozen=True, slots=True)
class ShownGraph:
    """Hold a graph cut for showing, and the same as a tree under the dataset's name."""

    graph: Graph
    tree: TreeNode


class GraphService:
    """Show and delete knowledge graphs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shown(self, actor: Actor, dataset_id: str) -> ShownGraph | None:
        """Return a dataset's graph, None when none was built. Raises `DatasetNotFound`."""
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            whole = unit.graphs.get(dataset_id)
        if not whole.entities:
            return None
        graph = shown_part(whole)
        return ShownGraph(graph, tree_of(graph, dataset.name))

    def delete(self, actor: Actor, dataset_id: str) -> None:
        """Delete a dataset's graph, if there is one. Raises `DatasetNotFound`."""
        with self._database.transaction() as unit:
            require_dataset(unit, actor, dataset_id)
            unit.graphs.delete(dataset_id)
