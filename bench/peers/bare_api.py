"""A bare FastAPI application that answers a list of 30 datasets from bytes that it has ready."""

from __future__ import annotations

import json
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response

DATASET = {
    "id": "0" * 32,
    "name": "dataset",
    "avatar": None,
    "description": None,
    "embedding_model": "multilingual-e5-small@Builtin",
    "permission": "me",
    "chunk_method": "naive",
    "parser_config": {"chunk_token_num": 512, "delimiter": "\\n", "raptor": {"use_raptor": False}},
    "document_count": 0,
    "chunk_count": 0,
    "create_time": 1741671443322,
    "create_date": "Tue, 11 Mar 2025 13:37:23 GMT",
}
BODY = json.dumps({"code": 0, "data": [DATASET] * 30}, separators=(",", ":")).encode()

app = FastAPI()


@app.get("/api/v1/datasets")
def list_datasets() -> Response:
    """Answer the list."""
    return Response(BODY, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
