"""All use cases of one process, built once from the ports that wiring chose."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragflow.domain.agent_ports import ToolServers
from ragflow.domain.ports import BlobStore, Clock, Ids, JobQueue, ModelCatalog, SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.isolate import Sandbox
from ragflow.services.accounts import AccountService, Registration
from ragflow.services.chats import ChatService
from ragflow.services.chunk_methods import ChunkMethodService
from ragflow.services.chunks import ChunkService
from ragflow.services.completions import CompletionService
from ragflow.services.credentials import Passwords
from ragflow.services.datasets import DatasetService
from ragflow.services.documents import DocumentService
from ragflow.services.file_browser import FileBrowser
from ragflow.services.file_links import FileLinkService
from ragflow.services.files import FileService
from ragflow.services.graphs import GraphService
from ragflow.services.mcp_servers import McpServerService
from ragflow.services.metadata import MetadataService
from ragflow.services.models import ModelService
from ragflow.services.outbox import OutboxRelay
from ragflow.services.pages import PageService
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
    tool_servers: ToolServers


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Set what the use cases leave open; the names are those of the settings."""

    language: str = "English"
    files_per_tenant: int = 0
    unpacking: UnpackLimits = field(default_factory=UnpackLimits)
    registration: Registration = "on"
    sign_in: SignInLimits = field(default_factory=SignInLimits)
    sql_rows: int = 100_000
    sql_seconds: float = 2.0
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
    relay = OutboxRelay(database, ports.queue, ports.engine, ports.blobs, clock)
    retrieval = RetrievalService(database, ports.engine, catalog, Rewriter(catalog))
    sessions = SessionService(database, clock, ids)
    records = RecordService(database, options.sql_rows, options.sql_seconds)
    completions = CompletionService(database, retrieval, sessions, catalog, records, clock, ids)
    return Services(
        accounts=AccountService(database, clock, ids, passwords, options.registration),
        sign_ins=SignInService(database, clock, ids, passwords, options.sign_in),
        teams=TeamService(database),
        tenants=TenantService(database, catalog, clock),
        providers=ProviderService(database, catalog),
        datasets=DatasetService(database, catalog, relay, clock, ids, options.language),
        chunk_methods=ChunkMethodService(),
        documents=DocumentService(
            database,
            ports.blobs,
            relay,
            clock,
            ids,
            options.files_per_tenant,
            options.unpacking,
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
        mcp_servers=McpServerService(
            database, ports.tool_servers, clock, ids, options.mcp_commands
        ),
        searches=SearchService(database, catalog, clock, ids),
        searchbots=SearchbotService(database, retrieval, completions, catalog),
        models=ModelService(catalog),
        system=SystemService(database, ports.engine, ports.blobs, ports.queue),
        relay=relay,
        reindex=Reindex(database, ports.engine),
    )
