"""What a database must do with chat assistants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, InvalidInput
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, a_chat, fill


class ChatsContract:
    """State what holds for chat assistants."""

    def test_a_chat_comes_back_as_stored(self, database: Database) -> None:
        fill(database, a_chat())
        with database.reading() as work:
            assert work.chats.get("chat-1") == a_chat()
            assert work.chats.by_name(TENANT, "HELPER") == a_chat()
            assert work.chats.by_name("tenant-2", "Helper") is None

    def test_a_live_name_is_taken_in_any_case(self, database: Database) -> None:
        fill(database, a_chat())
        with pytest.raises(Conflict) as conflict:
            fill(database, a_chat("chat-2", "hELPER"))
        assert conflict.value.facts == {"noun": "chat", "name": "hELPER"}
        fill(database, a_chat("chat-3", tenant_id="tenant-2"))

    def test_a_deleted_chat_is_gone_and_frees_its_name(self, database: Database) -> None:
        fill(database, a_chat())
        for chat_id in ("chat-1", "chat-2"):
            with database.transaction() as work:
                work.chats.update(replace(a_chat(chat_id), status="0"))
            fill(database, a_chat("chat-2" if chat_id == "chat-1" else "chat-3"))
        with database.reading() as work:
            assert work.chats.get("chat-1") is None
            listed, total = work.chats.page(TENANT, Paging())
        assert ([chat.id for chat in listed], total) == (["chat-3"], 1)

    def test_a_chat_can_change_but_not_to_a_taken_name(self, database: Database) -> None:
        fill(database, a_chat(), a_chat("chat-2", "Other"))
        changed = replace(a_chat(), dataset_ids=(), top_k=2**40, prompt_config={"opener": "嗨"})
        with database.transaction() as work:
            work.chats.update(changed)
            with pytest.raises(Conflict):
                work.chats.update(replace(changed, name="OTHER"))
            assert work.chats.get("chat-1") == changed

    def test_chats_are_listed_by_name_and_id_and_page(self, database: Database) -> None:
        fill(database, *(a_chat(f"chat-{n}", f"N{n}", update_time=n) for n in range(4)))
        with database.reading() as work:
            listed, total = work.chats.page(TENANT, Paging(1, 2, "update_time"))
            assert [chat.id for chat in listed] == ["chat-2", "chat-1"]
            assert total == 4
            assert work.chats.page(TENANT, Paging(), name="n3")[1] == 1
            assert work.chats.page(TENANT, Paging(), chat_id="chat-1", name="N3") == ([], 0)
            assert work.chats.page(TENANT, Paging(), keywords="n")[1] == 4
            assert work.chats.page(TENANT, Paging(), keywords="2")[1] == 1
            with pytest.raises(InvalidInput):
                work.chats.page(TENANT, Paging(order_by="prompt_config"))
