"""Go through the whole chain with ragflow-sdk 0.25 to 0.27 and print what was seen, as JSON.

Run by the Python of an environment that has the official package, with a URL, a key and a name that
tells the objects of this run from those of others. Nothing is checked here.
"""

from __future__ import annotations

import base64
from typing import Any

from common import QUESTION, TEXT, failure, run, wait

import ragflow_sdk
from ragflow_sdk import RAGFlow

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n picture").decode()
PLAN = {"metadata": [{"key": "author", "type": "string", "description": "Who wrote it"}]}


def datasets(rag: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """Create datasets and delete one; naming none deletes none."""
    dataset = rag.create_dataset(name, auto_metadata_config=PLAN)
    other = rag.create_dataset(f"{name} other")
    other.update({"description": "about"})
    rag.delete_datasets()
    listed = [d.name for d in rag.list_datasets(page_size=100) if d.name.startswith(name)]
    seen = {
        "plan": dataset.get_auto_metadata(),
        "new plan": dataset.update_auto_metadata(metadata=[{"key": "year", "type": "number"}]),
        "updated": other.description,
        "none deleted": sorted(listed),
    }
    rag.delete_datasets([other.id])
    seen["deleted"] = failure(rag.list_datasets, id=other.id) is not None
    return dataset, seen


def documents(dataset: Any) -> tuple[Any, dict[str, Any]]:
    """Upload, change, parse and delete documents; naming none deletes none."""
    kept, spare = dataset.upload_documents(
        [
            {"display_name": "harbour.txt", "blob": TEXT},
            {"display_name": "spare.txt", "blob": b"spare"},
        ]
    )
    spare.update({"name": "renamed.txt", "meta_fields": {"kind": "spare"}})
    seen = {"renamed": [d.name for d in dataset.list_documents(id=spare.id)]}
    seen["bytes"] = kept.download().decode()
    seen["parsed"] = dataset.parse_documents([kept.id])
    done = wait(dataset, kept)
    seen["done"] = [done.run, done.chunk_count]
    dataset.delete_documents()
    seen["none deleted"] = len(dataset.list_documents())
    seen["foreign"] = failure(dataset.delete_documents, ["nothing"])
    dataset.delete_documents([spare.id])
    seen["left"] = [d.name for d in dataset.list_documents()]
    return done, seen


def chunks(rag: Any, dataset: Any, document: Any) -> dict[str, Any]:
    """Add, change, find and delete chunks; naming none deletes none."""
    added = document.add_chunk(
        "Gulls follow the boats.", ["gulls"], image_base64=PICTURE, tag_kwd=["bird", "sea"]
    )
    added.update({"content": "Gulls follow the trawlers.", "tag_kwd": ["bird"]})
    (changed,) = document.list_chunks(id=added.id)
    found = rag.retrieve(dataset_ids=[dataset.id], question=QUESTION)
    seen = {
        "updated": changed.content,
        "retrieved": [found[0].content, found[0].document_name, found[0].similarity > 0.2],
    }
    document.delete_chunks()
    seen["none deleted"] = len(document.list_chunks())
    document.delete_chunks([added.id])
    seen["left"] = len(document.list_chunks())
    return seen


def chats(rag: Any, dataset: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """Create, get, list and change assistants; naming none deletes none."""
    chat = rag.create_chat(
        name, dataset_ids=[dataset.id], prompt_config={"prologue": "Ahoy!"}, top_n=4
    )
    created = chat.to_json()
    chat.update({"name": f"{name} renamed", "llm_setting": {"temperature": 0.5}})
    got = rag.get_chat(chat.id).to_json()
    rag.delete_chats()
    listed = rag.list_chats(keywords="RENAMED")
    seen = {
        "created": created,
        "got": got,
        "listed": [c.name for c in listed if c.id == chat.id],
        "missing": failure(rag.get_chat, "nothing"),
    }
    return chat, seen


def sessions(chat: Any) -> dict[str, Any]:
    """Converse with an assistant."""
    session = chat.create_session()
    deltas = [message.content for message in session.ask(QUESTION, stream=True)]
    older = [message.content for message in session.ask(QUESTION, stream=True, legacy=True)]
    whole = [message.content for message in session.ask(QUESTION, stream=False)]
    last = list(session.ask(QUESTION, stream=True))[-1]
    session.update({"name": "renamed"})
    (stored,) = chat.list_sessions(id=session.id)
    seen = {
        "opener": session.messages[0]["content"],
        "deltas": deltas,
        "older": older,
        "whole": whole,
        "reference": [c["document_name"] for c in last.reference],
        "renamed": stored.name,
        "turns": len(stored.messages),
    }
    chat.delete_sessions()
    seen["none deleted"] = len(chat.list_sessions())
    chat.delete_sessions(delete_all=True)
    seen["all deleted"] = len(chat.list_sessions())
    return seen


def main(url: str, key: str, name: str) -> dict[str, Any]:
    """Return everything that was seen."""
    rag = RAGFlow(key, url)
    dataset, of_datasets = datasets(rag, name)
    document, of_documents = documents(dataset)
    seen = {
        "file": ragflow_sdk.__file__,
        "datasets": of_datasets,
        "documents": of_documents,
        "chunks": chunks(rag, dataset, document),
    }
    chat, seen["chats"] = chats(rag, dataset, name)
    seen["sessions"] = sessions(chat)
    rag.delete_chats([chat.id])
    seen["chats left"] = failure(rag.get_chat, chat.id)
    rag.delete_datasets([dataset.id])
    return seen


if __name__ == "__main__":
    run(main)
