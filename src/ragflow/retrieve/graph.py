"""What a knowledge graph knows about a question, as a text that can stand among the hits.

In: a question, the graphs of the datasets that are asked and their communities. Out: a hit whose
text names the things that the question speaks of, those tied to them and what is known of their
groups; None where the graph knows none of them. A thing counts by the question's rare words in its
name, less by those in its descriptions, and by its weight in the graph.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.graphs import Community, Entity, Graph, Relation
from ragflow.domain.queries import Candidate, Hit, ScoredCandidate
from ragflow.text.tokenise import tokenise
from ragflow.text.tokens import count_tokens
from ragflow.text.weights import question_words, term_texts

GRAPH_DOCUMENT_NAME = "Related content in Knowledge Graph"
_MOST_ENTITIES = 12
_MOST_RELATIONS = 24
_MOST_COMMUNITIES = 3
_MOST_TOKENS = 2048
_IN_DESCRIPTION = 0.3  # of what a word counts in a name
_LEAST_SHARE = 0.25  # of the question's weight, that a thing must have in its words


def graph_hit(
    question: str,
    dataset_ids: Sequence[str],
    graphs: Iterable[Graph],
    communities: Iterable[Community],
) -> Hit | None:
    """Return the graph's part of an answer as the best of all hits."""
    entities: list[Entity] = []
    relations: list[Relation] = []
    for graph in graphs:
        entities += graph.entities
        relations += graph.relations
    found = _asked_for(question, entities)
    if not found:
        return None
    names = {entity.name for entity in found}
    ties = [each for each in relations if each.source in names or each.target in names]
    ties.sort(key=lambda each: (-(len({each.source, each.target} & names)), -each.weight))
    groups = sorted(
        (each for each in communities if names & set(each.entities)),
        key=lambda each: (-len(names & set(each.entities)), -each.weight, each.id),
    )
    text = _within_tokens(
        [
            *_section("Entities", map(_entity_line, found)),
            *_section("Relations", map(_relation_line, ties[:_MOST_RELATIONS])),
            *_section("Reports", (f"{g.title}: {g.report}" for g in groups[:_MOST_COMMUNITIES])),
        ]
    )
    return _hit(text, dataset_ids)


def _asked_for(question: str, entities: Sequence[Entity]) -> list[Entity]:
    """Return the things that the question speaks of, the best first."""
    wanted = term_texts(question_words(question))
    names = [set(tokenise(entity.name)) for entity in entities]
    told = [set(tokenise(" ".join(entity.descriptions))) for entity in entities]
    weights = _weights(wanted, names, told)
    whole = sum(weights.values())
    if not whole:
        return []
    scored: list[tuple[float, Entity]] = []
    for entity, in_name, in_text in zip(entities, names, told, strict=True):
        share = sum(
            weight * (1.0 if word in in_name else _IN_DESCRIPTION if word in in_text else 0.0)
            for word, weight in weights.items()
        )
        if share >= _LEAST_SHARE * whole:
            scored.append((share / whole * (1 + math.log1p(entity.pagerank)), entity))
    scored.sort(key=lambda item: (-item[0], item[1].name))
    return [entity for _, entity in scored[:_MOST_ENTITIES]]


def _weights(
    wanted: Sequence[str], names: Sequence[set[str]], told: Sequence[set[str]]
) -> Mapping[str, float]:
    """Return how telling each word is: rare ones more; those that the graph lacks not at all."""
    holders = Counter(
        word for one, other in zip(names, told, strict=True) for word in (one | other) & set(wanted)
    )
    return {word: math.log1p(len(names) / holders[word]) for word in wanted if holders[word]}


def _entity_line(entity: Entity) -> str:
    return f"{entity.name} ({entity.type}): {' '.join(entity.descriptions)}".rstrip(": ")


def _relation_line(relation: Relation) -> str:
    told = " ".join(relation.descriptions) or ", ".join(relation.keywords)
    return f"{relation.source} – {relation.target}: {told}".rstrip(": ")


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [f"{title}:", *found] if found else []


def _within_tokens(lines: Sequence[str]) -> str:
    kept: list[str] = []
    tokens = 0
    for line in lines:
        tokens += count_tokens(line) + 1
        if tokens > _MOST_TOKENS and kept:
            break
        kept.append(line)
    return "\n".join(kept)


def _hit(text: str, dataset_ids: Sequence[str]) -> Hit:
    candidate = Candidate("", "", "", "", "", "", "", cosine=1.0)
    score = ScoredCandidate(candidate, 1.0, 0.0, 1.0, 1.0)
    chunk = Chunk("", "", "", text, 0, count_tokens(text), 0.0, kind=ChunkKind.SUMMARY)
    return Hit(chunk, GRAPH_DOCUMENT_NAME, score, graph_of=tuple(dataset_ids))
