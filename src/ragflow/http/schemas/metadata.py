"""What metadata routes take in, checked strictly."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ragflow.services.metadata import Assignment, Removal, Selector


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlannedField(BaseModel):
    """Describe a meta field that a dataset wants."""

    model_config = ConfigDict(extra="allow")  # what clients add is kept for them

    key: str = Field(min_length=1)
    type: str | None = None
    description: str | None = None
    enum: list[Any] | None = None


class MetadataPlan(BaseModel):
    """Body of PUT /datasets/{id}/metadata/config, and `auto_metadata_config` of a new dataset."""

    model_config = ConfigDict(extra="allow")

    metadata: list[PlannedField] = []
    built_in_metadata: list[PlannedField] = []

    def stored(self) -> dict[str, Any]:
        """Return what was sent."""
        return self.model_dump(exclude_unset=True)


class _Selector(_Strict):
    document_ids: list[str] | None = None
    metadata_condition: dict[str, Any] | None = None


class _Update(_Strict):
    key: str = Field(min_length=1)
    value: Any
    match: Any = None


class _Delete(_Strict):
    key: str = Field(min_length=1)
    value: Any = None


class UpdateMetadata(_Strict):
    """Body of POST /datasets/{id}/metadata/update."""

    selector: _Selector = _Selector()
    updates: list[_Update] = []
    deletes: list[_Delete] = []

    def selected(self) -> Selector:
        """Return which documents are meant; an empty list of ids sets no limit."""
        ids = self.selector.document_ids
        return Selector(tuple(ids) if ids else None, self.selector.metadata_condition)

    def assignments(self) -> list[Assignment]:
        """Return the values to set."""
        return [
            Assignment(each.key, each.value, each.match, matched=each.match is not None)
            for each in self.updates
        ]

    def removals(self) -> list[Removal]:
        """Return what to take away."""
        return [
            Removal(each.key, each.value, matched=each.value is not None) for each in self.deletes
        ]
