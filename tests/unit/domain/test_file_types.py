from __future__ import annotations

import pytest

from ragflow.domain.file_types import OTHER, type_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PDF", "pdf"),
        ("a.xlsx", "doc"),
        ("a.xlsm", "doc"),
        ("a.png", "visual"),
        ("a.exe", OTHER),
        ("xlsm", OTHER),
    ],
)
def test_a_file_is_classed_by_its_extension(name: str, kind: str) -> None:
    assert type_of(name) == kind
