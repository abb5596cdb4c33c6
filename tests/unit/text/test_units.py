from __future__ import annotations

import pytest

from ragflow.text.units import UnitKind, split_units


def kinds(content: str) -> list[tuple[str, str]]:
    return [(unit.kind.name, unit.text) for unit in split_units(content)]


def test_headings_rows_and_sentences_are_units_of_their_own() -> None:
    content = (
        "Fares\nA ticket is cheap. Children ride free.\n"
        "<table><tr><th>Ticket</th></tr><tr><td>Day</td></tr></table>\nEnd."
    )
    assert kinds(content) == [
        ("HEADING", "Fares"),
        ("SENTENCE", "A ticket is cheap."),
        ("SENTENCE", "Children ride free."),
        ("HEADING", "Ticket"),
        ("ROW", "Ticket: Day"),
        ("SENTENCE", "End."),
    ]


def test_a_chinese_heading_is_no_part_of_the_sentence_below_it() -> None:
    assert kinds("失物招领\n遗失的物品由控制中心保管九十天。") == [
        ("HEADING", "失物招领"),
        ("SENTENCE", "遗失的物品由控制中心保管九十天。"),
    ]


def test_entries_of_a_list_are_no_headings() -> None:
    content = "Bring along:\n- a warm coat\n- a map\nThe tour takes all day."
    assert "HEADING" not in dict(kinds(content))


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Name：Bob; City：Rome", [("Name", "Bob"), ("City", "Rome")]),
        (
            "Ambient temp.; ºC; :; Min. -5, max. +40",
            [("", "Ambient temp."), ("", "ºC"), ("", ":"), ("", "Min. -5, max. +40")],
        ),
        ("Notes：It rained. We left.; Day：1", [("Notes", "It rained. We left."), ("Day", "1")]),
    ],
)
def test_a_record_of_a_sheet_is_one_row(line: str, fields: list[tuple[str, str]]) -> None:
    first, _ = split_units(f"{line}\n{line}")
    assert (first.kind, first.text) == (UnitKind.ROW, line)
    assert [(field.name, field.value) for field in first.fields] == fields


def test_semicolons_of_prose_make_no_record() -> None:
    (unit,) = split_units("He came in the morning; he saw it all; he won.")
    assert unit.kind is UnitKind.SENTENCE


def test_lines_without_full_stops_stand_alone() -> None:
    content = (
        "After a good day of swimming in the lake, something to eat is important\n"
        "I like to eat leaves\nGrass is fine too"
    )
    assert [text for _, text in kinds(content)] == content.split("\n")


def test_a_long_run_of_words_is_cut_and_nothing_of_it_is_lost() -> None:
    content = ", ".join(f"item {number} of a long list" for number in range(120))
    units = split_units(content)
    assert max(len(unit.text) for unit in units) <= 300
    joined = " ".join(content[unit.span.start : unit.span.end] for unit in units)
    assert joined == content
    assert all(unit.text.startswith("item") for unit in units)


def test_a_long_sentence_with_its_full_stop_stays_whole() -> None:
    sentence = "The river " + "that runs through the valley " * 15 + "is long."
    (unit,) = split_units(sentence)
    assert unit.text == sentence
