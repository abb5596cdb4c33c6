"""The command line says in one line what a person can put right."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from ragflow import cli
from ragflow.adapters.db.migrate import migrate
from ragflow.data_directory import METADATA


@dataclass(frozen=True)
class Ended:
    """Hold what a command left behind."""

    code: int
    out: str
    err: str


class Shell:
    """Run commands in this process, in a folder of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str | Path, **variables: str) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["ragflow", *map(str, arguments)])
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = self._capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def ragflow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    yield Shell(monkeypatch, capsys)
    structlog.reset_defaults()  # a command sends the log to a stream that ends with the test


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """Return a data directory with a database."""
    directory = tmp_path / "used"
    migrate(f"sqlite:///{directory / METADATA}")
    return directory


def test_an_unknown_key_is_named(ragflow: Shell, used: Path) -> None:
    ended = ragflow("key", "revoke", "zzz", "--data-dir", used)
    assert ended == Ended(1, "", "There is no such key.\n")


def test_an_unknown_account_is_named(ragflow: Shell, used: Path) -> None:
    ended = ragflow("key", "create", "--email", "a@b.c", "--data-dir", used)
    assert ended == Ended(1, "", "There is no account a@b.c.\n")


def test_a_key_can_be_made_before_anything_else(ragflow: Shell, tmp_path: Path) -> None:
    ended = ragflow("key", "create")
    assert ended.code == 0
    assert ended.out.startswith("ragflow-")
    assert len(ended.out.splitlines()) == 1
    assert ended.err == (
        "A key of owner@ragflow.local, for servers with "
        f"data in {tmp_path.resolve() / 'ragflow-data'}:\n"
    )
    listed = ragflow("key", "list")
    assert ended.out[:14] in listed.out


@pytest.mark.parametrize(
    "command", [["key", "list"], ["key", "revoke", "k"], ["doctor"], ["reindex"]], ids=" ".join
)
def test_a_directory_without_data_is_refused_and_not_made(
    ragflow: Shell, tmp_path: Path, command: list[str]
) -> None:
    ended = ragflow(*command, "--data-dir", tmp_path / "none")
    assert ended.code == 1
    assert ended.err == (
        f"There is no data in {tmp_path.resolve() / 'none'}: name the server's directory with "
        "--data-dir.\n"
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["serve", "api", "worker", "migrate"])
def test_a_directory_that_cannot_be_made_is_named(
    ragflow: Shell, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").touch()
    options = ["--port", "0"] if command in ("serve", "api") else []
    ended = ragflow(command, *options, "--data-dir", tmp_path / "file" / "data")
    assert ended.code == 1
    assert ended.err == (
        f"The data directory {tmp_path.resolve() / 'file' / 'data'} cannot be made (Not a "
        "directory): choose another one with --data-dir.\n"
    )


def test_a_directory_without_rights_is_named(
    ragflow: Shell, used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write everywhere
    ended = ragflow("key", "create", RAGFLOW_DATA_DIR=str(used))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert f"{used.resolve()} is not writable by this user" in ended.err


def test_a_database_that_does_not_answer_is_one_line(ragflow: Shell) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/x"
    ended = ragflow("key", "create", RAGFLOW_DATABASE__URL=url)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "The metadata database is not available" in ended.err
    assert "secret" not in ended.err


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y"])
def test_a_url_of_no_database_is_one_line(ragflow: Shell, url: str) -> None:
    ended = ragflow("migrate", RAGFLOW_DATABASE__URL=url)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert ended.err.startswith("The database ")


def test_a_taken_port_is_named_before_anything_starts(ragflow: Shell, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = ragflow("serve", "--port", str(port), "--data-dir", tmp_path / "data")
    assert ended == Ended(
        1,
        "",
        f"Port {port} is taken: another program listens on 127.0.0.1:{port}, use --port.\n",
    )


def test_a_directory_that_is_served_is_refused_with_the_pid(ragflow: Shell, used: Path) -> None:
    holding = (
        "import sys, pathlib; from ragflow.data_directory import served\n"
        f"with served(pathlib.Path({str(used)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        ended = ragflow("serve", "--port", "0", "--data-dir", used)
        holder.kill()
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert f"served already, by process {holder.pid}" in ended.err
    with socket.create_server(("127.0.0.1", 0)) as other:  # the lock died with its holder
        after = ragflow("serve", "--port", str(other.getsockname()[1]), "--data-dir", used)
    assert "is taken" in after.err


def test_a_value_that_does_not_fit_names_its_variable(ragflow: Shell) -> None:
    ended = ragflow("serve", RAGFLOW_HTTP__PORT="abc")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert ended.err.startswith("RAGFLOW_HTTP__PORT has a value that does not fit")


def test_a_misspelt_setting_is_refused_with_the_nearest(ragflow: Shell) -> None:
    ended = ragflow("doctor", RAGFLOW_LIMITS__FILE_MB="1")
    assert ended.code == 2
    assert ended.err == (
        "RAGFLOW_LIMITS__FILE_MB is no setting. Did you mean RAGFLOW_LIMITS__FILE_MIB?\n"
    )


def test_a_misspelt_section_is_warned_of_and_keys_of_clients_are_not(
    ragflow: Shell, used: Path
) -> None:
    names = {"RAGFLOW_LIMIT__FILE_MIB": "1", "RAGFLOW_KEY": "k", "RAGFLOW_API_KEY": "k"}
    ended = ragflow("key", "list", "--data-dir", used, **names)
    assert ended.code == 0
    assert ended.err == (
        "Warning: RAGFLOW_LIMIT__FILE_MIB is no setting and has no effect. "
        "Did you mean RAGFLOW_LIMITS__FILE_MIB?\n"
    )


def test_help_tells_the_defaults(ragflow: Shell) -> None:
    ended = ragflow("serve", "--help", COLUMNS="200", NO_COLOR="1")
    for default in ("127.0.0.1", "9380", "./ragflow-data"):
        assert default in ended.out


def test_the_doctor_tells_where_code_would_run(ragflow: Shell, used: Path) -> None:
    ended = ragflow("doctor", "--data-dir", used, RAGFLOW_AGENTS__CODE_SANDBOX="off")
    assert ended.code == 0
    assert "code: agents.code_sandbox (RAGFLOW_AGENTS__CODE_SANDBOX) is off" in ended.out
