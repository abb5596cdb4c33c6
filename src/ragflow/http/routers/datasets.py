"""Routes of datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.repositories import Paging
from ragflow.http.auth import CurrentActor
from ragflow.http.compat import LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, queries
from ragflow.http.schemas.datasets import (
    CreateDataset,
    DeleteDatasets,
    ListDatasets,
    UpdateDataset,
)
from ragflow.http.validation import (
    strict_body,
    strict_object,
    strict_query,
    validated,
)
from ragflow.http.views import dataset_object
from ragflow.services.datasets import DatasetChanges, DatasetDraft
from ragflow.services.errors import DatasetNotFound, DuplicateDatasetName

router = APIRouter(tags=["datasets"])

_NO_PERMISSION = Reply(Code.PERMISSION, "User '{tenant}' lacks permission for dataset '{id}'")


async def _update_of(dataset_id: str, request: Request, _actor: CurrentActor) -> UpdateDataset:
    sent = await strict_object(request)
    sent.pop("dataset_id", None)  # the path alone says which
    body = validated(UpdateDataset, {**sent, "dataset_id": dataset_id})
    if not sent:
        raise WireError(Code.ARGUMENT, "No properties were modified")
    return body


@router.post("/datasets", openapi_extra=json_body(CreateDataset))
@answers({DuplicateDatasetName: Reply(Code.OPERATING), DatasetNotFound: _NO_PERMISSION})
def create_dataset(
    actor: CurrentActor,
    body: Annotated[CreateDataset, Depends(strict_body(CreateDataset))],
    services: ServicesOf,
) -> JSONResponse:
    """Create a dataset."""
    draft = DatasetDraft(
        name=body.name,
        avatar=body.avatar,
        description=body.description,
        embedding_model=body.embedding_model or "",
        permission=body.permission,
        chunk_method=body.chunk_method,
        parser_config=body.full_parser_config(),
        metadata_plan=body.metadata_plan(),
    )
    return result(dataset_object(services.datasets.create(actor, draft)))


@router.get("/datasets", openapi_extra=queries(ListDatasets))
@answers({DatasetNotFound: _NO_PERMISSION})
def list_datasets(
    actor: CurrentActor,
    query: Annotated[ListDatasets, Depends(strict_query(ListDatasets))],
    services: ServicesOf,
) -> JSONResponse:
    """List the datasets that the caller may use."""
    paging = Paging((query.page - 1) * query.page_size, query.page_size, query.orderby, query.desc)
    found, total = services.datasets.page(actor, paging, query.id, query.name or None, query.ids)
    return result([dataset_object(dataset) for dataset in found], total_datasets=total)


@router.put("/datasets/{dataset_id}", openapi_extra=json_body(UpdateDataset))
@answers({DatasetNotFound: _NO_PERMISSION})
def update_dataset(
    actor: CurrentActor,
    body: Annotated[UpdateDataset, Depends(_update_of)],
    services: ServicesOf,
) -> JSONResponse:
    """Change a dataset; only the fields that are sent."""
    changes = DatasetChanges(body.changed_values(), body.changed_parser_config())
    return result(dataset_object(services.datasets.update(actor, body.dataset_id, changes)))


@router.delete("/datasets", openapi_extra=json_body(DeleteDatasets))
@answers({DatasetNotFound: _NO_PERMISSION})
def delete_datasets(
    actor: CurrentActor,
    body: Annotated[DeleteDatasets, Depends(strict_body(DeleteDatasets))],
    services: ServicesOf,
    level: LevelOf,
) -> JSONResponse:
    """Delete datasets with all that is in them."""
    services.datasets.delete(actor, body.wanted(level))
    return result()
