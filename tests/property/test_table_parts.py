"""However a table is labelled and cut, each of its cells stands in a part."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.ingest.chunk.tables import Caption, html_parts
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits

TEXTS = st.text("abc :", min_size=0, max_size=12)
ROWS = st.lists(st.one_of(st.tuples(TEXTS), st.tuples(TEXTS, TEXTS, TEXTS)), min_size=1, max_size=9)


@settings(deadline=None)
@given(ROWS, st.integers(0, 4), st.sampled_from([1, 40, 130, 512]), st.booleans())
def test_every_cell_stands_in_a_part(
    rows: list[tuple[str, ...]], headers: int, size: int, named: bool
) -> None:
    builder = DocumentBuilder("a.pdf", ParseLimits())
    builder.table(
        [
            [
                CellDraft(text, column_span=3 if len(row) == 1 else 1, header=index < headers)
                for text in row
            ]
            for index, row in enumerate(rows)
        ]
    )
    blocks = builder.build().blocks
    if not blocks or blocks[0].table is None:
        return
    table = blocks[0].table
    parts = list(html_parts(table, Caption("named" if named else ""), size))
    told = Counter(span for part in parts for span in part.spans)
    for row in table.rows:
        for cell in row:
            if cell.text.strip():
                assert told[cell.span] >= 1
