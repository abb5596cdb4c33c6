"""Routes of the file manager; all answer in family B, with 400, 404 and 409 as codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, StreamingResponse

from ragflow.domain.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from ragflow.domain.file_types import suffix_of
from ragflow.domain.files import StoredFile
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.downloads import download
from ragflow.http.envelope import json_result
from ragflow.http.errors import Answers, Code, Reply, WireError, answers
from ragflow.http.openapi import PAGING, files_body, json_body, properties, query
from ragflow.http.paging import paging_of
from ragflow.http.schemas.files import file_object, link_object, listed_file_object
from ragflow.http.uploads import FilesForFolder, files_for_folder
from ragflow.http.validation import lenient_object
from ragflow.services.errors import (
    DatasetNotFound,
    DuplicateFileName,
    FolderNotFound,
    SourceNotFound,
    StoredFileNotFound,
)

router = APIRouter(prefix="/file", tags=["files"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]
Files = Annotated[FilesForFolder, Depends(files_for_folder)]

PAGE_SIZE = 15

ERRORS: Answers = {
    NotFound: Reply(Code.NOT_FOUND, data=None),
    Conflict: Reply(Code.CONFLICT, data=None),
    InvalidInput: Reply(Code.BAD_REQUEST, data=None),
    StoreUnavailable: Reply(Code.SERVER, data=None),
}
_NO_FOLDER = Reply(Code.NOT_FOUND, "Folder not found!", data=None)
_FILE_ID = {"parameters": [query("file_id", "Id of a file or a folder.")]}
_TEXT = {"type": "string"}
_IDS = {"type": "array", "items": _TEXT}
_PLAIN_SUFFIX = re.compile(r"[a-z0-9][a-z0-9.+-]{0,39}")


@router.post("/upload", openapi_extra=files_body(parent_id=_TEXT))
@answers({**ERRORS, FolderNotFound: Reply(Code.NOT_FOUND, "Can't find this folder!", data=None)})
def upload_files(actor: CurrentActor, files: Files, services: ServicesOf) -> JSONResponse:
    """Upload files to a folder; a file name may hold a path, whose folders are made."""
    stored = services.files.upload(actor, files.folder_id or None, files.uploads)
    return json_result([file_object(file) for file in stored])


@router.post(
    "/create", openapi_extra=json_body(properties(name=_TEXT, parent_id=_TEXT, type=_TEXT))
)
@answers(
    {
        **ERRORS,
        FolderNotFound: Reply(Code.BAD_REQUEST, "Parent Folder Doesn't Exist!", data=None),
        DuplicateFileName: Reply(
            Code.CONFLICT, "Duplicated folder name in the same folder.", data=None
        ),
    }
)
def create_file(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Create a folder; of any other type than `folder`, a file without bytes."""
    kind = str(body.get("type") or "").lower()
    name = _text(body, "name")
    return json_result(
        file_object(services.files.create(actor, _optional(body, "parent_id"), name, kind))
    )


@router.get(
    "/list",
    openapi_extra={
        "parameters": [
            query("parent_id", "Id of the folder; the root without one."),
            query("keywords", "Part of the name."),
            *PAGING,
        ]
    },
)
@answers({**ERRORS, FolderNotFound: _NO_FOLDER, InvalidInput: Reply(Code.EXCEPTION, data=None)})
def list_files(request: Request, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List what a folder holds, with the datasets that use each file."""
    params = request.query_params
    page = services.file_browser.page(
        actor,
        params.get("parent_id") or None,
        paging_of(request, default_size=PAGE_SIZE),
        params.get("keywords") or None,
    )
    return json_result(
        {
            "total": page.total,
            "files": [listed_file_object(listed) for listed in page.files],
            "parent_folder": file_object(page.parent),
        }
    )


@router.get("/root_folder")
@answers(ERRORS)
def root_folder(actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return the root folder."""
    return json_result({"root_folder": file_object(services.file_browser.root(actor))})


@router.get("/parent_folder", openapi_extra=_FILE_ID)
@answers({**ERRORS, StoredFileNotFound: _NO_FOLDER})
def parent_folder(request: Request, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return the folder that holds a file or a folder."""
    parent = services.file_browser.parent(actor, request.query_params.get("file_id", ""))
    return json_result({"parent_folder": file_object(parent)})


@router.get("/all_parent_folder", openapi_extra=_FILE_ID)
@answers({**ERRORS, StoredFileNotFound: _NO_FOLDER})
def all_parent_folders(request: Request, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return a file or a folder and all folders above it, up to the root."""
    path = services.file_browser.path(actor, request.query_params.get("file_id", ""))
    return json_result({"parent_folders": [file_object(each) for each in path]})


@router.post("/rm", openapi_extra=json_body(properties(file_ids=_IDS)))
@answers(
    {
        **ERRORS,
        StoredFileNotFound: Reply(Code.NOT_FOUND, "File or Folder not found!", data=None),
    }
)
def remove_files(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Delete files, folders with all below them, and the documents made from any of these."""
    services.files.remove(actor, _ids(body, "file_ids"))
    return json_result(True)


@router.post("/rename", openapi_extra=json_body(properties(file_id=_TEXT, name=_TEXT)))
@answers({**ERRORS, StoredFileNotFound: Reply(Code.NOT_FOUND, "File not found!", data=None)})
def rename_file(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Rename a file or a folder, and the documents that were made from it."""
    services.files.rename(actor, _text(body, "file_id"), _text(body, "name"))
    return json_result(True)


@router.post("/mv", openapi_extra=json_body(properties(src_file_ids=_IDS, dest_file_id=_TEXT)))
@answers(
    {
        **ERRORS,
        FolderNotFound: Reply(Code.NOT_FOUND, "Parent Folder not found!", data=None),
        SourceNotFound: Reply(Code.EXCEPTION, data=None),
    }
)
def move_files(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Move files and folders into a folder."""
    services.files.move(actor, _ids(body, "src_file_ids"), _text(body, "dest_file_id"))
    return json_result(True)


@router.post("/convert", openapi_extra=json_body(properties(file_ids=_IDS, kb_ids=_IDS)))
@answers(
    {
        **ERRORS,
        StoredFileNotFound: Reply(Code.NOT_FOUND, "File not found!", data=None),
        DatasetNotFound: Reply(Code.NOT_FOUND, "Can't find this dataset!", data=None),
    }
)
def link_files(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Make a document of each file in each dataset; a folder stands for the files below it."""
    links = services.file_links.link(actor, _ids(body, "file_ids"), _ids(body, "kb_ids"))
    return json_result([link_object(link) for link in links])


@router.get("/download/{file_id}", include_in_schema=False)  # what newer clients ask for
@router.get("/get/{file_id}", response_model=None)
@answers(
    {**ERRORS, NotFound: Reply(Code.NOT_FOUND, "Document not found!", data=None)},
)
def get_file(actor: CurrentActor, file_id: str, services: ServicesOf) -> StreamingResponse:
    """Return the bytes of a file as they were uploaded."""
    file, pieces = services.files.content(actor, file_id)
    return download(file.name, file.size, pieces, _media_type(file))


def _media_type(file: StoredFile) -> str:
    suffix = suffix_of(file.name)
    if not _PLAIN_SUFFIX.fullmatch(suffix):
        return "application/octet-stream"
    return f"image/{suffix}" if file.type == "visual" else f"application/{suffix}"


def _text(body: Mapping[str, Any], key: str) -> str:
    value = _optional(body, key)
    if not value:
        raise WireError(Code.BAD_REQUEST, f"`{key}` is required.", data=None)
    return value


def _optional(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise WireError(Code.BAD_REQUEST, f"`{key}` must be a string.", data=None)
    return value or None


def _ids(body: Mapping[str, Any], key: str) -> list[str]:
    ids = body.get(key)
    if not ids:
        raise WireError(Code.BAD_REQUEST, f"`{key}` is required.", data=None)
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise WireError(Code.BAD_REQUEST, f"`{key}` should be a list of ids.", data=None)
    return ids
