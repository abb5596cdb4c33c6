"""QWeather: tell the weather of a place, its air, or what it is good for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Words, at, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

PLACES = "https://geoapi.qweather.com/v2/city/lookup"
FREE = "https://devapi.qweather.com"
PAID = "https://api.qweather.com"
_HOST = re.compile(r"[A-Za-z0-9.-]+")
_CODES = {
    "204": "it has no data for this place",
    "400": "it does not understand the request",
    "401": "web_apikey is not valid",
    "402": "the account has no requests left",
    "403": "the key does not allow this; check user_type, and set api_host",
    "404": "it knows no such place",
    "429": "it was asked too often; wait a minute",
}
_LONG = {"10d", "15d", "30d"}


class QWeatherOptions(Options):
    """Say where and what; `api_host` is the host that newer accounts have of their own."""

    city: Words = Field("", description="The place: a city, or longitude,latitude.")
    web_apikey: str = Field("", repr=False)
    lang: str = "zh"
    type: Literal["weather", "indices", "airquality"] = "weather"
    user_type: Literal["free", "paid"] = "free"
    time_period: Literal["now", "3d", "7d", "10d", "15d", "30d"] = Field(
        "now", description="now, or a forecast of this many days."
    )
    api_host: str = ""


@tools.register("QWeather")
class QWeather(Tool[QWeatherOptions]):
    """Tell the weather."""

    function = "weather_forecast"
    description = "Tell the weather of a place, now or in the next days."
    asked = ("city", "time_period")
    options = QWeatherOptions

    async def run(self, options: QWeatherOptions, environment: Environment) -> ToolResult:
        """Return what is known, a line for each time or kind."""
        if not options.city.strip():
            return nothing()
        service = Service("QWeather", environment).with_key(
            options.web_apikey, "web_apikey", "https://console.qweather.com"
        )
        if options.user_type == "free" and options.time_period in _LONG:
            raise service.failed("a free account sees 3 or 7 days; set time_period or user_type")
        places, base = PLACES, PAID if options.user_type == "paid" else FREE
        if options.api_host:
            if not _HOST.fullmatch(options.api_host):
                raise service.failed("api_host is no name of a host, such as abc.qweatherapi.com")
            base = f"https://{options.api_host}"
            places = f"{base}/geo/v2/city/lookup"
        common = {"key": service.key, "lang": options.lang}
        found = await _reply(service, places, {**common, "location": options.city})
        place = next(iter(objects(found, "location")), None)
        if place is None:
            raise service.malformed("no place")
        path, kind = _path(options)
        wanted = {**common, "location": words(place, "id")}
        if options.type == "indices":
            wanted["type"] = "0"  # of every kind
        reply = await _reply(service, base + path, wanted)
        times = objects(reply, kind)
        if not times and isinstance(at(reply, kind), Mapping):
            times = [at(reply, kind)]
        if not times:
            raise service.malformed("no weather")
        name = ", ".join(part for part in (words(place, "name"), words(place, "adm1")) if part)
        return ToolResult("\n".join([name, *(_line(time) for time in times)]), times)


def _path(options: QWeatherOptions) -> tuple[str, str]:
    """Return the path to ask, and the key of the answer that holds what was asked."""
    if options.type == "indices":
        return f"/v7/indices/{'1d' if options.time_period == 'now' else '3d'}", "daily"
    if options.type == "airquality":
        return ("/v7/air/now", "now") if options.time_period == "now" else ("/v7/air/5d", "daily")
    now = options.time_period == "now"
    return f"/v7/weather/{options.time_period}", "now" if now else "daily"


async def _reply(service: Service, url: str, params: Mapping[str, str]) -> Any:
    reply = await service.json(HttpRequest("GET", url, params=params))
    code = words(reply, "code")
    if code != "200":
        raise service.failed(_CODES.get(code, f"it answers with the code {code or 'of an error'}"))
    return reply


def _line(time: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {words(value)}" for name, value in time.items() if words(value))
