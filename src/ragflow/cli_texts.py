"""What the command line tells its user about where things are."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from ragflow.settings import Settings


def place(settings: Settings) -> str:
    """Say where a server must keep its data to be the one that a command works on."""
    if settings.database.url.get_secret_value():
        return "the database of RAGFLOW_DATABASE__URL"
    return f"data in {settings.data_dir.resolve()}"


def welcome(settings: Settings, url: str) -> str:
    """Say that the server answers, and what to do next."""
    data_dir = settings.data_dir.resolve()
    return (
        f"ragflow answers on {url} (data in {data_dir}).\n"
        f"API key for your programs: {program()} key create --data-dir "
        f"{shlex.quote(str(data_dir))}\n"
        f"API description: {url}/api/openapi.json. Stop with Ctrl-C."
    )


def program() -> str:
    """Return how this program is called from the current directory."""
    installed = Path(sys.executable).with_name("ragflow")
    if not installed.is_file():
        return f"{shlex.quote(sys.executable)} -m ragflow.cli"
    if shutil.which("ragflow") == str(installed):
        return "ragflow"
    here = Path.cwd()
    near = installed.relative_to(here) if installed.is_relative_to(here) else installed
    return shlex.quote(str(near))
