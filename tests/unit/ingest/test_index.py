import numpy as np
import pytest

from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import InvalidInput
from ragflow.ingest.index import index_records


def chunk(**fields: object) -> Chunk:
    values = {
        "id": "00ff",
        "document_id": "doc",
        "dataset_id": "data",
        "content": "Engines burn",
        "ordinal": 0,
        "token_count": 2,
        "create_timestamp": 0.0,
        "vector": np.array([0.6, 0.8], dtype="<f4").tobytes(),
        **fields,
    }
    return Chunk(**values)  # type: ignore[arg-type]


def test_a_record_holds_the_tokens_of_each_field() -> None:
    made = chunk(important_keywords=("Big engines", "AX-200"), questions=("What burns?",))

    (record,) = index_records([made], "Users guide.v2.pdf")

    assert record.content_tokens == "engin burn"
    assert "guid" in record.title_tokens.split()
    assert "pdf" not in record.title_tokens.split()
    assert record.keyword_tokens == "big engin ax-200 ax 200"
    assert record.question_tokens == "what burn"
    assert record.vector.tolist() == pytest.approx([0.6, 0.8])


def test_availability_and_keys_are_kept() -> None:
    (record,) = index_records([chunk(available=False)], "a.txt")

    key = (record.dataset_id, record.document_id, record.chunk_id)
    assert key == ("data", "doc", "00ff")
    assert record.available is False


def test_a_chunk_without_a_vector_is_refused() -> None:
    with pytest.raises(InvalidInput, match="00ff"):
        index_records([chunk(vector=None)], "a.txt")
