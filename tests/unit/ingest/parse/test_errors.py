from __future__ import annotations

import pytest

from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.errors import reading

Panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        (ValueError("no\n table"), "no table"),
        (ValueError(), "ValueError"),
        (ValueError("'utf-8' codec can't decode byte 0xff"), "some of its text is damaged"),
        (ValueError("Error -3 while decompressing data"), "compressed content is damaged"),
        (ValueError("maximum recursion depth exceeded"), "nested too deeply"),
        (ValueError("Missing dimensions"), "a sheet is damaged where its size should stand"),
        (Panic("range end index 24"), "range end index 24"),
    ],
)
def test_complaints_of_a_library_are_the_files_fault(complaint: BaseException, reason: str) -> None:
    with pytest.raises(CorruptFile, match=f"a.xls.*{reason}"), reading("a.xls", ValueError):
        raise complaint


@pytest.mark.parametrize("other", [KeyError("x"), KeyboardInterrupt()])
def test_defects_and_interruptions_pass_through(other: BaseException) -> None:
    with pytest.raises(type(other)), reading("a.xls", ValueError):
        raise other
