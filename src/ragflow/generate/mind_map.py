"""Mind maps: what was found about a question, as a tree.

In: a question, the hits on it, and a chat model if there is one. Out: a tree under the question,
and the name of what made it: the model, where it generates and its answer is a list, else
`OUTLINE`. An outline holds the documents, under each the headings of its passages, under these
their key terms. Nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragflow.domain.answers import ChatTurn
from ragflow.domain.errors import ModelError
from ragflow.domain.graphs import TreeNode
from ragflow.domain.ports import ChatModel
from ragflow.domain.queries import Hit
from ragflow.generate.context import knowledge_of
from ragflow.generate.marks import strip_marks
from ragflow.generate.prompts import prompt
from ragflow.generate.questions import complete
from ragflow.text.key_terms import heading, key_terms

OUTLINE = "outline"
MAX_DEPTH = 6  # deeper entries hang on the last level
_SHARE_OF_WINDOW = 0.5
_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+•]|\d+[.)])\s+(?P<text>\S.*)$")
_TITLE = re.compile(r"^(?P<signs>#{1,6})\s+(?P<text>\S.*)$")
_EMPHASIS = re.compile(r"\*\*|__|`")
_TITLE_LEVELS = 6


@dataclass(frozen=True, slots=True)
class MindMap:
    """Hold a tree and the name of what made it."""

    root: TreeNode
    made_by: str


async def mind_map(model: ChatModel | None, question: str, hits: Sequence[Hit]) -> MindMap:
    """Arrange hits as a tree under the question."""
    if hits and model is not None and model.generative:
        branches = tree_in(await _answer(model, question, hits))
        if branches:
            return MindMap(TreeNode(question, branches), model.name)
    return MindMap(TreeNode(question, outline_of(hits)), OUTLINE)


def outline_of(hits: Sequence[Hit]) -> tuple[TreeNode, ...]:
    """Return the documents in the order of their first hits, each with headings and key terms."""
    terms = key_terms([hit.chunk.content for hit in hits])
    documents: dict[str, _Growing] = {}
    for hit, told in zip(hits, terms, strict=True):
        document = documents.setdefault(hit.chunk.document_id, _Growing(hit.document_name))
        passage = document.child(heading(hit.chunk.content) or hit.document_name)
        for term in told:
            if term not in passage.name:
                passage.child(term)
    return tuple(document.grown() for document in documents.values())


def tree_in(text: str) -> tuple[TreeNode, ...]:
    """Read the nested list, or the titles with lists under them, that a model wrote."""
    root = _Growing("")
    path: list[tuple[int, _Growing]] = [(-1, root)]
    for line in strip_marks(text).splitlines():
        item, title = _ITEM.match(line), _TITLE.match(line)
        match = item or title
        if match is None:
            continue
        level = len(title["signs"]) if title else 0
        if item:
            level = _TITLE_LEVELS + 1 + len(item["indent"].expandtabs(4))
        while path[-1][0] >= level or len(path) > MAX_DEPTH:
            path.pop()
        name = _EMPHASIS.sub("", match["text"]).strip()
        if name:
            path.append((level, path[-1][1].child(name)))
    return root.grown().children


async def _answer(model: ChatModel, question: str, hits: Sequence[Hit]) -> str:
    """Return what a model writes, nothing when it fails."""
    budget = int(model.context_tokens * _SHARE_OF_WINDOW)
    passages = knowledge_of(hits, budget).text
    text = prompt("mind_map", question=question, passages=passages)
    try:
        return await complete(model, [ChatTurn("user", text)])
    except ModelError:
        return ""


@dataclass(slots=True)
class _Growing:
    """Collect children by name, each once."""

    name: str
    children: dict[str, _Growing] = field(default_factory=dict)

    def child(self, name: str) -> _Growing:
        return self.children.setdefault(name, _Growing(name))

    def grown(self) -> TreeNode:
        return TreeNode(self.name, tuple(child.grown() for child in self.children.values()))
