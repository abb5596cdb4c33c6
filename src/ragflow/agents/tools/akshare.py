"""AkShare: news of a Chinese share, from East Money as the package of this name has them."""

from __future__ import annotations

import json

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import text_of
from ragflow.agents.tools.readings import Found, Words, at, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

SEARCH = "https://search-api-web.eastmoney.com/search/jsonp"
_KIND = "cmsArticleWebOld"


class AkShareOptions(Options):
    """Say which share."""

    symbol: Words = Field("", description="The code or the name of the share, such as 600519.")
    top_n: int = Field(10, ge=1, le=100)


@tools.register("AkShare")
class AkShare(Tool[AkShareOptions]):
    """Tell news of a share."""

    function = "akshare_news"
    description = "Tell news of a Chinese share by its code or name, in Chinese."
    asked = ("symbol",)
    options = AkShareOptions

    async def run(self, options: AkShareOptions, environment: Environment) -> ToolResult:
        """Return the news."""
        if not options.symbol.strip():
            return nothing()
        service = Service("AkShare", environment)
        wanted = {
            "uid": "",
            "keyword": options.symbol.strip(),
            "type": [_KIND],
            "client": "web",
            "clientType": "web",
            "clientVersion": "curr",
            "param": {
                _KIND: {
                    "searchScope": "default",
                    "sort": "default",
                    "pageIndex": 1,
                    "pageSize": options.top_n,
                    "preTag": "",
                    "postTag": "",
                }
            },
        }
        params = {"cb": "found", "param": json.dumps(wanted, ensure_ascii=False)}
        answer = await service.ask(HttpRequest("GET", SEARCH, params=params))
        _, opened, rest = answer.text.partition("(")
        try:
            reply = json.loads(rest.rstrip().rstrip(";").removesuffix(")")) if opened else None
        except (ValueError, RecursionError) as error:
            raise service.malformed("no news") from error
        if not isinstance(at(reply, "result"), dict):
            raise service.malformed("no news")
        articles = objects(reply, "result", _KIND)[: options.top_n]
        return found(
            (
                Found(
                    text_of(words(item, "title")),
                    words(item, "url"),
                    f"{words(item, 'date')} {words(item, 'mediaName')}\n"
                    f"{text_of(words(item, 'content'))}".strip(),
                )
                for item in articles
            ),
            articles,
        )
