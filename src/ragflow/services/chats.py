"""Chat assistants: create, change, list and delete.

In: drafts and changes in stored terms. Out: `Chat` values. Refused: datasets that the caller may
not see, that hold nothing yet or that do not share an embedding model; unknown models; taken
names; a prompt that leaves a required variable unused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ragflow.domain.chats import Chat
from ragflow.domain.documents import Dataset
from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids, ModelCatalog
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.generate.prompts import prompt_text
from ragflow.services.access import may_use, require_datasets
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.errors import (
    ChatNotFound,
    DuplicateChatName,
    MixedEmbeddings,
    NameRequired,
    NameTooLong,
    NoParsedFile,
    TenantGiven,
    UnknownChatModel,
    UnknownRerankModel,
    UnusedVariable,
)

NAME_BYTES = 255
ALWAYS_ACCEPTED_RERANK_MODELS = ("BAAI/bge-reranker-v2-m3", "maidalun1020/bce-reranker-base_v1")
"""Names that an assistant may carry on every server; at use, one must be configured."""


@dataclass(frozen=True, slots=True)
class ChatDraft:
    """Propose settings of an assistant; None and absent keys mean the default, or no change.

    `prompt_config` has the stored keys: system, prologue, parameters, quote, empty_response …
    `vector_similarity_weight` is the share of the vector score in retrieval.
    """

    name: str | None = None
    avatar: str | None = None
    description: str | None = None
    language: str | None = None
    prompt_type: str | None = None
    dataset_ids: tuple[str, ...] | None = None
    chat_model: str | None = None
    llm_setting: Mapping[str, Any] | None = None
    prompt_config: Mapping[str, Any] | None = None
    meta_data_filter: Mapping[str, Any] | None = None
    do_refer: str | None = None
    similarity_threshold: float | None = None
    vector_similarity_weight: float | None = None
    top_n: int | None = None
    top_k: int | None = None
    rerank_model: str | None = None
    tenant_id: str | None = None  # refused on create, without effect on update

    def changes(self) -> dict[str, Any]:
        """Return the fields that are set and replace what is stored as they are."""
        names = (
            "name avatar description language prompt_type dataset_ids chat_model meta_data_filter "
            "do_refer similarity_threshold vector_similarity_weight top_n top_k rerank_model"
        )
        values = {name: getattr(self, name) for name in names.split()}
        return {name: value for name, value in values.items() if value is not None}


DEFAULT_LLM_SETTING: Mapping[str, Any] = {
    "temperature": 0.1,
    "top_p": 0.3,
    "frequency_penalty": 0.7,
    "presence_penalty": 0.4,
    "max_tokens": 512,
}


def default_prompt_config() -> dict[str, Any]:
    """Return the prompt settings of a new assistant."""
    return {
        "system": prompt_text("system"),
        "prologue": "Hi! I'm your assistant. What can I do for you?",
        "parameters": [{"key": "knowledge", "optional": False}],
        "empty_response": "Sorry! No relevant content was found in the knowledge base!",
        "quote": True,
        "tts": False,
        "refine_multiturn": True,
    }


@dataclass(frozen=True, slots=True)
class ListedChat:
    """Hold an assistant and those of its datasets that may still be used."""

    chat: Chat
    datasets: tuple[Dataset, ...] = field(default_factory=tuple)


class ChatService:
    """Manage the assistants of a tenant."""

    def __init__(self, database: Database, catalog: ModelCatalog, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._ids = ids

    def create(self, actor: Actor, draft: ChatDraft) -> Chat:
        """Create an assistant. Raises `NotFound`, `InvalidInput`, `ModelError`, `Conflict`."""
        chat = self._made(actor, draft, self._ids.object_id())
        with self._database.transaction() as unit:
            self._check_sources(unit, actor, draft)
            _check_name(chat.name)
            if unit.chats.by_name(actor.tenant_id, chat.name):
                raise DuplicateChatName(name=chat.name)
            if draft.tenant_id:
                raise TenantGiven
            _check_variables(chat.prompt_config)
            unit.chats.add(chat)
        return chat

    def replace(self, actor: Actor, chat_id: str, draft: ChatDraft) -> Chat:
        """Make an assistant anew; what the draft leaves open gets its default, but for the name.

        Raises as `create` does.
        """
        with self._database.transaction() as unit:
            old = require_chat(unit, actor, chat_id)
            self._check_sources(unit, actor, draft)
            named = replace(draft, name=old.name) if draft.name is None else draft
            made = replace(self._made(actor, named, chat_id), create_time=old.create_time)
            _check_new_name(unit, actor, made)
            _check_variables(made.prompt_config)
            unit.chats.update(made)
        return made

    def update(self, actor: Actor, chat_id: str, draft: ChatDraft) -> Chat:
        """Merge changes into an assistant. Raises as `create` does."""
        with self._database.transaction() as unit:
            chat = require_chat(unit, actor, chat_id)
            self._check_sources(unit, actor, draft)
            changed = replace(
                chat,
                **self._changes(actor, draft),
                llm_setting={**chat.llm_setting, **(draft.llm_setting or {})},
                prompt_config={**chat.prompt_config, **(draft.prompt_config or {})},
                update_time=self._clock.milliseconds(),
            )
            if draft.name is not None:
                _check_new_name(unit, actor, changed)
            if draft.prompt_config is not None:
                _check_variables(changed.prompt_config)
            unit.chats.update(changed)
        return changed

    def get(self, actor: Actor, chat_id: str) -> ListedChat:
        """Return one of the caller's assistants. Raises `ChatNotFound`."""
        with self._database.reading() as unit:
            return _with_datasets(unit, actor, [require_chat(unit, actor, chat_id)])[0]

    def page(
        self,
        actor: Actor,
        paging: Paging,
        chat_id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
    ) -> tuple[list[ListedChat], int]:
        """List own assistants; and their total.

        `keywords` is a part of the name. Raises `ChatNotFound` when an id or a name was asked for
        in vain.
        """
        with self._database.reading() as unit:
            chats, total = unit.chats.page(actor.tenant_id, paging, chat_id, name, keywords)
            if not total and (chat_id or name):
                raise ChatNotFound(id=chat_id or name)
            return _with_datasets(unit, actor, chats), total

    def delete(self, actor: Actor, chat_ids: Sequence[str] | None) -> BulkOutcome:
        """Delete own assistants, None for all; those with known ids are gone in any case."""
        with self._database.transaction() as unit:
            own, _ = unit.chats.page(actor.tenant_id, Paging(limit=None))
            known = {chat.id: chat for chat in own}
            wanted, duplicates = unique(list(known) if chat_ids is None else chat_ids)
            now = self._clock.milliseconds()
            for chat_id in wanted:
                if chat_id in known:
                    unit.chats.update(replace(known[chat_id], status="0", update_time=now))
        unknown = tuple(chat_id for chat_id in wanted if chat_id not in known)
        return BulkOutcome(len(wanted) - len(unknown), duplicates, unknown)

    def _made(self, actor: Actor, draft: ChatDraft, chat_id: str) -> Chat:
        """Return a draft as a new assistant, with a default for all that it leaves open."""
        now = self._clock.milliseconds()
        prompt_config = {**default_prompt_config(), **(draft.prompt_config or {})}
        if not prompt_config["system"]:
            prompt_config["system"] = default_prompt_config()["system"]
        default = self._catalog.default_name(actor.tenant_id, "chat")
        fields = {"name": "", "chat_model": default, **self._changes(actor, draft)}
        return Chat(
            id=chat_id,
            tenant_id=actor.tenant_id,
            create_time=now,
            update_time=now,
            llm_setting={**DEFAULT_LLM_SETTING, **(draft.llm_setting or {})},
            prompt_config=prompt_config,
            **fields,
        )

    def _changes(self, actor: Actor, draft: ChatDraft) -> dict[str, Any]:
        """Return what a draft sets; a model without a name is the tenant's default."""
        changes = draft.changes()
        if changes.get("chat_model") == "":
            changes["chat_model"] = self._catalog.default_name(actor.tenant_id, "chat")
        return changes

    def _check_sources(self, unit: UnitOfWork, actor: Actor, draft: ChatDraft) -> None:
        datasets = require_datasets(unit, actor, draft.dataset_ids or ())
        for dataset in datasets:
            if dataset.chunk_count == 0:
                raise NoParsedFile(id=dataset.id)
        if len({dataset.embedding_model.partition("@")[0] for dataset in datasets}) > 1:
            raise MixedEmbeddings
        if draft.chat_model:
            try:
                self._catalog.chat(actor.tenant_id, draft.chat_model)
            except (UnknownModel, ModelNotConfigured):
                raise UnknownChatModel(name=draft.chat_model) from None
        if draft.rerank_model:
            self._check_rerank_model(actor, draft.rerank_model)

    def _check_rerank_model(self, actor: Actor, name: str) -> None:
        if name.partition("@")[0] in ALWAYS_ACCEPTED_RERANK_MODELS:
            return
        try:
            self._catalog.rerank(actor.tenant_id, name)
        except (UnknownModel, ModelNotConfigured):
            raise UnknownRerankModel(name=name) from None


def require_chat(unit: UnitOfWork, actor: Actor, chat_id: str) -> Chat:
    """Return a live assistant of the caller's. Raises `NotFound`."""
    chat = unit.chats.get(chat_id)
    if chat is None or chat.tenant_id != actor.tenant_id:
        raise ChatNotFound(id=chat_id)
    return chat


def _with_datasets(unit: UnitOfWork, actor: Actor, chats: Sequence[Chat]) -> list[ListedChat]:
    """Add to each assistant those of its datasets that the caller may still use."""
    wanted = sorted({dataset_id for chat in chats for dataset_id in chat.dataset_ids})
    datasets = unit.datasets.get_many(wanted)
    known = {dataset.id: dataset for dataset in datasets if may_use(actor, dataset)}
    return [
        ListedChat(chat, tuple(known[i] for i in chat.dataset_ids if i in known)) for chat in chats
    ]


def _check_new_name(unit: UnitOfWork, actor: Actor, chat: Chat) -> None:
    _check_name(chat.name)
    other = unit.chats.by_name(actor.tenant_id, chat.name)
    if other is not None and other.id != chat.id:
        raise DuplicateChatName(name=chat.name)


def _check_name(name: str) -> None:
    if not name.strip():
        raise NameRequired
    if len(name.encode(errors="surrogatepass")) > NAME_BYTES:
        raise NameTooLong(f"A chat's name has at most {NAME_BYTES} bytes.")


def _check_variables(prompt_config: Mapping[str, Any]) -> None:
    for parameter in prompt_config.get("parameters") or ():
        slot = "{" + str(parameter["key"]) + "}"
        if not parameter.get("optional") and slot not in str(prompt_config.get("system") or ""):
            raise UnusedVariable(key=parameter["key"])
