"""Search apps on the wire: request bodies → drafts, search apps → JSON objects.

Settings are read leniently: numbers may come as text, null means the default, and keys that nobody
knows pass through both ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ragflow.domain.errors import InvalidInput
from ragflow.domain.searches import SearchApp
from ragflow.http.schemas.common import times
from ragflow.http.schemas.completions import truth
from ragflow.services.searches import SearchDraft, default_search_config


def search_draft(body: Mapping[str, Any]) -> SearchDraft:
    """Read a create or update body. Raises `InvalidInput` on values of the wrong kind."""
    return SearchDraft(
        name=_optional_text(body, "name"),
        description=_optional_text(body, "description"),
        avatar=_optional_text(body, "avatar"),
        search_config=_search_config(_object(body, "search_config")),
    )


def search_object(search: SearchApp) -> dict[str, Any]:
    """Return a search app."""
    return {
        "id": search.id,
        "tenant_id": search.tenant_id,
        "created_by": search.created_by,
        "name": search.name,
        "description": search.description,
        "avatar": search.avatar,
        "search_config": dict(search.search_config),
        "status": search.status,
        **times(search.create_time, search.update_time),
    }


def _search_config(config: Mapping[str, Any]) -> dict[str, Any]:
    defaults = default_search_config()
    read: dict[str, Any] = dict(config)
    for name, value in config.items():
        if name in defaults:
            kind = type(defaults[name])
            read[name] = defaults[name] if value is None else _READERS[kind](config, name)
    return read


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    values = body[name]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise InvalidInput(f"`{name}` should be a list of ids.", field=name)
    return list(dict.fromkeys(each for each in values if each))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise InvalidInput(f"`{name}` should be a string.", field=name)
    return value


def _number(body: Mapping[str, Any], name: str) -> float:
    try:
        number = float(body[name])
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"`{name}` should be a number.", field=name)
    return number


def _count(body: Mapping[str, Any], name: str) -> int:
    number = int(_number(body, name))
    if number <= 0:
        raise InvalidInput(f"`{name}` must be greater than 0", field=name)
    return number


def _switch(body: Mapping[str, Any], name: str) -> bool:
    return truth(body, name, False)


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(f"`{name}` should be an object.", field=name)
    return value


def _optional_text(body: Mapping[str, Any], name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


_READERS: Mapping[type[Any], Callable[[Mapping[str, Any], str], Any]] = {
    list: _texts,
    str: _text,
    float: _number,
    int: _count,
    bool: _switch,
    dict: _object,
}
