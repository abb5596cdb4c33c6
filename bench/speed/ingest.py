"""Measure ingestion of a 100-page text PDF, beside a plain pipeline, in one run.

Ours goes the whole way a user's file goes: upload, durable job, child process, tables, coverage
proof, embedding, database, search index, until a retrieval finds it.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import pypdfium2
from harness import PEERS, ROOT, peer_python, save
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ragflow.adapters.models.store import ModelStore
from ragflow.settings import default_model_directory
from ragflow.testing.server import running_server
from ragflow_sdk import RAGFlow

PAGES = 100
WORDS = tuple(
    "water pressure valve turbine inspection record bridge concrete measure engineer report table "  # noqa: SIM905
    "limit temperature station signal voltage current section figure result method sample surface "
    "load test value margin failure repair schedule crew safety depth river channel gauge".split()
)


def make_pdf(path: Path) -> int:
    """Write a text PDF of at least `PAGES` pages; return how many it has."""
    chance = random.Random(7)
    style = getSampleStyleSheet()["BodyText"]

    def sentence() -> str:
        words = [chance.choice(WORDS) for _ in range(chance.randint(8, 18))]
        number = f" {chance.randint(1, 9999)}" if chance.random() < 0.3 else ""
        return " ".join(words).capitalize() + number + "."

    story = [Paragraph(" ".join(sentence() for _ in range(6)), style) for _ in range(PAGES * 8)]
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build(story)
    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def ours(pdf: Path, pages: int, model: str) -> dict[str, Any]:
    """Ingest through a real server; return seconds and shares of the stages."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        RAGFlow(api_key=server.api_key, base_url=server.url) as rag,
    ):
        dataset = rag.create_dataset(name="bench", embedding_model=model)
        (document,) = dataset.upload_documents(
            [{"display_name": pdf.name, "blob": pdf.read_bytes()}]
        )
        started = time.monotonic()
        dataset.async_parse_documents([document.id])
        while True:
            (document,) = dataset.list_documents()
            if document.run in ("DONE", "FAIL"):
                break
            time.sleep(0.05)
        assert document.run == "DONE", document.progress_msg
        assert rag.retrieve(dataset_ids=[dataset.id], question="turbine inspection")
        total = time.monotonic() - started
    stages = {
        name: float(seconds)
        for name, seconds in re.findall(r"(\w[\w ]*?) \(([\d.]+)s\)", document.progress_msg)
    }
    return {
        "chunks": document.chunk_count,
        "seconds": round(total, 2),
        "pages_per_s": round(pages / total, 2),
        "stage_seconds": stages,
        "stage_share": {k: round(v / total, 3) for k, v in stages.items() if k != "Task done"},
        "progress_msg": document.progress_msg.splitlines(),
    }


def peer(pdf: Path) -> dict[str, Any]:
    """Run the plain pipeline in its own environment."""
    python = peer_python(PEERS)
    script = ROOT / "bench" / "peers" / "plain_pipeline.py"
    model = ModelStore(default_model_directory()).ensure("all-MiniLM-L6-v2")
    done = subprocess.run(
        [str(python), str(script), str(pdf), str(model)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> None:
    """Measure and save."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "manual.pdf"
        pages = make_pdf(pdf)
        plain = peer(pdf)
        results = {
            "pages": pages,
            "plain_markitdown_minilm_chroma": {
                **plain,
                "pages_per_s": round(pages / plain["seconds"]["total"], 2),
            },
            "ours_minilm": ours(pdf, pages, "all-MiniLM-L6-v2@Builtin"),
            "ours_e5_default": ours(pdf, pages, "multilingual-e5-small@Builtin"),
        }
        base = results["plain_markitdown_minilm_chroma"]["seconds"]["total"]  # type: ignore[index]
        results["ratio_plain_to_ours_minilm"] = round(base / results["ours_minilm"]["seconds"], 2)  # type: ignore[index]
    save("ingest", results, "python bench/speed/ingest.py")


if __name__ == "__main__":
    main()
