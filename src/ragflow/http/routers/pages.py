"""Routes of a document's pages as people see them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ragflow.domain.documents import Page
from ragflow.domain.errors import ParseError
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, answers
from ragflow.http.openapi import query
from ragflow.http.paging import whole_number
from ragflow.services.errors import DatasetNotFound, DocumentNotFound, PictureNotFound

router = APIRouter(prefix="/datasets/{dataset_id}/documents/{document_id}", tags=["documents"])

_WIDTH = 1200  # pixels
_NOT_FOUND = {
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}."),
    DocumentNotFound: Reply(Code.DATA, "You don't own the document {id}."),
    PictureNotFound: Reply(Code.DATA),
    ParseError: Reply(Code.DATA),
}
_KEPT = {"Cache-Control": "private, max-age=3600"}


@router.get("/pages")
@answers(_NOT_FOUND)
def list_pages(
    actor: CurrentActor, dataset_id: str, document_id: str, services: ServicesOf
) -> JSONResponse:
    """List a document's pages with their sizes in points, the unit of the positions of chunks."""
    pages = services.pages.sizes(actor, dataset_id, document_id)
    return result([_page(page) for page in pages])


@router.get(
    "/pages/{number}",
    response_model=None,
    openapi_extra={
        "parameters": [query("width", f"Wanted width in pixels; default {_WIDTH}.", "integer")]
    },
)
@answers(_NOT_FOUND)
def page_picture(
    actor: CurrentActor,
    dataset_id: str,
    document_id: str,
    number: str,
    request: Request,
    services: ServicesOf,
) -> Response:
    """Return the picture of a page; pages count from 1."""
    width = whole_number(request.query_params.get("width"), _WIDTH)
    wanted = int(number) if number.isascii() and number.isdigit() else 0
    data = services.pages.picture(actor, dataset_id, document_id, wanted, width)
    return Response(data, media_type="image/jpeg", headers=_KEPT)


@router.get("/thumbnail", response_model=None)
@answers(_NOT_FOUND)
def document_thumbnail(
    actor: CurrentActor, dataset_id: str, document_id: str, services: ServicesOf
) -> Response:
    """Return a small picture of a document's beginning."""
    data = services.pages.thumbnail(actor, dataset_id, document_id)
    return Response(data, media_type="image/png", headers=_KEPT)


def _page(page: Page) -> dict[str, Any]:
    return {"page": page.number, "width": page.width, "height": page.height}
