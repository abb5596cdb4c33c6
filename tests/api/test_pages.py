"""Pages as people see them: their sizes, pictures and a small preview."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ragflow.domain.blob_keys import thumbnail_key


def pdf(*sizes: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number, size in enumerate(sizes, start=1):
        canvas.setPageSize(size)
        canvas.setFillColorRGB(*((1, 0, 0) if number == 1 else (0, 0, 1)))
        canvas.rect(0, size[1] / 2, size[0], size[1] / 2, stroke=0, fill=1)  # the upper half
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def document(api: Any, dataset_id: str) -> str:
    (document_id,) = api.upload(dataset_id, report__pdf=pdf((200, 400), (400, 200)))
    return f"/datasets/{dataset_id}/documents/{document_id}"


def picture(response: Any) -> Any:
    assert response.headers["content-type"] == "image/jpeg", response.text
    return Image.open(io.BytesIO(response.content)).convert("RGB")


def test_pages_are_listed_with_their_sizes_in_points(api: Any, document: str) -> None:
    assert api.data("GET", f"{document}/pages") == [
        {"page": 1, "width": 200, "height": 400},
        {"page": 2, "width": 400, "height": 200},
    ]


def test_a_page_is_drawn_as_it_looks_in_one_of_a_few_widths(api: Any, document: str) -> None:
    first = picture(api.raw("GET", f"{document}/pages/1?width=300"))
    second = picture(api.raw("GET", f"{document}/pages/2"))
    assert (first.size, second.size) == ((400, 800), (1200, 600))
    red, below = first.getpixel((200, 100)), first.getpixel((200, 700))
    assert red[0] > 240 > 30 > red[1]
    assert min(below) > 240
    assert second.getpixel((600, 100))[2] > 240


def test_a_picture_is_kept_until_the_document_is_deleted(
    world: Any, api: Any, document: str
) -> None:
    api.raw("GET", f"{document}/pages/1?width=400")
    kept = sorted(key.rpartition("/")[2] for key in world.ports.blobs.keys("pages/"))
    assert kept == ["1-400", "2-400", "sizes"]
    dataset, document_id = document.split("/")[2], document.split("/")[4]
    api.data("DELETE", f"/datasets/{dataset}/documents", json={"ids": [document_id]})
    world.services.relay.flush()
    assert list(world.ports.blobs.keys("pages/")) == []


def test_nothing_is_kept_of_a_document_that_is_deleted_while_it_is_drawn(
    world: Any, api: Any, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.data("GET", f"{document}/pages")
    dataset, document_id = document.split("/")[2], document.split("/")[4]
    run = world.ports.sandbox.run

    def drawn_late(*arguments: Any) -> Any:
        answer = run(*arguments)
        api.data("DELETE", f"/datasets/{dataset}/documents", json={"ids": [document_id]})
        world.services.relay.flush()
        return answer

    monkeypatch.setattr(world.ports.sandbox, "run", drawn_late)
    assert api("GET", f"{document}/pages/1")["code"] == 102
    assert list(world.ports.blobs.keys("pages/")) == []


@pytest.mark.parametrize("number", ["0", "3", "-1", "99999999999", "abc"])
def test_a_page_that_is_not_there_is_refused(api: Any, document: str, number: str) -> None:
    reply = api("GET", f"{document}/pages/{number}")
    assert reply["code"] == 102
    assert "There is no picture of page" in reply["message"]


def test_a_file_that_cannot_be_opened_says_why(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, broken__pdf=b"%PDF-1.4 nothing more")
    for path in ("pages", "pages/1"):
        reply = api("GET", f"/datasets/{dataset_id}/documents/{document_id}/{path}")
        assert reply["code"] == 102
        assert "broken.pdf cannot be read" in reply["message"]


def test_a_picture_is_a_page(api: Any, dataset_id: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (960, 480), "blue").save(buffer, "PNG")
    (document_id,) = api.upload(dataset_id, sea__png=buffer.getvalue())
    path = f"/datasets/{dataset_id}/documents/{document_id}/pages"
    (page,) = api.data("GET", path)
    assert page["width"] == pytest.approx(2 * page["height"], rel=0.01)
    shown = picture(api.raw("GET", f"{path}/1?width=400"))
    assert shown.size[0] == 400
    assert shown.getpixel((200, 100))[2] > 240


def test_a_text_has_no_pages(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, notes__txt="bees")
    reply = api("GET", f"/datasets/{dataset_id}/documents/{document_id}/pages")
    assert (reply["code"], reply["message"]) == (
        102,
        "notes.txt has no pages that can be shown.",
    )


def test_a_thumbnail_is_served_once_there_is_one(world: Any, api: Any, document: str) -> None:
    assert api("GET", f"{document}/thumbnail")["code"] == 102
    dataset, document_id = document.split("/")[2], document.split("/")[4]
    world.ports.blobs.put(thumbnail_key(dataset, document_id), b"\x89PNG small")
    with world.ports.database.transaction() as unit:
        stored = unit.documents.get(document_id)
        unit.documents.update(replace(stored, thumbnail=f"thumbnail_{document_id}.png"))
    response = api.raw("GET", f"{document}/thumbnail")
    assert (response.content, response.headers["content-type"]) == (b"\x89PNG small", "image/png")
    by_name = api.raw("GET", f"/images/{dataset}-thumbnail_{document_id}.png")
    assert by_name.content == b"\x89PNG small"
