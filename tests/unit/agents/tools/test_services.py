"""DeepL translates and QWeather tells the weather."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.tools import deepl, qweather
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

PLACE = {"code": "200", "location": [{"name": "北京", "id": "101010100", "adm1": "北京市"}]}


@pytest.mark.parametrize(("key", "url"), [("k:fx", deepl.FREE), ("k", deepl.PAID)])
def test_deepl_is_asked_where_the_key_belongs(
    key: str, url: str, outside: FakeOutside, run: Any
) -> None:
    translation = {"detected_source_language": "DE", "text": "Hello,\n world"}
    outside.http.put(url, {"translations": [translation]})
    result = run("DeepL", auth_key=key, text="Hallo,\n Welt", source_lang="de", target_lang="en-gb")
    (request,) = outside.http.requests
    assert request.url == url
    assert request.headers == {"Authorization": f"DeepL-Auth-Key {key}"}
    assert request.json == {"text": ["Hallo,\n Welt"], "target_lang": "EN-GB", "source_lang": "DE"}
    assert result.text == "Hello,\n world"
    assert result.data == [translation]


def test_deepl_finds_the_language_out_by_itself(outside: FakeOutside, run: Any) -> None:
    outside.http.put(deepl.PAID, {"translations": [{"text": "x"}]})
    run("DeepL", auth_key="k", text="a")
    assert "source_lang" not in outside.http.requests[0].json


@pytest.mark.parametrize(("status", "words"), [(403, "not valid"), (456, "used up"), (413, "long")])
def test_deepl_says_what_to_do(status: int, words: str, outside: FakeOutside, run: Any) -> None:
    outside.http.put(deepl.PAID, {"message": "no"}, status)
    with pytest.raises(ToolFailed, match=f"HTTP {status}: .*{words}"):
        run("DeepL", auth_key="k", text="a")


@pytest.mark.parametrize(
    ("options", "url", "kind"),
    [
        ({}, "https://devapi.qweather.com/v7/weather/now", "now"),
        ({"time_period": "3d"}, "https://devapi.qweather.com/v7/weather/3d", "daily"),
        (
            {"time_period": "30d", "user_type": "paid"},
            "https://api.qweather.com/v7/weather/30d",
            "daily",
        ),
        ({"type": "indices"}, "https://devapi.qweather.com/v7/indices/1d", "daily"),
        ({"type": "airquality"}, "https://devapi.qweather.com/v7/air/now", "now"),
        (
            {"type": "airquality", "time_period": "3d"},
            "https://devapi.qweather.com/v7/air/5d",
            "daily",
        ),
        ({"api_host": "abc.qweatherapi.com"}, "https://abc.qweatherapi.com/v7/weather/now", "now"),
    ],
)
def test_the_weather_is_told_for_a_place(
    options: dict[str, str], url: str, kind: str, outside: FakeOutside, run: Any
) -> None:
    outside.http.put(qweather.PLACES, PLACE)
    outside.http.put("https://abc.qweatherapi.com/geo", PLACE)
    time = {"fxDate": "2025-08-28", "temp": "21", "text": "晴"}
    outside.http.put(url, {"code": "200", kind: time if kind == "now" else [time]})
    result = run("QWeather", city="北京", web_apikey="k", **options)
    places, weather = outside.http.requests
    assert places.params == {"key": "k", "lang": "zh", "location": "北京"}
    assert weather.url == url
    assert weather.params["location"] == "101010100"
    assert result.text == "北京, 北京市\nfxDate: 2025-08-28, temp: 21, text: 晴"
    assert result.data == [time]


@pytest.mark.parametrize(
    ("code", "words"),
    [("401", "web_apikey is not valid"), ("404", "no such place"), ("999", "999")],
)
def test_the_codes_of_qweather_are_put_into_words(
    code: str, words: str, outside: FakeOutside, run: Any
) -> None:
    outside.http.put(qweather.PLACES, {"code": code})
    with pytest.raises(ToolFailed, match=words):
        run("QWeather", city="x", web_apikey="k-1")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"time_period": "10d"}, "free account"), ({"api_host": "a/b@c"}, "no name of a host")],
)
def test_options_that_cannot_work_are_told_before_anybody_is_asked(
    options: dict[str, str], words: str, outside: FakeOutside, run: Any
) -> None:
    with pytest.raises(ToolFailed, match=words):
        run("QWeather", city="x", web_apikey="k", **options)
    assert outside.http.requests == []
