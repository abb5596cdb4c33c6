"""Options read from a stored configuration, which may hold anything.

In: a parser_config of any origin. Out: options; a value that cannot be read is the field's default,
and a number beyond the bounds of its field is the nearest bound.
"""

from __future__ import annotations

import math
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

MOST_TOKENS = 100_000
"""The largest size of a chunk that is not taken for a mistake."""

_TRUE = frozenset({"true", "1", "yes", "y", "on"})


class StoredOptions(BaseModel):
    """Be the base of the chunk methods' options: their fields are numbers, flags and texts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[str(info.field_name)]
        if field.annotation is bool:
            return value.strip().lower() in _TRUE if isinstance(value, str) else bool(value)
        if field.annotation is int:
            return _number(value, field)
        if field.annotation is str:
            return value if isinstance(value, str) and value else field.default
        return value


def _number(value: Any, field: FieldInfo) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return field.default
    if math.isnan(number):
        return field.default
    lowest = next((bound.ge for bound in field.metadata if isinstance(bound, Ge)), -math.inf)
    highest = next((bound.le for bound in field.metadata if isinstance(bound, Le)), math.inf)
    return int(min(max(number, float(str(lowest))), float(str(highest))))
