"""Number formats: what people read in a cell."""

from datetime import date, datetime, time, timedelta

import pytest

from ragflow.ingest.parse.number_format import says_more, shown_date, shown_number

MOMENT = datetime(2024, 3, 5, 14, 7, 9)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.256, "0%", "26%"),
        (0.256, "0.00%", "25.60%"),
        (-0.5, "0.0%", "-50.0%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (-1234.5, '"$"#,##0.00;("$"#,##0.00)', "($1,234.50)"),
        (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
        (1234.5, '_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-;_-[$£-809]* "-"??_-', "£1,234.50"),
        (12.5, '0.0" kg"', "12.5 kg"),
        (12.5, '0.###" m"', "12.5 m"),
        (2_500_000, '0.0,," M"', "2.5 M"),
        (42, "00000", "00042"),
        (0, '0;-0;"none"', "none"),
    ],
)
def test_numbers_carry_what_their_format_adds(value, code, shown):
    assert says_more(code)
    assert shown_number(value, code) == shown


@pytest.mark.parametrize("code", ["General", "0", "0.00", "#,##0", "#,##0.00", "0.00E+00", "@"])
def test_formats_that_only_round_say_no_more_than_the_value(code):
    assert not says_more(code)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (MOMENT, "dd/mm/yyyy", "2024-03-05"),
        (MOMENT, "m/d/yy h:mm", "2024-03-05 14:07:09"),
        (date(2024, 3, 5), "yyyy-mm-dd h:mm:ss", "2024-03-05 00:00:00"),
        (MOMENT, "mmm-yy", "Mar-2024"),
        (MOMENT, "mmmm yyyy", "March 2024"),
        (MOMENT, "d-mmm", "5-Mar"),
        (MOMENT, "yyyy", "2024"),
        (MOMENT, "h:mm", "14:07"),
        (time(9, 5), "h:mm AM/PM", "9:05 AM"),
        (time(14, 5, 7), "hh:mm:ss", "14:05:07"),
        (timedelta(hours=27, minutes=5), "[h]:mm", "27:05"),
        (timedelta(hours=-1), "", "-1:00"),
        (datetime(1899, 12, 31, 2, 30), "[h]:mm:ss", "26:30:00"),
    ],
)
def test_dates_and_times_show_the_parts_that_their_format_asks_for(value, code, shown):
    assert shown_date(value, code) == shown
