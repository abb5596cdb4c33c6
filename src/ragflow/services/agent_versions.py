"""What differs between two versions of an agent, component by component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ragflow.domain.agents import AgentVersion

_LINKS = ("upstream", "downstream", "parent_id")
_OF_CANVAS = ("globals", "variables")


@dataclass(frozen=True, slots=True)
class Change:
    """Say what a value was and what it became; None where there was none.

    `component` is empty for what belongs to the canvas itself; `field` is the path below it.
    """

    component: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Name the components that came and went, and what changed in the others."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]


def diff_of(old: AgentVersion, new: AgentVersion) -> VersionDiff:
    """Compare two versions; where components stand on the canvas is passed over."""
    before, after = _mapping(old.dsl, "components"), _mapping(new.dsl, "components")
    changes = [
        change
        for component in before
        if component in after
        for change in _differing(component, _values(before[component]), _values(after[component]))
    ]
    return VersionDiff(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=(*_differing("", _canvas(old.dsl), _canvas(new.dsl)), *changes),
    )


def _differing(
    component: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield Change(component, field, before.get(field), after.get(field))


def _values(component: Any) -> dict[str, Any]:
    """Return what a component is made of by the path to it."""
    built = _mapping(component, "obj")
    params = _mapping(built, "params")
    values = {f"params.{name}": value for name, value in params.items()}
    values |= {"component_name": built.get("component_name")}
    if isinstance(component, Mapping):
        values |= {name: component.get(name) for name in _LINKS}
    return values


def _canvas(dsl: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{part}.{name}": value
        for part in _OF_CANVAS
        for name, value in _mapping(dsl, part).items()
    }


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    """Return the object under a key, an empty one where there is none."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}
