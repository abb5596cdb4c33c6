"""Model server: a deterministic fake of an OpenAI-compatible server on loopback.

Chat answers are scripted, or else made of the last user message, so that a caller can foretell
them; embeddings and rerank scores come from the words of the texts. Pictures and sounds are really
read: the answer tells their size or length. It also speaks Ollama's two calls. The model names
`busy`, `broken`, `refusing`, `slow` and `garbled` show how servers fail.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
import time
import wave
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.datastructures import UploadFile

from ragflow.adapters.models.hashing import HashingEmbedding

_CREATED = 1_700_000_000
_START_SECONDS = 10.0
BUSY_TIMES = 2


@dataclass
class ModelServer:
    """Describe a running server; `requests` lists the bodies that it received, oldest first.

    `replies` are answered by chat calls in order before the echo takes over; a dict among them is
    sent as the message itself, for tool calls.
    """

    base_url: str = ""
    replies: deque[str | dict[str, Any]] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    slow_seconds: float = 30.0
    busy_left: int = BUSY_TIMES

    @property
    def ollama_url(self) -> str:
        """Return the address of the same server for Ollama's API."""
        return self.base_url.removesuffix("/v1")


@contextmanager
def model_server(replies: Iterable[str | dict[str, Any]] = ()) -> Iterator[ModelServer]:
    """Run a fake model server on a free port for the length of the block."""
    import uvicorn

    state = ModelServer(replies=deque(replies))
    config = uvicorn.Config(_app(state), host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True, name="model-server")
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the fake model server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    state.base_url = f"http://127.0.0.1:{port}/v1"
    try:
        yield state
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(timeout=_START_SECONDS)


def echo(messages: list[dict[str, Any]]) -> str:
    """Return the answer to a conversation: the last question, citing the first source if any.

    Of a picture that was shown it tells what it is. Raises `ValueError` if it is none.
    """
    asked = [_question(message) for message in messages if message["role"] == "user"]
    system = " ".join(str(m["content"]) for m in messages if m["role"] == "system")
    mark = " [ID:0]" if "ID: 0" in system or "[ID:0]" in system or "ID:0" in system else ""
    return f"You asked: {asked[-1] if asked else ''}{mark}"


def seen(picture: bytes) -> str:
    """Return what the server says of a picture. Raises `ValueError` if it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture)) as image:
            image.load()
            return f"a {image.format} of {image.width} x {image.height}"
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("this is no picture") from error


def heard(name: str, sound: bytes) -> str:
    """Return what the server hears in a WAV file. Raises `ValueError` if it is none."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            seconds = file.getnframes() / file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ValueError("this is no sound") from error
    return f"{seconds:.2f} seconds of {name}"


def _question(message: dict[str, Any]) -> str:
    """Return what a user asks, in the shapes of OpenAI and of Ollama."""
    content = message["content"]
    parts: list[Any] = content if isinstance(content, list) else []
    if not parts:
        parts = [{"type": "text", "text": str(content)}]
    text = " ".join(part["text"] for part in parts if part["type"] == "text")
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    shown = [url.partition(";base64,")[2] for url in urls] + list(message.get("images") or [])
    return " ".join([text, *(f"({seen(base64.b64decode(picture))})" for picture in shown)])


def _refusal(reason: str) -> Response:
    return JSONResponse({"error": {"message": reason}}, status_code=400)


def _app(state: ModelServer) -> FastAPI:
    app = FastAPI(openapi_url=None)

    async def received(request: Request) -> tuple[dict[str, Any], Response | None]:
        body: dict[str, Any] = await request.json()
        state.requests.append(body)
        state.headers.append(dict(request.headers))
        return body, await _failure(state, str(body.get("model", "")), request)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        body, failure = await received(request)
        if failure is not None:
            return failure
        try:
            message = _message(state, body)
        except ValueError as error:
            return _refusal(str(error))
        if body.get("stream"):
            return StreamingResponse(_stream(body, message), media_type="text/event-stream")
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return JSONResponse(
            {**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(body, message)}
        )

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
            answer = str(_message(state, body).get("content") or "")
        except ValueError as error:
            return _refusal(str(error))
        if body.get("stream") is False:
            return JSONResponse({"message": {"role": "assistant", "content": answer}, "done": True})
        pieces = _pieces(answer)
        lines = [{"message": {"role": "assistant", "content": piece}} for piece in pieces]
        lines.append({"message": {"role": "assistant", "content": ""}, "done": True})  # type: ignore[dict-item]
        return PlainTextResponse("".join(json.dumps(line) + "\n" for line in lines))

    @app.post("/api/embed")
    async def ollama_embed(request: Request) -> Response:
        body, failure = await received(request)
        return failure or JSONResponse({"embeddings": _vectors(body["input"])})

    return app


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


def _message(state: ModelServer, body: dict[str, Any]) -> dict[str, Any]:
    reply = state.replies.popleft() if state.replies else echo(body["messages"])
    if isinstance(reply, dict):
        return {"role": "assistant", "content": None, **reply}
    message = {"role": "assistant", "content": reply}
    if str(body.get("model")) == "thinking":
        message["reasoning_content"] = "Let me think."
    return message


async def _stream(body: dict[str, Any], message: dict[str, Any]) -> AsyncIterator[str]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    if message.get("reasoning_content"):
        deltas.append({"reasoning_content": message["reasoning_content"]})
    if message.get("tool_calls"):
        deltas.append({"tool_calls": message["tool_calls"]})
    deltas += [{"content": piece} for piece in _pieces(message.get("content") or "")]
    head = _head(body, "chat.completion.chunk")
    for delta in deltas:
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    end = {"index": 0, "delta": {}, "finish_reason": reason}
    yield _event({**head, "choices": [end], "usage": _usage(body, message)})
    yield "data: [DONE]\n\n"


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-0", "object": kind, "created": _CREATED, "model": body["model"]}


def _usage(body: dict[str, Any], message: dict[str, Any]) -> dict[str, int]:
    asked = sum(len(str(m.get("content", "")).split()) for m in body["messages"])
    answered = len(str(message.get("content") or "").split())
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _pieces(text: str) -> list[str]:
    """Split an answer where a real server would: words keep the space before them."""
    pieces = text.split(" ")
    return [piece if number == 0 else f" {piece}" for number, piece in enumerate(pieces)]


def _vectors(texts: list[str]) -> list[list[float]]:
    return [[float(value) for value in row] for row in HashingEmbedding().embed(texts, "passage")]


def _overlaps(question: str, texts: list[str]) -> list[float]:
    wanted = set(question.lower().split())
    return [len(wanted & set(text.lower().split())) / max(len(wanted), 1) for text in texts]
