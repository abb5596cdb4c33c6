"""Measure what a newcomer waits for and what an idle server costs.

Cold start to the first response, first cited answer on a fresh data directory (weights present),
and the resident memory of the whole product: fresh, in use, and after the models were unloaded.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, family, save, total_rss_mib

from ragflow.testing.server import running_server
from ragflow_sdk import RAGFlow

IDLE_SECONDS = 5.0


def main() -> None:
    """Measure and save."""
    files = sorted((ROOT / "examples" / "documents").iterdir())
    results: dict[str, object] = {}
    settings = {"RAGFLOW_MODELS__IDLE_SECONDS": str(IDLE_SECONDS)}
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with running_server(Path(folder) / "data", settings) as server:
            assert httpx.get(f"{server.url}/v1/system/healthz").status_code == 200
            results["cold_start_s"] = round(time.monotonic() - started, 2)
            with RAGFlow(api_key=server.api_key, base_url=server.url) as rag:
                dataset = rag.create_dataset(name="bench")
                documents = dataset.upload_documents(
                    [{"display_name": path.name, "blob": path.read_bytes()} for path in files]
                )
                dataset.async_parse_documents([document.id for document in documents])
                while any(d.run == "RUNNING" for d in dataset.list_documents()):
                    time.sleep(0.05)
                assert all(d.run == "DONE" for d in dataset.list_documents())
                session = rag.create_chat("bench", dataset_ids=[dataset.id]).create_session()
                answer = session.ask("What does fault code E-42 mean?")
                assert answer.citations, answer.content
                results["first_cited_answer_s"] = round(time.monotonic() - started, 2)
                results["in_use_rss_mib"] = round(total_rss_mib(server.process.pid))
                time.sleep(IDLE_SECONDS * 3 + 10)
                results["idle_after_use_rss_mib"] = round(total_rss_mib(server.process.pid))
                results["processes_after_use"] = [
                    {"command": p.command[-60:], "rss_mib": round(p.rss_mib)}
                    for p in family(server.process.pid)
                ]
        with running_server(Path(folder) / "idle") as server:
            time.sleep(10)
            results["idle_fresh_rss_mib"] = round(total_rss_mib(server.process.pid))
            results["processes_fresh"] = [
                {"command": p.command[-60:], "rss_mib": round(p.rss_mib)}
                for p in family(server.process.pid)
            ]
    save("first_answer", results, "python bench/speed/first_answer.py")


if __name__ == "__main__":
    main()
