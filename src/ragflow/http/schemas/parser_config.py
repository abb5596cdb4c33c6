"""The parser configuration of datasets, as it may be sent: every key known, every type exact."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_RAPTOR_PROMPT = (
    "Please summarize the following paragraphs. Be careful with the numbers, do not make things"
    " up. Paragraphs as following:\n      {cluster_content}\nThe above is the content you need"
    " to summarize."
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RaptorConfig(_Strict):
    """Settings of recursive summaries."""

    use_raptor: bool = False
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = _RAPTOR_PROMPT
    max_token: int = Field(256, ge=1, le=2048)
    threshold: float = Field(0.1, ge=0.0, le=1.0)
    max_cluster: int = Field(64, ge=1, le=1024)
    random_seed: int = Field(0, ge=0)


class GraphConfig(_Strict):
    """Settings of the knowledge graph."""

    use_graphrag: bool = False
    entity_types: list[str] = Field(
        default_factory=lambda: ["organization", "person", "geo", "event", "category"]
    )
    method: Literal["light", "general"] = "light"
    community: bool = False
    resolution: bool = False


class ParserConfig(_Strict):
    """Settings of parsing and chunking."""

    auto_keywords: int = Field(0, ge=0, le=32)
    auto_questions: int = Field(0, ge=0, le=10)
    chunk_token_num: int = Field(512, ge=1, le=2048)
    delimiter: Annotated[str, StringConstraints(min_length=1)] = r"\n"
    graphrag: GraphConfig = Field(default_factory=GraphConfig)
    html4excel: bool = False
    layout_recognize: str = "DeepDOC"
    raptor: RaptorConfig = Field(default_factory=RaptorConfig)
    tag_kb_ids: list[str] = Field(default_factory=list)
    topn_tags: int = Field(1, ge=1, le=10)
    filename_embd_weight: float | None = Field(0.1, ge=0.0, le=1.0)
    task_page_size: int | None = Field(None, ge=1)
    pages: list[list[int]] | None = None
