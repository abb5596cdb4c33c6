"""Communities: things of a graph that have more to do with each other than with the rest.

In: a graph. Out: groups of its entities by the Louvain method (Blondel et al., 2008), always the
same for the same graph, the heaviest first; what a model is to read of a group, and a report where
none writes one. A group's id is a digest of what its report is about.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.domain.graphs import Community, Entity, Graph, Relation

MOST_COMMUNITIES = 100
LEAST_MEMBERS = 3
_SEED = 0
_SHOWN_ENTITIES = 25
_SHOWN_RELATIONS = 40
_SENTENCES = 5
_LONGEST_TITLE = 120  # characters
_NAMES_IN_TITLE = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Hold entities that belong together, the weightiest first, and the relations among them."""

    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]

    @property
    def weight(self) -> float:
        """Sum up the weights of the relations."""
        return sum(relation.weight for relation in self.relations)

    @property
    def id(self) -> str:
        """Return a digest of what a report is about."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()[:32]

    def as_text(self) -> str:
        """Return what is known of the group, for a model to read."""
        things = [
            f"- {each.name} ({each.type}): {' '.join(each.descriptions[:3])}"
            for each in self.entities[:_SHOWN_ENTITIES]
        ]
        ties = [
            f"- {each.source} – {each.target}: {' '.join(each.descriptions[:2])}"
            for each in self.relations[:_SHOWN_RELATIONS]
        ]
        return "\n".join(["Things:", *things, "Ties:", *ties])

    def community(self, title: str, report: str) -> Community:
        """Return the group with its report."""
        documents = {each for entity in self.entities for each in entity.document_ids}
        names = tuple(entity.name for entity in self.entities)
        return Community(
            self.id, title, report, names, round(self.weight, 3), tuple(sorted(documents))
        )


def groups_of(graph: Graph) -> list[Group]:
    """Return the groups of a graph that have members enough."""
    import networkx

    network = networkx.Graph()
    network.add_nodes_from(entity.name for entity in graph.entities)
    network.add_weighted_edges_from(
        (each.source, each.target, each.weight) for each in graph.relations
    )
    found = networkx.community.louvain_communities(network, seed=_SEED)
    home = {name: number for number, names in enumerate(found) for name in names}
    entities: defaultdict[int, list[Entity]] = defaultdict(list)
    relations: defaultdict[int, list[Relation]] = defaultdict(list)
    for entity in graph.entities:
        entities[home[entity.name]].append(entity)
    for relation in graph.relations:
        if home[relation.source] == home[relation.target]:
            relations[home[relation.source]].append(relation)
    groups = [
        Group(
            tuple(sorted(members, key=lambda each: (-each.pagerank, each.name))),
            tuple(sorted(relations[number], key=lambda r: (-r.weight, r.source, r.target))),
        )
        for number, members in entities.items()
        if len(members) >= LEAST_MEMBERS
    ]
    groups.sort(key=lambda group: (-group.weight, group.entities[0].name))
    return groups[:MOST_COMMUNITIES]


def written_report(group: Group, answer: str) -> Community | None:
    """Return the community of a model's answer; None for an empty one."""
    lines = [line.strip(" #*\t") for line in answer.strip().splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        return None
    title = lines[0].removeprefix("Title:").strip()[:_LONGEST_TITLE]
    return group.community(title, "\n".join(lines[1:]) or lines[0])


def extracted_report(group: Group) -> Community:
    """Return the community with what is said of its weightiest ties and things."""
    names = [entity.name for entity in group.entities[:_NAMES_IN_TITLE]]
    told: dict[str, None] = {}
    parts: Sequence[Relation | Entity] = (*group.relations, *group.entities)
    for part in parts:
        told.update(dict.fromkeys(part.descriptions[:1]))
        if len(told) >= _SENTENCES:
            break
    return group.community(", ".join(names), " ".join(list(told)[:_SENTENCES]))


def kept_reports(communities: Sequence[Community]) -> dict[str, tuple[str, str]]:
    """Return titles and reports by id, as plain data."""
    return {community.id: (community.title, community.report) for community in communities}
