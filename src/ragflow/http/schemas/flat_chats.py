"""Chats on the wire since 0.25: one flat object, whose names are nearly those of what is stored.

Which of the two forms a body has is told by its keys; where it has none of either, by the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.http.compat import Level
from ragflow.http.schemas.chats import (
    WRITTEN_WEIGHT,
    chat_draft,
    check_variables,
    dataset_ids_in,
    do_refer_in,
)
from ragflow.http.schemas.common import times
from ragflow.http.schemas.fields import number_in, object_in, text_in, whole_in
from ragflow.services.chats import ChatDraft, ListedChat

NESTED_KEYS = frozenset({"llm", "prompt", "avatar"})
FLAT_KEYS = frozenset(
    {
        "icon",
        "llm_id",
        "llm_setting",
        "prompt_config",
        "rerank_id",
        "similarity_threshold",
        "top_k",
        "top_n",
        "vector_similarity_weight",
    }
)


def is_flat(body: Mapping[str, Any], level: Level) -> bool:
    """Tell whether a body has the flat form."""
    if NESTED_KEYS.isdisjoint(body):
        return level >= Level.V0_25 or not FLAT_KEYS.isdisjoint(body)
    return False


def any_chat_draft(body: Mapping[str, Any], level: Level) -> ChatDraft:
    """Read a create or update body of either form. Raises `InvalidInput`."""
    return flat_chat_draft(body) if is_flat(body, level) else chat_draft(body)


def flat_chat_draft(body: Mapping[str, Any]) -> ChatDraft:
    """Read a flat body; an empty list of datasets takes all away. Raises `InvalidInput`."""
    dataset_ids = body.get("dataset_ids")
    return ChatDraft(
        name=text_in(body, "name"),
        avatar=text_in(body, "icon"),
        description=text_in(body, "description"),
        language=text_in(body, "language"),
        prompt_type=text_in(body, "prompt_type"),
        dataset_ids=() if dataset_ids == [] else dataset_ids_in(dataset_ids),
        chat_model=text_in(body, "llm_id"),
        llm_setting=object_in(body, "llm_setting"),
        prompt_config=_prompt_config(body),
        meta_data_filter=object_in(body, "meta_data_filter"),
        do_refer=do_refer_in(body),
        similarity_threshold=number_in(body, "similarity_threshold"),
        vector_similarity_weight=number_in(body, "vector_similarity_weight"),
        top_n=whole_in(body, "top_n"),
        top_k=whole_in(body, "top_k"),
        rerank_model=text_in(body, "rerank_id"),
    )


def flat_chat_object(listed: ListedChat) -> dict[str, Any]:
    """Return an assistant with the names of its datasets."""
    chat = listed.chat
    config = {key: value for key, value in chat.prompt_config.items() if key != WRITTEN_WEIGHT}
    return {
        "id": chat.id,
        "tenant_id": chat.tenant_id,
        "name": chat.name,
        "description": chat.description,
        "icon": chat.avatar,
        "language": chat.language,
        "prompt_type": chat.prompt_type,
        "do_refer": chat.do_refer,
        "meta_data_filter": dict(chat.meta_data_filter),
        "status": chat.status,
        "dataset_ids": [dataset.id for dataset in listed.datasets],
        "kb_names": [dataset.name for dataset in listed.datasets],
        "llm_id": chat.chat_model,
        "llm_setting": dict(chat.llm_setting),
        "prompt_config": config,
        "similarity_threshold": chat.similarity_threshold,
        "vector_similarity_weight": chat.vector_similarity_weight,
        "top_n": chat.top_n,
        "top_k": chat.top_k,
        "rerank_id": chat.rerank_model,
        **times(chat.create_time, chat.update_time),
    }


def _prompt_config(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read prompt settings; a new weight ends the echo of one that was written the older way."""
    config = object_in(body, "prompt_config")
    if config is not None:
        check_variables(config.get("parameters"))
    if body.get("vector_similarity_weight") is None:
        return None if config is None else dict(config)
    return {**(config or {}), WRITTEN_WEIGHT: None}
