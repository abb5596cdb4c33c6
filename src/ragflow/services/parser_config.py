"""Parser configuration: the defaults of each chunk method and how changes are merged in.

In: a stored configuration (or None) and what a caller sent. Out: a new configuration; the inputs
are never changed. Validation is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

ParserConfig = Mapping[str, Any]

DATASET_METHODS = (
    "naive",
    "book",
    "email",
    "laws",
    "manual",
    "one",
    "paper",
    "picture",
    "presentation",
    "qa",
    "table",
    "tag",
)
"""Chunk methods that a dataset may have, in the order of the contract."""

DOCUMENT_METHODS = frozenset((*DATASET_METHODS, "knowledge_graph"))
"""Chunk methods that a document may be given."""

RESUME = "resume"
"""A method that the contract keeps from clients; a setting lets documents have it."""

_PLAIN: ParserConfig = {"raptor": {"use_raptor": False}, "graphrag": {"use_graphrag": False}}
_DEFAULTS: Mapping[str, ParserConfig] = {
    "naive": {
        "chunk_token_num": 512,
        "delimiter": r"\n",
        "html4excel": False,
        "layout_recognize": "DeepDOC",
        **_PLAIN,
    },
    "knowledge_graph": {
        "chunk_token_num": 8192,
        "delimiter": r"\n",
        "entity_types": ["organization", "person", "location", "event", "time"],
        **_PLAIN,
    },
    **dict.fromkeys(("qa", "manual", "paper", "book", "laws", "presentation"), _PLAIN),
}


def default_for(method: str) -> dict[str, Any] | None:
    """Return the configuration of a method when none is given; None where it has none."""
    config = _DEFAULTS.get(method)
    return None if config is None else deepcopy(dict(config))


def merged(stored: ParserConfig | None, changes: ParserConfig) -> dict[str, Any]:
    """Merge deeply: objects merge key by key, lists and scalars replace."""
    result = deepcopy(dict(stored or {}))
    for key, value in changes.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = merged(old, value)
        else:
            result[key] = deepcopy(value)
    return result


def for_new_dataset(method: str, given: ParserConfig | None) -> dict[str, Any] | None:
    """Return the configuration of a new dataset."""
    default = default_for(method)
    return merged(default, given) if given else default


def for_changed_dataset(
    stored: ParserConfig | None, given: ParserConfig | None, method: str, *, method_changed: bool
) -> ParserConfig | None:
    """Return a dataset's configuration after an update."""
    if given:
        return merged(stored, given)
    return default_for(method) if method_changed else stored


def for_changed_document(stored: ParserConfig | None, given: ParserConfig) -> dict[str, Any]:
    """Return a document's configuration after an update; `raptor` stays only when it is sent."""
    result = merged(stored, given)
    if "raptor" not in given:
        result.pop("raptor", None)
    return result


def for_changed_method(stored: ParserConfig | None, method: str) -> ParserConfig | None:
    """Return a document's configuration after another method was chosen without a configuration."""
    default = default_for(method)
    return merged(stored, default) if default else stored
