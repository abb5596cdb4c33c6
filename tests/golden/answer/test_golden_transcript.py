"""A conversation of two questions, with all that the model reads, all frames and all citations.

After a wanted change, write the new transcript that a failing test shows into the file.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from ragflow.domain.answers import AnswerFrame, ChatTurn
from ragflow.domain.queries import Retrieval
from ragflow.generate.answer import AnswerMaker, AnswerRequest
from ragflow.generate.assistant import settings_of
from ragflow.testing.chat import ScriptedChatModel, make_hit, make_retrieval

HERE = Path(__file__).parent
HITS = (
    make_hit(
        "The Sydney Harbour Bridge is a steel arch bridge. It opened on 19 March 1932.\n"
        "Its arch spans 503 metres.",
        "bridges.pdf",
        "d1",
    ),
    make_hit(
        "<table><caption>Crossings a day</caption>\n<tr><th>Year</th><th>Cars</th></tr>\n"
        "<tr><td>1932</td><td>11,000</td></tr>\n<tr><td>2007</td><td>161,000</td></tr></table>",
        "traffic.xlsx",
        "d2",
    ),
    make_hit("悉尼海港大桥的主拱跨度为503米，高134米。", "大桥.docx", "d3"),
)
SCRIPT = (
    "The Sydney Harbour Bridge opened on 19 March 1932 (ID: 0). "
    "In 2007, 161,000 cars crossed it on a day [ID:0]. "
    "It was painted in gold by 40 artists [ID:2].",
    "How high is the Sydney Harbour Bridge?",
    "悉尼海港大桥高134米【ID:2】。它的颜色是灰色。",
)


def answer(
    model: ScriptedChatModel, searched: list[str], turns: list[ChatTurn]
) -> list[AnswerFrame]:
    def retrieve(question: str) -> Retrieval:
        searched.append(question)
        return make_retrieval(*HITS)

    maker = AnswerMaker(
        model,
        settings_of({"system": "Use this:\n{knowledge}"}, {"max_tokens": 512}),
        seconds=lambda: 0.0,
        today=lambda: date(2026, 1, 31),
    )

    async def collect() -> list[AnswerFrame]:
        return [frame async for frame in maker.answer(AnswerRequest(turns), retrieve)]

    return asyncio.run(collect())


def transcript() -> str:
    model = ScriptedChatModel(list(SCRIPT))
    searched: list[str] = []
    turns = [ChatTurn("user", "When did the bridge open, and how many cars use it?")]
    parts: list[str] = []
    for follow_up in ("How high is it?", ""):
        frames = answer(model, searched, turns)
        turns += [ChatTurn("assistant", frames[-1].text), ChatTurn("user", follow_up)]
        parts.append(f"===== searched: {searched[-1]}\n")
        for number, frame in enumerate(frames):
            parts.append(f"--- frame {number}{' (final)' if frame.final else ''}\n{frame.text}\n")
        last = frames[-1]
        assert last.reference is not None
        for citation in last.reference.citations:
            sentence = last.text[citation.sentence.start : citation.sentence.end]
            parts.append(
                f"[{citation.hit_index}] {citation.support:.2f} {sentence!r}\n"
                f"    <- {citation.quote.start}-{citation.quote.end} {citation.quote_text!r}\n"
            )
        cited = [aggregate.document_name for aggregate in last.reference.aggregates]
        parts.append(f"removed: {list(last.removed_citations)}; documents: {cited}\n")
    for number, call in enumerate(model.calls):
        parts.append(f"===== call {number}\n")
        parts += [f"--- {turn.role}\n{turn.content}\n" for turn in call]
    return "".join(parts)


def test_a_conversation_goes_as_its_transcript_shows() -> None:
    assert transcript() == (HERE / "transcript.txt").read_text("utf-8")
