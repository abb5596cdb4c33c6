"""Go through the whole chain with ragflow-sdk 0.20.x and print what was seen, as JSON.

Run by the Python of an environment that has the official package, with a URL, a key and a name that
tells the objects of this run from those of others. Nothing is checked here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from common import QUESTION, TEXT, failure, run, wait

import ragflow_sdk
from ragflow_sdk import RAGFlow


def without_key(url: str) -> list[str] | None:
    """Return how a listing without a key fails."""
    client = RAGFlow("", url)
    client.authorization_header = {}
    return failure(client.list_datasets)


def datasets(rag: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """Create and change a dataset."""
    dataset = rag.create_dataset(name)
    other = rag.create_dataset(f"{name} other", chunk_method="qa")
    config = ragflow_sdk.DataSet.ParserConfig(rag, {"chunk_token_num": 128, "delimiter": "\\n"})
    configured = rag.create_dataset(f"{name} configured", parser_config=config)
    other.update({"description": "about", "name": f"{name} renamed"})
    seen = {
        "default": dataset.to_json(),
        "updated": [other.name, other.description],
        "configured": configured.parser_config.chunk_token_num,
        "got": rag.get_dataset(name).id == dataset.id,
        "got none": failure(rag.get_dataset, f"{name} missing"),
        "listed": len(rag.list_datasets(id=dataset.id)),
        "ordered": [d.name for d in rag.list_datasets(orderby="create_time", desc=False)][-3:],
        "taken": failure(rag.create_dataset, name),
        "bad page": failure(rag.list_datasets, page=0),
    }
    rag.delete_datasets([other.id, configured.id])
    seen["deleted"] = failure(rag.list_datasets, id=other.id) is not None
    return dataset, seen


def documents(dataset: Any) -> tuple[Any, dict[str, Any]]:
    """Upload, parse and change documents."""
    kept, spare = dataset.upload_documents(
        [
            {"display_name": "harbour.txt", "blob": TEXT},
            {"display_name": "spare.txt", "blob": b"spare"},
        ]
    )
    seen = {
        "uploaded": [kept.name, kept.run, kept.chunk_count],
        "without name": failure(dataset.upload_documents, [{"blob": b"x"}]),
        "bytes": kept.download().decode(),
        "list": [d.name for d in dataset.list_documents(orderby="name", desc=False)],
        "first page by 0": len(dataset.list_documents(page=0)),
        "keywords": [d.name for d in dataset.list_documents(keywords="HARB")],
    }
    spare.update({"name": "renamed.txt", "meta_fields": {"kind": "spare"}})
    seen["renamed"] = [d.name for d in dataset.list_documents(id=spare.id)]
    seen["enabled"] = failure(spare.update, {"enabled": 0})
    dataset.async_parse_documents([kept.id])
    done = wait(dataset, kept)
    seen["done"] = [done.run, done.progress, done.chunk_count, done.process_begin_at is not None]
    dataset.async_parse_documents([spare.id])
    seen["stop"] = failure(dataset.async_cancel_parse_documents, [spare.id])
    seen["stopped"] = wait(dataset, spare).run
    dataset.delete_documents([spare.id])
    seen["download of a deleted one"] = failure(spare.download)
    seen["left"] = [d.name for d in dataset.list_documents()]
    return done, seen


def chunks(rag: Any, dataset: Any, document: Any) -> dict[str, Any]:
    """Add, change, find and delete chunks."""
    first = document.list_chunks()
    added = document.add_chunk("Gulls follow the boats.", ["gulls"], ["What follows boats?"])
    seen = {
        "parsed": [c.content for c in first],
        "positions": [c.positions for c in first],
        "added": added.to_json(),
        "first page by 0": len(document.list_chunks(page=0)),
        "keywords": [c.content for c in document.list_chunks(keywords="gulls")],
        "by id": [c.id == added.id for c in document.list_chunks(id=added.id)],
    }
    added.update({"content": "Gulls follow the trawlers.", "important_keywords": ["birds"]})
    (changed,) = document.list_chunks(id=added.id)
    seen["updated"] = [changed.content, changed.important_keywords]
    found = rag.retrieve(dataset_ids=[dataset.id], question=QUESTION)
    seen["retrieved"] = [found[0].content, found[0].document_name, found[0].similarity > 0.2]
    seen["retrieved by document"] = [
        c.document_id == document.id
        for c in rag.retrieve([dataset.id], [document.id], "trawlers", similarity_threshold=0.1)
    ][:1]
    seen["highlight"] = failure(rag.retrieve, [dataset.id], question="x", highlight=True)
    document.delete_chunks([added.id])
    seen["left"] = len(document.list_chunks())
    return seen


def all_chunks(dataset: Any) -> list[int]:
    """Delete the chunks of a document by naming none."""
    (document,) = dataset.upload_documents([{"display_name": "own.txt", "blob": b""}])
    for text in ("one", "two"):
        document.add_chunk(text)
    before = len(document.list_chunks())
    document.delete_chunks()
    return [before, len(document.list_chunks())]


def chats(rag: Any, dataset: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """Create, list and change assistants; converse."""
    chat = rag.create_chat(name, dataset_ids=[dataset.id])
    seen = {
        "created": chat.to_json(),
        "listed": [c.name for c in rag.list_chats(id=chat.id)],
        "datasets": [d["name"] for d in rag.list_chats(name=name)[0].datasets],
        "missing": failure(rag.list_chats, name=f"{name} missing"),
        "no dataset": failure(rag.create_chat, f"{name} 2", dataset_ids=["nothing"]),
    }
    chat.update({"name": f"{name} renamed", "llm": {"temperature": 0.5}, "prompt": {"top_n": 4}})
    (changed,) = rag.list_chats(id=chat.id)
    seen["updated"] = [changed.name, changed.llm.temperature, changed.prompt.top_n]
    return changed, seen


def sessions(chat: Any) -> dict[str, Any]:
    """Converse with an assistant."""
    session = chat.create_session()
    states = list(session.ask(QUESTION))
    texts = [state.content for state in states]
    whole = session.ask(QUESTION, stream=False)
    listed = list(whole)
    again = session.ask(QUESTION, stream=False)
    try:
        next(again)
    except StopIteration as end:
        value = end.value
    seen = {
        "opener": session.messages,
        "name": session.name,
        "growing": all(b.startswith(a) for a, b in pairwise(texts[:-1])),
        "answer": states[-1].content,
        "reference": [c["document_name"] for c in states[-1].reference],
        "whole": listed,
        "value": value.content,
    }
    session.update({"name": "renamed"})
    (stored,) = chat.list_sessions(id=session.id)
    seen["renamed"] = stored.name
    seen["roles"] = [m["role"] for m in stored.messages]
    seen["stored reference"] = [c["document_name"] for c in stored.messages[2]["reference"]]
    chat.create_session("second")
    chat.delete_sessions([session.id])
    seen["left"] = [s.name for s in chat.list_sessions()]
    chat.delete_sessions()
    seen["none left"] = len(chat.list_sessions())
    return seen


def main(url: str, key: str, name: str) -> dict[str, Any]:
    """Return everything that was seen."""
    rag = RAGFlow(key, url)
    dataset, of_datasets = datasets(rag, name)
    document, of_documents = documents(dataset)
    seen = {
        "file": ragflow_sdk.__file__,
        "without key": without_key(url),
        "wrong key": failure(RAGFlow("wrong", url).list_datasets),
        "datasets": of_datasets,
        "documents": of_documents,
        "chunks": chunks(rag, dataset, document),
        "all chunks": all_chunks(dataset),
    }
    chat, seen["chats"] = chats(rag, dataset, name)
    seen["sessions"] = sessions(chat)
    rag.delete_chats([chat.id])
    seen["chats left"] = failure(rag.list_chats, id=chat.id)
    rag.delete_datasets([dataset.id])
    seen["datasets left"] = failure(rag.list_datasets, id=dataset.id) is not None
    return seen


if __name__ == "__main__":
    run(main)
