from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragflow.domain.graphs import TreeNode
from ragflow.generate.mind_map import MAX_DEPTH, OUTLINE, mind_map, outline_of, tree_in

LIST = "Here it is:\n- Dough [ID:0]\n  - **flour**\n  - water\n- Oven\n"
BRANCHES = (TreeNode("Dough", (TreeNode("flour"), TreeNode("water"))), TreeNode("Oven"))


def names(node: TreeNode) -> list[str]:
    return [child.name for child in node.children]


def test_a_generative_model_makes_the_tree(scripted: Any, hit: Any) -> None:
    model = scripted([LIST])
    made = asyncio.run(mind_map(model, "bread", [hit("Dough is flour and water.")]))
    assert (made.root, made.made_by) == (TreeNode("bread", BRANCHES), "scripted")
    asked = model.calls[0][0].content
    assert "bread" in asked
    assert "Dough is flour and water." in asked


@pytest.mark.parametrize("answer", [None, "I cannot make one.", ""])
def test_a_model_that_fails_or_rambles_leaves_the_outline(
    scripted: Any, hit: Any, answer: str | None
) -> None:
    made = asyncio.run(mind_map(scripted([answer]), "bread", [hit("Dough rises slowly.")]))
    assert made.made_by == OUTLINE
    assert names(made.root) == ["facts.txt"]


def test_without_a_generative_model_or_hits_no_model_is_asked(scripted: Any, hit: Any) -> None:
    quoting, generative = scripted([], generative=False), scripted([])
    hits = [hit("Dough rises slowly.")]
    assert asyncio.run(mind_map(quoting, "bread", hits)).made_by == OUTLINE
    assert asyncio.run(mind_map(None, "bread", hits)).made_by == OUTLINE
    nothing = asyncio.run(mind_map(generative, "bread", []))
    assert (nothing.root, nothing.made_by) == (TreeNode("bread"), OUTLINE)
    assert quoting.calls == generative.calls == []


def test_an_outline_holds_documents_headings_and_key_terms(hit: Any) -> None:
    hits = [
        hit("# Ovens\n\nAn oven bakes; an oven warms.", "baking.md", "d1"),
        hit("# Mills\n\nA mill grinds.", "milling.md", "d2"),
        hit("# Dough\n\nDough rests.", "baking.md", "d1"),
    ]
    baking, milling = outline_of(hits)
    assert (baking.name, names(baking)) == ("baking.md", ["Ovens", "Dough"])
    assert (milling.name, names(milling)) == ("milling.md", ["Mills"])
    assert names(baking.children[0]) == ["bakes", "warms"]
    assert outline_of(hits) == (baking, milling)


def test_passages_under_one_heading_are_one_branch(hit: Any) -> None:
    (document,) = outline_of([hit("# Ovens\n\nHot."), hit("# Ovens\n\nCold.")])
    assert names(document) == ["Ovens"]
    assert names(document.children[0]) == ["Hot", "Cold"]


def test_titles_with_lists_and_numbered_lists_are_read() -> None:
    assert tree_in("# Dough\n- flour\n* water\n## Oven\n") == (
        TreeNode("Dough", (TreeNode("flour"), TreeNode("water"), TreeNode("Oven"))),
    )
    assert tree_in("1. Dough\n   1) flour\n2. Oven") == (
        TreeNode("Dough", (TreeNode("flour"),)),
        TreeNode("Oven"),
    )


def test_however_deep_a_list_is_the_tree_stays_shallow() -> None:
    (node,) = tree_in("\n".join(f"{' ' * n}- n{n}" for n in range(3000)))
    depth = 1
    while node.children:
        node, depth = node.children[0], depth + 1
    assert depth == MAX_DEPTH
