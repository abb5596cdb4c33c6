"""DeepL: translate a text."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Words, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

PAID = "https://api.deepl.com/v2/translate"
FREE = "https://api-free.deepl.com/v2/translate"
_REMEDIES = {
    403: "the key is not valid",
    413: "the text is too long for one request",
    456: "the quota of characters is used up",
}


class DeepLOptions(Options):
    """Say what to translate; an empty `source_lang` lets DeepL find out."""

    auth_key: str = Field("", repr=False)
    text: Words = Field("", description="The text to translate.")
    source_lang: str = ""
    target_lang: str = Field("EN-GB", description="Code of the language to translate into.")


@tools.register("DeepL")
class DeepL(Tool[DeepLOptions]):
    """Translate a text."""

    function = "deepl_translate"
    description = "Translate a text into another language."
    asked = ("text", "target_lang")
    options = DeepLOptions

    async def run(self, options: DeepLOptions, environment: Environment) -> ToolResult:
        """Return the translation."""
        if not options.text.strip():
            return nothing()
        service = Service("DeepL", environment, remedies=_REMEDIES).with_key(
            options.auth_key, "auth_key", "https://www.deepl.com"
        )
        body: dict[str, Any] = {"text": [options.text], "target_lang": options.target_lang.upper()}
        if options.source_lang:
            body["source_lang"] = options.source_lang.upper()
        headers = {"Authorization": f"DeepL-Auth-Key {service.key}"}
        url = FREE if service.key.endswith(":fx") else PAID
        reply = await service.json(HttpRequest("POST", url, headers, json=body))
        translations = objects(reply, "translations")
        if not translations or not words(translations[0], "text"):
            raise service.malformed("no translation")
        return ToolResult(str(translations[0]["text"]), translations)
