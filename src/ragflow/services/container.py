"""All use cases of one process, built once from the ports that wiring chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ragflow.agents.environment import AgentLimits
from ragflow.domain.ports import BlobStore, Clock, Ids, JobQueue, ModelCatalog, SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.isolate import Sandbox
from ragflow.services.accounts import AccountService, Registration
from ragflow.services.agent_environment import AgentPorts, Environments
from ragflow.services.agent_files import AgentFileService
from ragflow.services.agent_live import LiveRuns
from ragflow.services.agent_reading import AgentFileReader, ReadLimits
from ragflow.services.agent_runs import AgentRunService
from ragflow.services.agent_sessions import AgentSessionService
from ragflow.services.agent_templates import AgentTemplateService
from ragflow.services.agents import AgentService
from ragflow.services.chats import ChatService
from ragflow.services.chunk_methods import ChunkMethodService
from ragflow.services.chunks import ChunkService
from ragflow.services.completions import CompletionService
from ragflow.services.credentials import Passwords
from ragflow.services.datasets import DatasetService
from ragflow.services.documents import DocumentService
from ragflow.services.fair_code import FairCode
from ragflow.services.file_browser import FileBrowser
from ragflow.services.file_links import FileLinkService
from ragflow.services.files import FileService
from ragflow.services.graphs import GraphService
from ragflow.services.mcp_servers import McpServerService
from ragflow.services.metadata import MetadataService
from ragflow.services.models import ModelService
from ragflow.services.outbox import OutboxRelay
from ragflow.services.pages import PageService
from ragflow.services.parser_config import DOCUMENT_METHODS, RESUME
from ragflow.services.parsing import ParsingService
from ragflow.services.providers import ProviderService
from ragflow.services.records import RecordService
from ragflow.services.reindex import Reindex
from ragflow.services.retrieval import RetrievalService
from ragflow.services.rewriting import Rewriter
from ragflow.services.searchbots import SearchbotService
from ragflow.services.searches import SearchService
from ragflow.services.sessions import SessionService
from ragflow.services.sign_in import SignInLimits, SignInService
from ragflow.services.system import SystemService
from ragflow.services.teams import TeamService
from ragflow.services.tenants import TenantService
from ragflow.services.uploads import UnpackLimits
from ragflow.services.wide_retrieval import WideRetrieval


@dataclass(frozen=True, slots=True)
class Ports:
    """Hold the outside world as the core sees it."""

    database: Database
    blobs: BlobStore
    engine: SearchEngine
    catalog: ModelCatalog
    queue: JobQueue
    clock: Clock
    ids: Ids
    sandbox: Sandbox
    agents: AgentPorts


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Set what the use cases leave open; the names are those of the settings."""

    language: str = "English"
    files_per_tenant: int = 0
    unpacking: UnpackLimits = field(default_factory=UnpackLimits)
    resume_method: bool = False
    registration: Registration = "on"
    sign_in: SignInLimits = field(default_factory=SignInLimits)
    sql_rows: int = 100_000
    sql_seconds: float = 2.0
    agent_limits: AgentLimits = field(default_factory=AgentLimits)
    code_parallel: int = 4
    keep_runs: int = 1000
    reading: ReadLimits = field(default_factory=ReadLimits)
    page_models: Callable[[], Mapping[str, str | None]] = dict
    mcp_commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Services:
    """Hold the use cases, one service per noun."""

    accounts: AccountService
    sign_ins: SignInService
    teams: TeamService
    tenants: TenantService
    providers: ProviderService
    datasets: DatasetService
    chunk_methods: ChunkMethodService
    documents: DocumentService
    files: FileService
    file_browser: FileBrowser
    file_links: FileLinkService
    metadata: MetadataService
    pages: PageService
    parsing: ParsingService
    chunks: ChunkService
    retrieval: RetrievalService
    wide_retrieval: WideRetrieval
    chats: ChatService
    sessions: SessionService
    completions: CompletionService
    graphs: GraphService
    agents: AgentService
    agent_templates: AgentTemplateService
    agent_sessions: AgentSessionService
    agent_files: AgentFileService
    agent_runs: AgentRunService
    mcp_servers: McpServerService
    searches: SearchService
    searchbots: SearchbotService
    models: ModelService
    system: SystemService
    relay: OutboxRelay
    reindex: Reindex


def build_services(ports: Ports, options: ServiceOptions | None = None) -> Services:
    """Build every service; nothing is opened or started by it."""
    options = options or ServiceOptions()
    database, catalog, clock, ids = ports.database, ports.catalog, ports.clock, ports.ids
    passwords = Passwords()
    methods = DOCUMENT_METHODS | ({RESUME} if options.resume_method else set())
    relay = OutboxRelay(database, ports.queue, ports.engine, ports.blobs, clock)
    retrieval = RetrievalService(database, ports.engine, catalog, Rewriter(catalog))
    sessions = SessionService(database, clock, ids)
    records = RecordService(database, options.sql_rows, options.sql_seconds)
    completions = CompletionService(database, retrieval, sessions, catalog, records, clock, ids)
    mcp_servers = McpServerService(
        database, ports.agents.tool_servers, clock, ids, options.mcp_commands
    )
    live = LiveRuns(database, clock)
    agent_sessions = AgentSessionService(database, live, clock, ids)
    environments = Environments(
        database=database,
        retrieval=retrieval,
        catalog=catalog,
        reader=AgentFileReader(
            ports.blobs, ports.sandbox, catalog, options.reading, options.page_models
        ),
        outside=ports.agents,
        code=FairCode(ports.agents.code, options.code_parallel),
        tool_server=mcp_servers.reached,
        clock=clock,
        limits=options.agent_limits,
    )
    return Services(
        accounts=AccountService(database, clock, ids, passwords, options.registration),
        sign_ins=SignInService(database, clock, ids, passwords, options.sign_in),
        teams=TeamService(database),
        tenants=TenantService(database, catalog, clock),
        providers=ProviderService(database, catalog),
        datasets=DatasetService(database, catalog, relay, clock, ids, options.language),
        chunk_methods=ChunkMethodService(methods),
        documents=DocumentService(
            database,
            ports.blobs,
            relay,
            clock,
            ids,
            options.files_per_tenant,
            options.unpacking,
            methods,
        ),
        files=FileService(database, ports.blobs, relay, clock, ids, options.files_per_tenant),
        file_browser=FileBrowser(database),
        file_links=FileLinkService(
            database, ports.blobs, relay, clock, ids, options.files_per_tenant
        ),
        metadata=MetadataService(database, clock),
        pages=PageService(database, ports.blobs, ports.sandbox),
        parsing=ParsingService(database, relay, clock),
        chunks=ChunkService(database, catalog, ports.blobs, relay, clock),
        retrieval=retrieval,
        wide_retrieval=WideRetrieval(database, retrieval),
        chats=ChatService(database, catalog, clock, ids),
        sessions=sessions,
        completions=completions,
        graphs=GraphService(database),
        agent_templates=AgentTemplateService(),
        agents=AgentService(database, relay, live, clock, ids),
        agent_sessions=agent_sessions,
        agent_files=AgentFileService(database, ports.blobs, clock, ids),
        agent_runs=AgentRunService(
            database,
            agent_sessions,
            environments,
            live,
            clock,
            ids,
            options.keep_runs,
        ),
        mcp_servers=mcp_servers,
        searches=SearchService(database, catalog, clock, ids),
        searchbots=SearchbotService(database, retrieval, completions, catalog),
        models=ModelService(catalog),
        system=SystemService(database, ports.engine, ports.blobs, ports.queue),
        relay=relay,
        reindex=Reindex(database, ports.engine),
    )
