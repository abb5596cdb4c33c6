"""Files in SQL: the stored part of the file manager's tree, and the links to documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    delete,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql.expression import FromClause

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    Values,
    batches,
    fields_of,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import file_links, file_names, files
from ragflow.adapters.db.types import String
from ragflow.domain.files import FOLDER, FileLink, StoredFile
from ragflow.domain.repositories import Paging

_ORDERS = tuple(orderable(files, StoredFile))


class SqlFiles(Repository):
    """Keep files, folders and links."""

    def add(self, file: StoredFile) -> None:
        """Insert. Raises `Conflict` when the folder holds the name."""
        with self._unique(file_names, "file", file.name):
            self._insert(files, _row(file))

    def get(self, file_id: str) -> StoredFile | None:
        """Find by id."""
        return self._one(select(files).where(files.c.id == file_id))

    def child(self, folder_id: str, name: str) -> StoredFile | None:
        """Find by folder and exact name."""
        key = (files.c.parent_id == folder_id, files.c.name == name)
        return self._one(select(files).where(*key))

    def names(self, folder_id: str) -> set[str]:
        """Return the names in use in a folder."""
        found = select(files.c.name).where(files.c.parent_id == folder_id)
        return set(self._connection.execute(found).scalars())

    def count_of_tenant(self, tenant_id: str) -> int:
        """Count the files of a tenant, without folders."""
        owned = (files.c.tenant_id == tenant_id, files.c.type != FOLDER)
        counted = select(func.count()).select_from(files).where(*owned)
        return self._connection.execute(counted).scalar_one()

    def page(
        self,
        folder_id: str,
        paging: Paging,
        keywords: str | None = None,
        beside: StoredFile | None = None,
    ) -> tuple[list[StoredFile], int]:
        """List what a folder holds, with `beside` as if it were stored there; and the total.

        `keywords` is a case-insensitive substring of the name.
        """
        held = select(files).where(files.c.parent_id == folder_id)
        source: FromClause = held.subquery()
        if beside is not None:
            source = union_all(held, _as_select(beside)).subquery()
        listed = select(source)
        if keywords:
            position = func.strpos if self._dialect == "postgresql" else func.instr
            wanted = literal(keywords.casefold(), String)
            listed = listed.where(position(source.c.name_key, wanted) > 0)
        orders: dict[str, ColumnElement[Any]] = {name: source.c[name] for name in _ORDERS}
        rows = self._rows(paged(listed, paging, orders, source.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def subtree(self, file_id: str) -> list[StoredFile]:
        """Return a file and all that is below it, by id."""
        tree = _tree(files.c.id == file_id)
        found = select(files).join(tree, files.c.id == tree.c.id).order_by(files.c.id)
        return [_value(row) for row in self._rows(found)]

    def sizes(self, folder_ids: Sequence[str]) -> dict[str, int]:
        """Return the bytes of all that is below each folder."""
        found = dict.fromkeys(folder_ids, 0)
        for ids in batches(found, IDS_PER_STATEMENT):
            tree = _tree(files.c.id.in_(ids))
            sums = select(tree.c.top, func.sum(files.c.size).label("bytes"))
            joined = sums.join_from(tree, files, files.c.id == tree.c.id).group_by(tree.c.top)
            found |= {row.top: int(row.bytes) for row in self._rows(joined)}
        return found

    def with_folders(self, folder_ids: Sequence[str]) -> set[str]:
        """Return those of the folders that hold a folder."""
        found: set[str] = set()
        for ids in batches(dict.fromkeys(folder_ids), IDS_PER_STATEMENT):
            held = (files.c.parent_id.in_(ids), files.c.type == FOLDER)
            parents = select(files.c.parent_id).where(*held).distinct()
            found |= set(self._connection.execute(parents).scalars())
        return found

    def update(self, file: StoredFile) -> None:
        """Store the new value. Raises `NotFound`, or `Conflict` when the folder holds the name."""
        with self._unique(file_names, "file", file.name):
            self._update(files, _row(file), "file")

    def delete(self, file_ids: Sequence[str]) -> None:
        """Delete files with their links, not what is below them."""
        for ids in batches(sorted(set(file_ids)), IDS_PER_STATEMENT):
            self._write(delete(files).where(files.c.id.in_(ids)))

    def add_link(self, link: FileLink) -> None:
        """Insert. Raises `NotFound` when the file or the document is gone."""
        with self._parent("file or document", link.file_id):
            self._insert(file_links, fields_of(link))

    def links(self, file_ids: Sequence[str]) -> list[FileLink]:
        """Return the links of files, oldest first."""
        found: list[FileLink] = []
        for ids in batches(dict.fromkeys(file_ids), IDS_PER_STATEMENT):
            rows = self._rows(select(file_links).where(file_links.c.file_id.in_(ids)))
            found += (FileLink(**row._mapping) for row in rows)
        return sorted(found, key=lambda link: (link.create_time, link.id))

    def link_of(self, document_id: str) -> FileLink | None:
        """Find by document."""
        row = self._row(select(file_links).where(file_links.c.document_id == document_id))
        return None if row is None else FileLink(**row._mapping)

    def _one(self, statement: Select[Any]) -> StoredFile | None:
        row = self._row(statement)
        return None if row is None else _value(row)


def _tree(top: ColumnElement[bool]) -> CTE:
    """Return the ids at and below some files, each with the id of the file where it began.

    UNION instead of UNION ALL ends even on a tree that was damaged into a ring.
    """
    tree = select(files.c.id.label("top"), files.c.id).where(top).cte("tree", recursive=True)
    below = select(tree.c.top, files.c.id).join(tree, files.c.parent_id == tree.c.id)
    return tree.union(below)


def _as_select(file: StoredFile) -> Select[Any]:
    row = _row(file)
    return select(*(literal(row[c.name], c.type).label(c.name) for c in files.columns))


def _row(file: StoredFile) -> Values:
    return fields_of(file) | {"name_key": file.name.casefold()}


def _value(row: Row[Any]) -> StoredFile:
    values = dict(row._mapping)
    del values["name_key"]
    return StoredFile(**values)
