"""any-llm: Anthropic, Azure, Bedrock, Gemini and Mistral through the any-llm SDK.

The SDK and its vendors' packages come with the extra `vendors` and are imported at the first call.
Their packages make their own connections, past the guarded client, so that an address that a tenant
supplied is refused unless the vendor's own API answers there: on other hosts of the same cloud
anybody can run a server, which may redirect. Without a key of the tenant's nothing is called, since
those packages would take the operator's from the environment.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import httpx

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.openai_compatible import sampling_fields
from ragflow.adapters.models.openai_senses import picture_message, said
from ragflow.adapters.models.openai_turns import messages_of, refusal, tool_fields
from ragflow.adapters.models.provider import Endpoint, providers
from ragflow.adapters.models.tool_calls import ToolCallGatherer
from ragflow.adapters.models.vectors import unit_rows
from ragflow.adapters.models.windows import context_tokens
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VENDORS = {
    "Anthropic": "anthropic",
    "Azure-OpenAI": "azureopenai",
    "Bedrock": "bedrock",
    "Gemini": "gemini",
    "Mistral": "mistral",
}
_AZURE = r"[a-z0-9-]+\.(openai|cognitiveservices|services\.ai)\.azure\.(com|us|cn)"
_OWN_HOSTS = {
    "Anthropic": re.compile(r"api\.anthropic\.com"),
    "Azure-OpenAI": re.compile(_AZURE),
    "Bedrock": re.compile(r"bedrock[a-z-]*\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"),
    "Gemini": re.compile(r"generativelanguage\.googleapis\.com"),
    "Mistral": re.compile(r"(api|codestral)\.mistral\.ai"),
}
_EMBEDDING_BATCH = 32
_RETRIES = 3


@providers.register(*_VENDORS)
class AnyLlm:
    """Offer the models of a vendor with an API of its own."""

    def __init__(self, endpoint: Endpoint, clients: HttpClients) -> None:  # noqa: ARG002
        self._endpoint = endpoint

    def chat(self, model: str) -> AnyLlmChat:
        """Return a chat model."""
        return AnyLlmChat(_Vendor(model, self._endpoint))

    def embedding(self, model: str) -> AnyLlmEmbedding:
        """Return an embedding model."""
        return AnyLlmEmbedding(_Vendor(model, self._endpoint))

    def vision(self, model: str) -> AnyLlmVision:
        """Return an image-to-text model."""
        return AnyLlmVision(_Vendor(model, self._endpoint))


class _Vendor:
    """Hold what every call to a vendor needs."""

    def __init__(self, model: str, endpoint: Endpoint) -> None:
        self.model = model
        self._endpoint = endpoint

    @asynccontextmanager
    async def client(self, tools: Sequence[ToolSpec] = ()) -> AsyncIterator[Any]:
        """Lend the vendor's client and turn its failures into `ModelUnavailable`."""
        base = self._endpoint.base_url
        if not self._endpoint.api_key:
            raise self.unavailable(f"no key of {self._endpoint.factory} is set")
        if base and not self._endpoint.trusted and not self._is_own(httpx.URL(base)):
            raise self.unavailable(f"{base} is no address of {self._endpoint.factory}")
        try:
            from any_llm import AnyLLM
            from any_llm.exceptions import (
                AnyLLMError,
                InvalidRequestError,
                UnsupportedParameterError,
            )
        except ImportError as error:
            raise self.unavailable(f"install ragflow-engine[vendors] ({error})") from error
        try:
            client = AnyLLM.create(
                _VENDORS[self._endpoint.factory],
                api_key=self._endpoint.api_key,
                api_base=base or None,
                unified_exceptions=True,
                max_retries=_RETRIES,
            )
            try:
                yield client
            finally:
                await _close(client)
        except ImportError as error:
            raise self.unavailable(f"install ragflow-engine[vendors] ({error})") from error
        except (InvalidRequestError, UnsupportedParameterError) as error:
            raise self.unavailable(refusal(str(error), tools)) from error
        except (AnyLLMError, NotImplementedError, ValueError) as error:
            raise self.unavailable(str(error) or type(error).__name__) from error

    def unavailable(self, reason: str) -> ModelUnavailable:
        """Return the error for a reason, with the key masked."""
        if self._endpoint.api_key:
            reason = reason.replace(self._endpoint.api_key, "***")
        return ModelUnavailable(name=self.model, reason=reason)

    def _is_own(self, url: httpx.URL) -> bool:
        own = _OWN_HOSTS[self._endpoint.factory]
        return url.scheme == "https" and own.fullmatch(url.host) is not None


class AnyLlmChat:
    """Stream answers from a vendor."""

    def __init__(self, vendor: _Vendor) -> None:
        self._vendor = vendor

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._vendor.model

    @property
    def generative(self) -> bool:
        """Return True: it writes text of its own."""
        return True

    @property
    def context_tokens(self) -> int:
        """Return the size of the model's window in tokens, as far as its name tells."""
        return context_tokens(self.name)

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),  # noqa: ARG002 - the turns quote them
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        """Yield the answer in pieces. Raises `ModelUnavailable`."""
        gatherer = ToolCallGatherer(turns, self._vendor.unavailable)
        async with self._vendor.client(tools) as client:
            chunks = await client.acompletion(
                model=self.name,
                messages=messages_of(turns),
                stream=True,
                **sampling_fields(options),
                **tool_fields(tools),
            )
            async for chunk in chunks:
                delta = chunk.choices[0].delta if chunk.choices else None
                calls = getattr(delta, "tool_calls", None) or ()
                gatherer.add(call.model_dump() for call in calls)
                content = getattr(delta, "content", None) or getattr(delta, "refusal", None) or ""
                reasoning = getattr(getattr(delta, "reasoning", None), "content", None) or ""
                if content or reasoning:
                    yield ModelDelta(content, reasoning)
        if gathered := gatherer.calls():
            yield ModelDelta(tool_calls=gathered)


class AnyLlmVision:
    """Describe pictures with a vendor's chat models."""

    def __init__(self, vendor: _Vendor) -> None:
        self._vendor = vendor

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._vendor.model

    def describe(self, picture: bytes, prompt: str) -> str:
        """Return what the model says of a JPEG or PNG. Raises `ModelUnavailable`."""
        return asyncio.run(self._describe(picture, prompt))

    async def _describe(self, picture: bytes, prompt: str) -> str:
        async with self._vendor.client() as client:
            messages = [picture_message(picture, prompt)]
            reply = await client.acompletion(model=self.name, messages=messages)
            return said(reply.choices[0].message.content if reply.choices else "")


class AnyLlmEmbedding:
    """Embed through a vendor."""

    def __init__(self, vendor: _Vendor) -> None:
        self._vendor = vendor
        self._dimensions = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._vendor.model

    @property
    def dimensions(self) -> int:
        """Return the length of the vectors; the vendor is asked once. Raises `ModelUnavailable`."""
        with self._lock:
            if not self._dimensions:
                self._dimensions = asyncio.run(self._ask(["dimensions"])).shape[1]
            return self._dimensions

    def embed(
        self,
        texts: Sequence[str],
        kind: Literal["query", "passage"],  # noqa: ARG002 - the API has no kinds
    ) -> NDArray[np.float32]:
        """Return a matrix (len(texts), dimensions) of unit rows. Raises `ModelUnavailable`."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        starts = range(0, len(texts), _EMBEDDING_BATCH)
        batches = (texts[at : at + _EMBEDDING_BATCH] for at in starts)
        return np.concatenate([asyncio.run(self._ask(batch)) for batch in batches])

    async def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        wanted = [text or " " for text in texts]
        async with self._vendor.client() as client:
            reply = await client.aembedding(self.name, wanted)
            return unit_rows([row.embedding for row in reply.data], len(texts))


async def _close(client: Any) -> None:
    """Close the connections of a vendor's own client, which any-llm leaves open."""
    close = getattr(getattr(client, "client", None), "close", None)
    closing = close() if close is not None else None
    if inspect.isawaitable(closing):
        await closing
