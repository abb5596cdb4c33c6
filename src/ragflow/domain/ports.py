"""Ports: what the core needs from the outside world.

Adapters implement these protocols, `ragflow.wiring` chooses among them, and each has a fake that is
good enough to run the product on. Methods are synchronous unless they stream from a model.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.jobs import ParseJob
from ragflow.domain.models import Factory, ModelKind, OfferedModel
from ragflow.domain.queries import Candidate, IndexRecord, SearchRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[float, str], None]
"""Report progress: the share done, 0 to 1, and a line for people. Raises `Cancelled` when the work
is no longer wanted."""


class Clock(Protocol):
    """Tell the time."""

    def milliseconds(self) -> int:
        """Return the milliseconds since the epoch."""
        ...

    def seconds(self) -> float:
        """Return the seconds since the epoch."""
        ...


class Ids(Protocol):
    """Make identifiers."""

    def object_id(self) -> str:
        """Return a new UUID version 1 as 32 lowercase hex digits."""
        ...

    def message_id(self) -> str:
        """Return a new UUID version 4 with hyphens."""
        ...

    def secret(self) -> str:
        """Return 32 URL-safe characters of at least 192 random bits."""
        ...


class BlobStore(Protocol):
    """Keep bytes under keys; keys are relative, `/`-separated and made by us, never by users."""

    def put(self, key: str, data: bytes | BinaryIO) -> None:
        """Store `data` under `key`, atomically, replacing what was there.

        A file is read in pieces, from where it stands to its end.
        """
        ...

    def get(self, key: str) -> bytes:
        """Return the bytes under `key`. Raises `NotFound`."""
        ...

    def get_range(self, key: str, start: int, end: int) -> bytes:
        """Return bytes [start, end) of a blob. Raises `NotFound`."""
        ...

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield a blob's bytes in pieces. Raises `NotFound` before the first piece."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is a blob under `key`."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with `prefix`."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete blobs; keys that do not exist are passed over."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Delete every blob whose key begins with `prefix`."""
        ...


class SearchEngine(Protocol):
    """Find candidate chunks by words and by vectors; derived data that can be rebuilt.

    The key of a record is (document_id, chunk_id). A vector's length is fixed per dataset. Every
    method may be called from several threads and processes at once; writes are visible to the next
    search of any process.
    """

    def replace_document(
        self, dataset_id: str, document_id: str, records: Sequence[IndexRecord]
    ) -> None:
        """Make `records` the only records of the document, in one idempotent step."""
        ...

    def upsert(self, records: Sequence[IndexRecord]) -> None:
        """Insert the records, replacing those with the same key."""
        ...

    def delete_chunks(self, document_id: str, chunk_ids: Sequence[str]) -> None:
        """Delete records; unknown keys are passed over."""
        ...

    def delete_documents(self, document_ids: Sequence[str]) -> None:
        """Delete all records of the documents."""
        ...

    def delete_datasets(self, dataset_ids: Sequence[str]) -> None:
        """Delete all records of the datasets."""
        ...

    def search(self, request: SearchRequest) -> list[Candidate]:
        """Return the union of the best lexical and the best vector candidates.

        Ordered by (document_id, chunk_id); scoring is the caller's.
        """
        ...

    def count(self, dataset_ids: Sequence[str]) -> int:
        """Count the records of the datasets, available or not."""
        ...

    def clear(self) -> None:
        """Delete everything, before a rebuild."""
        ...

    def optimise(self) -> None:
        """Merge small writes so that searches stay fast; cheap when there is nothing to do."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...


class EmbeddingModel(Protocol):
    """Turn texts into unit vectors."""

    @property
    def name(self) -> str:
        """Return the model's own name, as shown to people."""
        ...

    @property
    def dimensions(self) -> int:
        """Return the length of the vectors."""
        ...

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        """Return a matrix (len(texts), dimensions) of unit rows. Raises `ModelUnavailable`."""
        ...


class ChatModel(Protocol):
    """Continue a conversation."""

    @property
    def name(self) -> str:
        """Return the model's own name."""
        ...

    @property
    def generative(self) -> bool:
        """Tell whether the model can follow instructions, such as to rewrite a question."""
        ...

    @property
    def context_tokens(self) -> int:
        """Return the size of the model's window in tokens."""
        ...

    def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        """Yield the answer in pieces. Raises `ModelUnavailable`.

        `passages` are the sources that the turns already quote; a model that reads text may ignore
        them, the extractive one answers in their sentences. `tools` are functions that the model
        may ask to be called; one that is not `generative` calls none.
        """
        ...


class RerankModel(Protocol):
    """Score how well each text answers a question."""

    @property
    def name(self) -> str:
        """Return the model's own name."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score in [0, 1] for each text, in order. Raises `ModelUnavailable`."""
        ...


class VisionModel(Protocol):
    """Put into words what a picture shows."""

    @property
    def name(self) -> str:
        """Return the model's own name."""
        ...

    def describe(self, picture: bytes, prompt: str) -> str:
        """Return what the model says of a JPEG or PNG. Raises `ModelUnavailable`."""
        ...


class SpeechModel(Protocol):
    """Write down what is said."""

    @property
    def name(self) -> str:
        """Return the model's own name."""
        ...

    def transcribe(self, name: str, sound: bytes) -> str:
        """Return the words of a sound file, whose name tells its format.

        Raises `ModelUnavailable`.
        """
        ...


class ModelHelp(Protocol):
    """Ask the models of a document's owner while the document is read.

    An answer is kept until the document is done, so that a step that is repeated asks nothing
    twice. All raise `ModelUnavailable`, and `UnknownModel` or `ModelNotConfigured` for a model that
    was named.
    """

    def describe(self, picture: bytes, prompt: str, model: str = "") -> str | None:
        """Return what a vision model says of a JPEG or PNG; None where there is none by default."""
        ...

    def transcribe(self, name: str, sound: bytes) -> str | None:
        """Return the words of a sound file; None where there is no speech model."""
        ...

    def complete(self, instruction: str, text: str) -> str | None:
        """Return what a chat model writes; None where there is none that writes freely."""
        ...


class ModelCatalog(Protocol):
    """Find the models that a tenant may use.

    Names are `model@Factory` or a bare model name; the empty name is the tenant's default, else the
    server's.
    """

    def embedding(self, tenant_id: str, name: str) -> EmbeddingModel:
        """Return an embedding model. Raises `UnknownModel` or `ModelNotConfigured`."""
        ...

    def chat(self, tenant_id: str, name: str) -> ChatModel:
        """Return a chat model. Raises `UnknownModel` or `ModelNotConfigured`."""
        ...

    def rerank(self, tenant_id: str, name: str) -> RerankModel:
        """Return a rerank model. Raises `UnknownModel` or `ModelNotConfigured`."""
        ...

    def vision(self, tenant_id: str, name: str) -> VisionModel:
        """Return an image-to-text model. Raises `UnknownModel` or `ModelNotConfigured`."""
        ...

    def speech(self, tenant_id: str, name: str) -> SpeechModel:
        """Return a speech-to-text model. Raises `UnknownModel` or `ModelNotConfigured`."""
        ...

    def default_name(self, tenant_id: str, kind: ModelKind) -> str:
        """Return the tenant's default model of a kind, else the server's; empty where none is."""
        ...

    def factories(self) -> Sequence[Factory]:
        """List the vendors whose models can be used, by name."""
        ...

    def offered(self, tenant_id: str) -> Sequence[OfferedModel]:
        """List the models that a tenant can choose; vendors take other names too."""
        ...


class JobQueue(Protocol):
    """Queue durable work; both calls may be repeated without harm."""

    def enqueue(self, job: ParseJob) -> None:
        """Queue a job, once for its workflow id."""
        ...

    def cancel(self, job: ParseJob) -> None:
        """Stop a job, whether it waits or runs; unknown and finished jobs are passed over."""
        ...

    def waiting(self) -> int:
        """Count the jobs that wait."""
        ...

    def ping(self) -> None:
        """Raise when the queue does not answer."""
        ...
