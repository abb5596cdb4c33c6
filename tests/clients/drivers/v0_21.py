"""Go through the chain with ragflow-sdk 0.21 to 0.24 and print what was seen, as JSON.

Run by the Python of an environment that has the official package, with a URL, a key and a name that
tells the objects of this run from those of others. Nothing is checked here.
"""

from __future__ import annotations

from typing import Any

from common import QUESTION, TEXT, run

import ragflow_sdk
from ragflow_sdk import RAGFlow


def chunks(rag: Any, dataset: Any, document: Any) -> dict[str, Any]:
    """Add, change, find and delete chunks."""
    added = document.add_chunk("Gulls follow the boats.", ["gulls"])
    added.update({"content": "Gulls follow the trawlers."})
    found = rag.retrieve(dataset_ids=[dataset.id], question=QUESTION)
    seen = {
        "updated": [c.content for c in document.list_chunks(id=added.id)],
        "retrieved": [found[0].content, found[0].document_name],
    }
    document.delete_chunks([added.id])
    seen["left"] = len(document.list_chunks())
    return seen


def sessions(chat: Any) -> dict[str, Any]:
    """Converse with an assistant."""
    session = chat.create_session()
    states = list(session.ask(QUESTION, stream=True))
    return {
        "states": [state.content for state in states],
        "whole": [message.content for message in session.ask(QUESTION)],
        "reference": [chunk["document_name"] for chunk in states[-1].reference or ()],
        "turns": len(chat.list_sessions(id=session.id)[0].messages),
    }


def main(url: str, key: str, name: str) -> dict[str, Any]:
    """Return everything that was seen."""
    rag = RAGFlow(key, url)
    dataset = rag.create_dataset(name)
    (document,) = dataset.upload_documents([{"display_name": "harbour.txt", "blob": TEXT}])
    ((_, *parsed),) = dataset.parse_documents([document.id])
    seen = {
        "file": ragflow_sdk.__file__,
        "parsed": parsed,
        "chunks": chunks(rag, dataset, document),
    }
    chat = rag.create_chat(name, dataset_ids=[dataset.id])
    chat.update({"name": f"{name} renamed"})
    seen["chats"] = [each.name for each in rag.list_chats(id=chat.id)]
    seen["sessions"] = sessions(chat)
    chat.delete_sessions()
    seen["sessions left"] = len(chat.list_sessions())
    rag.delete_chats([chat.id])
    dataset.delete_documents()
    seen["documents left"] = len(dataset.list_documents())
    rag.delete_datasets([dataset.id])
    return seen


if __name__ == "__main__":
    run(main)
