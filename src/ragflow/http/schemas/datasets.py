"""What dataset routes take in, checked strictly: unknown keys and other types are refused."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ragflow.http.compat import Level
from ragflow.http.schemas.metadata import MetadataPlan
from ragflow.http.schemas.parser_config import ParserConfig

_LONGEST_CONFIG = 65_535
_PICTURE_TYPES = ("image/jpeg", "image/png")

ChunkMethod = Literal[
    "naive",
    "book",
    "email",
    "laws",
    "manual",
    "one",
    "paper",
    "picture",
    "presentation",
    "qa",
    "table",
    "tag",
]


def _uuid1(value: str) -> str:
    try:
        parsed = UUID(value)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 1:
        raise PydanticCustomError("invalid_uuid1", "Invalid UUID1 format")
    return parsed.hex


def _avatar(value: str) -> str:
    prefix, comma, _ = value.partition(",")
    if not comma:
        raise PydanticCustomError(
            "avatar", "Missing MIME prefix. Expected format: data:<mime>;base64,<data>"
        )
    if not prefix.startswith("data:"):
        raise PydanticCustomError("avatar", "Invalid MIME prefix format. Must start with 'data:'")
    if prefix.removeprefix("data:").partition(";")[0] not in _PICTURE_TYPES:
        raise PydanticCustomError(
            "avatar", "Unsupported MIME type. Allowed: ['image/jpeg', 'image/png']"
        )
    return value


def _model_name(value: str) -> str:
    name, sign, provider = value.partition("@")
    if not sign:
        raise PydanticCustomError(
            "embedding_model",
            "Embedding model identifier must follow <model_name>@<provider> format",
        )
    if not name.strip() or not provider.strip():
        raise PydanticCustomError(
            "embedding_model", "Both model_name and provider must be non-empty strings"
        )
    return value


def _small(config: ParserConfig) -> ParserConfig:
    size = len(json.dumps(config.model_dump(), ensure_ascii=False))
    if size > _LONGEST_CONFIG:
        raise PydanticCustomError(
            "parser_config",
            "Parser config exceeds size limit (max 65,535 characters). Current size: {size}",
            {"size": f"{size:,}"},
        )
    return config


def _each_once(ids: list[str]) -> list[str]:
    twice = [each for each in dict.fromkeys(ids) if ids.count(each) > 1]
    if twice:
        raise PydanticCustomError(
            "duplicate_ids", "Duplicate ids: '{ids}'", {"ids": ", ".join(twice)}
        )
    return ids


Uuid1 = Annotated[str, AfterValidator(_uuid1)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Avatar = Annotated[str, StringConstraints(max_length=65_535), AfterValidator(_avatar)]
Description = Annotated[str, StringConstraints(max_length=65_535)]
ModelName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=255),
    AfterValidator(_model_name),
]
SmallParserConfig = Annotated[ParserConfig, AfterValidator(_small)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateDataset(_Strict):
    """Body of POST /datasets."""

    name: Name
    avatar: Avatar | None = None
    description: Description | None = None
    embedding_model: ModelName | None = None
    permission: Literal["me", "team"] = "me"
    chunk_method: ChunkMethod = "naive"
    parser_config: SmallParserConfig | None = None
    auto_metadata_config: MetadataPlan | None = None

    def full_parser_config(self) -> dict[str, Any] | None:
        """Return the configuration with every default filled in, None where none was given."""
        config = self.parser_config
        return config.model_dump() if config and config.model_fields_set else None

    def metadata_plan(self) -> dict[str, Any] | None:
        """Return which meta fields are wanted, None where that was left open."""
        return self.auto_metadata_config.stored() if self.auto_metadata_config else None


class UpdateDataset(_Strict):
    """Body of PUT /datasets/{id}; absent fields stay as they are."""

    dataset_id: Uuid1
    name: Name = ""
    avatar: Avatar | None = None
    description: Description | None = None
    embedding_model: ModelName | None = None
    permission: Literal["me", "team"] = "me"
    chunk_method: ChunkMethod = "naive"
    pagerank: int = Field(0, ge=0, le=100)
    parser_config: SmallParserConfig | None = None

    def changed_values(self) -> dict[str, Any]:
        """Return the fields that were sent, without the parser configuration."""
        sent = self.model_fields_set - {"dataset_id", "parser_config"}
        values = {name: getattr(self, name) for name in sent}
        if values.get("embedding_model", "") is None:
            del values["embedding_model"]
        return values

    def changed_parser_config(self) -> dict[str, Any] | None:
        """Return the keys of the configuration that were sent."""
        return self.parser_config.model_dump(exclude_unset=True) if self.parser_config else None


class DeleteDatasets(_Strict):
    """Body of DELETE /datasets; null means all, unless `delete_all` is sent as false."""

    ids: Annotated[list[Uuid1], AfterValidator(_each_once)] | None
    delete_all: bool | None = None

    def wanted(self, level: Level) -> list[str] | None:
        """Return the ids to delete, None for all; since 0.25 that takes `delete_all`."""
        if self.delete_all and not self.ids:
            return None
        if self.ids is None and (self.delete_all is False or level >= Level.V0_25):
            return []
        return self.ids


class ListDatasets(_Strict):
    """Query of GET /datasets."""

    page: int = Field(1, ge=1, description="Page, from 1.")
    page_size: int = Field(30, ge=1, description="Objects on a page.")
    orderby: Literal["create_time", "update_time"] = Field(
        "create_time", description="Field to order by."
    )
    desc: bool = Field(True, description="False for the smallest first.")
    id: Uuid1 | None = Field(None, description="Id of one dataset.")
    ids: list[Uuid1] | None = Field(None, description="Ids of some datasets.")
    name: str | None = Field(None, description="Name of one dataset.")
