"""Damaged files: only a `ParseError` may come out, and what is read is covered."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragflow.domain.errors import ParseError
from ragflow.ingest.parse.base import SourceFile
from ragflow.testing.parsers import check_cells, check_coverage, parsed
from ragflow.testing.sample_files import members_of, zipped
from ragflow.testing.samples import all_samples

SAMPLES = all_samples()
ARCHIVES = {name: members_of(data) for name, data in SAMPLES.items() if data.startswith(b"PK")}
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read_or_refuse(name: str, data: bytes) -> None:
    try:
        document = parsed(SourceFile(name, data))
    except ParseError:
        return
    check_coverage(document)
    check_cells(document)


def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut out, repeat or replace a part of the data."""
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.integers(0, 400)))
    filling = draw(st.sampled_from([b"", data[start:end] * 2, b"\xff\x00<&", b"<w:p>", b'"99999"']))
    return data[:start] + filling + data[end:]


@pytest.mark.parametrize("name", sorted(SAMPLES))
@QUICK
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    read_or_refuse(name, data.draw(st.composite(lambda draw: damaged(draw, SAMPLES[name]))()))


@pytest.mark.parametrize("name", sorted(ARCHIVES))
@QUICK
@given(data=st.data())
def test_an_archive_with_a_damaged_member_is_read_or_refused(
    name: str, data: st.DataObject
) -> None:
    members = dict(ARCHIVES[name])
    xml = sorted(part for part in members if part.endswith((".xml", ".rels")))
    part = data.draw(st.sampled_from(xml))
    if data.draw(st.booleans()):
        del members[part]
    else:
        members[part] = data.draw(st.composite(lambda draw: damaged(draw, members[part]))())
    read_or_refuse(name, zipped(members))


@pytest.mark.parametrize(
    "suffix", ["txt", "csv", "md", "html", "json", "jsonl", "py", "rst", "xml", "ipynb"]
)
@QUICK
@given(text=st.text(max_size=400))
def test_any_text_is_read_or_refused(suffix: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    if data:
        read_or_refuse(f"a.{suffix}", data)
