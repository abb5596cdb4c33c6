"""Keep the search index in LanceDB files: BM25 and vectors, for several processes at once.

Each length of vectors has its own table. A write is one commit, made inside the write lane, so
that a process that dies leaves the state before or after it. Readers take the newest commit at each
search and need no lock. Small tables are searched exactly; from `ANN_ROWS` rows on, an approximate
vector index narrows the search and exact distances re-rank what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ragflow.adapters.faults import faults_of
from ragflow.adapters.search.base import engines
from ragflow.adapters.search.lane import WriteCount, WriteLane
from ragflow.adapters.search.light_import import import_lancedb
from ragflow.domain.queries import Candidate, IndexRecord, SearchRequest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from lancedb.db import DBConnection
    from lancedb.table import Table
    from numpy.typing import NDArray

ANN_ROWS = 250_000  # an exact scan of so many vectors takes some tenths of a second
_INDEXED_ROWS = 10_000  # below this, scanning the key columns is as fast as their indexes
_KEEP_VERSIONS = timedelta(minutes=10)  # longer than any search that reads an old version
_MAX_TOKEN_BYTES = 512
_REFINE = 3  # exact distances are computed for so many times the wanted rows
_MOST_FOUND = 10_000_000  # LanceDB takes no number over 32 bits
_PROBED = 64  # partitions of the approximate index that a search reads
_PREFIX = "chunks_"
_FOUND = ["dataset_id", "document_id", "chunk_id", "text"]

Key = tuple[str, str]

# LanceDB has no errors of its own; damaged tables are a ValueError.
_faults = faults_of("search index", RuntimeError, OSError, ValueError)


class LanceEngine:
    """Search records that are kept under `directory`; it is opened at the first use."""

    def __init__(self, directory: Path, optimise_every: int = 64) -> None:
        self._directory = directory
        self._optimise_every = optimise_every
        self._lane = WriteLane(directory / "writer.lock")
        self._opening = Lock()
        self._connection: DBConnection | None = None
        self._tables: dict[int, Table] = {}

    def replace_document(
        self,
        dataset_id: str,  # noqa: ARG002
        document_id: str,
        records: Sequence[IndexRecord],
    ) -> None:
        """Make `records` the only records of the document."""
        by_length = _by_length(records)

        def write() -> None:
            for length in {*self._lengths(), *by_length}:
                self._replace(length, document_id, by_length.get(length, []))

        self._write(write)

    def upsert(self, records: Sequence[IndexRecord]) -> None:
        """Insert the records, replacing those with the same key."""
        by_length = _by_length(records)

        def write() -> None:
            for length, group in by_length.items():
                self._merge(length, group)
            for length in set(self._lengths()) - set(by_length):
                self._delete(length, "key", [_key_text(record) for record in records])

        if records:
            self._write(write)

    def delete_chunks(self, document_id: str, chunk_ids: Sequence[str]) -> None:
        """Delete records; unknown keys are passed over."""
        self._delete_everywhere("key", [f"{document_id}/{chunk_id}" for chunk_id in chunk_ids])

    def delete_documents(self, document_ids: Sequence[str]) -> None:
        """Delete all records of the documents."""
        self._delete_everywhere("document_id", document_ids)

    def delete_datasets(self, dataset_ids: Sequence[str]) -> None:
        """Delete all records of the datasets."""
        self._delete_everywhere("dataset_id", dataset_ids)

    @_faults
    def search(self, request: SearchRequest) -> list[Candidate]:
        """Return the union of the best lexical and the best vector candidates."""
        if not request.dataset_ids or request.document_ids == ():
            return []
        found: dict[Key, Candidate] = {}
        for length in self._lengths():
            table = self._table(length)
            if table is not None:
                found.update(_search_table(table, length, request))
        return [found[key] for key in sorted(found)]

    @_faults
    def count(self, dataset_ids: Sequence[str]) -> int:
        """Count the records of the datasets, available or not."""
        if not dataset_ids:
            return 0
        tables = filter(None, map(self._table, self._lengths()))
        return sum(table.count_rows(_among("dataset_id", dataset_ids)) for table in tables)

    def clear(self) -> None:
        """Delete everything; the emptied tables stay, for the readers that hold them open."""

        def write() -> None:
            for table in filter(None, map(self._table, self._lengths())):
                table.delete("true")

        self._write(write)
        self.optimise()

    @_faults
    def optimise(self) -> None:
        """Merge small writes and bring the indexes up to date."""
        with self._lane.entered() as writes:
            self._optimise(writes)

    def close(self) -> None:
        """Forget the open tables; the next use opens them again."""
        with self._opening:
            self._tables.clear()
            self._connection = None

    @_faults
    def _write(self, write: Callable[[], None]) -> None:
        with self._lane.entered() as writes:
            write()
            if writes.add() >= self._optimise_every:
                self._optimise(writes)

    def _optimise(self, writes: WriteCount) -> None:
        for table in filter(None, map(self._table, self._lengths())):
            _add_indexes(table)
            table.optimize(cleanup_older_than=_KEEP_VERSIONS)
        writes.reset()

    def _replace(self, length: int, document_id: str, records: Sequence[IndexRecord]) -> None:
        if not records:
            self._delete(length, "document_id", [document_id])
            return
        (
            self._created(length)
            .merge_insert("key")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .when_not_matched_by_source_delete(_among("document_id", [document_id]))
            .execute(_rows(records, length))
        )

    def _merge(self, length: int, records: Sequence[IndexRecord]) -> None:
        (
            self._created(length)
            .merge_insert("key")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute(_rows(records, length))
        )

    def _delete_everywhere(self, column: str, values: Sequence[str]) -> None:
        def write() -> None:
            for length in self._lengths():
                self._delete(length, column, values)

        if values:
            self._write(write)

    def _delete(self, length: int, column: str, values: Sequence[str]) -> None:
        table = self._table(length)
        if table is not None and table.count_rows(_among(column, values)):
            table.delete(_among(column, values))

    def _lengths(self) -> list[int]:
        names = (path.stem for path in self._directory.glob(f"{_PREFIX}*.lance"))
        return sorted(int(name.removeprefix(_PREFIX)) for name in names)

    def _table(self, length: int) -> Table | None:
        """Open the table of vectors of a length; None where its creation never finished."""
        if length not in self._tables:
            try:
                self._tables[length] = self._connected().open_table(f"{_PREFIX}{length}")
            except ValueError:
                return None
        return self._tables[length]

    def _created(self, length: int) -> Table:
        table = self._table(length)
        if table is None:
            from lancedb.index import FTS

            table = self._connected().create_table(
                f"{_PREFIX}{length}", schema=_schema(length), exist_ok=True
            )
            self._tables[length] = table
            table.create_index(
                "text",
                config=FTS(
                    base_tokenizer="whitespace",
                    max_token_length=_MAX_TOKEN_BYTES,
                    lower_case=False,
                    stem=False,
                    remove_stop_words=False,
                    ascii_folding=False,
                ),
            )
        return table

    def _connected(self) -> DBConnection:
        with self._opening:
            if self._connection is None:
                lancedb = import_lancedb()  # 110 MB, for those who search alone
                self._directory.mkdir(parents=True, exist_ok=True)
                self._connection = lancedb.connect(
                    self._directory, read_consistency_interval=timedelta(0)
                )
            return self._connection


@engines.register("lancedb")
def open_lance_engine(directory: Path, optimise_every: int) -> LanceEngine:
    """Return an engine that keeps its files under `directory`."""
    return LanceEngine(directory, optimise_every)


def _search_table(table: Table, length: int, request: SearchRequest) -> dict[Key, Candidate]:
    where = f"available AND {_among('dataset_id', request.dataset_ids)}"
    if request.document_ids is not None:
        where += f" AND {_among('document_id', request.document_ids)}"
    vector = _unit(request.vector) if request.vector is not None else None
    if vector is not None and len(vector) != length:
        return {}
    if not request.terms and vector is None:
        return _all_rows(table, where) if request.document_ids is not None else {}
    limit = min(request.top_k, _MOST_FOUND)
    found: dict[Key, Candidate] = {}
    if request.terms:
        words = " ".join(term.text for term in request.terms)
        found.update(_lexical(table, words, where, vector, limit))
    if vector is not None:
        found.update(_nearest(table, vector, where, limit, found))
    return found


def _lexical(
    table: Table, words: str, where: str, vector: NDArray[np.float32] | None, limit: int
) -> dict[Key, Candidate]:
    columns = [*_FOUND, "_score"] if vector is None else [*_FOUND, "_score", "vector"]
    query = table.search(words, query_type="fts", fts_columns="text")
    rows = query.where(where, prefilter=True).limit(limit).select(columns).to_arrow()
    cosines = [0.0] * len(rows) if vector is None else (_matrix(rows, len(vector)) @ vector)
    return {
        row.key: row.candidate(float(cosines[row.number]), lexical_rank=rank)
        for rank, row in _ranked(rows, rows["_score"].to_pylist())
    }


def _nearest(
    table: Table,
    vector: NDArray[np.float32],
    where: str,
    limit: int,
    lexical: Mapping[Key, Candidate],
) -> dict[Key, Candidate]:
    """Return the nearest; those that were found by words too keep their rank there."""
    query = table.search(vector, vector_column_name="vector", query_type="vector")
    rows = (
        cast("Any", query)
        .distance_type("dot")
        .nprobes(_PROBED)
        .refine_factor(_REFINE)
        .where(where, prefilter=True)
        .limit(limit)
        .select([*_FOUND, "_distance"])
        .to_arrow()
    )
    cosines = [1.0 - distance for distance in rows["_distance"].to_pylist()]
    found = {}
    for rank, row in _ranked(rows, cosines):
        known = lexical.get(row.key)
        found[row.key] = row.candidate(
            cosines[row.number], known.lexical_rank if known else None, vector_rank=rank
        )
    return found


def _all_rows(table: Table, where: str) -> dict[Key, Candidate]:
    rows = table.search().where(where).limit(table.count_rows()).select(_FOUND).to_arrow()
    return {row.key: row.candidate(0.0) for _, row in _ranked(rows, [0.0] * len(rows))}


class _Row(NamedTuple):
    """Hold a row that was found, and its number among these."""

    number: int
    dataset_id: str
    document_id: str
    chunk_id: str
    text: str

    @property
    def key(self) -> Key:
        return self.document_id, self.chunk_id

    def candidate(
        self, cosine: float, lexical_rank: int | None = None, vector_rank: int | None = None
    ) -> Candidate:
        content, title, keywords, questions = self.text.split("\n")
        return Candidate(
            dataset_id=self.dataset_id,
            document_id=self.document_id,
            chunk_id=self.chunk_id,
            content_tokens=content,
            title_tokens=title,
            keyword_tokens=keywords,
            question_tokens=questions,
            cosine=cosine,
            lexical_rank=lexical_rank,
            vector_rank=vector_rank,
        )


def _ranked(rows: pa.Table, scores: Sequence[float]) -> Iterator[tuple[int, _Row]]:
    """Yield the rows with their ranks by score, from 1; ties go by key."""
    found = list(map(_Row, range(len(rows)), *(rows[name].to_pylist() for name in _FOUND)))
    found.sort(key=lambda row: (-scores[row.number], row.document_id, row.chunk_id))
    return enumerate(found, start=1)


def _add_indexes(table: Table) -> None:
    """Make the indexes that a table has grown to need."""
    from lancedb.index import BTree, IvfPq

    indexed = {column for index in table.list_indices() for column in index.columns}
    rows = table.count_rows()
    if rows >= _INDEXED_ROWS:
        for column in ("key", "document_id", "dataset_id"):
            if column not in indexed:
                table.create_index(column, config=BTree())
    if rows >= ANN_ROWS and "vector" not in indexed:
        table.create_index("vector", config=IvfPq(distance_type="dot"))


def _schema(length: int) -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("key", pa.string()),
            ("dataset_id", pa.string()),
            ("document_id", pa.string()),
            ("chunk_id", pa.string()),
            ("available", pa.bool_()),
            ("text", pa.string()),
            ("vector", pa.list_(pa.float32(), length)),
        ]
    )


def _rows(records: Sequence[IndexRecord], length: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    unique = list({_key_text(record): record for record in records}.values())
    vectors = np.stack([_unit(record.vector) for record in unique])
    columns = [
        pa.array([_key_text(record) for record in unique]),
        pa.array([record.dataset_id for record in unique]),
        pa.array([record.document_id for record in unique]),
        pa.array([record.chunk_id for record in unique]),
        pa.array([record.available for record in unique]),
        pa.array([_text(record) for record in unique]),
        pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), length),
    ]
    return pa.Table.from_arrays(columns, schema=_schema(length))


def _text(record: IndexRecord) -> str:
    """Join the token fields, one to a line, so that one word index serves them all."""
    fields = (
        record.content_tokens,
        record.title_tokens,
        record.keyword_tokens,
        record.question_tokens,
    )
    return "\n".join(" ".join(field.split()) for field in fields)


def _matrix(rows: pa.Table, length: int) -> NDArray[np.float32]:
    flat = rows["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return cast("NDArray[np.float32]", flat.reshape(-1, length))


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    values = np.asarray(vector, dtype=np.float32)
    norm = float(np.linalg.norm(values))
    return values / np.float32(norm) if norm else values


def _by_length(records: Sequence[IndexRecord]) -> dict[int, list[IndexRecord]]:
    groups: dict[int, list[IndexRecord]] = {}
    for record in records:
        groups.setdefault(len(record.vector), []).append(record)
    return groups


def _key_text(record: IndexRecord) -> str:
    return f"{record.document_id}/{record.chunk_id}"


def _among(column: str, values: Sequence[str]) -> str:
    """Return the SQL condition that a column holds one of the values."""
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({quoted})"
