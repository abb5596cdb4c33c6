"""The command line: `ragflow serve`, `key`, `user`, `models`, `reindex` and the like.

Commands import what they need when they run, so that the supervisor stays small.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ragflow.domain.errors import RagflowError

if TYPE_CHECKING:
    from ragflow.settings import Settings

USAGE = 2
FAILURE = 1

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Retrieval-augmented generation.",
)
key_app = typer.Typer(no_args_is_help=True, help="API keys of the first account.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts of people.")
models_app = typer.Typer(no_args_is_help=True, help="Built-in models.")
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")
app.add_typer(models_app, name="models")

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Where embedded stores live. Default: RAGFLOW_DATA_DIR, else ./ragflow-data.",
        show_default=False,
    ),
]
Host = Annotated[
    str | None,
    typer.Option(
        help="Address to listen on. Default: RAGFLOW_HTTP__HOST, else 127.0.0.1.",
        show_default=False,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        help="Port to listen on; 0 picks a free one. Default: RAGFLOW_HTTP__PORT, else 9380.",
        show_default=False,
    ),
]
PortFile = Annotated[Path | None, typer.Option(help="Write the port here when ready.")]
Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]
ListenFd = Annotated[int | None, typer.Option(hidden=True, help="The supervisor's socket.")]


def main() -> None:
    """Run the command line; what a person can put right ends it with a sentence."""
    try:
        app()
    except RagflowError as error:
        _refuse(str(error), FAILURE)
    except OSError as error:
        _refuse(f"{error.strerror or error}: {error.filename or 'a system call'}", FAILURE)


@app.command()
def serve(
    host: Host = None, port: Port = None, data_dir: DataDir = None, port_file: PortFile = None
) -> None:
    """Run the API and the workers under one supervisor, until stopped."""
    from ragflow import supervisor
    from ragflow.data_directory import prepared, served
    from ragflow.listening import listen

    settings = _settings(data_dir)
    address = host or settings.http.host
    directory = prepared(settings.data_dir)
    commands = {}
    with served(directory), listen(address, _port(settings, port)) as listener:
        common = ["--data-dir", str(directory)]
        listening = ["--host", address, "--listen-fd", str(listener.fileno())]
        announcing = ["--port-file", str(port_file)] if port_file else []
        commands["api"] = supervisor.own_command("api", *listening, *announcing, *common)
        for number in range(1, settings.worker.processes + 1):
            commands[f"worker-{number}"] = supervisor.own_command("worker", "--supervised", *common)
        code = supervisor.supervise(
            commands,
            report=lambda line: typer.echo(line, err=True),
            leader=supervisor.Leader("api", (listener.fileno(),)),
        )
    raise typer.Exit(code)


@app.command()
def api(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    port_file: PortFile = None,
    listen_fd: ListenFd = None,
) -> None:
    """Run the API alone; workers elsewhere do the parsing."""
    from ragflow import supervised, wiring
    from ragflow.cli_texts import welcome
    from ragflow.listening import inherited, listen, port_of, url_of

    settings = _settings(data_dir, warn=listen_fd is None)
    address = host or settings.http.host
    listener = inherited(listen_fd) if listen_fd else listen(address, _port(settings, port))

    def announce() -> None:
        if port_file is not None:
            partial = port_file.with_suffix(".partial")
            partial.write_text(f"{port_of(listener)}\n")
            partial.replace(port_file)
        typer.echo(welcome(settings, url_of(address, listener)), err=True)
        if listen_fd is not None:
            supervised.tell_ready()

    with listener:
        wiring.run_api(settings, listener, announce)


@app.command()
def worker(data_dir: DataDir = None, supervised: Supervised = False) -> None:
    """Run one worker alone; several may share the same stores."""
    from ragflow import wiring

    wiring.run_worker(_settings(data_dir, warn=not supervised))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Create or update the tables of the database."""
    from ragflow import wiring

    wiring.migrate(_settings(data_dir))
    typer.echo("The database is up to date.")


@app.command()
def reindex(data_dir: DataDir = None) -> None:
    """Rebuild the search index from the database; nothing is parsed or embedded again."""
    from rich.progress import Progress

    from ragflow import wiring

    with Progress() as bars, wiring.services(_used(data_dir)) as services:
        bar = bars.add_task("Rebuilding the search index")

        def show(done: int, total: int, chunks: int) -> None:
            bars.update(bar, completed=done, total=total, description=f"{chunks} chunks")

        count = services.reindex.run(show)
    typer.echo(f"Indexed {count} chunks.")


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Check that every part answers; exit with 1 when one does not."""
    from ragflow import wiring

    failed = False
    settings = _used(data_dir)
    with wiring.services(settings) as services:
        for part, check in services.system.checks.items():
            try:
                check()
                state = "ok"
            except Exception as error:  # noqa: BLE001 - any failure is the answer
                state, failed = f"failed: {error!r}", True
            typer.echo(f"{part}: {state}")
    typer.echo(f"code: {wiring.code_sandbox(settings)}")  # a server does well without it
    raise typer.Exit(1 if failed else 0)


@key_app.command("create")
def key_create(
    data_dir: DataDir = None,
    email: Annotated[str | None, typer.Option(help="Account; the first one if not given.")] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Print the key's token for embedded pages too.")
    ] = False,
) -> None:
    """Print a new API key; it is shown only this once."""
    from ragflow import wiring
    from ragflow.cli_texts import place
    from ragflow.services.accounts import FIRST_EMAIL

    settings = _settings(data_dir)
    with wiring.accounts(settings) as accounts:
        key = accounts.create_key(email)
    typer.echo(f"A key of {email or FIRST_EMAIL}, for servers with {place(settings)}:", err=True)
    typer.echo(key.secret)
    if embed:
        typer.echo(key.beta)


@key_app.command("list")
def key_list(data_dir: DataDir = None) -> None:
    """List the keys of the first account by their first characters."""
    from ragflow import wiring

    with wiring.accounts(_used(data_dir)) as accounts:
        for key in accounts.keys(accounts.actor_of(accounts.first_account())):
            state = "revoked" if key.revoke_time else "active"
            typer.echo(f"{key.id}  {key.prefix}…  {state}")


@key_app.command("revoke")
def key_revoke(key_id: str, data_dir: DataDir = None) -> None:
    """Refuse a key from now on; its id is in `ragflow key list`."""
    from ragflow import wiring

    with wiring.accounts(_used(data_dir)) as accounts:
        accounts.revoke_key(accounts.actor_of(accounts.first_account()), key_id)
    typer.echo("Revoked.")


@user_app.command("add")
def user_add(
    email: str,
    nickname: Annotated[str, typer.Option(help="How others see the account.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Make an account, whether sign-up is open or not; asks for its password."""
    from ragflow import wiring

    with wiring.accounts(_settings(data_dir)) as accounts:
        user = accounts.add(email, nickname or email.partition("@")[0], _new_password())
    typer.echo(f"{user.email} can sign in now.")


@user_app.command("list")
def user_list(data_dir: DataDir = None) -> None:
    """List the accounts and whether they can sign in."""
    from ragflow import wiring

    with wiring.accounts(_settings(data_dir)) as accounts:
        accounts.first_account()
        for user in accounts.users():
            state = "active" if user.can_sign_in else "no password"
            typer.echo(f"{user.id}  {user.email}  {user.nickname}  {state}")


@user_app.command("password")
def user_password(
    email: Annotated[
        str | None, typer.Argument(help="Account; the first one if not given.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Give an account a new password and sign it out everywhere; asks for the password."""
    from ragflow import wiring

    with wiring.accounts(_settings(data_dir)) as accounts:
        address = email or accounts.first_account().email
        user = accounts.set_password(address, _new_password())
    typer.echo(f"{user.email} can sign in now.")


@models_app.command("pull")
def models_pull(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models; all built-in ones if none.")
    ] = None,
) -> None:
    """Fetch the built-in models into the model store, once per machine."""
    from rich.console import Console
    from rich.status import Status

    from ragflow import wiring

    console = Console(stderr=True)
    store = wiring.model_store(_settings(None))
    for name in names or store.names:
        with console.status(f"{name} …") as status:

            def show(_done: float, line: str, status: Status = status) -> None:
                status.update(line)

            path = store.ensure(name, show)
        console.print(f"{name} is ready in {path}", highlight=False, soft_wrap=True)


def _settings(data_dir: Path | None, warn: bool = True) -> Settings:
    """Read the settings, or end with what is wrong about them."""
    from ragflow.settings import variable_names
    from ragflow.settings_check import WrongSettings, doubtful, load_settings

    try:
        settings = load_settings(data_dir)
    except WrongSettings as error:
        _refuse(str(error), USAGE)
    for warning in doubtful(variable_names()) if warn else ():
        typer.echo(f"Warning: {warning}", err=True)
    return settings


def _new_password() -> str:
    """Ask for a password twice on a terminal; read a line where there is none."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\r\n")


def _used(data_dir: Path | None) -> Settings:
    """Read the settings of a command that makes no sense on a data directory without data."""
    from ragflow.data_directory import holds_database

    settings = _settings(data_dir)
    if not settings.database.url.get_secret_value() and not holds_database(settings.data_dir):
        _refuse(
            f"There is no data in {settings.data_dir.resolve()}: name the server's directory with "
            "--data-dir.",
            FAILURE,
        )
    return settings


def _port(settings: Settings, port: int | None) -> int:
    return settings.http.port if port is None else port


def _refuse(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
