"""Show an agent at work: made from a template, asked through the Python SDK, its run looked at.

Starts a server of its own with an empty data directory on a free port, needs no model and no key,
and ends the server.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from ragflow.testing.server import running_server
from ragflow_sdk import Agent, RAGFlow

DOCUMENTS = Path(__file__).parent / "documents"
QUESTION = "What does fault code E-42 mean and what must the driver do?"


def ingest(rag: RAGFlow, folder: Path) -> str:
    """Upload a folder's files, wait until all are parsed and return the dataset's id."""
    dataset = rag.create_dataset(name="Handbooks")
    files = sorted(path for path in folder.iterdir() if path.is_file())
    documents = dataset.upload_documents(
        [{"display_name": path.name, "blob": path.read_bytes()} for path in files]
    )
    dataset.async_parse_documents([document.id for document in documents])
    while any(
        document.run not in ("DONE", "FAIL", "CANCEL")
        for document in dataset.list_documents(page_size=len(documents))
    ):
        time.sleep(0.2)
    return dataset.id


def build(rag: RAGFlow, dataset_id: str) -> Agent:
    """Make an agent of a template; all that it needs is a dataset."""
    template = rag.get_agent_template("customer_support")
    dsl = template["dsl"]
    (need,) = template["needs"]
    print(f"{template['title']} needs {need['component']}, {need['field']}: {need['description']}")
    (tool,) = dsl["components"][need["component"]]["obj"]["params"]["tools"]
    tool["params"]["kb_ids"] = [dataset_id]
    rag.create_agent(template["title"], dsl, template["description"])
    return rag.list_agents(title=template["title"])[0]


def ask(agent: Agent, question: str) -> None:
    """Ask a question; print the answer as it grows, its sources, and what components took."""
    print(f"\nQ: {question}\nA: ", end="")
    printed, sources = "", []
    for message in agent.create_session().ask(question, stream=True):
        print(message.content[len(printed) :], end="", flush=True)
        printed, sources = message.content, message.reference or sources
    print()
    for source in sources:
        print(f"   from {source.document_name}: {' '.join(source.content.split())[:70]}…")
    run = agent.get_run(agent.list_runs()[0].id)
    for node in run["traces"]:
        print(f"   {node['component_name']}: {node['elapsed_seconds']:.3f} s")


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="folder of files")
    parser.add_argument("--question", default=QUESTION, help="what to ask")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ragflow-agent-") as folder,
        running_server(Path(folder)) as server,
        RAGFlow(api_key=server.api_key, base_url=server.url) as rag,
    ):
        ask(build(rag, ingest(rag, arguments.documents)), arguments.question)


if __name__ == "__main__":
    main()
