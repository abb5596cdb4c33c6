"""Sessions: conversations with an assistant, and the messages in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ragflow.domain.answers import Role
from ragflow.domain.chats import Chat, ChatSession, Message, SessionOrigin
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.chats import require_chat
from ragflow.services.errors import NameRequired, SessionNotFound


@dataclass(frozen=True, slots=True)
class Conversation:
    """Hold a session with its messages in order."""

    session: ChatSession
    messages: tuple[Message, ...]


class SessionService:
    """Manage the conversations of a tenant's assistants."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    def create(
        self,
        actor: Actor,
        chat_id: str,
        name: str = "New session",
        user_id: str = "",
        origin: SessionOrigin = SessionOrigin.API,
    ) -> Conversation:
        """Begin a conversation with the assistant's opener. Raises `NotFound`, `NameRequired`."""
        with self._database.transaction() as unit:
            chat = require_chat(unit, actor, chat_id)
            if not name.strip():
                raise NameRequired
            now = self._clock.milliseconds()
            session = ChatSession(self._ids.object_id(), chat_id, name, user_id, now, now, origin)
            opener = Message(
                session_id=session.id,
                ordinal=0,
                id=self._ids.message_id(),
                role="assistant",
                content=str(chat.prompt_config.get("prologue") or ""),
                created_at=self._clock.seconds(),
            )
            unit.sessions.add(session, [opener])
        return Conversation(session, (opener,))

    def get(self, actor: Actor, chat_id: str, session_id: str) -> tuple[Conversation, Chat]:
        """Return a conversation and its assistant. Raises `ChatNotFound`, `SessionNotFound`."""
        with self._database.reading() as unit:
            chat = require_chat(unit, actor, chat_id)
            session = require_session(unit, chat_id, session_id)
            messages = unit.sessions.messages([session_id]).get(session_id, ())
        return Conversation(session, tuple(messages)), chat

    def page(
        self,
        actor: Actor,
        chat_id: str,
        paging: Paging,
        session_id: str | None = None,
        name: str | None = None,
        user_id: str | None = None,
    ) -> list[Conversation]:
        """List the conversations that pass the filters. Raises `NotFound`."""
        with self._database.reading() as unit:
            require_chat(unit, actor, chat_id)
            sessions, _ = unit.sessions.page(chat_id, paging, session_id, name, user_id)
            messages = unit.sessions.messages([session.id for session in sessions])
        return [Conversation(session, tuple(messages.get(session.id, ()))) for session in sessions]

    def rename(self, actor: Actor, chat_id: str, session_id: str, name: str | None) -> None:
        """Rename a conversation; None leaves the name. Raises `NotFound`, `NameRequired`."""
        with self._database.transaction() as unit:
            session = require_session(unit, chat_id, session_id)
            require_chat(unit, actor, chat_id)
            if name is None:
                return
            if not name.strip():
                raise NameRequired
            now = self._clock.milliseconds()
            unit.sessions.update(replace(session, name=name, update_time=now))

    def delete(self, actor: Actor, chat_id: str, session_ids: Sequence[str] | None) -> BulkOutcome:
        """Delete an assistant's conversations, None for all. Raises `ChatNotFound`.

        Those with known ids are gone in any case.
        """
        with self._database.transaction() as unit:
            require_chat(unit, actor, chat_id)
            own, _ = unit.sessions.page(chat_id, Paging(limit=None))
            known = {session.id for session in own}
            wanted, duplicates = unique(
                [session.id for session in own] if session_ids is None else session_ids
            )
            deleted = [session_id for session_id in wanted if session_id in known]
            unit.sessions.delete(deleted)
        unknown = tuple(session_id for session_id in wanted if session_id not in known)
        return BulkOutcome(len(deleted), duplicates, unknown)

    def append_turn(
        self,
        session_id: str,
        message_id: str,
        question: str,
        answer: str,
        reference: Mapping[str, Any],
        asked_at: float,
    ) -> None:
        """Store a question and its answer; both get the same id."""

        def message(role: Role, content: str, at: float, cited: Mapping[str, Any]) -> Message:
            return Message(session_id, 0, message_id, role, content, at, cited)

        answered_at = self._clock.seconds()
        with self._database.transaction() as unit:
            session = unit.sessions.get(session_id)
            if session is None:  # deleted while the answer was being written
                return
            unit.sessions.append(
                session_id,
                [
                    message("user", question, asked_at, {}),
                    message("assistant", answer, answered_at, reference),
                ],
            )
            unit.sessions.update(replace(session, update_time=self._clock.milliseconds()))


def require_session(
    unit: UnitOfWork, chat_id: str, session_id: str, origin: SessionOrigin = SessionOrigin.API
) -> ChatSession:
    """Return a conversation of an assistant that was checked before. Raises `SessionNotFound`."""
    session = unit.sessions.get(session_id)
    if session is None or (session.chat_id, session.origin) != (chat_id, origin):
        raise SessionNotFound(id=session_id)
    return session
