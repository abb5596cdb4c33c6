"""Files for agents are read by real parsers in a real child process."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.domain.errors import (
    CorruptFile,
    EmptyFile,
    LimitExceeded,
    ModelNotConfigured,
    NeedsModel,
    NotFound,
    UnsupportedFile,
)
from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.services.agent_reading import AgentFileReader, ReadLimits
from ragflow.testing.sample_files import docx

KEY = "agents/a/f"


class Models:
    """Write down sounds, of one tenant."""

    def speech(self, tenant_id: str, name: str) -> Any:
        if tenant_id != "t":
            raise ModelNotConfigured(name=name)
        return self

    def transcribe(self, name: str, sound: bytes) -> str:
        return f"The words of {name}."


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    opened = Isolation(IsolationLimits(parse_seconds=60))
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> ObstoreBlobStore:
    return ObstoreBlobStore(f"file://{tmp_path / 'blobs'}")


@pytest.fixture
def reader(blobs: ObstoreBlobStore, isolation: Isolation) -> AgentFileReader:
    limits = ReadLimits(file_mib=1, text_chars=100)
    return AgentFileReader(blobs, isolation, Models(), limits)  # type: ignore[arg-type]


def _picture(kind: str, size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size).save(target, kind)
    return target.getvalue()


def test_a_document_is_read_as_text(reader: AgentFileReader, blobs: ObstoreBlobStore) -> None:
    blobs.put(KEY, docx())
    found = reader.read("t", KEY, "Report.docx")
    assert found.name == "Report.docx"
    assert found.text.strip()
    assert found.picture == ""


def test_a_long_text_is_cut_and_says_so(reader: AgentFileReader, blobs: ObstoreBlobStore) -> None:
    blobs.put(KEY, b"word " * 1000)
    found = reader.read("t", KEY, "long.txt")
    text, told = found.text.rsplit("\n", 1)
    assert text == ("word " * 20)
    assert told.startswith("[The first 100 of ")
    blobs.put(KEY, b"short")
    assert reader.read("t", KEY, "short.txt").text == "short"


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.PNG"), ("TIFF", "a.tif"), ("BMP", "a.bmp")])
def test_a_picture_of_any_kind_becomes_a_small_jpeg(
    reader: AgentFileReader, blobs: ObstoreBlobStore, kind: str, name: str
) -> None:
    blobs.put(KEY, _picture(kind, (500, 300) if kind != "PNG" else (3000, 1500)))
    found = reader.read("t", KEY, name)
    head, data = found.picture.split(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.format == "JPEG"
        assert picture.size == ((500, 300) if kind != "PNG" else (2000, 1000))
    assert found.text == ""


def test_the_words_of_a_sound_come_from_the_tenants_model(
    reader: AgentFileReader, blobs: ObstoreBlobStore
) -> None:
    blobs.put(KEY, b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 28)
    assert "The words of voice.wav." in reader.read("t", KEY, "voice.wav").text
    with pytest.raises(NeedsModel):
        reader.read("other", KEY, "voice.wav")


def test_what_cannot_be_read_says_why(reader: AgentFileReader, blobs: ObstoreBlobStore) -> None:
    with pytest.raises(NotFound):
        reader.read("t", "agents/a/none", "a.txt")
    blobs.put(KEY, b"%PDF-1.4 broken")
    with pytest.raises(CorruptFile):
        reader.read("t", KEY, "a.pdf")
    with pytest.raises(CorruptFile, match=r"^a\.png cannot be read: there is no picture in it\."):
        reader.read("t", KEY, "a.png")
    with pytest.raises(UnsupportedFile):
        reader.read("t", KEY, "a.mp4")
    blobs.put(KEY, b"x" * ((1 << 20) + 1))
    with pytest.raises(LimitExceeded, match="RAGFLOW_LIMITS__FILE_MIB"):
        reader.read("t", KEY, "a.txt")
    blobs.put(KEY, b"")
    for name in ("a.txt", "a.png"):
        with pytest.raises(EmptyFile):
            reader.read("t", KEY, name)


def test_a_parser_keeps_to_the_limits_of_the_server(
    blobs: ObstoreBlobStore, isolation: Isolation
) -> None:
    limits = ReadLimits(of_parser={"text_chars": 10})
    reader = AgentFileReader(blobs, isolation, Models(), limits)  # type: ignore[arg-type]
    blobs.put(KEY, b"much more than ten characters")
    with pytest.raises(LimitExceeded, match="RAGFLOW_LIMITS__TEXT_CHARS"):
        reader.read("t", KEY, "a.txt")
