from __future__ import annotations

import pytest

from ragflow.domain.queries import Candidate
from ragflow.retrieve.hybrid import no_boost, page_rank_boost
from ragflow.retrieve.tags import tag_boost

KEY = ("doc", "chunk")
FOUND = Candidate("data", *KEY, "", "", "", "", 0.5)


def test_the_same_tags_are_worth_ten() -> None:
    boost = tag_boost(no_boost, {"data": {"wax": 2, "bees": 1}}, {KEY: {"wax": 4, "bees": 2}})
    assert boost(FOUND) == pytest.approx(10.0)


def test_tags_in_part_are_worth_their_cosine() -> None:
    boost = tag_boost(no_boost, {"data": {"wax": 3}}, {KEY: {"wax": 4, "bees": 3}})
    assert boost(FOUND) == pytest.approx(10 * 4 / 5)


@pytest.mark.parametrize(
    ("asked", "tagged"),
    [
        ({"other": {"wax": 1}}, {KEY: {"wax": 1}}),
        ({"data": {"wax": 1}}, {KEY: {"bees": 1}}),
        ({"data": {"wax": 1}}, {}),
    ],
)
def test_other_tags_and_datasets_are_worth_nothing(asked: object, tagged: object) -> None:
    assert tag_boost(no_boost, asked, tagged)(FOUND) == 0.0  # type: ignore[arg-type]


def test_page_rank_is_kept() -> None:
    boost = tag_boost(page_rank_boost({"data": 3.0}), {"data": {"wax": 1}}, {KEY: {"wax": 1}})
    assert boost(FOUND) == pytest.approx(13.0)
