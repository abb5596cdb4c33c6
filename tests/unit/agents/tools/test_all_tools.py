"""What holds for every tool of the web: names, defaults, and what becomes of bad answers."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.tools.base import spec_of
from ragflow.agents.tools.load import load_tools, tools
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

load_tools()

KEY = "sk-of-a-user"
DEFAULTS: dict[str, dict[str, Any]] = {
    "TavilySearch": {
        "topic": "general",
        "search_depth": "basic",
        "max_results": 6,
        "days": 14,
        "include_answer": False,
        "include_raw_content": False,
        "include_images": False,
        "include_image_descriptions": False,
        "include_domains": (),
        "exclude_domains": (),
    },
    "TavilyExtract": {"urls": (), "extract_depth": "basic", "format": "markdown"},
    "DuckDuckGo": {"query": "", "channel": "text", "top_n": 10},
    "Google": {"q": "", "api_key": "", "country": "cn", "language": "en", "start": 0, "num": 6},
    "GoogleScholar": {"top_n": 12, "sort_by": "relevance", "year_low": 0, "patents": True},
    "GitHub": {"query": "", "top_n": 10},
    "ArXiv": {"query": "", "top_n": 12, "sort_by": "submittedDate"},
    "PubMed": {"query": "", "top_n": 12, "email": ""},
    "Wikipedia": {"query": "", "top_n": 10, "language": "en"},
    "SearXNG": {"query": "", "searxng_url": "", "top_n": 10},
    "YahooFinance": {
        "stock_code": "",
        "info": True,
        "history": False,
        "count": False,
        "financials": False,
        "income_stmt": False,
        "balance_sheet": False,
        "cash_flow_statement": False,
        "news": True,
    },
    "WenCai": {"query": "", "query_type": "stock", "top_n": 10},
    "Crawler": {"proxy": "", "extract_type": "markdown"},
    "Invoke": {
        "method": "get",
        "variables": (),
        "headers": {},
        "proxy": "",
        "timeout": 60,
        "clean_html": False,
        "datatype": "json",
    },
    "DeepL": {"auth_key": "", "source_lang": "", "target_lang": "EN-GB"},
    "QWeather": {"lang": "zh", "type": "weather", "user_type": "free", "time_period": "now"},
    "TuShare": {"src": "eastmoney", "start_date": "", "end_date": "", "keyword": ""},
    "Jin10": {"type": "flash"},
    "AkShare": {"symbol": "", "top_n": 10},
    "Bing": {"api_key": "", "channel": "Webpages", "query": ""},
}
FUNCTIONS = {
    "TavilySearch": ("tavily_search", ["query", "topic", "include_domains", "exclude_domains"]),
    "TavilyExtract": ("tavily_extract", ["urls", "extract_depth", "format"]),
    "DuckDuckGo": ("duckduckgo_search", ["query", "channel"]),
    "Google": ("google_search", ["q", "start", "num"]),
    "GoogleScholar": (
        "google_scholar_search",
        ["query", "sort_by", "year_low", "year_high"],
    ),
    "GitHub": ("github_search", ["query"]),
    "ArXiv": ("arxiv_search", ["query", "sort_by"]),
    "PubMed": ("pubmed_search", ["query"]),
    "Wikipedia": ("wikipedia_search", ["query"]),
    "SearXNG": ("searxng_search", ["query"]),
    "YahooFinance": ("yahoo_finance", ["stock_code"]),
    "WenCai": ("iwencai", ["query", "query_type"]),
    "Crawler": ("crawl_page", ["url"]),
    "DeepL": ("deepl_translate", ["text", "target_lang"]),
    "QWeather": ("weather_forecast", ["city", "time_period"]),
    "TuShare": ("tushare_news", ["keyword", "start_date", "end_date"]),
    "Jin10": ("jin10_news", ["type", "contain"]),
    "AkShare": ("akshare_news", ["symbol"]),
    "Bing": ("bing_search", ["query", "channel"]),
    "Invoke": ("http_request", []),
}
ASKED: dict[str, dict[str, Any]] = {
    "TavilySearch": {"query": "ships", "api_key": KEY},
    "TavilyExtract": {"urls": "https://example.com/a", "api_key": KEY},
    "DuckDuckGo": {"query": "ships"},
    "Google": {"q": "ships", "api_key": KEY},
    "GoogleScholar": {"query": "ships"},
    "GitHub": {"query": "ships"},
    "ArXiv": {"query": "ships"},
    "PubMed": {"query": "ships"},
    "Wikipedia": {"query": "ships"},
    "SearXNG": {"query": "ships", "searxng_url": "https://search.example.com/"},
    "YahooFinance": {"stock_code": "AAPL"},
    "WenCai": {"query": "银行股"},
    "DeepL": {"text": "ships", "auth_key": KEY},
    "QWeather": {"city": "Berlin", "web_apikey": KEY},
    "TuShare": {"token": KEY},
    "Jin10": {"secret_key": KEY},
    "AkShare": {"symbol": "600519"},
    "Bing": {"query": "ships", "api_key": KEY},
    "Crawler": {"url": "https://example.com/a"},
    "Invoke": {"url": "https://example.com/a"},
}
KEYED = [name for name, asked in ASKED.items() if KEY in asked.values()]
READ = sorted(set(ASKED) - {"Crawler", "Invoke"})


@pytest.mark.parametrize("name", DEFAULTS)
def test_options_default_to_what_the_contract_says(name: str) -> None:
    options = tools[name].options.model_validate({})
    assert {key: getattr(options, key) for key in DEFAULTS[name]} == DEFAULTS[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_empty_fields_of_an_editor_count_as_their_defaults(name: str) -> None:
    kind = tools[name].options
    empty = {
        key: "" if field.annotation is not str else None for key, field in kind.model_fields.items()
    }
    assert kind.model_validate(empty) == kind.model_validate({})


@pytest.mark.parametrize("name", [name for name in READ if name not in ("TavilyExtract", "Jin10")])
def test_what_a_reference_led_to_is_asked_as_text(name: str) -> None:
    option, kind = tools[name].asked[0], tools[name].options
    for value, text in ((5, "5"), (["a", "é"], '["a", "é"]'), ({"a": 1}, '{"a": 1}')):
        assert getattr(kind.model_validate({option: value}), option) == text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_model_is_told_of_the_function_and_of_what_it_may_fill(name: str) -> None:
    function, asked = FUNCTIONS[name]
    spec = spec_of(tools[name])
    assert spec.name == function
    assert list(spec.parameters["properties"]) == asked
    assert spec.parameters["required"] == asked[:1]
    assert all(spec.parameters["properties"][key]["description"] for key in asked)
    assert len(spec.description) > 20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_model_may_fill_a_key_or_choose_a_server(name: str) -> None:
    ours = {"api_key", "auth_key", "token", "secret_key", "web_apikey", "hexin_v", "headers"}
    ours |= {"searxng_url", "api_host", "proxy", "email"}
    assert ours.isdisjoint(tools[name].asked)


@pytest.mark.parametrize("name", [name for name in READ if name not in ("TuShare", "Jin10")])
def test_nothing_is_asked_where_there_is_nothing_to_look_for(
    name: str, run: Any, outside: FakeOutside
) -> None:
    result = run(name, **{**ASKED[name], tools[name].asked[0]: " "})
    assert (result.text, result.data, list(result.sources)) == ("", [], [])
    assert outside.http.requests == []


@pytest.mark.parametrize("name", ASKED)
def test_an_error_of_a_service_is_told_with_its_status(
    name: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.put("https://", {"message": "we are mending it"}, status=503)
    with pytest.raises(ToolFailed, match=rf"{name} failed: HTTP 503: .*we are mending it"):
        run(name, **ASKED[name])


@pytest.mark.parametrize("name", ASKED)
def test_what_a_gateway_refuses_reaches_the_caller(
    name: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.pages["https://"] = ToolFailed(tool="The request to x", reason="no answer")
    with pytest.raises(ToolFailed, match="The request to x failed: no answer"):
        run(name, **ASKED[name])


@pytest.mark.parametrize("body", ["<html>Please prove that you are a human</html>", "", "{", "[]"])
@pytest.mark.parametrize("name", READ)
def test_an_answer_of_another_form_is_told(
    name: str, body: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.put("https://", body)
    with pytest.raises(ToolFailed, match=f"^{name} failed: "):
        run(name, **ASKED[name])


@pytest.mark.parametrize("value", [None, 7, "text", [1, None, "x"], {"a": 1}])
@pytest.mark.parametrize("name", READ)
def test_values_of_another_kind_never_break_a_tool(
    name: str, value: Any, run: Any, outside: FakeOutside
) -> None:
    keys = ("results", "items", "organic_results", "query", "quoteSummary", "data", "result")
    more = ("translations", "location", "webPages", "esearchresult", "error", "message", "news")
    outside.http.put("https://", dict.fromkeys((*keys, *more), value))
    try:
        said = run(name, **ASKED[name]).text
    except ToolFailed as failed:
        said = str(failed)
    assert said == "" or said.startswith(f"{name} failed: ")


@pytest.mark.parametrize("name", KEYED)
def test_a_tool_without_its_key_says_which_option_to_set(
    name: str, run: Any, outside: FakeOutside
) -> None:
    (option,) = (key for key, value in ASKED[name].items() if value == KEY)
    with pytest.raises(ToolFailed, match=f"{name} failed: it needs a key: set {option}"):
        run(name, **{**ASKED[name], option: " "})
    assert outside.http.requests == []


@pytest.mark.parametrize("name", KEYED)
def test_a_key_that_is_not_valid_is_told_without_the_key(
    name: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.put("https://", {"error": {"message": f"bad key {KEY}"}}, status=401)
    with pytest.raises(ToolFailed, match=r"HTTP 401: .*key.*bad key") as raised:
        run(name, **ASKED[name])
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("name", KEYED)
def test_keys_are_not_shown_with_the_options(name: str) -> None:
    assert KEY not in repr(tools[name].options.model_validate(ASKED[name]))
