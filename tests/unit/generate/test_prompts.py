from __future__ import annotations

from importlib.resources import files

import pytest

from ragflow.generate.prompts import prompt_text
from ragflow.text.slots import fill

NAMES = sorted(
    path.name.removesuffix(".md")
    for path in files("ragflow.generate.prompts").iterdir()
    if path.name.endswith(".md")
)


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_is_a_text(name: str) -> None:
    assert prompt_text(name)


def test_the_system_prompt_has_the_contract_parts() -> None:
    text = prompt_text("system")
    assert "{knowledge}" in text
    assert "The answer you are looking for is not found in the knowledge base!" in text


def test_slots_are_filled_and_other_braces_stay() -> None:
    assert fill("{a} {b} {{a}} {} {a b}", {"a": "1", "a b": "2"}) == "1 {b} {1} {} 2"


def test_values_are_not_looked_into() -> None:
    assert fill("{a}{b}", {"a": "{b}", "b": "\\1{a}"}) == "{b}\\1{a}"
