"""Measure what agents cost: a node of a canvas, many conversations at once, the way of a token.

- a node: a chain of components that fill a text, run without a database and without a model, beside
  the same chain in LangGraph;
- conversations: 100 clients, each in a session of its own, ask an agent through the API at once;
  the model is a fake server, which the same clients then ask directly in the same run;
- a token: from when the fake server sends the first one until a client of the API has it;
- a long conversation: a turn at its beginning, when the model's window of turns is full, and at its
  end.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import httpx
from harness import ROOT, save

from ragflow.agents.check import plan_of
from ragflow.agents.dsl import HISTORY_WINDOW, blank
from ragflow.agents.question import Question
from ragflow.agents.runtime import Runtime
from ragflow.agents.state import state_of
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import canvas, node
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.server import RunningServer, running_server

NODES = 200
ROUNDS = 5
SESSIONS = 100
QUESTIONS = 3
TOKENS_ASKED = 30
TURNS = 120
TURNS_COMPARED = 5
QUESTION = "关于退货流程的问题。" * 200  # 2,000 characters, as many in the answer
PEERS = ROOT / ".venv-bench"
TIMEOUT = 120.0


def chain(nodes: int) -> dict[str, Any]:
    """Return a canvas of components in a row, each of which fills a text."""
    row = {
        f"StringTransform__{number}": node(
            "StringTransform",
            {"method": "merge", "script": "x{sys.query}"},
            *([f"StringTransform:{number + 1}"] if number + 1 < nodes else []),
        )
        for number in range(nodes)
    }
    return canvas(begin=node("Begin", {}, "StringTransform:0"), **row)


def cost_of_a_node() -> dict[str, float]:
    """Return milliseconds per node, ours and LangGraph's, the best of several runs each."""
    drawn = blank(chain(NODES))

    async def run() -> float:
        runtime = Runtime(plan_of(drawn), state_of(drawn, {}), FakeOutside().environment())
        began = time.perf_counter()
        async for _ in runtime.run(Question("q")):
            pass
        return time.perf_counter() - began

    ours = min(asyncio.run(run()) for _ in range(ROUNDS)) / NODES * 1000
    found: dict[str, float] = {"ours_ms": round(ours, 4)}
    peer = _peer()
    if peer is not None:
        found |= {"langgraph_ms": round(peer, 4), "ours_to_langgraph": round(ours / peer, 3)}
    return found


def _peer() -> float | None:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "langgraph"], check=True)
    script = ROOT / "bench" / "peers" / "langgraph_chain.py"
    command = [str(python), str(script), str(NODES), str(ROUNDS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout) / NODES * 1000


def answering() -> dict[str, Any]:
    """Return a canvas that answers by a model."""
    return canvas(
        begin=node("Begin", {}, "LLM:A"),
        LLM__A=node("LLM", {"sys_prompt": "Answer."}, "Message:B"),
        Message__B=node("Message", {"content": ["{LLM:A@content}"]}),
    )


async def conversations(server: RunningServer, agent_id: str) -> dict[str, Any]:
    """Let many clients converse at once; return what they met."""
    url = f"{server.url}/api/v1/agents/{agent_id}"
    headers = {"Authorization": f"Bearer {server.api_key}"}
    limits = httpx.Limits(max_connections=SESSIONS)
    seconds: list[float] = []
    errors: list[str] = []

    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=TIMEOUT) as client:

        async def converse(number: int) -> None:
            begun = (await client.post(f"{url}/sessions", json={})).json()
            session = begun["data"]["id"]
            for turn in range(QUESTIONS):
                question = f"What is {number} times {turn}?"
                body = {"question": question, "session_id": session, "stream": True}
                began = time.perf_counter()
                reply = await client.post(f"{url}/completions", json=body)
                seconds.append(time.perf_counter() - began)
                said = "".join(
                    frame["data"].get("content") or ""
                    for frame in _frames(reply.text)
                    if frame["event"] == "message"
                )
                if question not in said:
                    errors.append(reply.text[:200])

        began = time.perf_counter()
        await asyncio.gather(*(converse(number) for number in range(SESSIONS)))
        took = time.perf_counter() - began
    seconds.sort()
    return {
        "sessions": SESSIONS,
        "questions": len(seconds),
        "errors": len(errors),
        "first_errors": errors[:3],
        "questions_per_second": round(len(seconds) / took, 1),
        "p50_ms": round(statistics.median(seconds) * 1000, 1),
        "p99_ms": round(seconds[int(len(seconds) * 0.99) - 1] * 1000, 1),
    }


async def asked_directly(model: ModelServer) -> float:
    """Return the questions per second that the fake model server answers by itself."""
    limits = httpx.Limits(max_connections=SESSIONS)
    async with httpx.AsyncClient(limits=limits, timeout=TIMEOUT) as client:

        async def ask(number: int) -> None:
            turns = [{"role": "user", "content": f"What is {number}?"}]
            body = {"model": "echo", "messages": turns, "stream": True}
            await client.post(f"{model.base_url}/chat/completions", json=body)

        began = time.perf_counter()
        await asyncio.gather(*(ask(number) for number in range(SESSIONS * QUESTIONS)))
        return SESSIONS * QUESTIONS / (time.perf_counter() - began)


def way_of_a_token(server: RunningServer, agent_id: str, model: ModelServer) -> dict[str, float]:
    """Return the milliseconds from the model's first token to that of the API, one client."""
    url = f"{server.url}/api/v1/agents/{agent_id}/completions"
    headers = {"Authorization": f"Bearer {server.api_key}"}
    took: list[float] = []
    with httpx.Client(headers=headers, timeout=TIMEOUT) as client:
        for _ in range(TOKENS_ASKED):
            model.first_token_at.clear()
            body = {"question": "hello", "stream": True}
            with client.stream("POST", url, json=body) as reply:
                first = None
                for line in reply.iter_lines():
                    if first is None and '"content"' in line and _content(line):
                        first = time.monotonic()
                assert first is not None
                took.append(first - model.first_token_at[0])
    took.sort()
    return {
        "p50_ms": round(statistics.median(took) * 1000, 2),
        "max_ms": round(took[-1] * 1000, 2),
    }


def long_conversation(server: RunningServer, agent_id: str) -> dict[str, float]:
    """Return the seconds of a turn at three places of a conversation, each the median of some."""
    url = f"{server.url}/api/v1/agents/{agent_id}"
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(headers=headers, timeout=TIMEOUT) as client:

        def converse(turns: int) -> list[float]:
            session = client.post(f"{url}/sessions", json={}).json()["data"]["id"]
            took: list[float] = []
            for number in range(turns):
                question = f"{number}. {QUESTION}"
                body = {"question": question, "session_id": session, "stream": False}
                began = time.perf_counter()
                reply = client.post(f"{url}/completions", json=body).json()
                took.append(time.perf_counter() - began)
                assert question in reply["data"]["data"]["content"], reply
            return took

        begun = [converse(1)[0] for _ in range(TURNS_COMPARED + 1)][1:]  # the first one warms up
        took = converse(TURNS)
    full = 2 * HISTORY_WINDOW
    first, early, last = (
        statistics.median(each)
        for each in (begun, took[full : full + TURNS_COMPARED], took[-TURNS_COMPARED:])
    )
    return {
        "turns": TURNS,
        "characters": len(QUESTION),
        "first_turn_s": round(first, 4),
        "full_window_turn_s": round(early, 4),
        "last_turn_s": round(last, 4),
        "last_to_first": round(last / first, 2),
        "last_to_full_window": round(last / early, 2),
    }


def _frames(text: str) -> list[dict[str, Any]]:
    lines = (line.removeprefix("data:").strip() for line in text.splitlines() if line)
    return [json.loads(line) for line in lines if line.startswith("{")]


def _content(line: str) -> str:
    return "".join(frame["data"].get("content") or "" for frame in _frames(line))


def main() -> None:
    """Measure, and write the results."""
    results: dict[str, Any] = {"node": cost_of_a_node()}
    print(json.dumps(results["node"]), flush=True)
    with tempfile.TemporaryDirectory() as folder, model_server() as model:
        settings = {
            "RAGFLOW_MODELS__CHAT": "echo@OpenAI-API-Compatible",
            "RAGFLOW_MODELS__BASE_URL": model.base_url,
            "RAGFLOW_MODELS__API_KEY": "fake",
        }
        with running_server(Path(folder) / "data", settings) as server:
            agent_id = _agent(server)
            results["conversations"] = asyncio.run(conversations(server, agent_id))
            direct = asyncio.run(asked_directly(model))
            rate = results["conversations"]["questions_per_second"]
            results["conversations"]["model_alone_per_second"] = round(direct, 1)
            results["conversations"]["share_of_model_alone"] = round(rate / direct, 3)
            results["long_conversation"] = long_conversation(server, agent_id)
            print(json.dumps(results["long_conversation"]), flush=True)
            model.token_seconds = 0.02
            results["first_token"] = way_of_a_token(server, agent_id, model)
    save("agents", results, "python bench/speed/agents.py")


def _agent(server: RunningServer) -> str:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    base = f"{server.url}/api/v1/agents"
    body = {"title": "bench", "dsl": answering()}
    made = httpx.post(base, headers=headers, json=body, timeout=TIMEOUT).json()
    assert made["code"] == 0, made
    listed = httpx.get(base, headers=headers, params={"title": "bench"}, timeout=TIMEOUT).json()
    return str(listed["data"][0]["id"])


if __name__ == "__main__":
    main()
