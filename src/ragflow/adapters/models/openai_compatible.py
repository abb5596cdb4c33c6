"""OpenAI-compatible: models of all kinds over the API that most servers speak.

Reranking takes the `/rerank` call of Jina, Cohere, vLLM and Xinference, and that of
text-embeddings-inference, which names its fields differently.
"""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.openai_senses import OpenAiSpeech, OpenAiVision
from ragflow.adapters.models.openai_turns import messages_of, tool_fields
from ragflow.adapters.models.provider import Endpoint, providers
from ragflow.adapters.models.remote import RemoteCalls, RemoteModel
from ragflow.adapters.models.tool_calls import ToolCallGatherer
from ragflow.adapters.models.vectors import unit_rows
from ragflow.adapters.models.windows import context_tokens
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BASE_URLS = {
    "BaiChuan": "https://api.baichuan-ai.com/v1",
    "Cohere": "https://api.cohere.com/compatibility/v1",
    "DeepInfra": "https://api.deepinfra.com/v1/openai",
    "DeepSeek": "https://api.deepseek.com/v1",
    "Groq": "https://api.groq.com/openai/v1",
    "Jina": "https://api.jina.ai/v1",
    "MiniMax": "https://api.minimaxi.com/v1",
    "Moonshot": "https://api.moonshot.cn/v1",
    "NVIDIA": "https://integrate.api.nvidia.com/v1",
    "OpenAI": "https://api.openai.com/v1",
    "OpenRouter": "https://openrouter.ai/api/v1",
    "SILICONFLOW": "https://api.siliconflow.cn/v1",
    "StepFun": "https://api.stepfun.com/v1",
    "TogetherAI": "https://api.together.xyz/v1",
    "Tongyi-Qianwen": "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "VolcEngine": "https://ark.cn-beijing.volces.com/api/v3",
    "Voyage AI": "https://api.voyageai.com/v1",
    "ZHIPU-AI": "https://open.bigmodel.cn/api/paas/v4",
    "xAI": "https://api.x.ai/v1",
}
SELF_HOSTED = (
    "GPUStack",
    "LM-Studio",
    "LocalAI",
    "OpenAI-API-Compatible",
    "TEI",
    "VLLM",
    "Xinference",
)
_RERANK_URLS = {"Cohere": "https://api.cohere.com/v2/rerank"}
_EMBEDDING_BATCH = 32  # most vendors take more, some no more than this
_EMBEDDING_TOKENS = 8000
_MOST_TOKENS_PER_CHARACTER = 4  # no token is shorter than a byte
_SMALL_BATCHES = {"Tongyi-Qianwen": 10}
_RERANK_BATCH = 64


@providers.register(*BASE_URLS, *SELF_HOSTED)
class OpenAiCompatible:
    """Offer the models behind one OpenAI-compatible endpoint."""

    def __init__(self, endpoint: Endpoint, clients: HttpClients) -> None:
        self._endpoint = endpoint
        self._clients = clients

    def chat(self, model: str) -> OpenAiChat:
        """Return a chat model."""
        return OpenAiChat(self._calls(model), self._url("chat/completions"))

    def embedding(self, model: str) -> OpenAiEmbedding:
        """Return an embedding model."""
        batch = _SMALL_BATCHES.get(self._endpoint.factory, _EMBEDDING_BATCH)
        return OpenAiEmbedding(self._calls(model), self._url("embeddings"), batch)

    def rerank(self, model: str) -> HttpRerank:
        """Return a rerank model."""
        own = "" if self._endpoint.base_url else _RERANK_URLS.get(self._endpoint.factory, "")
        return HttpRerank(
            self._calls(model), own or self._url("rerank"), tei=self._endpoint.factory == "TEI"
        )

    def vision(self, model: str) -> OpenAiVision:
        """Return an image-to-text model."""
        return OpenAiVision(self._calls(model), self._url("chat/completions"))

    def speech(self, model: str) -> OpenAiSpeech:
        """Return a speech-to-text model."""
        return OpenAiSpeech(self._calls(model), self._url("audio/transcriptions"))

    def _calls(self, model: str) -> RemoteCalls:
        key = self._endpoint.api_key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return RemoteCalls(model, self._endpoint, self._clients, headers)

    def _url(self, path: str) -> str:
        base = (self._endpoint.base_url or BASE_URLS.get(self._endpoint.factory, "")).rstrip("/")
        if base.endswith("/" + path):
            return base
        return f"{base}/{path}"


class OpenAiChat(RemoteModel):
    """Stream answers from `/chat/completions`."""

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
        body = {
            "model": self.name,
            "messages": messages_of(turns),
            "stream": True,
            **sampling_fields(options),
            **tool_fields(tools),
        }
        gatherer = ToolCallGatherer(turns, self._calls.unavailable)
        async with aclosing(self._calls.events(self._url, body)) as events:
            async for event in events:
                delta = _delta(event)
                gatherer.add(delta.get("tool_calls") or ())
                content = delta.get("content") or delta.get("refusal") or ""
                reasoning = delta.get("reasoning_content") or delta.get("reasoning") or ""
                if content or reasoning:
                    yield ModelDelta(content, reasoning)
        if calls := gatherer.calls():
            yield ModelDelta(tool_calls=calls)


class OpenAiEmbedding:
    """Embed through `/embeddings`."""

    def __init__(self, calls: RemoteCalls, url: str, batch: int = _EMBEDDING_BATCH) -> None:
        self._calls = calls
        self._url = url
        self._batch = batch
        self._dimensions = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._calls.model

    @property
    def dimensions(self) -> int:
        """Return the length of the vectors; the server is asked once. Raises `ModelUnavailable`."""
        with self._lock:
            if not self._dimensions:
                self._dimensions = self._ask(["dimensions"]).shape[1]
            return self._dimensions

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:  # noqa: ARG002 - the API has no kinds
        """Return a matrix (len(texts), dimensions) of unit rows. Raises `ModelUnavailable`."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return np.concatenate(
            [
                self._ask(texts[start : start + self._batch])
                for start in range(0, len(texts), self._batch)
            ]
        )

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        wanted = [_embeddable(text) for text in texts]
        reply = self._calls.post(
            self._url, {"model": self.name, "input": wanted, "encoding_format": "float"}
        )
        try:
            rows = sorted(reply["data"], key=lambda row: int(row["index"]))
            return unit_rows([row["embedding"] for row in rows], len(texts))
        except (KeyError, TypeError, ValueError) as error:
            raise self._calls.unavailable("its reply has no embeddings") from error


class HttpRerank:
    """Score texts through `/rerank`; `tei` chooses the fields of text-embeddings-inference."""

    def __init__(self, calls: RemoteCalls, url: str, tei: bool = False) -> None:
        self._calls = calls
        self._url = url
        self._tei = tei

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._calls.model

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score in [0, 1] for each text, in order. Raises `ModelUnavailable`."""
        found: list[float] = []
        for start in range(0, len(texts), _RERANK_BATCH):
            found += self._ask(question, texts[start : start + _RERANK_BATCH])
        return as_shares(found)

    def _ask(self, question: str, texts: Sequence[str]) -> list[float]:
        body: dict[str, Any] = {"query": question, "model": self.name}
        if self._tei:
            body |= {"texts": list(texts), "truncate": True}
        else:
            body |= {"documents": list(texts), "top_n": len(texts)}
        reply = self._calls.post(self._url, body)
        try:
            rows = reply if isinstance(reply, list) else reply["results"]
            scores = [0.0] * len(texts)
            for row in rows:
                score = row["score"] if "score" in row else row["relevance_score"]
                scores[int(row["index"])] = float(score)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._calls.unavailable("its reply has no scores") from error
        return scores


def as_shares(scores: Sequence[float]) -> list[float]:
    """Return scores in [0, 1]; raw logits, told by values outside of it, pass a sigmoid."""
    if all(0 <= score <= 1 for score in scores):
        return list(scores)
    return [1 / (1 + math.exp(-max(-50.0, min(50.0, score)))) for score in scores]


def sampling_fields(options: SamplingOptions) -> dict[str, Any]:
    """Return the options that are set, under the names of the wire."""
    fields = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "presence_penalty": options.presence_penalty,
        "frequency_penalty": options.frequency_penalty,
        "max_tokens": options.max_tokens,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _embeddable(text: str) -> str:
    """Return what servers accept: not empty, and within the usual limit."""
    if len(text) * _MOST_TOKENS_PER_CHARACTER > _EMBEDDING_TOKENS:
        from ragflow.text.tokens import truncate_tokens

        text = truncate_tokens(text, _EMBEDDING_TOKENS)
    return text or " "


def _delta(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an event adds; some servers send a whole message in one."""
    choices = event.get("choices") or [{}]
    return choices[0].get("delta") or choices[0].get("message") or {}
