"""Registry: the one way to add a chunk method, a parser, a provider or an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ragflow.domain.errors import DuplicateName, UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Map names to what was registered under them; a name is registered once."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[str, T] = {}

    def register(self, *names: str) -> Callable[[T], T]:
        """Return a decorator that registers its target under each of `names`."""

        def add(entry: T) -> T:
            for name in names:
                if name in self._entries:
                    raise DuplicateName(noun=self.noun, name=name)
                self._entries[name] = entry
            return entry

        return add

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownName(noun=self.noun, name=name, known=tuple(self)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))
