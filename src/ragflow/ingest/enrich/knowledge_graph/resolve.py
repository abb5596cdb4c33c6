"""Resolution: several names of one thing become one.

In: a graph, and the things that are new in it. Out: pairs of names that may mean the same, those
that surely do, and what a model's answer makes of the others. Names are compared within their type,
through the words and the letters that they share, so that the time grows with the pairs that share
some and not with all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.graphs import Entity, Graph
from ragflow.ingest.enrich.knowledge_graph.merge import name_key

MOST_PAIRS = 400  # that are put to a model for one document
_ALIKE = 0.6  # share of common pairs of letters (Dice, 1945)
_MOST_SHARERS = 60  # things that share a word; a more common word says nothing
_SMALL = frozenset(
    """the of and for de la van von der inc ltd llc corp corporation company co gmbh ag
    plc""".split()  # noqa: SIM905, a word list reads best
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Name two things that may be one; `first` is the one that is better known."""

    first: Entity
    second: Entity

    @property
    def is_sure(self) -> bool:
        """Tell whether the names differ in points, articles and forms of companies alone."""
        return _core(self.first.name) == _core(self.second.name)


def pairs_of(graph: Graph, new_names: Collection[str]) -> list[Pair]:
    """Return pairs that may be one thing, the most alike first; one of each is new."""
    new = {name_key(name) for name in new_names}
    by_word: defaultdict[str, list[Entity]] = defaultdict(list)
    for entity in graph.entities:
        for word in _traits(entity.name):
            by_word[word].append(entity)
    found: dict[tuple[str, str], tuple[float, Pair]] = {}
    for sharers in by_word.values():
        if len(sharers) > _MOST_SHARERS:
            continue
        for pair in _new_pairs(sharers, new):
            alike = _likeness(pair.first.name, pair.second.name)
            if alike >= _ALIKE:
                found[pair.first.name, pair.second.name] = (alike, pair)
    ordered = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return [pair for _, (_, pair) in ordered][:MOST_PAIRS]


def same_in(answer: str, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs whose numbers, from 1, a model's answer names."""
    numbers = {int(number) for number in re.findall(r"\d{1,6}", answer)}
    return [pair for number, pair in enumerate(pairs, start=1) if number in numbers]


def aliases_of(pairs: Iterable[Pair]) -> dict[str, str]:
    """Return which names mean which others."""
    return {pair.second.name: pair.first.name for pair in pairs}


def as_question(pairs: Sequence[Pair]) -> str:
    """Return pairs as a model reads them."""
    return "\n".join(
        f"{number}. {_shown(pair.first)} | {_shown(pair.second)}"
        for number, pair in enumerate(pairs, start=1)
    )


def _shown(entity: Entity) -> str:
    about = entity.descriptions[0][:160] if entity.descriptions else ""
    return f"{entity.name} ({entity.type}{': ' if about else ''}{about})"


def _new_pairs(entities: Sequence[Entity], new: Collection[str]) -> Iterator[Pair]:
    for index, one in enumerate(entities):
        for other in entities[index + 1 :]:
            if one.name == other.name or not _may_be_one(one, other):
                continue
            if name_key(one.name) in new or name_key(other.name) in new:
                first, second = sorted(
                    (one, other), key=lambda each: (-each.rank, -len(each.name), each.name)
                )
                yield Pair(first, second)


def _may_be_one(one: Entity, other: Entity) -> bool:
    numbers = [re.findall(r"\d+", each.name) for each in (one, other)]
    unknown = "category" in (one.type, other.type)
    return numbers[0] == numbers[1] and (one.type == other.type or unknown)


def _traits(name: str) -> set[str]:
    """Return what alike names share: words, initials and the first letters."""
    words = _words(name)
    initials = "".join(word[0] for word in words) if len(words) > 1 else ""
    core = "".join(words)
    traits = {*words, core, core[:3]}
    if len(initials) > 1:
        traits.add(initials)
    return {trait for trait in traits if trait}


def _likeness(one: str, other: str) -> float:
    a, b = "".join(_words(one)), "".join(_words(other))
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if _initials(one) == b or _initials(other) == a:
        return 0.9
    first, second = set(_words(one)), set(_words(other))
    if first < second or second < first:
        return 0.8
    return _dice(a, b)


def _initials(name: str) -> str:
    words = _words(name)
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _dice(a: str, b: str) -> float:
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (a, b))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _words(name: str) -> list[str]:
    words = _WORD.findall(name.casefold().replace(".", ""))
    return [word for word in words if word not in _SMALL] or words


def _core(name: str) -> str:
    return "".join(_words(name))
