"""Routes about the server itself."""

from __future__ import annotations

from dataclasses import asdict

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result

router = APIRouter(tags=["system"])
health = APIRouter(tags=["system"])

log = structlog.get_logger(__name__)

_WIRE_NAMES = {"jobs": "redis"}  # what clients call the part that keeps jobs


@health.get("/system/healthz", summary="Check the health of the server")
def healthz(services: ServicesOf) -> JSONResponse:
    """Tell, without a key, whether every part of the server answers."""
    states: dict[str, object] = {}
    failures: dict[str, object] = {}
    for part, check in services.system.checks.items():
        name = _WIRE_NAMES.get(part, part)
        try:
            check()
            states[name] = "ok"
        except Exception as error:  # noqa: BLE001 - the edge: any failure is the answer
            log.warning("part does not answer", part=part, error=repr(error))
            states[name] = "nok"
            failures[name] = {"error": type(error).__name__}
    states["status"] = "nok" if failures else "ok"
    if failures:
        states["_meta"] = failures
    return JSONResponse(states, 500 if failures else 200)


@router.get("/models")
def list_models(actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List the model names that are accepted and which model answers under each."""
    return result([asdict(model) for model in services.models.served(actor)])
