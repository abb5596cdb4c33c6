"""Show the main job: real files in, an answer out whose every sentence names its source.

Starts a server of its own with an empty data directory on a free port, does all the work through
the Python SDK as a user's program would, prints the answers and ends the server.
"""

from __future__ import annotations

import argparse
import html
import re
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from ragflow.testing.server import running_server
from ragflow_sdk import Document, Message, RAGFlow

DOCUMENTS = Path(__file__).parent / "documents"
QUESTIONS = (
    "What does fault code E-42 mean and what must the driver do?",
    "What is the braking distance at 60 km/h on wet rail?",
    "How much does a day pass cost?",
    "失物保管多少天？",
    "Who won the football world cup in 1998?",
)
console = Console(soft_wrap=True)  # the terminal wraps, where there is one


def ingest(rag: RAGFlow, folder: Path) -> str:
    """Upload a folder's files, wait until all are parsed and return the dataset's id."""
    dataset = rag.create_dataset(name="Lindholm Tramway")
    files = sorted(path for path in folder.iterdir() if path.is_file())
    documents = dataset.upload_documents(
        [{"display_name": path.name, "blob": path.read_bytes()} for path in files]
    )
    dataset.async_parse_documents([document.id for document in documents])
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=console) as progress:
        bars = {d.id: progress.add_task(d.name, total=1.0) for d in documents}
        while True:
            states = dataset.list_documents(page_size=len(documents))
            for document in states:
                progress.update(bars[document.id], completed=max(0.0, document.progress))
            if all(document.run in ("DONE", "FAIL", "CANCEL") for document in states):
                break
            time.sleep(0.2)
    for document in sorted(states, key=lambda d: d.name):
        report(document)
    return dataset.id


def report(document: Document) -> None:
    """Print what became of one document."""
    coverage = getattr(document, "coverage", None)
    counted = ""
    if coverage is not None:
        dropped = coverage.dropped.to_json() if hasattr(coverage.dropped, "to_json") else {}
        kinds = ", ".join(f"{count} as {kind}" for kind, count in dropped.items()) or "none"
        counted = (
            f"; {coverage.in_chunks} of {coverage.extracted} characters kept, dropped: {kinds}"
        )
    console.print(
        f"  {document.run}  {document.name}: {document.chunk_count} chunks{counted}",
        highlight=False,
    )


def show(question: str, answer: Message) -> None:
    """Print an answer and the exact source of each of its sentences."""
    console.print(f"\n[bold]Q:[/bold] {question}", highlight=False)
    console.print("[bold]A:[/bold] ", end="")
    console.print(answer.content.replace("\n", "\n   "), markup=False, highlight=False)
    chunks = answer.reference or []
    for citation in answer.citations:
        chunk = chunks[citation["chunk_index"]]
        pages = ", ".join(str(page) for page in citation["pages"])
        place = f", page {pages}" if pages else ""
        mark = f"[ID:{citation['chunk_index']}]"
        console.print(
            f"   {mark} {chunk.document_name}{place}: “{readable(citation['quote'])}”",
            markup=False,
            highlight=False,
            style="dim",
        )


def readable(quote: str) -> str:
    """Return a quote on one line, the cells of a table row side by side."""
    cells = re.sub(r"</t[hd]>\s*<t[hd][^>]*>", " | ", quote)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cells)).split())


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="folder of files")
    parser.add_argument("--question", action="append", help="ask this instead (repeatable)")
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ragflow-demo-") as folder:
        console.print("Starting a server with an empty data directory …")
        with (
            running_server(Path(folder)) as server,
            RAGFlow(api_key=server.api_key, base_url=server.url) as rag,
        ):
            console.print(
                f"It answers on {server.url}. Uploading and parsing {arguments.documents.name}/ …"
            )
            dataset_id = ingest(rag, arguments.documents)
            questions = arguments.question or QUESTIONS
            console.print(f"\nRetrieval for: {questions[0]}")
            for hit in rag.retrieve(dataset_ids=[dataset_id], question=questions[0], page_size=3):
                text = " ".join(hit.content.split())
                console.print(
                    f"  {hit.similarity:.2f} = term {hit.term_similarity:.2f} / vector "
                    f"{hit.vector_similarity:.2f}  {hit.document_name}: {text[:70]}…",
                    markup=False,
                    highlight=False,
                )
            session = rag.create_chat("Guide", dataset_ids=[dataset_id]).create_session()
            for number, question in enumerate(questions):
                show(question, session.ask(question, stream=False))
                if number == 0:
                    seconds = time.monotonic() - started
                    console.print(f"   (first cited answer after {seconds:.1f} s)", style="green")
    console.print(
        "\nDone. To keep a server: [bold]make serve[/bold]; how to use it: "
        "docs/tutorial/first-answer.md;\n"
        "an API key for your own programs: [bold].venv/bin/ragflow key create[/bold]."
    )


if __name__ == "__main__":
    main()
