"""What a database must do with conversations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ragflow.domain.chats import SessionOrigin
from ragflow.domain.errors import NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import a_chat, a_message, a_session, fill


class SessionsContract:
    """State what holds for conversations."""

    def test_a_session_comes_back_with_its_messages(self, database: Database) -> None:
        fill(database, a_chat())
        with database.transaction() as work:
            work.sessions.add(a_session(), [a_message("Hi"), a_message("there", ordinal=9)])
        with database.reading() as work:
            assert work.sessions.get("session-1") == a_session()
            assert work.sessions.messages(["session-1", "unknown"]) == {
                "session-1": [a_message("Hi"), a_message("there", ordinal=1)],
                "unknown": [],
            }

    def test_a_session_needs_its_chat_and_a_message_its_session(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.sessions.add(a_session(), [])
        with pytest.raises(NotFound), database.transaction() as work:
            work.sessions.append("unknown", [a_message("Hi")])

    def test_messages_of_many_writers_get_gapless_ordinals(self, database: Database) -> None:
        fill(database, a_chat())
        with database.transaction() as work:
            work.sessions.add(a_session(), [a_message("opener")])

        def append(writer: int) -> None:
            for turn in range(5):
                with database.transaction() as work:
                    pair = [a_message(f"{writer}.{turn}?"), a_message(f"{writer}.{turn}!")]
                    work.sessions.append("session-1", pair)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(append, range(6)))
        with database.reading() as work:
            messages = work.sessions.messages(["session-1"])["session-1"]
        assert [message.ordinal for message in messages] == list(range(61))
        contents = [message.content for message in messages[1:]]
        pairs = zip(contents[::2], contents[1::2], strict=True)
        assert all(answer == question.replace("?", "!") for question, answer in pairs)

    def test_sessions_are_filtered_and_ordered(self, database: Database) -> None:
        fill(database, a_chat(), a_chat("chat-2", "Other"))
        with database.transaction() as work:
            work.sessions.add(a_session("a", create_time=1, name="x"), [])
            work.sessions.add(a_session("b", create_time=2, name="y", user_id="guest"), [])
            work.sessions.add(a_session("c", "chat-2"), [])
        with database.reading() as work:
            page = work.sessions.page
            listed, total = page("chat-1", Paging())
            assert ([session.id for session in listed], total) == (["b", "a"], 2)
            assert page("chat-1", Paging(), user_id="guest", name="y")[1] == 1
            assert page("chat-1", Paging(), session_id="c") == ([], 0)

    def test_embedded_conversations_are_listed_apart(self, database: Database) -> None:
        fill(database, a_chat())
        embedded = a_session("b", origin=SessionOrigin.EMBED)
        with database.transaction() as work:
            work.sessions.add(a_session("a"), [])
            work.sessions.add(embedded, [])
        with database.reading() as work:
            page = work.sessions.page
            assert page("chat-1", Paging()) == ([a_session("a")], 1)
            assert page("chat-1", Paging(), origin=SessionOrigin.EMBED) == ([embedded], 1)
            assert page("chat-1", Paging(), session_id="b") == ([], 0)
            assert work.sessions.get("b") == embedded

    def test_a_session_can_change_and_be_deleted_with_its_messages(
        self, database: Database
    ) -> None:
        fill(database, a_chat())
        renamed = replace(a_session(), name="Renamed")
        with database.transaction() as work:
            work.sessions.add(a_session(), [a_message("Hi")])
            work.sessions.update(renamed)
            assert work.sessions.get("session-1") == renamed
            work.sessions.delete(["session-1", "unknown"])
        with database.reading() as work:
            assert work.sessions.get("session-1") is None
            assert work.sessions.messages(["session-1"]) == {"session-1": []}
