"""Metadata of a dataset: what its documents' meta fields hold, changes to many, and their plan.

In: a selection of documents and changes of meta fields. Out: counts. The plan (which keys a dataset
wants, with type and description) is kept as clients send it. Refused: documents of other datasets.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ragflow.domain.documents import Document
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.retrieve.filters import matching_documents
from ragflow.services.access import require_dataset, require_own_dataset
from ragflow.services.errors import DocumentsNotFound

NO_PLAN: Mapping[str, Any] = {"metadata": [], "built_in_metadata": []}


@dataclass(frozen=True, slots=True)
class Selector:
    """Choose documents that are named and meet a condition; None sets no limit."""

    document_ids: tuple[str, ...] | None = None
    condition: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Set a field to a value; with `matched`, only where the field holds `match`."""

    key: str
    value: Any
    match: Any = None
    matched: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Take a field away; with `matched`, only the value `match` of it."""

    key: str
    match: Any = None
    matched: bool = False


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """Tell a field's type (`number`, `list`, `string`) and its values, the most frequent first."""

    type: str
    values: tuple[tuple[Any, int], ...]


class MetadataService:
    """Manage the meta fields of whole datasets."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def plan(self, actor: Actor, dataset_id: str) -> Mapping[str, Any]:
        """Return which meta fields a dataset wants. Raises `DatasetNotFound`."""
        with self._database.reading() as unit:
            stored = require_dataset(unit, actor, dataset_id).metadata_plan
        return {**NO_PLAN, **(stored or {})}

    def set_plan(self, actor: Actor, dataset_id: str, plan: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep which meta fields a dataset wants. Raises `DatasetNotFound`."""
        with self._database.transaction() as unit:
            dataset = require_own_dataset(unit, actor, dataset_id)
            now = self._clock.milliseconds()
            unit.datasets.update(replace(dataset, metadata_plan=plan, update_time=now))
        return {**NO_PLAN, **plan}

    def summary(
        self, actor: Actor, dataset_id: str, document_ids: Sequence[str] | None = None
    ) -> dict[str, FieldSummary]:
        """Count the values of each field over all documents, or those named, by key.

        Raises `DatasetNotFound`.
        """
        with self._database.reading() as unit:
            require_dataset(unit, actor, dataset_id)
            held = unit.documents.meta_fields((dataset_id,))
        chosen = list(held) if document_ids is None else [i for i in document_ids if i in held]
        keys = sorted({key for document_id in chosen for key in held[document_id]})
        return {
            key: _summary([held[i][key] for i in chosen if held[i].get(key) is not None])
            for key in keys
        }

    def update(
        self,
        actor: Actor,
        dataset_id: str,
        selector: Selector,
        assignments: Sequence[Assignment] = (),
        removals: Sequence[Removal] = (),
    ) -> tuple[int, int]:
        """Change fields of the selected documents; return how many changed and were selected.

        Raises `DatasetNotFound`, `DocumentsNotFound` or `InvalidInput`.
        """
        with self._database.transaction() as unit:
            require_own_dataset(unit, actor, dataset_id)
            selected = _selected(unit, dataset_id, selector)
            changed = 0
            for document in selected:
                fields = _changed(document.meta_fields, assignments, removals)
                if fields != document.meta_fields:
                    changed += 1
                    now = self._clock.milliseconds()
                    unit.documents.update(replace(document, meta_fields=fields, update_time=now))
        return changed, len(selected)


def _selected(unit: UnitOfWork, dataset_id: str, selector: Selector) -> list[Document]:
    held = unit.documents.meta_fields((dataset_id,))
    wanted: Iterable[str] = held
    if selector.document_ids is not None:
        wanted = dict.fromkeys(selector.document_ids)
        missing = [document_id for document_id in wanted if document_id not in held]
        if missing:
            raise DocumentsNotFound(ids=missing, dataset_id=dataset_id)
    if selector.condition:
        meeting = matching_documents(selector.condition, held)
        wanted = [i for i in wanted if meeting is None or i in set(meeting)]
    return unit.documents.get_many(list(wanted))


def _changed(
    fields: Mapping[str, Any], assignments: Sequence[Assignment], removals: Sequence[Removal]
) -> dict[str, Any]:
    changed = dict(fields)
    for each in assignments:
        if not each.matched:
            changed[each.key] = each.value
        elif each.key in changed:
            changed[each.key] = _exchanged(changed[each.key], each.match, [each.value])
    for removal in removals:
        if not removal.matched:
            changed.pop(removal.key, None)
        elif removal.key in changed:
            left = _exchanged(changed[removal.key], removal.match, [])
            if left is None or left == []:
                del changed[removal.key]
            else:
                changed[removal.key] = left
    return changed


def _exchanged(held: Any, match: Any, by: list[Any]) -> Any:
    """Return a value, or the items of a list, with what matches exchanged; None for nothing."""
    if not isinstance(held, list):
        return (by[0] if by else None) if _same(held, match) else held
    items: list[Any] = []
    for item in held:
        items += [new for new in by if new not in items] if _same(item, match) else [item]
    return items


def _same(held: Any, wanted: Any) -> bool:
    """Compare as clients write values: 1843 and "1843" are the same."""
    return bool(held == wanted) or str(held) == str(wanted)


def _summary(values: Sequence[Any]) -> FieldSummary:
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    counts = Counter(_countable(item) for item in items)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return FieldSummary(_type_of(values), tuple(ordered))


def _type_of(values: Sequence[Any]) -> str:
    if any(isinstance(value, list) for value in values):
        return "list"
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    return "number" if values and numbers else "string"


def _countable(item: Any) -> Any:
    if isinstance(item, str | int | float) and not isinstance(item, bool):
        return item
    return json.dumps(item, ensure_ascii=False, sort_keys=True)
