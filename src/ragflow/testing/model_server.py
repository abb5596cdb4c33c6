"""Model server: a deterministic fake of an OpenAI-compatible server on loopback.

Chat answers are scripted, or else made of the conversation, so that a caller can foretell them;
embeddings and rerank scores come from the words of the texts. Pictures and sounds are really read:
the answer tells their size or length. It also speaks Ollama's two calls and answers at Azure's
path. Some names of models choose a manner:

- `calling` calls every tool that it is offered with the question, then tells what they answered;
  `whole` does so too, and sends each call in one piece without an id
- `thinking` reasons before it answers
- `toolless`, `busy`, `broken`, `refusing`, `slow` and `garbled` show how servers fail
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.datastructures import UploadFile

from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.testing.model_answers import Message, calls_of_all, check_calls, echo, heard
from ragflow.testing.model_streams import (
    ollama_reply,
    ollama_stream,
    openai_reply,
    openai_stream,
)
from ragflow.testing.threads import served

Reply = str | Message
"""What a chat call is answered with: a text, or a message where more than text is wanted."""
Rule = Callable[[dict[str, Any]], Reply | None]
"""Answers a request by its body, or leaves it to others."""

BUSY_TIMES = 2


@dataclass
class ModelServer:
    """Describe a running server; `requests` lists the bodies that it received, oldest first.

    A chat call is answered by the first of the `rules` that returns a reply, so that conversations
    at the same time can each have their own; else by the next of the `replies`; else by an echo.
    `token_seconds` pass before each piece of a stream but the first. `first_token_at` keeps when
    that was sent, by the monotonic clock.
    """

    base_url: str = ""
    replies: deque[Reply] = field(default_factory=deque)
    rules: list[Rule] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    token_seconds: float = 0.0
    first_token_at: list[float] = field(default_factory=list)
    slow_seconds: float = 30.0
    busy_left: int = BUSY_TIMES

    @property
    def ollama_url(self) -> str:
        """Return the address of the same server for Ollama's API."""
        return self.base_url.removesuffix("/v1")


@contextmanager
def model_server(
    replies: Iterable[Reply] = (), rules: Iterable[Rule] = ()
) -> Iterator[ModelServer]:
    """Run a fake model server on a free port for the length of the block."""
    state = ModelServer(replies=deque(replies), rules=list(rules))
    with served(_app(state), "fake model server") as url:
        state.base_url = f"{url}/v1"
        yield state


def _refusal(reason: str) -> Response:
    return JSONResponse({"error": {"message": reason}}, status_code=400)


def _app(state: ModelServer) -> FastAPI:
    app = FastAPI(openapi_url=None)

    async def received(request: Request) -> tuple[dict[str, Any], Response | None]:
        body: dict[str, Any] = await request.json()
        state.requests.append(body)
        state.headers.append(dict(request.headers))
        return body, await _failure(state, str(body.get("model", "")), request)

    @app.post("/openai/v1/chat/completions")
    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        body, failure = await received(request)
        if failure is not None:
            return failure
        try:
            check_calls(body["messages"], str)
            message = _message(state, body)
        except ValueError as error:
            return _refusal(str(error))
        if not body.get("stream"):
            return JSONResponse(openai_reply(body, message))
        pieces = openai_stream(body, message, whole=body["model"] == "whole")
        return StreamingResponse(_paced(state, pieces), media_type="text/event-stream")

    @app.post("/v1/audio/transcriptions")
    async def transcriptions(request: Request) -> Response:
        async with request.form() as form:
            file, model = form.get("file"), str(form.get("model", ""))
            if not isinstance(file, UploadFile):
                return _refusal("the file is missing")
            name, sound = str(file.filename), await file.read()
        state.requests.append({"model": model, "file": name, "bytes": len(sound)})
        state.headers.append(dict(request.headers))
        if (failure := await _failure(state, model, request)) is not None:
            return failure
        try:
            return JSONResponse({"text": heard(name, sound)})
        except ValueError as error:
            return _refusal(str(error))

    @app.post("/v1/embeddings")
    async def embeddings(request: Request) -> Response:
        body, failure = await received(request)
        if failure is not None:
            return failure
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        rows = [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(_vectors(texts))
        ]
        usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
        # the order of a reply is told by its indexes alone
        return JSONResponse(
            {"object": "list", "model": body["model"], "data": rows[::-1], "usage": usage}
        )

    @app.post("/v1/rerank")
    async def rerank(request: Request) -> Response:
        body, failure = await received(request)
        if failure is not None:
            return failure
        texts = body.get("texts") or body.get("documents") or []
        scores = sorted(enumerate(_overlaps(body["query"], texts)), key=lambda pair: -pair[1])
        if "texts" in body:
            return JSONResponse([{"index": index, "score": score} for index, score in scores])
        results = [{"index": index, "relevance_score": score} for index, score in scores]
        return JSONResponse({"id": "rerank", "model": body.get("model"), "results": results})

    @app.get("/v1/models")
    async def models() -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "echo", "object": "model"}]})

    @app.post("/api/chat")
    async def ollama_chat(request: Request) -> Response:
        body, failure = await received(request)
        if failure is not None:
            return failure
        try:
            check_calls(body["messages"], dict)
            message = _message(state, body)
        except ValueError as error:
            return _refusal(str(error))
        if body.get("stream") is False:
            return JSONResponse(ollama_reply(message))
        lines = _paced(state, ollama_stream(message))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    @app.post("/api/embed")
    async def ollama_embed(request: Request) -> Response:
        body, failure = await received(request)
        return failure or JSONResponse({"embeddings": _vectors(body["input"])})

    return app


def _message(state: ModelServer, body: dict[str, Any]) -> Message:
    """Return the message that answers a request. Raises `ValueError` if it is to be refused."""
    model, tools = str(body.get("model")), body.get("tools") or []
    if model == "toolless" and tools:
        raise ValueError(f"{model} does not support tools")
    reply = next((reply for rule in state.rules if (reply := rule(body)) is not None), None)
    if reply is None and state.replies:
        reply = state.replies.popleft()
    if reply is None and model in ("calling", "whole"):
        reply = calls_of_all(tools, body["messages"])
    if reply is None:
        reply = echo(body["messages"])
    if isinstance(reply, dict):
        return {"role": "assistant", "content": None, **reply}
    thought = {"reasoning_content": "Let me think."} if model == "thinking" else {}
    return {"role": "assistant", "content": reply, **thought}


async def _paced(state: ModelServer, pieces: Iterator[str]) -> AsyncIterator[str]:
    state.first_token_at.append(time.monotonic())
    yield next(pieces)
    for piece in pieces:
        await asyncio.sleep(state.token_seconds)
        yield piece


async def _failure(state: ModelServer, model: str, request: Request) -> Response | None:
    """Return how the named model fails; None when it answers."""
    if model == "busy" and state.busy_left > 0:
        state.busy_left -= 1
        return JSONResponse(
            {"error": {"message": "slow down"}}, status_code=429, headers={"retry-after": "0"}
        )
    if model == "broken":
        return JSONResponse({"error": {"message": "out of memory"}}, status_code=500)
    if model == "refusing":
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        return JSONResponse({"error": {"message": f"bad key {key}"}}, status_code=401)
    if model == "slow":
        await asyncio.sleep(state.slow_seconds)
    if model == "garbled":
        return PlainTextResponse("data: <html>\n\n")
    return None


def _vectors(texts: list[str]) -> list[list[float]]:
    return [[float(value) for value in row] for row in HashingEmbedding().embed(texts, "passage")]


def _overlaps(question: str, texts: list[str]) -> list[float]:
    wanted = set(question.lower().split())
    return [len(wanted & set(text.lower().split())) / max(len(wanted), 1) for text in texts]
