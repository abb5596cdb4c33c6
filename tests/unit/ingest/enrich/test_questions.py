from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.ingest.embed import TITLE_WEIGHT, chunk_vectors
from ragflow.testing.ingestion import AnsweringChat, SmallProduct, small_product

PASSAGES = ["Bees make honey of nectar.", "Combs are made of wax."]
ASKED = {PASSAGES[0]: "1. What is honey made of?\n2. Who makes honey?", PASSAGES[1]: "Sorry."}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[SmallProduct]:
    chat = AnsweringChat(ASKED.get)
    made = small_product(tmp_path, PASSAGES, chat, parser_config={"auto_questions": "2"})
    with closing(made.parts.database):
        yield made


def test_a_chunk_gets_the_questions_that_the_model_writes(product: SmallProduct) -> None:
    assert product.ingest().progress_msg.count("Questions generation 2 chunks completed") == 1
    assert product.chunks()[0].questions == ("What is honey made of?", "Who makes honey?")


def test_its_vector_is_made_of_its_questions(product: SmallProduct) -> None:
    product.ingest()
    first = product.chunks()[0]
    assert first.vector is not None
    text = "\n".join(first.questions)
    expected = chunk_vectors(HashingEmbedding(), "About Bees.txt", [text], TITLE_WEIGHT)[0]
    np.testing.assert_allclose(np.frombuffer(first.vector, np.float32), expected, atol=1e-6)


def test_the_count_goes_into_the_instruction(product: SmallProduct) -> None:
    product.ingest()
    chat = product.parts.models.chat("", "")
    assert isinstance(chat, AnsweringChat)
    assert "Write 2 questions" in chat.turns[0][0].content


def test_without_a_model_a_warning_says_that_there_are_none(tmp_path: Path) -> None:
    product = small_product(tmp_path, PASSAGES, parser_config={"auto_questions": 2})
    with closing(product.parts.database):
        document = product.ingest()
        assert [chunk.questions for chunk in product.chunks()] == [(), ()]
    assert document.coverage is not None
    assert document.coverage.warnings == (
        "Questions: 2 of 2 chunks left as they are, since no chat model that writes is set.",
    )
