"""A chain of nodes in LangGraph that each fill a text: `langgraph_chain.py NODES ROUNDS`.

Prints the best time of a run in seconds, without building the graph.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict):
    """Hold what a node reads and writes."""

    query: str
    result: str


async def fill(state: State) -> dict[str, Any]:
    """Fill a text."""
    return {"result": f"x{state['query']}"}


def main() -> None:
    """Run the chain."""
    nodes, rounds = int(sys.argv[1]), int(sys.argv[2])
    graph = StateGraph(State)
    names = [f"node{number}" for number in range(nodes)]
    for name in names:
        graph.add_node(name, fill)
    for start, end in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(start, end)
    app = graph.compile()
    question: State = {"query": "q", "result": ""}

    async def run() -> float:
        began = time.perf_counter()
        async for _ in app.astream(question, {"recursion_limit": nodes + 10}):
            pass
        return time.perf_counter() - began

    print(min(asyncio.run(run()) for _ in range(rounds)))


if __name__ == "__main__":
    main()
