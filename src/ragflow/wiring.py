"""Wiring: the only module that chooses adapters.

In: settings. Out: ports, use cases and running processes. Adapters are imported where they are
chosen, so that a process loads only what it uses.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING

import structlog

from ragflow.data_directory import METADATA, prepared
from ragflow.settings import Settings, default_model_directory, environment

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from fastapi import FastAPI

    from ragflow.adapters.guarded_http import AddressGuard
    from ragflow.adapters.models.store import ModelStore
    from ragflow.domain.agent_ports import CodeRunner, HttpGateway, Mailer, SqlGateway, ToolServers
    from ragflow.domain.identity import ProviderAccount
    from ragflow.domain.models import ModelKind
    from ragflow.domain.ports import BlobStore, ModelCatalog, SearchEngine
    from ragflow.domain.repositories import Database
    from ragflow.ingest.pipeline import IngestLimits
    from ragflow.services.accounts import AccountService, Registration
    from ragflow.services.agent_environment import AgentPorts
    from ragflow.services.container import Ports, Services

_MIB = 1 << 20

Announce = Callable[[], None]
"""Told when the API answers."""


def configure_logging(settings: Settings) -> None:
    """Send one line per event to stderr."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                pad_event_to=0,
                pad_level=False,
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def database_url(settings: Settings) -> str:
    """Return where metadata and chunks live."""
    url = settings.database.url.get_secret_value()
    return url or f"sqlite:///{_data_dir(settings) / METADATA}"


def jobs_url(settings: Settings) -> str:
    """Return where jobs live: beside the metadata, in a file of their own on SQLite."""
    database = settings.database
    url = database.jobs_url.get_secret_value() or database.url.get_secret_value()
    return url or f"sqlite:///{_data_dir(settings) / 'jobs.sqlite'}"


def migrate(settings: Settings) -> None:
    """Create or update the tables of the database and of the job store."""
    from ragflow.adapters.db.migrate import migrate as migrate_database
    from ragflow.adapters.jobs.store import prepare_job_store

    migrate_database(database_url(settings))
    prepare_job_store(jobs_url(settings))


def model_store(settings: Settings) -> ModelStore:
    """Return the store of built-in models."""
    from ragflow.adapters.models.store import ModelStore

    return ModelStore(settings.models.directory or default_model_directory())


@contextmanager
def accounts(settings: Settings) -> Iterator[AccountService]:
    """Open accounts and keys alone, whether a server runs or not."""
    from ragflow.adapters.db.migrate import migrate as migrate_database
    from ragflow.adapters.system import RandomIds, SystemClock
    from ragflow.services.accounts import AccountService

    migrate_database(database_url(settings))
    database = _database(settings)
    try:
        yield AccountService(database, SystemClock(), RandomIds())
    finally:
        database.close()


@contextmanager
def ports(settings: Settings) -> Iterator[Ports]:
    """Open every port; the stores must be migrated."""
    from ragflow.adapters.jobs.dbos_queue import DbosJobQueue
    from ragflow.adapters.system import RandomIds, SystemClock
    from ragflow.ingest.isolate import Isolation, IsolationLimits
    from ragflow.services.container import Ports

    database = _database(settings)
    engine = _search_engine(settings)
    queue = DbosJobQueue(jobs_url(settings))
    limits = settings.limits
    allowed = IsolationLimits(limits.parse_seconds, limits.parse_memory_mib)
    isolation = Isolation(allowed, max_calls=1)  # asked seldom: an idle server keeps no process
    try:
        yield Ports(
            database=database,
            blobs=_blob_store(settings),
            engine=engine,
            catalog=_catalog(settings, database),
            queue=queue,
            clock=SystemClock(),
            ids=RandomIds(),
            sandbox=isolation,
            agents=_agent_ports(settings),
        )
    finally:
        isolation.close()
        queue.close()
        engine.close()
        database.close()


@contextmanager
def services(settings: Settings, host: str | None = None) -> Iterator[Services]:
    """Open every port and build the use cases on them, for a server that listens on `host`."""
    from ragflow.adapters.db.migrate import migrate as migrate_database
    from ragflow.agents.environment import AgentLimits
    from ragflow.services.agent_reading import ReadLimits
    from ragflow.services.container import ServiceOptions, build_services
    from ragflow.services.sign_in import SignInLimits
    from ragflow.services.uploads import UnpackLimits

    migrate_database(database_url(settings))  # the queue sees to its store, at its first use
    with ports(settings) as opened:
        options = ServiceOptions(
            language=settings.language,
            files_per_tenant=settings.limits.files_per_tenant,
            unpacking=UnpackLimits(
                settings.limits.zip_files, settings.limits.zip_mib, settings.limits.zip_ratio
            ),
            resume_method=settings.compat.resume_method,
            registration=registration(settings, settings.http.host if host is None else host),
            sign_in=SignInLimits(
                session_days=settings.accounts.session_days,
                failures_per_email=settings.accounts.failures_per_email,
                failures_per_address=settings.accounts.failures_per_address,
                failure_minutes=settings.accounts.failure_minutes,
            ),
            sql_rows=settings.answers.sql_rows,
            sql_seconds=settings.answers.sql_seconds,
            agent_limits=AgentLimits(
                steps=settings.agents.steps,
                seconds=settings.agents.seconds,
                tokens=settings.agents.tokens,
                parallel=settings.agents.parallel,
                rounds=settings.agents.rounds,
                text_chars=settings.agents.text_chars,
            ),
            code_parallel=settings.agents.code_parallel,
            keep_runs=settings.agents.keep_runs,
            reading=ReadLimits(
                settings.limits.file_mib,
                settings.agents.text_chars,
                _ingest_limits(settings).of_parser(),
            ),
            page_models=_page_models(settings),
            mcp_commands=tuple(settings.agents.mcp_commands),
        )
        yield build_services(opened, options)


def registration(settings: Settings, host: str) -> Registration:
    """Return who may make accounts by themselves on a server that listens on `host`."""
    chosen = settings.accounts.self_registration
    if chosen != "auto":
        return chosen
    return "on" if _is_loopback(host) else "until_claimed"


def code_sandbox(settings: Settings) -> str:
    """Return the name of the sandbox that holds on this machine, or why none does."""
    from ragflow.adapters.code.choose import describe

    return asyncio.run(describe(_code_runner(settings)))


def run_api(settings: Settings, listener: socket.socket, announce: Announce) -> None:
    """Run the API on a listening socket until stopped."""
    import uvicorn

    from ragflow.adapters.heap import limit_arenas
    from ragflow.agents.tools.code_exec import pass_over_oddities
    from ragflow.http.app import create_app

    limit_arenas()
    configure_logging(settings)
    pass_over_oddities()
    with services(settings, listener.getsockname()[0]) as use_cases:
        use_cases.accounts.first_account()

        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            announce()
            yield

        app = create_app(
            use_cases,
            max_body_bytes=settings.http.max_body_mib * _MIB,
            max_json_bytes=settings.http.max_json_mib * _MIB,
            level=settings.compat.level,
            universal_agent_streams=settings.compat.universal_agent_streams,
            mcp_hosts=(settings.http.host, *settings.http.mcp_hosts),
            lifespan=lifespan,
        )
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=settings.http.keep_alive_seconds,
        )

        class Server(uvicorn.Server):
            """Leave runs of agents to the next process before connections are closed."""

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                await use_cases.agent_runs.pause()
                await super().shutdown(sockets)

        Server(config).run(sockets=[listener])


def run_worker(settings: Settings) -> None:
    """Run one worker until stopped."""
    from ragflow import worker
    from ragflow.adapters.heap import limit_arenas
    from ragflow.adapters.jobs.dbos_worker import DbosWorker
    from ragflow.ingest.enrich.writer import WriterLimits
    from ragflow.ingest.isolate import Isolation, IsolationLimits
    from ragflow.ingest.pipeline import IngestParts
    from ragflow.services.outbox import OutboxRelay
    from ragflow.services.tag_sets import TagSetService

    # Before any thread is started: each has a priority of its own, which it and processes inherit.
    os.nice(settings.worker.nice)
    limit_arenas()
    configure_logging(settings)
    migrate(settings)
    limits = settings.limits
    jobs = DbosWorker(jobs_url(settings), settings.worker.concurrency, settings.worker.poll_seconds)
    isolation = Isolation(
        IsolationLimits(
            limits.parse_seconds,
            limits.parse_memory_mib,
            limits.ocr_pages,
            limits.ocr_page_seconds,
        )
    )
    with ports(settings) as opened:
        ingest = IngestParts(
            database=opened.database,
            blobs=opened.blobs,
            engine=opened.engine,
            models=opened.catalog,
            sandbox=isolation,
            clock=opened.clock,
            scratch=_data_dir(settings) / "scratch" / jobs.executor_id,
            limits=_ingest_limits(settings),
            writing=WriterLimits(limits.enrich_tokens, limits.enrich_calls),
            readable=TagSetService(opened.database, opened.engine).readable,
            page_models=_page_models(settings),
        )
        relay = OutboxRelay(
            opened.database, opened.queue, opened.engine, opened.blobs, opened.clock
        )
        worker.run_worker(
            worker.WorkerParts(ingest, isolation, jobs, relay, settings.worker.lease_seconds)
        )


def _ingest_limits(settings: Settings) -> IngestLimits:
    from ragflow.ingest.pipeline import IngestLimits

    limits = settings.limits
    return IngestLimits(
        limits.file_mib,
        limits.unpacked_mib,
        limits.text_chars,
        limits.pages,
        limits.ocr_pages,
        settings.models.threads,
    )


def agent_http(settings: Settings) -> HttpGateway:
    """Return what agents reach the web through."""
    from ragflow.adapters.agent_http import GuardedHttp, HttpLimits
    from ragflow.adapters.guarded_http import HttpClients

    agents = settings.agents
    clients = HttpClients(_agent_guard(settings))
    return GuardedHttp(clients, HttpLimits(int(agents.http_mib * _MIB), agents.http_seconds))


def agent_databases(settings: Settings) -> SqlGateway:
    """Return what agents query databases with."""
    from ragflow.adapters.agent_sql.gateway import Databases
    from ragflow.adapters.agent_sql.limits import QueryLimits

    agents = settings.agents
    limits = QueryLimits(seconds=agents.sql_seconds, writes=agents.sql_writes)
    return Databases(_agent_guard(settings), limits, agents.sqlite_directory)


def agent_mailer(settings: Settings) -> Mailer:
    """Return what agents send mail with."""
    from ragflow.adapters.agent_mail import MailLimits, SmtpMailer

    return SmtpMailer(_agent_guard(settings), MailLimits(seconds=settings.agents.mail_seconds))


def _agent_guard(settings: Settings) -> AddressGuard:
    from ragflow.adapters.guarded_http import AddressGuard

    return AddressGuard(allowed_hosts=settings.agents.allowed_private_hosts)


def _database(settings: Settings) -> Database:
    from ragflow.adapters.db.database import SqlDatabase

    return SqlDatabase(database_url(settings), settings.database.pool_size)


def _blob_store(settings: Settings) -> BlobStore:
    from ragflow.adapters.blobs.store import ObstoreBlobStore

    blobs = settings.blobs
    return ObstoreBlobStore(
        blobs.url or f"file://{_data_dir(settings) / 'blobs'}",
        endpoint=blobs.endpoint,
        region=blobs.region,
        access_key_id=blobs.access_key_id,
        secret_access_key=blobs.secret_access_key.get_secret_value(),
        allow_http=blobs.allow_http,
    )


def _search_engine(settings: Settings) -> SearchEngine:
    from ragflow.adapters.search import lancedb, memory  # noqa: F401 - they register themselves
    from ragflow.adapters.search.base import engines

    search = settings.search
    directory = search.directory or _data_dir(settings) / "search"
    return engines[search.engine](directory, search.optimise_every)


def _agent_ports(settings: Settings) -> AgentPorts:
    from ragflow.services.agent_environment import AgentPorts

    return AgentPorts(
        http=agent_http(settings),
        code=_code_runner(settings),
        databases=agent_databases(settings),
        mail=agent_mailer(settings),
        tool_servers=_tool_servers(settings),
    )


def _catalog(settings: Settings, database: Database) -> ModelCatalog:
    from ragflow.adapters.guarded_http import AddressGuard, HttpClients
    from ragflow.adapters.models.catalog import Catalog, CatalogOptions

    def accounts_of(tenant_id: str) -> list[ProviderAccount]:
        with database.reading() as unit:
            return unit.accounts.providers(tenant_id)

    def default_of(tenant_id: str, kind: ModelKind) -> str:
        with database.reading() as unit:
            tenant = unit.accounts.tenant(tenant_id)
        if tenant is None:
            return ""
        chosen: dict[ModelKind, str] = {
            "embedding": tenant.embedding_model,
            "chat": tenant.chat_model,
            "rerank": tenant.rerank_model,
            "image2text": tenant.vision_model,
            "speech2text": tenant.speech_model,
            "tts": tenant.voice_model,
        }
        return chosen[kind]

    models = settings.models
    options = CatalogOptions(
        embedding=models.embedding,
        chat=models.chat,
        vision=models.vision,
        speech=models.speech,
        base_url=models.base_url,
        api_key=models.api_key.get_secret_value(),
        ollama_url=models.ollama_url,
        rerank_url=models.rerank_url,
        rerank_api_key=models.rerank_api_key.get_secret_value(),
        onnx_directory=models.onnx_directory,
        threads=models.threads,
        idle_seconds=models.idle_seconds,
        request_seconds=models.request_seconds,
    )
    clients = HttpClients(AddressGuard(allowed_hosts=models.allowed_private_hosts))
    return Catalog(options, model_store(settings), clients, accounts_of, default_of)


def _code_runner(settings: Settings) -> CodeRunner:
    from ragflow.adapters.code.base import CodeLimits
    from ragflow.adapters.code.choose import code_runner

    agents = settings.agents
    limits = CodeLimits(
        agents.code_seconds, agents.code_memory_mib, agents.code_output_kib, agents.code_parallel
    )
    directory = _data_dir(settings) / "sandbox"
    return code_runner(agents.code_sandbox, limits, directory, agents.sandbox_url)


def _tool_servers(settings: Settings) -> ToolServers:
    from ragflow.adapters.guarded_http import HttpClients
    from ragflow.adapters.tool_servers import McpToolServers, OperatorCommands, ToolServerLimits

    agents = settings.agents
    return McpToolServers(
        HttpClients(_agent_guard(settings)),
        OperatorCommands(agents.mcp_commands, environment({}).get("PATH", os.defpath)),
        ToolServerLimits(
            start_seconds=agents.mcp_start_seconds,
            list_seconds=agents.mcp_start_seconds,
            call_seconds=agents.mcp_call_seconds,
            answer_bytes=agents.mcp_answer_mib * _MIB,
            processes=agents.mcp_processes,
        ),
    )


def _page_models(settings: Settings) -> Callable[[], Mapping[str, str | None]]:
    """Return what names the models that look at pages; one that cannot be fetched is not there."""
    from ragflow.adapters.models.builtin import LAYOUT, ORIENTATION, TABLE_STRUCTURE
    from ragflow.adapters.models.store import MODEL_FILE
    from ragflow.domain.errors import ModelUnavailable

    store = model_store(settings)

    def path(name: str) -> str | None:
        try:
            return str(store.ensure(name) / MODEL_FILE)
        except ModelUnavailable as error:
            structlog.get_logger(__name__).warning("pages are read without a model", why=str(error))
            return None

    names = {"layout": LAYOUT, "orientation": ORIENTATION, "table": TABLE_STRUCTURE}

    @cache
    def paths() -> Mapping[str, str | None]:
        return {kind: path(model.name) for kind, model in names.items()}

    return paths


def _data_dir(settings: Settings) -> Path:
    return prepared(settings.data_dir)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: where it leads is not ours to guess
        return False
