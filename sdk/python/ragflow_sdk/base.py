"""What all objects of the client share: attributes from a reply, and the way back to the server."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow

P = ParamSpec("P")
R = TypeVar("R")


class Base:
    """Give the keys of a reply as attributes; nested objects become `Base` objects, lists stay.

    Keys can also be read with `object["key"]`. `aliases` maps documented spellings to wire names.
    """

    aliases: ClassVar[Mapping[str, str]] = {}

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.rag = rag
        self._update_from(fields)

    def _update_from(self, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, Base(self.rag, value) if isinstance(value, dict) else value)

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as JSON values."""
        return {
            name: value.to_json() if isinstance(value, Base) else value
            for name, value in vars(self).items()
            if name != "rag" and not name.startswith("_") and not callable(value)
        }

    def __getattr__(self, name: str) -> Any:
        wire_name = type(self).aliases.get(name)
        if wire_name is None or wire_name not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return vars(self)[wire_name]

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def __str__(self) -> str:
        return str(self.to_json())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.to_json()})"


def merged(update: Mapping[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """Return one dict from a dict, or from the list of dicts that the documentation shows."""
    if isinstance(update, Mapping):
        return dict(update)
    if not isinstance(update, list) or not all(isinstance(part, dict) for part in update):
        raise TypeError(f"update_message must be a dict, got {type(update).__name__}")
    return {key: value for part in update for key, value in part.items()}


def plain(value: Any) -> Any:
    """Return JSON values for what may be a client object."""
    return value.to_json() if isinstance(value, Base) else value


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Check arguments against their annotations before a request is made. Raises `TypeError`."""
    signature = inspect.signature(function)

    @functools.cache
    def hints() -> dict[str, Any]:
        return typing.get_type_hints(function)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            kind = signature.parameters[name].kind
            variadic = kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
            if name != "self" and not variadic and not _fits(value, hints().get(name, Any)):
                raise TypeError(
                    f"{function.__qualname__}(): {name} must be {hints()[name]}, got {value!r}"
                )
        return function(*args, **kwargs)

    return wrapper


def other_order(first: type, *names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Accept positional arguments in a second order: `names`, when the first one is a `first`.

    The reference document and the package that it describes order some arguments differently.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if len(args) > 1 and type(args[1]) is first:
                named: dict[str, Any] = dict(zip(names, args[1:], strict=False))
                return function(args[0], **named, **kwargs)  # type: ignore[arg-type]
            return function(*args, **kwargs)

        return wrapper

    return decorate


def _fits(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, part) for part in typing.get_args(hint))
    if origin is list:
        (item,) = typing.get_args(hint)
        return isinstance(value, list) and all(_fits(part, item) for part in value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, origin or hint)
