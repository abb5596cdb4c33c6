"""Tools of the markets: Yahoo, iWenCai, TuShare, Jin10 and East Money."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ragflow.agents.tools import akshare, jin10, tushare, wencai, yahoo_finance
from ragflow.domain.agent_ports import HttpResponse
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

SUMMARY = {
    "quoteSummary": {
        "result": [
            {
                "price": {
                    "longName": "Apple Inc.",
                    "regularMarketPrice": {"raw": 190.5, "fmt": "190.50"},
                    "maxAge": 1,
                },
                "assetProfile": {"sector": "Technology", "companyOfficers": [{"name": "x"}]},
                "defaultKeyStatistics": {"sharesOutstanding": {"raw": 15e9, "fmt": "15B"}},
                "balanceSheetHistory": {
                    "balanceSheetStatements": [
                        {
                            "endDate": {"raw": 1, "fmt": "2023-09-30"},
                            "cash": {"raw": 1, "fmt": "30B"},
                        },
                        {"endDate": {"raw": 0, "fmt": "2022-09-24"}},
                    ]
                },
            }
        ],
        "error": None,
    }
}
CHART = {
    "chart": {
        "result": [
            {
                "timestamp": [1755000000, 1755086400],
                "indicators": {
                    "quote": [
                        {
                            "open": [1.0, None],
                            "high": [2.123456, 3],
                            "low": [0.5, 1],
                            "close": [1.5, 2],
                            "volume": [10, 20],
                        }
                    ]
                },
            }
        ]
    }
}


@pytest.fixture
def yahoo(outside: FakeOutside) -> FakeOutside:
    headers = {"set-cookie": "A3=d=abc; Expires=Fri, 1 Jan 2027; Domain=.yahoo.com"}
    outside.http.pages[yahoo_finance.COOKIE] = HttpResponse(404, "", headers, b"")
    outside.http.put(yahoo_finance.CRUMB, "cr.umb", kind="text/plain")
    outside.http.put(yahoo_finance.SUMMARY, SUMMARY)
    outside.http.put(yahoo_finance.CHART, CHART)
    news = {"title": "Apple rises", "link": "https://n.example/", "publisher": "Paper"}
    outside.http.put(yahoo_finance.NEWS, {"news": [news]})
    return outside


def test_yahoo_reports_facts_and_news(yahoo: FakeOutside, run: Any) -> None:
    result = run("YahooFinance", stock_code="AAPL")
    summary = yahoo.http.requests[2]
    assert summary.url.endswith("/quoteSummary/AAPL")
    assert summary.headers == {"Cookie": "A3=d=abc"}
    assert summary.params["crumb"] == "cr.umb"
    assert result.outputs == {"report": result.text}
    assert "| longName | Apple Inc. |" in result.text
    assert "| regularMarketPrice | 190.50 |" in result.text
    assert "maxAge" not in result.text
    assert "- [Apple rises](https://n.example/) Paper" in result.text
    assert set(result.data) == {"info", "news"}


def test_yahoo_reports_each_part_that_is_wanted(yahoo: FakeOutside, run: Any) -> None:
    result = run(
        "YahooFinance",
        stock_code="AAPL",
        info=False,
        news=False,
        history=True,
        count=True,
        balance_sheet=True,
    )
    assert "| 2025-08-12 | 1.0 | 2.1235 | 0.5 | 1.5 | 10 |" in result.text
    assert "| sharesOutstanding | 15B |" in result.text
    assert "| 2023-09-30 | 30B |\n| 2022-09-24 |  |" in result.text
    assert set(result.data) == {"history", "count", "balance_sheet"}


def test_yahoo_asks_no_cookie_for_what_needs_none(yahoo: FakeOutside, run: Any) -> None:
    run("YahooFinance", stock_code="AAPL", info=False)
    assert [request.url for request in yahoo.http.requests] == [yahoo_finance.NEWS]


@pytest.mark.parametrize("code", ["../../v1", "AAPL?x=1", "A/B", "A A", "x" * 30, "AAPL#", "ＡＡ"])
def test_no_code_of_a_share_leads_to_another_path(code: str, yahoo: FakeOutside, run: Any) -> None:
    with pytest.raises(ToolFailed, match="no code of a share"):
        run("YahooFinance", stock_code=code)
    assert yahoo.http.requests == []


def test_yahoo_tells_a_code_that_it_does_not_know(yahoo: FakeOutside, run: Any) -> None:
    yahoo.http.put(yahoo_finance.SUMMARY, {"quoteSummary": {"result": None}}, status=404)
    with pytest.raises(ToolFailed, match="knows no share"):
        run("YahooFinance", stock_code="NOPE")


def test_wencai_answers_in_tables(outside: FakeOutside, run: Any) -> None:
    rows = [
        {"股票代码": "600519.SH", "股票简称": "贵州茅台"},
        {"股票代码": "000858.SZ", "最新价": 1.5},
    ]
    content = {"components": [{"data": {"datas": rows}}, {"show_type": "text"}]}
    for form in (content, json.dumps(content)):
        outside.http.put(wencai.ROBOT, {"data": {"answer": [{"txt": [{"content": form}]}]}})
        result = run("WenCai", query="白酒股", hexin_v="v1", top_n=10)
        assert result.data == [rows]
        assert result.outputs == {"report": result.text}
        assert "| 600519.SH | 贵州茅台 |  |\n| 000858.SZ |  | 1.5 |" in result.text
    request = outside.http.requests[0]
    assert request.headers == {"hexin-v": "v1"}
    assert request.json["question"] == "白酒股"
    assert request.json["perpage"] == 10


@pytest.mark.parametrize(("status", "page"), [(403, ""), (401, ""), (200, "<html>Nginx forbidden")])
def test_wencai_that_wants_a_browser_says_what_to_set(
    status: int, page: str, outside: FakeOutside, run: Any
) -> None:
    outside.http.put(wencai.ROBOT, page, status, "text/html")
    with pytest.raises(ToolFailed, match="set hexin_v"):
        run("WenCai", query="白酒股")


def test_tushare_tells_the_news_of_a_day_that_hold_a_word(outside: FakeOutside, run: Any) -> None:
    data = {
        "fields": ["datetime", "content", "title"],
        "items": [["2025-08-28 10:00:00", "央行降息", None], ["2025-08-28 11:00:00", "天气", "晴"]],
    }
    outside.http.put(tushare.API, {"code": 0, "msg": "", "data": data})
    result = run("TuShare", token="k", keyword="降息", src="sina")
    assert outside.http.requests[0].json == {
        "api_name": "news",
        "token": "k",
        "params": {
            "src": "sina",
            "start_date": "2025-08-27 15:01:23",
            "end_date": "2025-08-28 15:01:23",
        },
        "fields": "datetime,title,content",
    }
    assert result.text == "2025-08-28 10:00:00 央行降息"
    assert len(result.data) == 1
    assert run("TuShare", token="k", keyword="没有").data == []


def test_tushare_tells_what_the_account_may_not(outside: FakeOutside, run: Any) -> None:
    outside.http.put(tushare.API, {"code": 40203, "msg": "token k-1 没有访问该接口的权限"})
    with pytest.raises(ToolFailed, match="没有访问该接口的权限") as raised:
        run("TuShare", token="k-1")
    assert "k-1" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "path", "params"),
    [
        ({"contain": "金"}, "flash", {"category": "1", "contain": "金"}),
        ({"type": "news", "filter": "x"}, "news", {"filter": "x"}),
        ({"type": "calendar", "calendar_datatype": "event"}, "calendar/event", {"category": "cj"}),
        ({"type": "symbols"}, "symbols", {"type": "GOODS"}),
        ({"type": "symbols", "symbols_datatype": "quotes"}, "quotes", {"type": "GOODS"}),
    ],
)
def test_jin10_is_asked_for_each_type(
    options: dict[str, str], path: str, params: Any, outside: FakeOutside, run: Any
) -> None:
    flash = {
        "id": "1",
        "time": "2025-08-28 10:00",
        "data": {"content": "<b>金价</b>上涨", "pic": ""},
    }
    outside.http.put(jin10.API, {"status": 200, "data": [flash]})
    result = run("Jin10", secret_key="k", **options)
    (request,) = outside.http.requests
    assert (request.url, request.params) == (f"{jin10.API}/{path}", params)
    assert request.headers == {"secret-key": "k"}
    assert "content: 金价 上涨" in result.text
    assert result.data == [flash]


def test_jin10_that_has_nothing_or_refuses(outside: FakeOutside, run: Any) -> None:
    outside.http.put(jin10.API, {"status": 200, "data": []})
    assert run("Jin10", secret_key="k-1").text == ""
    outside.http.put(jin10.API, {"status": 501, "message": "secret-key wrong"})
    with pytest.raises(ToolFailed, match="secret-key wrong"):
        run("Jin10", secret_key="k-1")


def test_news_of_a_share_come_from_east_money(outside: FakeOutside, run: Any) -> None:
    article = {
        "date": "2025-08-28 10:00:00",
        "title": "<em>茅台</em>发布",
        "content": "<em>茅台</em>今日发布财报",
        "mediaName": "证券报",
        "url": "http://finance.eastmoney.com/a/1.html",
    }
    body = json.dumps({"code": 0, "result": {"cmsArticleWebOld": [article]}}, ensure_ascii=False)
    outside.http.put(akshare.SEARCH, f"found({body});", kind="application/javascript")
    result = run("AkShare", symbol="600519", top_n=3)
    wanted = json.loads(str(outside.http.requests[0].params["param"]))
    assert wanted["keyword"] == "600519"
    assert wanted["param"]["cmsArticleWebOld"]["pageSize"] == 3
    assert result.sources[0].url == "http://finance.eastmoney.com/a/1.html"
    assert result.sources[0].content.startswith("2025-08-28 10:00:00 证券报\n茅台")
    outside.http.put(akshare.SEARCH, 'found({"result": {}})')
    assert run("AkShare", symbol="x").data == []
