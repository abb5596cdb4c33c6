"""What a model says of the things in a text, read from its answer.

In: an answer that should be JSON, whole or broken off, with or without words around it. Out: the
entities and relations in it; what is not complete is passed over. A relation's ends become entities
where the answer forgot to name them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ragflow.domain.graphs import UNTYPED, Entity, GraphShare, Relation

_OBJECT = re.compile(r"\{[^{}]*\}")
_LONGEST_NAME = 200  # characters
_LONGEST_DESCRIPTION = 1000
_STRONGEST = 10.0


def read_share(document_id: str, answers: list[str]) -> GraphShare:
    """Return all that answers tell, as one document's share; each thing comes as often as told."""
    entities: list[Entity] = []
    relations: list[Relation] = []
    for answer in answers:
        for item in _objects(answer):
            name, source, target = (_text(item.get(key)) for key in ("name", "source", "target"))
            if source and target:
                if source.casefold() != target.casefold():
                    relations.append(_relation(item, source, target, document_id))
            elif name:
                entities.append(_entity(item, name, document_id))
    known = {entity.name.casefold() for entity in entities}
    for relation in relations:
        for end in (relation.source, relation.target):
            if end.casefold() not in known:
                known.add(end.casefold())
                entities.append(Entity(end, UNTYPED, document_ids=(document_id,)))
    return GraphShare(document_id, tuple(entities), tuple(relations))


def is_usable(answer: str) -> bool:
    """Tell whether an answer has the form that was asked for; it may tell of nothing."""
    return '"entities"' in answer or any(_objects(answer))


def _objects(answer: str) -> Iterator[dict[str, Any]]:
    for match in _OBJECT.finditer(answer):
        try:
            item = json.loads(match[0])
        except ValueError:
            continue
        if isinstance(item, dict):
            yield item


def _entity(item: dict[str, Any], name: str, document_id: str) -> Entity:
    kind = _text(item.get("type")).lower() or UNTYPED
    return Entity(name, kind, _descriptions(item), document_ids=(document_id,))


def _relation(item: dict[str, Any], source: str, target: str, document_id: str) -> Relation:
    keywords = item.get("keywords")
    words = keywords.split(",") if isinstance(keywords, str) else keywords
    named = [_text(word) for word in words] if isinstance(words, list) else []
    return Relation(
        source,
        target,
        _descriptions(item),
        tuple(word for word in named if word),
        _strength(item.get("strength")),
        (document_id,),
    )


def _descriptions(item: dict[str, Any]) -> tuple[str, ...]:
    description = _text(item.get("description"), _LONGEST_DESCRIPTION)
    return (description,) if description else ()


def _strength(value: Any) -> float:
    try:
        return min(max(float(value), 1.0), _STRONGEST)
    except (TypeError, ValueError):
        return 1.0


def _text(value: Any, longest: int = _LONGEST_NAME) -> str:
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""
