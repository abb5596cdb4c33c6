"""Bad files: each ends with an error that says what to do, and harms no other file.

All are parsed in one batch with good ones, by a server with low limits.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ragflow.testing import sample_files
from ragflow.testing.server import RunningServer
from ragflow_sdk import DataSet, Document, RAGFlow, RAGFlowError

PARSE_SECONDS = 10
GOOD = {
    "good.txt": b"The keeper of the lighthouse counts ships.",
    "good.docx": sample_files.docx(),
    "last.md": b"# Bread\n\nBread needs flour and water.",
}


def pdf(objects: list[bytes]) -> bytes:
    """Return a PDF of objects that are numbered from 1; the first is the catalogue."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def pdf_of_pages(content: bytes, count: int) -> bytes:
    """Return a PDF of pages that all draw the same content, which was deflated twice."""
    kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 3 0 R >>"
    head = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n" % len(content)
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [" % count + kids + b"] >>",
            head + content + b"\nendstream",
            *[page] * count,
        ]
    )


def deflated_nulls(mib: int) -> bytes:
    """Deflate that many MiB of NUL bytes without touching them: one block, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((mib << 20) % 65521) << 16 | 1
    return b"\x78\xda" + block * mib + b"\x03\x00" + checksum.to_bytes(4, "big")


def endless_pdf() -> bytes:
    """Return a small PDF whose pages take minutes to read: each saves and restores its state."""
    return pdf_of_pages(zlib.compress(zlib.compress(b"q Q " * 2_000_000)), 2000)


def flate_bomb() -> bytes:
    """Return a small PDF whose page unpacks to 2 GiB of white space."""
    return pdf_of_pages(zlib.compress(deflated_nulls(2048)), 1)


def zip_bomb() -> bytes:
    """Return a small DOCX that unpacks to over 64 MiB."""
    members = sample_files.members_of(sample_files.docx())
    return sample_files.zipped(members | {"word/media/bomb.xml": bytes(64 << 20)})


def encrypted_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 700, "Nobody reads this.")
    canvas.save()
    return target.getvalue()


def good_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(100, 700, "The lighthouse was built in 1885.")
    canvas.save()
    return target.getvalue()


def truncated_docx() -> bytes:
    whole = sample_files.docx()
    return whole[: len(whole) // 2]


BAD: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "empty.pdf": (lambda: b"", ("empty (0 bytes)", "the original opens")),
    "empty.txt": (lambda: b"", ("empty (0 bytes)", "the original opens")),
    "a pdf.docx": (good_pdf, ("looks like a PDF", "named .docx", "Rename it")),
    "a text.pdf": (lambda: b"Just words. " * 50, ("cannot be read", "wrong extension")),
    "a docx.xlsx": (sample_files.docx, ("looks like a DOCX", "named .xlsx", "Rename it")),
    "a picture.txt": (sample_files.picture, ("looks like a PNG image", "Rename it")),
    "locked.pdf": (encrypted_pdf, ("password", "Remove the password and upload it again")),
    "half.docx": (truncated_docx, ("cannot be read", "damaged")),
    "half.pdf": (lambda: good_pdf()[:300], ("cannot be read", "damaged")),
    "large.txt": (lambda: b"word " * 250_000, ("<= 1Mb", "limits.file_mib")),
    "bomb.docx": (zip_bomb, ("when unpacked", "limits.unpacked_mib")),
    "bomb.pdf": (flate_bomb, ("MiB of memory", "limits.parse_memory_mib")),
    "endless.pdf": (endless_pdf, (f"{PARSE_SECONDS} seconds", "limits.parse_seconds")),
}


@pytest.fixture(scope="module")
def guarded(serve: Callable[..., RunningServer], small_model: dict[str, str]) -> RunningServer:
    """Run a server with low limits."""
    return serve(
        **small_model,
        RAGFLOW_LIMITS__FILE_MIB="1",
        RAGFLOW_LIMITS__UNPACKED_MIB="64",
        RAGFLOW_LIMITS__PARSE_MEMORY_MIB="1024",
        RAGFLOW_LIMITS__PARSE_SECONDS=str(PARSE_SECONDS),
        RAGFLOW_WORKER__CONCURRENCY="3",
    )


@pytest.fixture(scope="module")
def client(guarded: RunningServer) -> Any:
    with RAGFlow(guarded.api_key, guarded.url) as rag:
        yield rag


@pytest.fixture(scope="module")
def folder(client: RAGFlow) -> DataSet:
    return client.create_dataset("mixed")


@pytest.fixture(scope="module")
def documents(folder: DataSet, ingest: Callable[..., dict[str, Document]]) -> dict[str, Document]:
    """Return bad and good documents, parsed in one batch."""
    first, *later = GOOD
    files = {first: GOOD[first]}
    files |= {name: make() for name, (make, _) in BAD.items()}
    files |= {name: GOOD[name] for name in later}
    return ingest(folder, files)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_fails_and_says_what_to_do(documents: dict[str, Document], name: str) -> None:
    document = documents[name]
    assert (document.run, document.progress, document.chunk_count) == ("FAIL", -1.0, 0)
    reason = document.progress_msg.splitlines()[-1]
    assert "[ERROR]" in reason
    assert name in reason
    for words in BAD[name][1]:
        assert words in reason


@pytest.mark.parametrize("name", GOOD)
def test_good_files_of_the_same_batch_are_done(documents: dict[str, Document], name: str) -> None:
    assert documents[name].run == "DONE", documents[name].progress_msg
    assert documents[name].chunk_count > 0


def test_only_the_good_ones_are_found(
    client: RAGFlow, folder: DataSet, documents: dict[str, Document]
) -> None:
    hits = client.retrieve([folder.id], question="lighthouse", similarity_threshold=0.0)
    assert {hit.document_name for hit in hits} == set(GOOD)
    assert hits[0].document_name == "good.txt"


def test_a_repaired_file_can_take_the_place_of_a_bad_one(
    folder: DataSet, documents: dict[str, Document], ingest: Callable[..., dict[str, Document]]
) -> None:
    folder.delete_documents([documents["half.pdf"].id])
    assert ingest(folder, {"half.pdf": good_pdf()})["half.pdf"].run == "DONE"


def test_a_failed_file_can_be_parsed_again_and_fails_again(
    folder: DataSet, documents: dict[str, Document], wait: Callable[..., dict[str, Document]]
) -> None:
    folder.async_parse_documents([documents["half.docx"].id])
    again = wait(folder, {"half.docx"})["half.docx"]
    assert again.run == "FAIL"
    assert again.progress_msg.count("[ERROR]") == 1


def send(server: RunningServer, dataset: DataSet, parts: bytes) -> dict[str, Any]:
    """Upload a multipart body as it is: the client would escape the names."""
    reply = httpx.post(
        f"{server.url}/api/v1/datasets/{dataset.id}/documents",
        content=parts,
        headers={
            "Authorization": f"Bearer {server.api_key}",
            "Content-Type": "multipart/form-data; boundary=x",
        },
    )
    return dict(reply.json())


def part(name: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
    return head + b"text\r\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(b"a\x00b.txt", "must not contain slashes or control characters", id="NUL"),
        pytest.param(b"a/b.txt", "must not contain slashes", id="slash"),
        pytest.param(b"../../etc/passwd.txt", "must not contain slashes", id="parent"),
        pytest.param(b"..\\\\boot.txt", "must not contain slashes", id="backslash"),
        pytest.param(b"a\x1b[31m.txt", "control characters", id="escape"),
        pytest.param(b"n" * 300 + b".txt", "must be 255 bytes or less", id="300 bytes"),
        pytest.param("灯".encode() * 90 + b".txt", "255 bytes or less", id="270 bytes in Chinese"),
        pytest.param(b"program.exe", "has not been supported yet", id="extension"),
        pytest.param(b"", "No file", id="no name"),
    ],
)
def test_a_bad_name_is_refused_and_nothing_is_stored(
    guarded: RunningServer, client: RAGFlow, name: bytes, words: str
) -> None:
    dataset = client.create_dataset(f"names {name[:20]!r} {len(name)}")
    reply = send(guarded, dataset, part(name) + b"--x--\r\n")
    assert reply["code"] != 0
    assert words in reply["message"]
    assert dataset.list_documents() == []


def test_a_bad_name_does_not_keep_others_out(guarded: RunningServer, client: RAGFlow) -> None:
    dataset = client.create_dataset("others")
    reply = send(guarded, dataset, part(b"../a.txt") + part(b"b.txt") + b"--x--\r\n")
    assert reply["code"] == 500
    assert [document.name for document in dataset.list_documents()] == ["b.txt"]


def test_names_in_every_script_are_kept(client: RAGFlow) -> None:
    dataset = client.create_dataset("scripts")
    names = ["乘客 指南.txt", "Ünïcode—ß.txt", "emoji 🚋.txt", "per%20cent.txt"]
    dataset.upload_documents([{"display_name": name, "blob": b"x"} for name in names])
    assert {document.name for document in dataset.list_documents()} == set(names)


def test_a_broken_upload_is_refused(guarded: RunningServer, client: RAGFlow) -> None:
    dataset = client.create_dataset("broken")
    assert send(guarded, dataset, b"--y\r\nnonsense")["code"] != 0
    assert dataset.list_documents() == []


def test_a_file_of_200_mib_is_stored_and_refused_by_its_size(
    folder: DataSet, ingest: Callable[..., dict[str, Document]]
) -> None:
    huge = ingest(folder, {"huge.txt": bytes(200 << 20)})["huge.txt"]
    assert huge.run == "FAIL"
    assert huge.size == 200 << 20
    assert "limits.file_mib" in huge.progress_msg


def test_the_server_lives_on(guarded: RunningServer, documents: dict[str, Document]) -> None:
    assert guarded.process.poll() is None
    assert "ended (" not in (guarded.data_dir / "server.log").read_text()


def test_a_wrong_key_is_refused(guarded: RunningServer) -> None:
    with (
        RAGFlow("ragflow-wrong", guarded.url) as rag,
        pytest.raises(RAGFlowError, match="API key is invalid"),
    ):
        rag.list_datasets()
