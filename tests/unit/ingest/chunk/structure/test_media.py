"""Pictures and sounds: what is read from them, and what models say of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from ragflow.domain.chunks import ChunkedDocument, ChunkKind
from ragflow.domain.documents import BlockKind, Box, ParsedDocument
from ragflow.domain.errors import ModelUnavailable, NeedsModel
from ragflow.ingest.parse.audio import SoundParser
from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits, ParseOptions, SourceFile

Cut = Callable[..., ChunkedDocument]
SILENT = lambda _share, _text: None  # noqa: E731


def png(side: int = 64) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (side, side), (side, 0, 0)).save(target, "PNG")
    return target.getvalue()


def photo(words: str = "") -> ParsedDocument:
    builder = DocumentBuilder("photo.png", ParseLimits())
    builder.block(BlockKind.TEXT, words)
    builder.block(BlockKind.FIGURE, "", image=png())
    return builder.build()


def test_a_picture_of_few_words_is_described(cut: Cut, models: Any) -> None:
    models.description = "A red pump.\n"
    (chunk,) = cut("picture", photo("PUMP 7"), models, language="Chinese").chunks
    assert (chunk.content, chunk.kind, chunk.image) == (
        "PUMP 7\nA red pump.",
        ChunkKind.IMAGE,
        png(),
    )
    assert "Chinese" in models.prompts[0]


def test_a_picture_without_words_is_its_description(cut: Cut, models: Any) -> None:
    models.description = "A red pump."
    (chunk,) = cut("picture", photo(), models).chunks
    assert chunk.content == "A red pump."


@pytest.mark.parametrize("words", ["a word " * 17, "水" * 33])
def test_a_picture_of_many_words_is_not_described(cut: Cut, models: Any, words: str) -> None:
    models.description = "A page."
    (chunk,) = cut("picture", photo(words), models).chunks
    assert chunk.content == words.strip()
    assert models.pictures == []


@pytest.mark.parametrize("words", ["", "PUMP 7", "a word " * 16, "水" * 32])
def test_a_picture_of_few_words_needs_a_model(cut: Cut, words: str) -> None:
    with pytest.raises(NeedsModel, match=r"photo\.png: .* Set a default image-to-text model"):
        cut("picture", photo(words), name="photo.png")


def test_a_picture_waits_for_a_model_that_is_away(cut: Cut, models: Any) -> None:
    models.failure = ModelUnavailable(name="eyes", reason="no answer")
    with pytest.raises(ModelUnavailable):
        cut("picture", photo(), models)


def heard(models: Any) -> ParsedDocument:
    source = SourceFile("talk.mp3", b"sound")
    return SoundParser().parse(source, ParseOptions(models=models), SILENT)


def test_a_transcript_is_one_chunk(cut: Cut, models: Any) -> None:
    models.answer = "Good morning.\n\nThis is about pumps. " + "It is said again. " * 200
    (chunk,) = cut("audio", heard(models)).chunks
    assert chunk.content.startswith("Good morning.\nThis is about pumps.")


def test_a_giant_transcript_is_cut(cut: Cut, models: Any) -> None:
    models.answer = "And then they opened the valve of the pump. " * 1000
    assert len(cut("audio", heard(models)).chunks) > 1


def test_silence_gives_no_chunk_and_a_warning(cut: Cut, models: Any) -> None:
    models.answer = " "
    document = heard(models)
    assert cut("audio", document).chunks == ()
    assert document.warnings == ("No words were heard in this file.",)


def test_a_sound_file_needs_a_model(models: Any) -> None:
    with pytest.raises(NeedsModel, match=r"talk\.mp3: .* Set a default speech-to-text model"):
        heard(models)


def report(*figures: tuple[str, bytes]) -> ParsedDocument:
    builder = DocumentBuilder("report.docx", ParseLimits())
    for words, image in figures:
        builder.block(BlockKind.TEXT, "Between the pictures.")
        builder.block(BlockKind.FIGURE, words, image=image)
    return builder.build()


def test_figures_are_described_where_there_is_a_model(cut: Cut, models: Any) -> None:
    models.description = "A chart that falls."
    _, *figures = cut("naive", report(("Sales", png()), ("", png(65))), models).chunks
    assert [figure.content for figure in figures] == [
        "Sales\nA chart that falls.",
        "A chart that falls.",
    ]
    assert [figure.image for figure in figures] == [png(), png(65)]


def test_a_picture_without_words_is_placed_where_it_stands(cut: Cut, models: Any) -> None:
    models.description = "A chart."
    builder = DocumentBuilder("report.pdf", ParseLimits())
    builder.page(1, 600, 800)
    builder.block(BlockKind.TEXT, "Above.", box=Box(1, 50, 90, 10, 20))
    builder.block(BlockKind.FIGURE, "", image=png(), box=Box(1, 50, 500, 30, 300))
    builder.block(BlockKind.TEXT, "Below.", box=Box(1, 50, 90, 310, 320))
    text, figure = cut("naive", builder.build(), models).chunks
    assert figure.boxes == (Box(1, 50, 500, 30, 300),)
    assert [figure.content[span.start : span.end] for span in figure.box_spans] == ["A chart."]
    assert len(text.boxes) == 2


def test_icons_and_repeated_figures_are_not_asked_about(cut: Cut, models: Any) -> None:
    models.description = "A chart."
    cut("naive", report(("", png()), ("", png(47)), ("", png())), models)
    assert models.pictures == [png()]


def test_figures_are_described_up_to_a_number(cut: Cut, models: Any) -> None:
    models.description = "A chart."
    figures = [("", png(side)) for side in (60, 61, 62)]
    chunked = cut("naive", report(*figures), models, figure_descriptions=2)
    assert len(models.pictures) == 2
    assert "Only the first 2 pictures were described" in chunked.warnings[0]


def test_a_model_that_fails_costs_descriptions_but_not_the_document(cut: Cut, models: Any) -> None:
    models.failure = ModelUnavailable(name="eyes", reason="no answer")
    chunked = cut("naive", report(("Sales", png()), ("Costs", png(65))), models)
    assert [chunk.content for chunk in chunked.chunks][1:] == ["Sales", "Costs"]
    assert len(models.pictures) == 1
    assert chunked.warnings == (
        "Pictures were not described: The model eyes did not answer: no answer",
    )
