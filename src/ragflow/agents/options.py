"""Options: the parameters of components and tools, as they stand in a canvas.

In: what an editor stored, where an empty field may be null or "" and a number a text. Out: typed
values with a default for all that is empty. Keys that nobody knows are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


def listed(value: object) -> object:
    """Return a list of one text; all else as it is."""
    return [value] if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], BeforeValidator(listed)]
"""Texts; one alone may stand for a list of it."""


class Options(BaseModel):
    """Be the base of all options; fields carry the names of the contract."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        """Leave out what is null, and empty texts where no text belongs: the default holds."""
        if not isinstance(values, Mapping):
            return values
        texts = {
            key
            for name, field in cls.model_fields.items()
            if field.annotation is str or "" in get_args(field.annotation)
            for key in (name, field.alias or name)
        }
        return {
            key: value
            for key, value in values.items()
            if value is not None and (value != "" or key in texts)
        }
