"""The route that tells how documents can be cut."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result

router = APIRouter(tags=["datasets"])


@router.get("/chunk_methods", summary="List the chunk methods")
def list_chunk_methods(_actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List the chunk methods with the files that they take.

    `options` is the JSON Schema of the keys of parser_config that the method reads by itself;
    `parser_config` is what it begins with when none is given.
    """
    return result([asdict(method) for method in services.chunk_methods.all()])
