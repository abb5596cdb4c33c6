"""Damaged copies of good files end DONE or with a message, whatever was done to them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from reportlab.pdfgen.canvas import Canvas

from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.testing.mutants.make import mutants, ways
from ragflow.testing.mutants.trial import DONE, try_out
from ragflow.testing.samples import all_samples

EACH = 5
MOST_SECONDS = 30


def pdf() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for page in range(3):
        canvas.drawString(100, 700, f"Page {page} of a manual about pumps.")
        canvas.grid([100, 200, 300], [500, 520, 540])
        canvas.showPage()
    canvas.save()
    return target.getvalue()


FILES = all_samples() | {"pumps.pdf": pdf()}


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    isolation = Isolation(IsolationLimits(parse_seconds=MOST_SECONDS))
    yield isolation
    isolation.close()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_damaged_file_ends_done_or_says_what_to_do(isolation: Isolation, name: str) -> None:
    outcomes = [try_out(isolation, mutant) for mutant in mutants(name, FILES[name], EACH)]
    assert [outcome for outcome in outcomes if outcome.fault] == []
    assert all(name in outcome.message for outcome in outcomes if outcome.end != DONE)


@pytest.mark.parametrize("name", sorted(FILES))
def test_mutants_are_the_same_each_time_and_differ_from_the_file(name: str) -> None:
    made = list(mutants(name, FILES[name], 12, seed=7))
    assert made == list(mutants(name, FILES[name], 12, seed=7))
    assert sum(mutant.data != FILES[name] for mutant in made) >= 8


def test_a_few_mutants_show_all_ways_of_a_format() -> None:
    own, general = ways("pumps.pdf")
    shown = {mutant.how.split()[0] for mutant in mutants("pumps.pdf", FILES["pumps.pdf"], 30)}
    assert shown == {way.__name__ for way in (*own, *general)}


def test_a_defect_of_a_parser_is_told_apart_from_a_bad_file(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "run", _fails)
    (mutant,) = mutants("rules.txt", FILES["rules.txt"], 1)
    assert try_out(isolation, mutant).fault


def _fails(name: str, *_: object) -> None:
    from ragflow.domain.errors import CorruptFile

    raise CorruptFile(name=name, reason="its parser failed (KeyError: 'a')")
