"""Rewriting: what is searched for instead of a question, when keywords or languages are asked for.

In: a retrieval request. Out: its question, widened by the tenant's chat model. A model that is not
there, fails or only quotes changes nothing.
"""

from __future__ import annotations

import asyncio

from ragflow.domain.errors import ModelError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import ChatModel, ModelCatalog
from ragflow.generate.questions import in_languages, with_keywords
from ragflow.services.retrieval import RetrievalRequest


class Rewriter:
    """Widen questions; to be called outside of an event loop."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self._catalog = catalog

    def __call__(self, actor: Actor, request: RetrievalRequest) -> str:
        """Return the text to search for."""
        if not request.keyword and not request.cross_languages:
            return request.question
        try:
            model = self._catalog.chat(actor.tenant_id, "")
        except ModelError:
            return request.question
        return asyncio.run(_rewritten(model, request))


async def _rewritten(model: ChatModel, request: RetrievalRequest) -> str:
    text = await in_languages(model, request.question, request.cross_languages)
    return await with_keywords(model, text) if request.keyword else text
