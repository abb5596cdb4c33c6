from __future__ import annotations

import pytest

from ragflow.ingest.enrich.knowledge_graph.statistics import MOST_ENTITIES, found_things

TYPES = ("organization", "person", "geo", "event", "category")
TEXT = (
    "The Bank of England was founded in London. In 1694 the Bank of England lent money to King "
    "William. The lighthouse of Dover was paid by the Bank of England. "
    "Later Dr. Jane Marlow measured the lighthouse. The lighthouse stands near the River Thames."
)


def test_names_and_telling_words_are_the_things() -> None:
    share = found_things("d1", [TEXT], TYPES)
    kinds = {each.name: each.type for each in share.entities}
    assert kinds["Bank of England"] == "category"
    assert {"London", "Dover", "Jane Marlow", "River Thames", "lighthouse"} <= kinds.keys()
    assert kinds["Jane Marlow"] == "person"
    assert not kinds.keys() & {"The", "In", "Later", "The Bank"}


def test_things_that_share_a_sentence_are_tied_as_often_as_they_do() -> None:
    share = found_things("d1", [TEXT], TYPES)
    ties = {(each.source, each.target): each for each in share.relations}
    assert ("Bank of England", "London") in ties
    assert ("London", "River Thames") not in ties
    dover = ties["Bank of England", "Dover"]
    assert dover.weight == 1.0
    assert dover.descriptions == ("The lighthouse of Dover was paid by the Bank of England.",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Acme Corporation", "organization"),
        ("Stanford University", "organization"),
        ("Red River", "geo"),
        ("World Economic Summit", "event"),
        ("Zorblax", "category"),
    ],
)
def test_a_type_is_told_by_the_name(name: str, kind: str) -> None:
    text = f"We saw {name} today. They say that {name} is old."
    kinds = {each.name: each.type for each in found_things("d1", [text], TYPES).entities}
    assert kinds[name] == kind


def test_a_thing_of_no_type_that_is_wanted_has_none() -> None:
    text = "We saw Acme Corporation today. They say that Acme Corporation is old."
    kinds = {each.type for each in found_things("d1", [text], ("person", "thing")).entities}
    assert kinds == {"category"}


def test_chinese_has_things_too() -> None:
    text = "北京大学位于北京市。北京大学的研究人员研究灯塔。灯塔照亮大海。灯塔很高。"
    share = found_things("d1", [text], TYPES)
    assert any("灯塔" in each.name for each in share.entities)
    assert share.relations


def test_a_long_document_has_no_more_things_than_allowed() -> None:
    text = " ".join(f"We met Person{number} Smith in Town{number}." for number in range(2000))
    share = found_things("d1", [text], TYPES)
    assert len(share.entities) == MOST_ENTITIES
    names = {each.name for each in share.entities}
    assert all({each.source, each.target} <= names for each in share.relations)


@pytest.mark.parametrize("passages", [[], [""], ["<table><tr><td></td></tr></table>"], ["1 2 3"]])
def test_nothing_to_speak_of_gives_nothing(passages: list[str]) -> None:
    assert found_things("d1", passages, TYPES).entities == ()
