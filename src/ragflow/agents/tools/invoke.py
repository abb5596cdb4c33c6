"""Invoke: send a request to an address of the author's choice.

`variables` are the parameters of an address, or the fields of a body. Out: what was answered, as
text; with `clean_html` the text of a page instead of its markup.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.references import as_text
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import read_page
from ragflow.agents.tools.readings import Words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

_REMEDIES = {
    401: "it wants a key; check headers",
    403: "it does not let us in; check headers",
}
_IN_ADDRESS = frozenset({"get", "delete"})


class Variable(BaseModel):
    """Hold one parameter; `ref` counts where there is no `value`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    key: str = ""
    value: Any = None
    ref: Any = None

    @property
    def content(self) -> Any:
        """Return what the parameter is set to."""
        empty = self.value in (None, "") and self.ref is not None
        return self.ref if empty else self.value


def _headers(value: Any) -> Any:
    """Return headers that stand as an object, or as JSON in a text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError('it is no JSON, such as {"Accept": "text/plain"}') from error
    if not isinstance(value, Mapping):
        raise ValueError("it is no object of names and values")
    return {str(name): as_text(content) for name, content in value.items()}


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class InvokeOptions(Options):
    """Describe the request."""

    url: Words = ""
    method: Annotated[Literal["get", "post", "put", "delete", "patch"], BeforeValidator(_lower)] = (
        "get"
    )
    variables: tuple[Variable, ...] = ()
    headers: Annotated[dict[str, str], BeforeValidator(_headers)] = Field({}, repr=False)
    proxy: str = ""
    timeout: float = Field(60, gt=0)
    clean_html: bool = False
    datatype: Annotated[Literal["json", "formdata"], BeforeValidator(_lower)] = "json"


@tools.register("Invoke")
class Invoke(Tool[InvokeOptions]):
    """Send a request."""

    function = "http_request"
    description = "Send the HTTP request that the author of this agent set up."
    asked = ()
    changes_things = True
    options = InvokeOptions
    further_outputs = ("result",)

    @classmethod
    def pointers(cls, options: InvokeOptions) -> Iterator[tuple[str, str]]:
        """Yield what parameters refer to."""
        for variable in options.variables:
            if isinstance(variable.ref, str) and variable.content is variable.ref:
                yield "variables", variable.ref

    async def run(self, options: InvokeOptions, environment: Environment) -> ToolResult:
        """Return what was answered, in the output `result` too."""
        service = Service("Invoke", environment, remedies=_REMEDIES)
        url = options.url.strip()
        if not url:
            raise service.failed("set url to the address to ask")
        if "://" not in url:
            url = f"http://{url}"
        answer = await service.ask(_request(options, url))
        text = answer.text
        if options.clean_html:
            text = (await asyncio.to_thread(read_page, text, answer.url)).content
        return ToolResult(text, _values(answer.text), outputs={"result": text})


def _request(options: InvokeOptions, url: str) -> HttpRequest:
    fields = {variable.key: variable.content for variable in options.variables if variable.key}
    method = options.method.upper()
    common: dict[str, Any] = {
        "headers": options.headers,
        "seconds": options.timeout,
        "proxy": options.proxy.strip(),
    }
    texts = {key: as_text(value) for key, value in fields.items()}
    if options.method in _IN_ADDRESS:
        return HttpRequest(method, url, params=texts, **common)
    if options.datatype == "formdata":
        return HttpRequest(method, url, form=texts, **common)
    return HttpRequest(method, url, json=fields, **common)


def _values(text: str) -> Any:
    """Return an answer of JSON as values, else None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping | list) else None
