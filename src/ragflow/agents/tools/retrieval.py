"""Search in datasets: chunks that answer a question, to be cited.

In: a question and datasets, by id or by name. Out: the best chunks. Refused: a search in no dataset
and in those that the caller may not use. Where nothing is found, a text that the author chose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ragflow.agents.environment import Environment, SearchWanted
from ragflow.agents.options import Options
from ragflow.agents.sources import sources_of
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Words
from ragflow.domain.errors import Conflict, InvalidInput, ModelError, NotFound, ToolFailed


def _names(value: Any) -> tuple[str, ...]:
    """Return what a canvas may call a list of datasets or of languages, as a flat list."""
    return tuple(dict.fromkeys(_flat(value)))


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _flat(value.get("id") or value.get("value") or value.get("name"))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    elif value is not None and (text := str(value).strip()):
        yield text


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class RetrievalOptions(Options):
    """Hold what is searched for and where; `kb_vars` are further datasets."""

    query: Words = Field(
        "",
        description="What to search for, in the words of the question; use as few words as say it.",
    )
    kb_ids: Names = ()
    kb_vars: Names = ()
    similarity_threshold: float = Field(0.2, ge=0, le=1)
    keywords_similarity_weight: float = Field(0.5, ge=0, le=1)
    top_n: int = Field(8, ge=1, le=1000)
    top_k: int = Field(1024, ge=1)
    rerank_id: str = ""
    empty_response: str = ""
    use_kg: bool = False
    cross_languages: Names = ()


@tools.register("Retrieval")
class Retrieval(Tool[RetrievalOptions]):
    """Search in datasets."""

    function = "search_my_dateset"
    description = (
        "Search in the datasets of the user. What it finds is better founded than what you know: "
        "use it whenever a question may be about their content."
    )
    asked = ("query",)
    options = RetrievalOptions

    async def run(self, options: RetrievalOptions, environment: Environment) -> ToolResult:
        """Return chunks as sources. Raises `ToolFailed`."""
        datasets = tuple(dict.fromkeys((*options.kb_ids, *options.kb_vars)))
        if not datasets:
            raise ToolFailed(
                tool="Retrieval", reason="no dataset is chosen to search in: set kb_ids"
            )
        wanted = SearchWanted(
            question=options.query.strip(),
            datasets=datasets,
            similarity_threshold=options.similarity_threshold,
            keywords_similarity_weight=options.keywords_similarity_weight,
            top_n=options.top_n,
            top_k=max(options.top_k, options.top_n),
            rerank_model=options.rerank_id,
            use_kg=options.use_kg,
            cross_languages=options.cross_languages,
        )
        try:
            found = await environment.search(wanted)
        except (NotFound, Conflict, InvalidInput, ModelError) as error:
            raise ToolFailed(tool="Retrieval", reason=str(error)) from error
        sources = sources_of(found.hits)
        if not sources:
            return ToolResult(options.empty_response, data=[])
        text = "\n\n".join(f"{source.document_name}\n{source.content}" for source in sources)
        return ToolResult(text, data=[asdict(source) for source in sources], sources=sources)
