from __future__ import annotations

import pytest

from ragflow.domain.graphs import Entity, Graph
from ragflow.ingest.enrich.knowledge_graph.resolve import (
    aliases_of,
    as_question,
    pairs_of,
    same_in,
)


def graph(*names: str, kind: str = "organization") -> Graph:
    return Graph(tuple(Entity(name, kind, rank=len(names) - n) for n, name in enumerate(names)))


def pairs(*names: str) -> list[tuple[str, str, bool]]:
    found = pairs_of(graph(*names), names)
    return [(pair.first.name, pair.second.name, pair.is_sure) for pair in found]


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        ("Acme Inc.", "Acme, Inc", True),
        ("Acme Corporation", "ACME", True),
        ("The Royal Society", "Royal Society", True),
        ("International Business Machines", "IBM", False),
        ("Barack Obama", "Obama", False),
        ("Colour Museum", "Color Museum", False),
    ],
)
def test_names_of_one_thing_are_paired(one: str, other: str, sure: bool) -> None:
    assert pairs(one, other) == [(one, other, sure)]


@pytest.mark.parametrize(
    ("one", "other"), [("Paris", "London"), ("Version 1", "Version 2"), ("Act 1911", "Act 1912")]
)
def test_names_of_two_things_are_not(one: str, other: str) -> None:
    assert pairs(one, other) == []


def test_only_things_of_a_type_are_compared() -> None:
    mixed = Graph((Entity("Acme Inc", "organization"), Entity("Acme", "person")))
    assert pairs_of(mixed, ["Acme"]) == []


def test_pairs_of_known_things_are_not_compared_again() -> None:
    assert pairs_of(graph("Acme Inc", "Acme", "Bee"), ["Bee"]) == []


def test_an_answer_names_the_pairs_that_are_the_same() -> None:
    found = pairs_of(graph("Barack Obama", "Obama", "Color Museum", "Colour Museum"), ["Obama"])
    found += pairs_of(graph("Color Museum", "Colour Museum"), ["Color Museum"])
    assert as_question(found).splitlines()[0].startswith("1. Barack Obama (organization) | Obama")
    assert aliases_of(same_in("1, and 7", found)) == {"Obama": "Barack Obama"}
    assert same_in("0", found) == same_in("none", found) == []


def test_thousands_of_things_are_compared_in_no_time_that_grows_with_their_square() -> None:
    names = [f"Town {number:05} of {number * 7919 % 10007:05}" for number in range(3000)]
    assert pairs_of(graph(*names), names) == []
