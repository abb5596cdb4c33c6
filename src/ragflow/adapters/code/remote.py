"""A sandbox server elsewhere, which the operator set up: RAGFlow's own, or one that speaks like it.

In: a task. Out: what the server says that `main` returned, which is the last line that it printed,
and what was printed before. Refused with `CodeFailed`: code that failed there; with
`SandboxUnavailable`: a server that does not answer as agreed.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx

from ragflow.adapters.code.base import CodeLimits, setting
from ragflow.adapters.code.results import result_of
from ragflow.adapters.guarded_http import HttpClients
from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import CodeFailed, SandboxUnavailable, spelled_out

_ROOM_SECONDS = 30.0  # for the way, and for a server that has others to serve first


class RemoteRunner:
    """Run code on a sandbox server."""

    name = "remote"

    def __init__(self, url: str, limits: CodeLimits, clients: HttpClients | None = None) -> None:
        self._url = f"{url.rstrip('/')}/run"
        self._limits = limits
        self._clients = clients or HttpClients()
        self._places = asyncio.Semaphore(limits.parallel)

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the code returns. Raises `CodeFailed` or `SandboxUnavailable`."""
        body = {
            "code_b64": base64.b64encode(task.script.encode()).decode(),
            "language": task.language,
            "arguments": dict(task.arguments),
        }
        async with self._places:
            answer = await self._answer(body)
        stdout, stderr = (str(answer.get(name) or "") for name in ("stdout", "stderr"))
        if answer.get("exit_code") or (stderr and not stdout.strip()):
            raise CodeFailed(reason=stderr.strip() or f"exit code {answer.get('exit_code')}")
        printed, _, last = stdout.rstrip().rpartition("\n")
        return CodeResult(result_of(last or "null"), printed, stderr)

    async def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        seconds = self._limits.seconds + _ROOM_SECONDS
        try:
            async with (
                asyncio.timeout(seconds),
                self._clients.async_client(trusted=True, seconds=seconds) as client,
                client.stream("POST", self._url, json=body) as response,
            ):
                content = bytearray()
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > 3 * self._limits.output_bytes:
                        raise CodeFailed(
                            reason=f"it takes more than {self._limits.output_kib} KiB of output; "
                            f"the limit is {setting('output_kib')}"
                        )
        except TimeoutError:
            raise self._unavailable(f"gives no answer in {seconds:g} seconds") from None
        except httpx.HTTPError as error:
            raise self._unavailable(f"cannot be reached: {error or type(error).__name__}") from None
        except ValueError as error:
            raise CodeFailed(reason=f"its arguments cannot be written as JSON: {error}") from None
        if response.status_code != httpx.codes.OK:
            raise self._unavailable(f"answers with status {response.status_code}")
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._unavailable("does not answer with a JSON object")
        return answer

    def _unavailable(self, fault: str) -> SandboxUnavailable:
        where = f"the sandbox server {self._url} ({spelled_out('agents.sandbox_url')})"
        return SandboxUnavailable(reason=f"{where} {fault}")
