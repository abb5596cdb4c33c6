"""WenCai: ask iWenCai about Chinese shares, funds and indices in words.

The service has no public API: it is asked as its own page asks, and mostly wants the value of the
cookie `v` that a browser holds after a visit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import table
from ragflow.agents.tools.readings import Words, at, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

ROBOT = "https://www.iwencai.com/customized/chart/get-robot-data"
_BLOCKED = (
    "iWenCai answers browsers alone: visit www.iwencai.com and set hexin_v to the value of the "
    "cookie v"
)


class WenCaiOptions(Options):
    """Say what to ask."""

    query: Words = Field("", description="What to ask, in Chinese, such as 市盈率低于10的股票.")
    query_type: Literal[
        "stock",
        "zhishu",
        "fund",
        "hkstock",
        "usstock",
        "threeboard",
        "conbond",
        "insurance",
        "futures",
        "lccp",
        "foreign_exchange",
    ] = Field("stock", description="What is asked about.")
    top_n: int = Field(10, ge=1, le=100)
    hexin_v: str = Field("", repr=False)


@tools.register("WenCai")
class WenCai(Tool[WenCaiOptions]):
    """Ask about shares, funds and indices."""

    function = "iwencai"
    description = "Ask in Chinese about shares, funds, indices and other papers of China's markets."
    asked = ("query", "query_type")
    options = WenCaiOptions
    further_outputs = ("report",)

    async def run(self, options: WenCaiOptions, environment: Environment) -> ToolResult:
        """Return tables in Markdown, in the output `report` too."""
        if not options.query.strip():
            return nothing()
        service = Service(
            "WenCai",
            environment,
            key=options.hexin_v,
            remedies=dict.fromkeys((401, 403, 429), _BLOCKED),
        )
        body = {
            "question": options.query,
            "secondary_intent": options.query_type,
            "perpage": options.top_n,
            "page": 1,
            "source": "Ths_iwencai_Xuangu",
            "version": "2.0",
            "add_info": json.dumps({"urp": {"scene": 1, "company": 1, "business": 1}}),
        }
        headers = {"hexin-v": options.hexin_v} if options.hexin_v else {}
        answer = await service.ask(HttpRequest("POST", ROBOT, headers, json=body))
        if answer.text.lstrip().startswith("<"):
            raise service.failed(_BLOCKED)
        tables = _tables(service, service.values(answer), options.top_n)
        report = "\n\n".join(_as_text(rows) for rows in tables)
        return ToolResult(report, tables, outputs={"report": report})


def _tables(service: Service, reply: Any, most: int) -> list[list[Mapping[str, Any]]]:
    answers = objects(reply, "data", "answer")
    texts = objects(answers[0], "txt") if answers else []
    content = at(texts[0], "content") if texts else None
    if isinstance(content, str):  # it stands as text in the text at times
        try:
            content = json.loads(content)
        except ValueError:
            content = None
    if not isinstance(at(content, "components"), list):
        raise service.failed(words(reply, "status_msg") or "iWenCai found no answer to read")
    found = (objects(part, "data", "datas")[:most] for part in objects(content, "components"))
    return [rows for rows in found if rows]


def _as_text(rows: list[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return table(names, [[row.get(name, "") for name in names] for row in rows])
