"""Measure requests per second and p99 of the API at 1, 16 and 50 clients, on SQLite and PostgreSQL.

Three calls: list a page of 30 of 200 datasets, create a dataset, and retrieve from 1,000 chunks
with the default embedding model. The clients are a process of their own that writes requests as
bytes, so that they cost little; it shares the machine's cores with the server all the same. Beside
them, in the same run, a bare FastAPI application answers the same list as bytes that it has ready:
that is the ceiling of the framework, and the ratios are against it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import httpx
from harness import save

from ragflow.testing.postgres import new_database, postgres_server
from ragflow.testing.server import running_server

CLIENTS = (1, 16, 50)
SECONDS = 2.0
DATASETS = 200
CHUNKS = 1000
BARE = Path(__file__).resolve().parents[1] / "peers" / "bare_api.py"
TOPICS = ("turbine", "bridge", "harbour", "lighthouse", "tramway", "reservoir", "signal", "crane")

Request = Callable[[int], tuple[str, str, Any]]
"""Method, path and JSON body of the n-th call."""


@dataclass(frozen=True, slots=True)
class Target:
    """Name a server and the key for it."""

    url: str
    key: str


def chunk_text(number: int) -> str:
    """Return a passage unlike the others."""
    topic = TOPICS[number % len(TOPICS)]
    return (
        f"Record {number}: the {topic} was inspected on day {number * 7 % 365}, finding {number}."
    )


def prepared(target: Target) -> str:
    """Fill a server; return the dataset with the chunks."""
    headers = {"Authorization": f"Bearer {target.key}"}
    base = f"{target.url}/api/v1"
    with httpx.Client(base_url=base, headers=headers, timeout=300) as client:

        def call(method: str, path: str, **options: Any) -> Any:
            reply = client.request(method, base + path, **options).json()
            assert reply["code"] == 0, reply
            return reply.get("data")

        for number in range(DATASETS):
            call("POST", "/datasets", json={"name": f"dataset {number}"})
        config = {"chunk_token_num": 1, "delimiter": "\\n"}
        body = {"name": "records", "parser_config": config}
        dataset = str(call("POST", "/datasets", json=body)["id"])
        text = "\n".join(chunk_text(number) for number in range(CHUNKS)).encode()
        files = [("file", ("records.txt", text))]
        (document,) = call("POST", f"/datasets/{dataset}/documents", files=files)
        ids = {"document_ids": [document["id"]]}
        call("POST", f"/datasets/{dataset}/chunks", json=ids)
        while True:
            (state,) = call("GET", f"/datasets/{dataset}/documents")["docs"]
            if state["run"] != "RUNNING":
                break
            time.sleep(0.2)
        assert state["run"] == "DONE", state
        assert state["chunk_count"] == CHUNKS, state["chunk_count"]
        # what the first call loads is not counted
        call("POST", "/retrieval", json={"question": "crane", "dataset_ids": [dataset]})
    return dataset


def calls(dataset: str) -> dict[str, Request]:
    """Return what is measured, by name."""
    number = count()

    def create(_: int) -> tuple[str, str, Any]:
        return "POST", "/api/v1/datasets", {"name": f"made {next(number)} {time.time_ns()}"}

    def retrieve(n: int) -> tuple[str, str, Any]:
        question = f"When was the {TOPICS[n % len(TOPICS)]} inspected, record {n % CHUNKS}?"
        return "POST", "/api/v1/retrieval", {"question": question, "dataset_ids": [dataset]}

    return {
        "list": lambda _: ("GET", "/api/v1/datasets?page=2&page_size=30", None),
        "create": create,
        "retrieve": retrieve,
    }


async def load(target: Target, request: Request, clients: int) -> dict[str, float]:
    """Let clients call one after another for some seconds; return the rate and latencies in ms."""
    address = urlsplit(target.url)
    latencies: list[float] = []
    numbers = count()
    warm_until = time.monotonic() + 1.0
    until = warm_until + SECONDS

    async def client() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while (began := time.monotonic()) < until:
            writer.write(_encoded(target, *request(next(numbers))))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            assert b'"code":0' in body[:12], body[:200]
            if began >= warm_until:
                latencies.append(time.monotonic() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    assert latencies, "no call came back in time"
    latencies.sort()
    return {
        "requests_per_s": round(len(latencies) / SECONDS, 1),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 1),
    }


def _encoded(target: Target, method: str, path: str, body: Any) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {urlsplit(target.url).netloc}\r\n"
        f"Authorization: Bearer {target.key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    ).encode() + data


def measured(target: Target, wanted: dict[str, Request]) -> dict[str, Any]:
    """Return the figures of each call at each number of clients."""
    figures: dict[str, Any] = {}
    for name, request in wanted.items():
        for clients in CLIENTS:
            figures.setdefault(name, {})[str(clients)] = asyncio.run(load(target, request, clients))
            print(name, clients, figures[name][str(clients)], flush=True)
    return figures


@contextmanager
def bare_server() -> Iterator[Target]:
    """Run the bare application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(BARE), str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(f"{url}/api/v1/datasets")
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield Target(url, "none")
    finally:
        process.terminate()
        process.wait()


def ours(folder: Path, settings: dict[str, str]) -> dict[str, Any]:
    """Measure a whole product."""
    with running_server(folder, settings) as server:
        target = Target(server.url, server.api_key)
        return measured(target, calls(prepared(target)))


def main() -> None:
    """Measure and save."""
    with tempfile.TemporaryDirectory() as folder:
        with bare_server() as target:
            bare = measured(target, {"list": calls("")["list"]})
        sqlite = ours(Path(folder) / "sqlite", {})
        with postgres_server(options=()) as server, new_database(server) as url:
            postgresql = ours(Path(folder) / "postgresql", {"RAGFLOW_DATABASE__URL": url})
    ratios = {
        f"{store} {name} to bare list": {
            clients: round(
                figures[name][clients]["requests_per_s"] / bare["list"][clients]["requests_per_s"],
                3,
            )
            for clients in figures[name]
        }
        for store, figures in (("sqlite", sqlite), ("postgresql", postgresql))
        for name in figures
    }
    results = {
        "clients": list(CLIENTS),
        "seconds_each": SECONDS,
        "bare_fastapi": bare,
        "sqlite": sqlite,
        "postgresql": postgresql,
        "ratios": ratios,
    }
    save("api", results, "python bench/speed/api.py")


if __name__ == "__main__":
    main()
