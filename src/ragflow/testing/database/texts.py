"""Texts that are code elsewhere: to every repository they are values."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import InvalidInput
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, a_chat, a_dataset, a_document, a_file, fill

EVIL = (
    "' OR '1'='1",
    "'; DROP TABLE datasets; --",
    '" OR ""="',
    "\\' OR 1=1 --",
    "%",
    "_",
    "%(id)s",
    ":id",
    "$1",
    "?",
    "\\",
    "\x01\x1b",
    "\u2028\ufffe",
)


class TextsContract:
    """State that no text is taken for a part of a statement."""

    @pytest.mark.parametrize("text", EVIL)
    def test_a_text_that_is_code_is_a_name_an_id_and_a_filter(
        self, database: Database, text: str
    ) -> None:
        fill(database, a_dataset(), a_dataset(text, text), a_document(), a_document(text, text))
        with database.transaction() as work:
            work.chats.add(a_chat(text, text))
            work.files.add(a_file(text, "root", name=text))
        with database.reading() as work:
            named, total = work.datasets.visible(TENANT, [], Paging(), name=text)
            assert ([each.id for each in named], total) == ([text], 1)
            assert [each.id for each in work.datasets.get_many([text])] == [text]
            assert work.documents.page(text, Paging(), keywords=text)[1] == 1
            assert work.documents.page("dataset-1", Paging(), name=text)[1] == 0
            assert work.chats.page(TENANT, Paging(), keywords=text)[1] == 1
            assert work.sessions.page(text, Paging(), name=text, user_id=text) == ([], 0)
            assert work.searches.page(TENANT, Paging(), text) == ([], 0)
            assert work.files.page("root", Paging(), text)[1] == 1
            assert work.files.child("root", text) is not None
            assert work.chunks.get(text, text) is None
            assert work.accounts.user_by_email(text) is None
            assert work.accounts.providers(text) == []
        with database.transaction() as work:
            work.datasets.delete(text)
            work.files.delete([text])
        with database.reading() as work:
            assert work.datasets.all_ids() == ["dataset-1"]
            assert work.documents.ids("dataset-1") == ["document-1"]

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
    def test_a_text_that_cannot_be_stored_is_refused_wherever_it_is_asked_for(
        self, database: Database, text: str
    ) -> None:
        with database.reading() as work:
            for ask in (
                lambda: work.datasets.get(text),
                lambda: work.datasets.get_many([text]),
                lambda: work.datasets.visible(TENANT, [], Paging(), name=text),
                lambda: work.documents.get(text),
                lambda: work.documents.page("dataset-1", Paging(), name=text),
                lambda: work.chats.by_name(TENANT, text),
                lambda: work.chats.page(TENANT, Paging(), keywords=text),
                lambda: work.sessions.page("chat", Paging(), user_id=text),
                lambda: work.searches.page(TENANT, Paging(), text),
                lambda: work.files.page("root", Paging(), text),
                lambda: work.chunks.get("document-1", text),
                lambda: work.accounts.user_by_email(text),
            ):
                with pytest.raises(InvalidInput):
                    ask()
