"""Routes of the knowledge graphs of datasets."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, answers
from ragflow.http.schemas.graphs import graph_object, tree_object
from ragflow.services.errors import DatasetNotFound

router = APIRouter(tags=["graphs"])

GRAPH: Answers = {DatasetNotFound: Reply(Code.AUTHENTICATION, "No authorization.")}


@router.get("/datasets/{dataset_id}/knowledge_graph", summary="Show a knowledge graph")
@answers(GRAPH)
def show_graph(dataset_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Show the most telling part of a dataset's graph; empty objects when none was built."""
    shown = services.graphs.shown(actor, dataset_id)
    if shown is None:
        return result({"graph": {}, "mind_map": {}})
    return result({"graph": graph_object(shown.graph), "mind_map": tree_object(shown.tree)})


@router.delete("/datasets/{dataset_id}/knowledge_graph", summary="Delete a knowledge graph")
@answers(GRAPH)
def delete_graph(dataset_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Delete all that was built: the graph with its entities and relations."""
    services.graphs.delete(actor, dataset_id)
    return result(True)
