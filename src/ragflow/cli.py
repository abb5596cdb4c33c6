"""The command line: `ragflow serve`, `key`, `user`, `models`, `reindex` and the like.

Commands import what they need when they run, so that the supervisor stays small.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ragflow.settings import Settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Retrieval-augmented generation."
)
key_app = typer.Typer(no_args_is_help=True, help="API keys of the first account.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts of people.")
models_app = typer.Typer(no_args_is_help=True, help="Built-in models.")
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")
app.add_typer(models_app, name="models")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where embedded stores live.", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on; 0 picks a free one.", show_default="9380")
]
PortFile = Annotated[Path | None, typer.Option(help="Write the port here when ready.")]


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def serve(
    host: Host = None, port: Port = None, data_dir: DataDir = None, port_file: PortFile = None
) -> None:
    """Run the API and the workers under one supervisor, until stopped."""
    from ragflow import supervisor

    settings = _settings(data_dir)
    directory = ["--data-dir", str(settings.data_dir)]
    listen = [
        "--host",
        host or settings.http.host,
        "--port",
        str(settings.http.port if port is None else port),
        *(["--port-file", str(port_file)] if port_file else []),
    ]
    commands = {"api": supervisor.own_command("api", *listen, *directory)}
    for number in range(1, settings.worker.processes + 1):
        commands[f"worker-{number}"] = supervisor.own_command("worker", *directory)
    raise typer.Exit(supervisor.supervise(commands, report=lambda line: typer.echo(line, err=True)))


@app.command()
def api(
    host: Host = None, port: Port = None, data_dir: DataDir = None, port_file: PortFile = None
) -> None:
    """Run the API alone; workers elsewhere do the parsing."""
    from ragflow import wiring

    settings = _settings(data_dir)
    wiring.run_api(
        settings,
        host=host or settings.http.host,
        port=settings.http.port if port is None else port,
        announce=lambda url, bound: _announce(settings, url, bound, port_file),
    )


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run one worker alone; several may share the same stores."""
    from ragflow import wiring

    wiring.run_worker(_settings(data_dir))


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

    with Progress() as bars, wiring.services(_settings(data_dir)) as services:
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
    with wiring.services(_settings(data_dir)) as services:
        for part, check in services.system.checks.items():
            try:
                check()
                state = "ok"
            except Exception as error:  # noqa: BLE001 - any failure is the answer
                state, failed = f"failed: {error!r}", True
            typer.echo(f"{part}: {state}")
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

    with wiring.accounts(_settings(data_dir)) as accounts:
        key = accounts.create_key(email)
    typer.echo(key.secret)
    if embed:
        typer.echo(key.beta)


@key_app.command("list")
def key_list(data_dir: DataDir = None) -> None:
    """List the keys of the first account by their first characters."""
    from ragflow import wiring

    with wiring.accounts(_settings(data_dir)) as accounts:
        for key in accounts.keys(accounts.actor_of(accounts.first_account())):
            state = "revoked" if key.revoke_time else "active"
            typer.echo(f"{key.id}  {key.prefix}…  {state}")


@key_app.command("revoke")
def key_revoke(key_id: str, data_dir: DataDir = None) -> None:
    """Refuse a key from now on; its id is in `ragflow key list`."""
    from ragflow import wiring

    with wiring.accounts(_settings(data_dir)) as accounts:
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

    with wiring.accounts(_settings(data_dir)) as accounts, _refusals():
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

    with wiring.accounts(_settings(data_dir)) as accounts, _refusals():
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


def _settings(data_dir: Path | None) -> Settings:
    from ragflow.settings import Settings

    return Settings() if data_dir is None else Settings(data_dir=data_dir)


def _new_password() -> str:
    """Ask for a password twice on a terminal; read a line where there is none."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in one line what was refused, and exit with 1."""
    from ragflow.domain.errors import RagflowError

    try:
        yield
    except RagflowError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _announce(settings: Settings, url: str, port: int, port_file: Path | None) -> None:
    if port_file is not None:
        partial = port_file.with_suffix(".partial")
        partial.write_text(f"{port}\n")
        partial.replace(port_file)
    data_dir = settings.data_dir.resolve()
    typer.echo(
        f"ragflow answers on {url} (data in {data_dir}).\n"
        f"API key for your programs: ragflow key create --data-dir {data_dir}\n"
        f"API description: {url}/api/openapi.json. Stop with Ctrl-C.",
        err=True,
    )


if __name__ == "__main__":
    main()
