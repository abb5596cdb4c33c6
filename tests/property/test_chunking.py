"""Whatever a document holds and however it is to be cut, nothing is lost and order is kept."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.ingest.chunk.merge import largest_piece
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.coverage import account
from ragflow.ingest.extract import merge_duplicates
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits
from ragflow.text.tokens import count_tokens

WORDS = st.text(
    st.characters(codec="utf-8") | st.sampled_from('\n\t ;.。；，#`<>&"\\|- a1中'), max_size=60
)
LONG = st.builds(lambda word, times: word * times, WORDS, st.integers(1, 60))
TEXTS = WORDS | LONG
DELIMITERS = st.text(st.sampled_from("\\n`#;.。a 中"), max_size=12)
TEXT_KINDS = st.sampled_from(
    [BlockKind.TEXT, BlockKind.TITLE, BlockKind.CAPTION, BlockKind.CODE, BlockKind.LIST_ITEM]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[CellDraft]]:
    cells = st.builds(
        CellDraft,
        TEXTS,
        row_span=st.integers(0, 4),
        column_span=st.integers(0, 4),
        header=st.just(False),
    )
    rows: list[list[CellDraft]] = draw(st.lists(st.lists(cells, max_size=4), max_size=8))
    headers = draw(st.integers(0, 2))
    return [
        [CellDraft(c.text, c.row_span, c.column_span, row < headers) for c in cells]
        for row, cells in enumerate(rows)
    ]


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    builder = DocumentBuilder("any", ParseLimits())
    for _ in range(draw(st.integers(0, 6))):
        shape = draw(st.sampled_from(["text", "table", "sheet", "record", "figure", "drop"]))
        if shape == "text":
            builder.block(draw(TEXT_KINDS), draw(TEXTS))
        elif shape == "figure":
            builder.block(BlockKind.FIGURE, draw(TEXTS), image=draw(st.none() | st.just(b"i")))
        elif shape == "drop":
            builder.drop(draw(st.sampled_from(DropKind)), draw(WORDS))
        else:
            builder.table(
                draw(tables()),
                caption=draw(WORDS),
                sheet="S" if shape == "sheet" else "",
                kind=BlockKind.ROW if shape == "record" else BlockKind.TABLE,
            )
    return builder.build()


OPTIONS = st.builds(
    NaiveOptions,
    chunk_token_num=st.integers(1, 40) | st.integers(41, 4000),
    delimiter=DELIMITERS,
    html4excel=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(documents(), OPTIONS)
def test_every_character_is_accounted_for(document: ParsedDocument, options: NaiveOptions) -> None:
    chunked = merge_duplicates(NaiveChunker().chunk(document, options))
    coverage = account(document, chunked)
    assert coverage.extracted == len("".join(document.text.split()))
    assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted
    # A chunk may say more than the text (names of columns, markup), but not less than is counted.
    assert coverage.in_chunks <= sum(len("".join(c.content.split())) for c in chunked.chunks)
    assert len({chunk.content for chunk in chunked.chunks}) == len(chunked.chunks)


@settings(max_examples=80, deadline=None)
@given(TEXTS, OPTIONS)
def test_each_counted_character_of_a_text_can_be_read_back(
    text: str, options: NaiveOptions
) -> None:
    builder = DocumentBuilder("any.txt", ParseLimits())
    builder.block(BlockKind.TEXT, text)
    document = builder.build()
    chunked = merge_duplicates(NaiveChunker().chunk(document, options))
    held = Counter("".join("".join(chunk.content for chunk in chunked.chunks).split()))
    coverage = account(document, chunked)
    places = {
        n for chunk in chunked.chunks for span in chunk.spans for n in range(span.start, span.end)
    }
    counted = Counter("".join("".join(document.text[n] for n in places).split()))
    assert counted == held
    assert coverage.in_chunks == counted.total()


@settings(max_examples=80, deadline=None)
@given(documents(), OPTIONS)
def test_chunks_keep_the_order_of_the_document(
    document: ParsedDocument, options: NaiveOptions
) -> None:
    chunks = NaiveChunker().chunk(document, options).chunks
    starts = [chunk.spans[0].start for chunk in chunks]
    assert starts == sorted(starts)
    assert all(chunk.content and chunk.content == chunk.content.strip() for chunk in chunks)


@settings(max_examples=80, deadline=None)
@given(TEXTS, OPTIONS)
def test_a_chunk_of_text_overruns_by_one_piece_at_most(text: str, options: NaiveOptions) -> None:
    builder = DocumentBuilder("any.txt", ParseLimits())
    builder.block(BlockKind.TEXT, text)
    bound = options.chunk_token_num + largest_piece(options.chunk_token_num)
    for chunk in NaiveChunker().chunk(builder.build(), options).chunks:
        # Pieces are counted one by one; line breaks between them cost up to a token each.
        breaks = chunk.content.count("\n") + len(chunk.spans)
        assert count_tokens(chunk.content) <= bound + 2 * breaks


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["chunk_token_num", "delimiter", "html4excel", "x"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.lists(st.integers())
        | st.dictionaries(st.text(), st.integers()),
    )
)
def test_any_stored_configuration_gives_options(config: dict[str, object]) -> None:
    options = NaiveOptions.model_validate(config)
    assert 1 <= options.chunk_token_num <= 100_000
    assert options.delimiter
