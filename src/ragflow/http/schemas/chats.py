"""Chats on the wire: request bodies → drafts, assistants and conversations → JSON objects.

The API nests settings under `llm` and `prompt` with names of its own; what is stored keeps the
names of the product. Keys that nobody knows pass through `prompt` and `llm` both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.domain.chats import Chat, Message
from ragflow.domain.documents import Dataset
from ragflow.domain.errors import InvalidInput
from ragflow.http.schemas.common import times
from ragflow.http.schemas.fields import number_in, object_in, text_in, whole_in
from ragflow.services.chats import ChatDraft, ListedChat
from ragflow.services.sessions import Conversation

PROMPT_NAMES = {
    "prompt": "system",
    "opener": "prologue",
    "variables": "parameters",
    "show_quote": "quote",
}
"""Names under `prompt` on the wire, and what they are called where they are stored."""

TOP_LEVEL_NAMES = ("similarity_threshold", "keywords_similarity_weight", "top_n", "top_k")
WRITTEN_WEIGHT = "keywords_similarity_weight"  # kept as it was written, for the echo


def chat_draft(body: Mapping[str, Any]) -> ChatDraft:
    """Read a create or update body. Raises `InvalidInput` on values of the wrong kind."""
    llm = object_in(body, "llm")
    prompt = object_in(body, "prompt")
    return ChatDraft(
        name=text_in(body, "name"),
        avatar=text_in(body, "avatar"),
        description=text_in(body, "description"),
        language=text_in(body, "language"),
        prompt_type=text_in(body, "prompt_type"),
        dataset_ids=dataset_ids_in(body.get("dataset_ids")),
        chat_model=text_in(llm, "model_name") or "" if llm and "model_name" in llm else None,
        llm_setting=None if llm is None else _llm_setting(llm),
        prompt_config=None if prompt is None else _prompt_config(prompt),
        meta_data_filter=object_in(body, "meta_data_filter"),
        do_refer=do_refer_in(body),
        similarity_threshold=number_in(prompt, "similarity_threshold"),
        vector_similarity_weight=_vector_weight(prompt),
        top_n=whole_in(prompt, "top_n"),
        top_k=whole_in(prompt, "top_k"),
        rerank_model=text_in(prompt or {}, "rerank_model"),
        tenant_id=str(body["tenant_id"]) if body.get("tenant_id") else None,
    )


def chat_object(chat: Chat) -> dict[str, Any]:
    """Return an assistant as create answers it."""
    return {**_common(chat), "dataset_ids": list(chat.dataset_ids)}


def listed_chat_object(listed: ListedChat) -> dict[str, Any]:
    """Return an assistant as the list answers it, with the records of its datasets."""
    return {
        **_common(listed.chat),
        "top_k": listed.chat.top_k,
        "dataset_ids": [dataset.id for dataset in listed.datasets],
        "datasets": [_raw_dataset(dataset) for dataset in listed.datasets],
    }


def session_object(conversation: Conversation, with_references: bool) -> dict[str, Any]:
    """Return a conversation; the list of conversations shows references, a new one has none."""
    session = conversation.session
    return {
        "id": session.id,
        "chat_id": session.chat_id,
        "name": session.name,
        "user_id": session.user_id,
        "messages": [_message(message, with_references) for message in conversation.messages],
        **times(session.create_time, session.update_time),
    }


def _common(chat: Chat) -> dict[str, Any]:
    return {
        "id": chat.id,
        "tenant_id": chat.tenant_id,
        "name": chat.name,
        "description": chat.description,
        "avatar": chat.avatar,
        "language": chat.language,
        "prompt_type": chat.prompt_type,
        "do_refer": chat.do_refer,
        "meta_data_filter": dict(chat.meta_data_filter),
        "status": chat.status,
        "llm": {**chat.llm_setting, "model_name": chat.chat_model},
        "prompt": _prompt_object(chat),
        **times(chat.create_time, chat.update_time),
    }


def _prompt_object(chat: Chat) -> dict[str, Any]:
    wire_names = {stored: wire for wire, stored in PROMPT_NAMES.items()}
    config = {
        wire_names.get(key, key): value
        for key, value in chat.prompt_config.items()
        if key != WRITTEN_WEIGHT
    }
    # The echo that clients know: one minus what was written (see the decision on this weight).
    written = chat.prompt_config.get(WRITTEN_WEIGHT)
    shown = 1 - (chat.vector_similarity_weight if written is None else float(written))
    return {
        **config,
        "similarity_threshold": chat.similarity_threshold,
        "keywords_similarity_weight": shown,
        "top_n": chat.top_n,
        "rerank_model": chat.rerank_model,
    }


def _raw_dataset(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset under its stored names, and under the public ones beside them."""
    config = None if dataset.parser_config is None else dict(dataset.parser_config)
    names = {
        "embedding_model": dataset.embedding_model,
        "chunk_method": dataset.chunk_method,
        "chunk_count": dataset.chunk_count,
        "document_count": dataset.document_count,
    }
    return {
        "id": dataset.id,
        "tenant_id": dataset.tenant_id,
        "created_by": dataset.created_by,
        "name": dataset.name,
        "avatar": dataset.avatar,
        "description": dataset.description,
        "language": dataset.language,
        "permission": dataset.permission,
        "embd_id": dataset.embedding_model,
        "parser_id": dataset.chunk_method,
        "chunk_num": dataset.chunk_count,
        "doc_num": dataset.document_count,
        "token_num": dataset.token_count,
        "parser_config": config,
        "similarity_threshold": dataset.similarity_threshold,
        "vector_similarity_weight": dataset.vector_similarity_weight,
        "pagerank": dataset.pagerank,
        "status": dataset.status,
        **names,
        **times(dataset.create_time, dataset.update_time),
    }


def _message(message: Message, with_references: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"role": message.role, "content": message.content}
    if with_references:
        fields |= {"id": message.id, "created_at": message.created_at}
        if message.role != "user":
            fields["reference"] = list(message.reference.get("chunks") or ())
            fields["citations"] = list(message.reference.get("citations") or ())
    return fields


def _llm_setting(llm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key.replace(" ", "_"): value
        for key, value in llm.items()
        if key != "model_name" and value is not None
    }


def _prompt_config(prompt: Mapping[str, Any]) -> dict[str, Any]:
    config = {
        PROMPT_NAMES.get(key, key): value
        for key, value in prompt.items()
        if key not in TOP_LEVEL_NAMES and key != "rerank_model"
    }
    check_variables(config.get("parameters"))
    written = prompt.get(WRITTEN_WEIGHT)
    return config if written is None else {**config, WRITTEN_WEIGHT: written}


def check_variables(variables: Any) -> None:
    """Refuse variables of a prompt that are not a list of objects with a key."""
    if variables is None:
        return
    if not isinstance(variables, list) or not all(
        isinstance(each, dict) and each.get("key") for each in variables
    ):
        raise InvalidInput("`variables` should be a list of objects with a `key`.")


def dataset_ids_in(value: Any) -> tuple[str, ...] | None:
    """Read ids, each once, None for none.

    A plain text is taken apart, so that its first character is refused.
    """
    if not value:
        return None
    if not isinstance(value, list | str):
        raise InvalidInput("`dataset_ids` should be a list of ids.", field="dataset_ids")
    return tuple(dict.fromkeys(str(each) for each in value if each)) or None


def _vector_weight(prompt: Mapping[str, Any] | None) -> float | None:
    keywords_weight = number_in(prompt, "keywords_similarity_weight")
    return None if keywords_weight is None else 1 - keywords_weight


def do_refer_in(body: Mapping[str, Any]) -> str | None:
    """Read whether an assistant refers to its sources, under either name."""
    if "show_quotation" in body:
        return "1" if body["show_quotation"] else "0"
    value = body.get("do_refer")
    return None if value is None else str(value)
