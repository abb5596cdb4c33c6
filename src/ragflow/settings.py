"""Settings: one frozen tree, read from the environment (`RAGFLOW_…`) and nowhere else.

Nested names join with two underscores: `RAGFLOW_DATABASE__URL`, `RAGFLOW_LIMITS__FILE_MIB`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "RAGFLOW_"
NESTED = "__"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSettings(_Section):
    """Where the server listens and what it takes in."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(9380, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    max_body_mib: int = Field(1024, description="Largest upload request, in MiB.")
    max_json_mib: int = Field(32, description="Largest request body that is no upload, in MiB.")
    mcp_hosts: tuple[str, ...] = Field(
        (),
        description="Host names under which /mcp is served, besides http.host and this machine's "
        "own; *: any.",
    )
    keep_alive_seconds: int = Field(
        75, ge=1, description="How long an idle connection is kept for the next request."
    )


class DatabaseSettings(_Section):
    """Where metadata and chunks live."""

    url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy URL; empty: SQLite in the data directory."
    )
    jobs_url: SecretStr = Field(
        SecretStr(""), description="URL of the job store; empty: beside the metadata."
    )
    pool_size: int = Field(8, description="Connections kept per process.")


class BlobSettings(_Section):
    """Where files live."""

    url: str = Field(
        "", description="file://, s3://, gs:// or az:// URL; empty: the data directory."
    )
    endpoint: str = Field("", description="Endpoint of an S3-compatible server.")
    region: str = Field("", description="Region of the bucket.")
    access_key_id: str = Field("", description="Access key of the bucket.")
    secret_access_key: SecretStr = Field(SecretStr(""), description="Secret key of the bucket.")
    allow_http: bool = Field(False, description="Allow an endpoint without TLS.")


class SearchSettings(_Section):
    """Which search engine serves retrieval."""

    engine: str = Field(
        "lancedb", description="Registered engine; memory serves one process only, for tests."
    )
    directory: Path | None = Field(
        None, description="Where it keeps files; empty: the data directory."
    )
    optimise_every: int = Field(64, description="Commits between two merges of small writes.")


class ModelSettings(_Section):
    """Which models answer when a tenant has chosen none."""

    embedding: str = Field("multilingual-e5-small", description="Default embedding model.")
    chat: str = Field("extractive", description="Default chat model.")
    vision: str = Field("", description="Default image-to-text model; empty: none.")
    speech: str = Field("", description="Default speech-to-text model; empty: none.")
    base_url: str = Field(
        "", description="OpenAI-compatible endpoint for model@OpenAI-API-Compatible."
    )
    api_key: SecretStr = Field(SecretStr(""), description="Key for that endpoint.")
    ollama_url: str = Field("", description="Ollama server, e.g. http://127.0.0.1:11434.")
    rerank_url: str = Field(
        "", description="Base of a /rerank call that serves rerank names without a provider."
    )
    rerank_api_key: SecretStr = Field(SecretStr(""), description="Key for that call.")
    allowed_private_hosts: tuple[str, ...] = Field(
        (), description="Hosts in private networks that tenants may name as model servers."
    )
    directory: Path | None = Field(
        None, description="Model store; empty: a cache shared by all data directories."
    )
    onnx_directory: Path | None = Field(None, description="A local ONNX embedding model to offer.")
    threads: int = Field(2, description="CPU threads per local model.")
    idle_seconds: float = Field(
        120.0, description="Unload a local model after this long without use."
    )
    request_seconds: float = Field(120.0, description="Longest wait for a remote model.")


class AnswersSettings(_Section):
    """How assistants answer."""

    sql_rows: int = Field(
        100_000,
        ge=0,
        description="Most rows of tables that one question is answered from by SQL; with more it "
        "is searched for as usual. 0: never.",
    )
    sql_seconds: float = Field(2.0, gt=0, description="Longest time of such a query.")


class AgentSettings(_Section):
    """What agents may reach, and what one run may take."""

    steps: int = Field(500, gt=0, description="Most components that one run of an agent runs.")
    seconds: float = Field(1200.0, gt=0, description="Longest time of one run of an agent.")
    tokens: int = Field(
        1_000_000, gt=0, description="Most tokens that one run has models read and write."
    )
    parallel: int = Field(5, gt=0, description="Components of one run that work at once.")
    rounds: int = Field(20, gt=0, description="Most rounds of tool calls of one Agent component.")
    text_chars: int = Field(
        1_000_000, ge=1, description="Longest text that a file or a tool may give to a model."
    )
    keep_runs: int = Field(
        1000, ge=1, description="Runs kept of each agent, with what happened in them."
    )
    code_sandbox: Literal["auto", "sandlock", "bubblewrap", "remote", "off"] = Field(
        "auto",
        description="Where the code of agents runs. auto: in the first of sandlock, bubblewrap and "
        "agents.sandbox_url that holds; where none does, no code runs.",
    )
    sandbox_url: str = Field(
        "", description="A sandbox server with RAGFlow's /run call, e.g. http://127.0.0.1:9385."
    )
    code_seconds: float = Field(10.0, gt=0, description="Longest time of one script.")
    code_memory_mib: int = Field(
        256, ge=64, description="Most memory of one script, in MiB; Python itself takes 30 of them."
    )
    code_output_kib: int = Field(
        1024, gt=0, description="Most that one script may return, and print, in KiB."
    )
    code_parallel: int = Field(
        4,
        gt=0,
        description="Scripts that run at once per process; those of one tenant take half of the "
        "places at most.",
    )
    allowed_private_hosts: tuple[str, ...] = Field(
        (), description="Hosts in private networks that the tools of agents may reach."
    )
    sqlite_directory: Path | None = Field(
        None,
        description="Folder of SQLite files that every agent may query; empty: none.",
    )
    sql_writes: bool = Field(
        False,
        description="Whether agents may change rows of databases that they are given access to.",
    )
    sql_seconds: float = Field(
        60.0, gt=0, description="Longest time of a query that an agent makes, in seconds."
    )
    mail_seconds: float = Field(
        60.0, gt=0, description="Longest time that an agent may take to send a message, in seconds."
    )
    http_mib: float = Field(
        8.0, gt=0, description="Longest answer that a tool takes from the web, unpacked, in MiB."
    )
    http_seconds: float = Field(
        120.0, gt=0, description="Longest time that one request of a tool may take."
    )
    mcp_commands: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Commands that start MCP servers on this machine, as a JSON object of names "
        'and command lines: {"files": ["uvx", "mcp-server-files", "/data"]}. Tenants name them; '
        "they never choose a command.",
    )
    mcp_processes: int = Field(
        8, ge=1, description="Most commands of MCP servers that run at once per process."
    )
    mcp_start_seconds: float = Field(
        20.0, gt=0, description="Longest time to reach or start an MCP server, and to list tools."
    )
    mcp_call_seconds: float = Field(
        120.0, gt=0, description="Longest time of one call of a tool of an MCP server."
    )
    mcp_answer_mib: int = Field(
        4, ge=1, description="Most that an MCP server may answer at once, in MiB."
    )


class AccountSettings(_Section):
    """Who may make accounts, and how people sign in."""

    self_registration: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether people may make accounts by themselves. auto: yes on a server that "
        "listens on a loopback address only, elsewhere until the first account is claimed.",
    )
    session_days: float = Field(7.0, gt=0, description="How long a sign-in lasts, in days.")
    failures_per_email: int = Field(
        10, gt=0, description="Failed sign-ins of one email after which it has to wait."
    )
    failures_per_address: int = Field(
        100, gt=0, description="Failed sign-ins from one address after which it has to wait."
    )
    failure_minutes: float = Field(
        10.0, gt=0, description="How long a failed sign-in counts, in minutes."
    )


class LimitSettings(_Section):
    """What one file may cost."""

    file_mib: int = Field(128, description="Largest document that is parsed, in MiB.")
    files_per_tenant: int = Field(
        0, description="Most documents, and most files, of a tenant; 0: no limit."
    )
    parse_seconds: float = Field(600.0, description="Longest time to parse one document.")
    parse_memory_mib: int = Field(2048, description="Most memory of a parsing process, in MiB.")
    unpacked_mib: int = Field(512, description="Most bytes an archive may unpack to, in MiB.")
    zip_files: int = Field(1000, gt=0, description="Most files of an uploaded ZIP archive.")
    zip_mib: int = Field(
        1024, gt=0, description="Most bytes an uploaded ZIP archive may unpack to, in MiB."
    )
    zip_ratio: int = Field(
        200, gt=0, description="Most times its own size an uploaded ZIP archive may unpack to."
    )
    text_chars: int = Field(50_000_000, description="Most characters taken from one document.")
    pages: int = Field(5000, description="Most pages of one document.")
    ocr_pages: int = Field(
        1000,
        ge=0,
        description="Most pages of one document whose text is recognised; 0: no recognition.",
    )
    ocr_page_seconds: float = Field(
        60.0,
        ge=0,
        description="What each page that is recognised adds to limits.parse_seconds, in seconds.",
    )
    enrich_tokens: int = Field(
        1_000_000,
        ge=0,
        description="Most tokens that a chat model may read and write for one enrichment of one "
        "document, such as its keywords; the rest is done without it. 0: no limit.",
    )
    enrich_calls: int = Field(
        4, ge=1, description="Questions that one document may have open at a chat model at once."
    )


class WorkerSettings(_Section):
    """How background work runs."""

    processes: int = Field(1, description="Worker processes that serve starts; 0: none here.")
    concurrency: int = Field(2, description="Documents in work at once per worker.")
    lease_seconds: float = Field(
        6.0, description="A worker silent for this long is taken for dead."
    )
    poll_seconds: float = Field(0.3, description="How often a worker looks for new jobs.")
    nice: int = Field(
        10,
        ge=0,
        le=19,
        description="How far workers and their parsers give way to questions; 0: not at all.",
    )


class CompatSettings(_Section):
    """Which generation of clients the server speaks to."""

    level: Literal["0.20", "0.21", "0.22", "0.23", "0.24", "0.25", "0.26", "0.27"] = Field(
        "0.20", description="Generation of clients served; a URL prefix such as /v027 overrides it."
    )
    universal_agent_streams: bool = Field(
        False,
        description="Whether streams of agents also carry the answer so far, and end without "
        "[DONE], so that ragflow-sdk 0.20 can read them.",
    )
    resume_method: bool = Field(
        False,
        description="Whether documents may be given the chunk method resume, which the clients "
        "served do not know.",
    )


class Settings(BaseSettings):
    """Hold every setting of the product."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTED, frozen=True, extra="ignore"
    )

    data_dir: Path = Field(Path("ragflow-data"), description="Where embedded stores live.")
    language: Literal["English", "Chinese"] = Field(
        "English", description="Language of new datasets."
    )
    http: HttpSettings = Field(default_factory=HttpSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    blobs: BlobSettings = Field(default_factory=BlobSettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    answers: AnswersSettings = Field(default_factory=AnswersSettings)
    agents: AgentSettings = Field(default_factory=AgentSettings)
    accounts: AccountSettings = Field(default_factory=AccountSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    worker: WorkerSettings = Field(default_factory=WorkerSettings)
    compat: CompatSettings = Field(default_factory=CompatSettings)
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )


def environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a child process: this one's, changed by `overrides`."""
    return {**os.environ, **overrides}


def variable_names() -> list[str]:
    """Return the names of the variables in the environment."""
    return list(os.environ)


def default_model_directory() -> Path:
    """Return the model store that all data directories of a user share."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ragflow" / "models"
