"""Shares of documents → the graph of their dataset.

In: what each document tells, and which names mean which other names. Out: a graph in which every
thing stands once, whatever the case of its name, with the type that most texts give it, all that is
said of it and its weight: the page rank (Brin and Page, 1998) over the weighted, undirected
relations, scaled so that 1 is the mean. The same shares always give the same graph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ragflow.domain.graphs import Entity, Graph, GraphShare, Relation, whole_graph

MOST_DESCRIPTIONS = 12
_MOST_KEYWORDS = 12
_DAMPING = 0.85
_ROUNDS = 50
_CLOSE_ENOUGH = 1e-6
_DIGITS = 3


@dataclass(slots=True)
class _Thing:
    """Collect what is said of one thing."""

    names: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    descriptions: dict[str, None] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return min(self.names, key=lambda name: (-self.names[name], name))

    def entity(self) -> Entity:
        kind = min(self.types, key=lambda name: (-self.types[name], name))
        told = tuple(self.descriptions)[:MOST_DESCRIPTIONS]
        return Entity(self.name, kind, told, document_ids=tuple(sorted(self.documents)))


def name_key(name: str) -> str:
    """Return what names that differ in case and spaces alone have in common."""
    return " ".join(name.casefold().split())


def merged(shares: Iterable[GraphShare], aliases: Mapping[str, str]) -> Graph:
    """Return the graph of shares; `aliases` says which names mean which others."""
    meanings = {name_key(name): name_key(means) for name, means in aliases.items()}
    things: defaultdict[str, _Thing] = defaultdict(_Thing)
    ties: defaultdict[tuple[str, str], list[Relation]] = defaultdict(list)
    for share in sorted(shares, key=lambda share: share.document_id):
        for entity in share.entities:
            key = _meaning(name_key(entity.name), meanings)
            thing = things[key]
            # A name that means another one counts less, so that the other is the one shown.
            thing.names[entity.name] += 1 if name_key(entity.name) == key else 0
            thing.types[entity.type] += 1
            thing.descriptions.update(dict.fromkeys(entity.descriptions))
            thing.documents.add(share.document_id)
        for relation in share.relations:
            ends = sorted(
                _meaning(name_key(end), meanings) for end in (relation.source, relation.target)
            )
            if ends[0] != ends[1]:
                ties[ends[0], ends[1]].append(relation)
    relations = [
        _relation(things[source].name, things[target].name, told)
        for (source, target), told in sorted(ties.items())
        if source in things and target in things
    ]
    return ranked([things[key].entity() for key in sorted(things)], relations)


def ranked(entities: Sequence[Entity], relations: Sequence[Relation]) -> Graph:
    """Return a graph whose entities know their page rank and the number of their relations."""
    degree = Counter(end for each in relations for end in (each.source, each.target))
    weights = _page_ranks([entity.name for entity in entities], relations)
    placed = [
        replace(entity, pagerank=weights[entity.name], rank=degree[entity.name])
        for entity in entities
    ]
    return whole_graph(
        sorted(placed, key=lambda entity: entity.name),
        sorted(relations, key=lambda relation: (relation.source, relation.target)),
    )


def _meaning(key: str, meanings: Mapping[str, str]) -> str:
    """Follow aliases to the name that means itself; a circle ends where it began."""
    seen = {key}
    while (following := meanings.get(key)) is not None and following not in seen:
        seen.add(following)
        key = following
    return key


def _relation(source: str, target: str, told: Sequence[Relation]) -> Relation:
    descriptions = dict.fromkeys(each for relation in told for each in relation.descriptions)
    keywords = dict.fromkeys(word for relation in told for word in relation.keywords)
    documents = {document for relation in told for document in relation.document_ids}
    return Relation(
        source,
        target,
        tuple(descriptions)[:MOST_DESCRIPTIONS],
        tuple(keywords)[:_MOST_KEYWORDS],
        round(sum(relation.weight for relation in told), _DIGITS),
        tuple(sorted(documents)),
    )


def _page_ranks(names: Sequence[str], relations: Sequence[Relation]) -> dict[str, float]:
    import numpy as np

    if not names:
        return {}
    place = {name: number for number, name in enumerate(names)}
    sources = np.array([place[each.source] for each in relations], dtype=np.int64)
    targets = np.array([place[each.target] for each in relations], dtype=np.int64)
    weights = np.array([each.weight for each in relations], dtype=np.float64)
    count = len(names)
    strength = np.bincount(sources, weights, count) + np.bincount(targets, weights, count)
    share = np.divide(1.0, strength, out=np.zeros(count), where=strength > 0)
    ranks = np.ones(count)
    for _ in range(_ROUNDS):
        given = ranks * share
        received = np.bincount(targets, weights * given[sources], count)
        received += np.bincount(sources, weights * given[targets], count)
        idle = ranks[strength == 0].sum() / count  # what things without relations give to all
        newer = 1.0 - _DAMPING + _DAMPING * (received + idle)
        settled = float(np.abs(newer - ranks).max()) < _CLOSE_ENOUGH
        ranks = newer
        if settled:
            break
    return {name: round(float(ranks[number]), _DIGITS) for name, number in place.items()}
