"""YahooFinance: what Yahoo knows of a share, by the addresses that its own pages ask.

Facts and statements want a cookie and a word that goes with it, which Yahoo gives to everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import table
from ragflow.agents.tools.readings import Words, at, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

CHART = "https://query1.finance.yahoo.com/v8/finance/chart"
SUMMARY = "https://query2.finance.yahoo.com/v10/finance/quoteSummary"
NEWS = "https://query2.finance.yahoo.com/v1/finance/search"
COOKIE = "https://fc.yahoo.com/"
CRUMB = "https://query1.finance.yahoo.com/v1/test/getcrumb"

_SYMBOL = re.compile(r"[A-Za-z0-9.^=-]{1,24}")
_REMEDIES = {
    401: "Yahoo does not take the cookie that it gave; try again later",
    404: "Yahoo knows no share of this code",
    429: "Yahoo was asked too often from here; wait some minutes",
}


class YahooFinanceOptions(Options):
    """Name a share, and what to tell of it; `count` is that of the shares."""

    stock_code: Words = Field("", description="Yahoo's code of the share, such as AAPL or 0700.HK.")
    info: bool = True
    history: bool = False
    count: bool = False
    financials: bool = False
    income_stmt: bool = False
    balance_sheet: bool = False
    cash_flow_statement: bool = False
    news: bool = True


@dataclass(frozen=True, slots=True)
class _Part:
    """Name one part of the report, and the modules of Yahoo's that it is made of."""

    option: str
    title: str
    modules: tuple[str, ...]
    list_key: str = ""


_PARTS = (
    _Part("info", "Information", ("assetProfile", "price", "summaryDetail", "financialData")),
    _Part("count", "Shares", ("defaultKeyStatistics",)),
    _Part("financials", "Financials", ("earnings",), "financialsChart.yearly"),
    _Part(
        "income_stmt",
        "Income statement",
        ("incomeStatementHistory",),
        "incomeStatementHistory",
    ),
    _Part("balance_sheet", "Balance sheet", ("balanceSheetHistory",), "balanceSheetStatements"),
    _Part(
        "cash_flow_statement",
        "Cash flow statement",
        ("cashflowStatementHistory",),
        "cashflowStatements",
    ),
)


@tools.register("YahooFinance")
class YahooFinance(Tool[YahooFinanceOptions]):
    """Tell what Yahoo knows of a share."""

    function = "yahoo_finance"
    description = "Tell facts, prices, statements and news of a share by its code."
    asked = ("stock_code",)
    options = YahooFinanceOptions
    further_outputs = ("report",)

    async def run(self, options: YahooFinanceOptions, environment: Environment) -> ToolResult:
        """Return a report in Markdown, in the output `report` too."""
        symbol = options.stock_code.strip()
        if not symbol:
            return nothing()
        service = Service("YahooFinance", environment, remedies=_REMEDIES)
        if not _SYMBOL.fullmatch(symbol):
            raise service.failed("stock_code is no code of a share, such as AAPL or 0700.HK")
        data: dict[str, Any] = {}
        parts: list[str] = []
        wanted = [part for part in _PARTS if getattr(options, part.option)]
        if wanted:
            modules = await _modules(service, symbol, wanted)
            for part in wanted:
                data[part.option] = {name: modules.get(name) for name in part.modules}
                parts.append(_section(part, modules))
        if options.history:
            data["history"] = await _history(service, symbol)
            rows = [list(row.values()) for row in data["history"]]
            names = list(data["history"][0]) if data["history"] else []
            parts.append(f"## History\n\n{table(names, rows)}" if rows else "")
        if options.news:
            data["news"] = await _news(service, symbol)
            lines = [
                f"- [{item['title']}]({item['url']}) {item['publisher']}" for item in data["news"]
            ]
            parts.append("\n".join(["## News", "", *lines]) if lines else "")
        report = "\n\n".join(part for part in parts if part)
        return ToolResult(report, data, outputs={"report": report})


async def _modules(service: Service, symbol: str, parts: Sequence[_Part]) -> Mapping[str, Any]:
    start = await service.environment.http.send(HttpRequest("GET", COOKIE))  # it answers by 404
    cookie = start.headers.get("set-cookie", "").partition(";")[0]
    headers = {"Cookie": cookie}
    crumb = (await service.ask(HttpRequest("GET", CRUMB, headers))).text.strip()
    if not cookie or not crumb or "<" in crumb:
        raise service.failed("Yahoo gives no cookie to ask with; try again later")
    names = ",".join(name for part in parts for name in part.modules)
    params = {"modules": names, "crumb": crumb}
    reply = await service.json(HttpRequest("GET", f"{SUMMARY}/{symbol}", headers, params))
    results = objects(reply, "quoteSummary", "result")
    if not results:
        problem = words(reply, "quoteSummary", "error", "description")
        raise service.failed(problem) if problem else service.malformed("no facts")
    return results[0]


async def _history(service: Service, symbol: str) -> list[dict[str, Any]]:
    params = {"range": "1mo", "interval": "1d"}
    reply = await service.json(HttpRequest("GET", f"{CHART}/{symbol}", params=params))
    results = objects(reply, "chart", "result")
    if not results:
        raise service.malformed("no prices")
    times = at(results[0], "timestamp") or []
    quotes = objects(results[0], "indicators", "quote")
    columns = {
        name: at(quotes[0], name) or [] if quotes else []
        for name in ("open", "high", "low", "close", "volume")
    }
    if not isinstance(times, list) or not all(isinstance(c, list) for c in columns.values()):
        raise service.malformed("no prices")
    return [
        {
            "date": _date(time),
            **{name: _short(value) for name, value in zip(columns, day, strict=True)},
        }
        for time, *day in zip(times, *columns.values(), strict=False)
    ]


async def _news(service: Service, symbol: str) -> list[dict[str, str]]:
    params: dict[str, str | int] = {"q": symbol, "newsCount": 10, "quotesCount": 0}
    reply = await service.json(HttpRequest("GET", NEWS, params=params))
    return [
        {
            "title": words(item, "title"),
            "url": words(item, "link"),
            "publisher": words(item, "publisher"),
            "date": _date(item.get("providerPublishTime")),
        }
        for item in objects(reply, "news")
    ]


def _section(part: _Part, modules: Mapping[str, Any]) -> str:
    if part.list_key:
        lines = objects(modules.get(part.modules[0]), *part.list_key.split("."))
        years = [dict(_facts(line)) for line in lines]
        names = list(dict.fromkeys(name for year in years for name in year))
        if not names:
            return ""
        return f"## {part.title}\n\n{table(names, [[y.get(n, '') for n in names] for y in years])}"
    facts = [fact for name in part.modules for fact in _facts(modules.get(name))]
    unique = dict(facts)
    return f"## {part.title}\n\n{table(('fact', 'value'), unique.items())}" if unique else ""


def _facts(module: Any) -> list[tuple[str, str]]:
    """Return the facts of a module; numbers stand in it as objects, with a form to show."""
    if not isinstance(module, Mapping):
        return []
    pairs = (
        (name, words(value) or words(value, "fmt") or words(value, "raw"))
        for name, value in module.items()
    )
    return [(name, value) for name, value in pairs if value and name != "maxAge"]


def _date(seconds: Any) -> str:
    try:
        return datetime.fromtimestamp(float(seconds), UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _short(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
