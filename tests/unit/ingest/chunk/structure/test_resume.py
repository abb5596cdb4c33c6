from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.domain.errors import ModelUnavailable

Cut = Callable[..., ChunkedDocument]
Document = Callable[[str], ParsedDocument]

ENGLISH = """CURRICULUM VITAE

Ada M. Lovelace
12 St James's Square, London | +44 20 7946 0958 | ada@engine.org
https://github.com/ada

Work Experience
Analytical Engines Ltd, London
2015 - 2023
Chief programmer. Wrote the first published algorithm.
Babbage & Co, assistant, 2010–2015

Education
BSc Mathematics, University of London, 2009

Skills
Programming: Python, C++; SQL
"""
CHINESE = """个人简历
姓名：李雷    性别：男
电话：13800138000   邮箱：lilei@example.cn
教育背景
2012.09-2016.06  北京大学  本科
专业技能
Java、Python
"""


def test_facts_stand_above_the_whole_text(cut: Cut, plain: Document) -> None:
    (chunk,) = cut("resume", plain(ENGLISH)).chunks
    assert chunk.content == (
        "Name: Ada M. Lovelace\n"
        "E-mail: ada@engine.org\n"
        "Phone: +44 20 7946 0958\n"
        "Links: https://github.com/ada\n"
        "Education: BSc Mathematics, University of London, 2009\n"
        "Experience: Analytical Engines Ltd, London 2015 - 2023; "
        "Babbage & Co, assistant, 2010–2015\n"
        "Skills: Python, C++, SQL\n" + ENGLISH.strip()
    )
    assert chunk.important_keywords == ("Ada M. Lovelace", "Python", "C++", "SQL")


def test_chinese_facts_have_chinese_labels_in_a_chinese_dataset(cut: Cut, plain: Document) -> None:
    (chunk,) = cut("resume", plain(CHINESE), language="Chinese").chunks
    assert chunk.content.startswith(
        "姓名：李雷\n邮箱：lilei@example.cn\n电话：13800138000\n"
        "教育：2012.09-2016.06 北京大学 本科\n技能：Java, Python\n个人简历"
    )


def test_sections_of_a_long_resume_stand_under_the_name(cut: Cut, plain: Document) -> None:
    duties = "Wrote programs for the engine and tested them with great care. " * 20
    text = ENGLISH.replace("Chief programmer.", duties)
    chunks = [chunk.content for chunk in cut("resume", plain(text)).chunks]
    assert any(chunk.startswith("Ada M. Lovelace\nEducation\n") for chunk in chunks)
    assert sum(chunk.startswith("Ada M. Lovelace\nWork Experience\n") for chunk in chunks) > 0


def test_a_chat_model_tells_the_facts(cut: Cut, plain: Document, models: Any) -> None:
    models.answer = 'Here it is:\n```json\n{"name": "A. Lovelace", "skills": ["engines"]}\n```'
    (chunk,) = cut("resume", plain(ENGLISH), models).chunks
    assert chunk.content.startswith("Name: A. Lovelace\nSkills: engines\nCURRICULUM")


@pytest.mark.parametrize("answer", ["I cannot.", '{"name": 5}', "{", '["a"]'])
def test_an_answer_of_another_shape_gives_way_to_the_rules(
    cut: Cut, plain: Document, models: Any, answer: str
) -> None:
    models.answer = answer
    chunked = cut("resume", plain(ENGLISH), models)
    assert chunked.chunks[0].content.startswith("Name: Ada M. Lovelace\n")
    assert "rules were used" in chunked.warnings[0]


def test_a_model_that_is_away_gives_way_to_the_rules(
    cut: Cut, plain: Document, models: Any
) -> None:
    models.failure = ModelUnavailable(name="mind", reason="no answer")
    chunked = cut("resume", plain(ENGLISH), models)
    assert chunked.chunks[0].content.startswith("Name: Ada M. Lovelace\n")
    assert "no answer" in chunked.warnings[0]


@pytest.mark.parametrize("text", ["2015-2019", "Order 12345", "No facts here at all"])
def test_what_is_no_fact_is_not_taken_for_one(cut: Cut, plain: Document, text: str) -> None:
    (chunk,) = cut("resume", plain(f"Skills of hand\n{text}")).chunks
    assert "Phone" not in chunk.content
