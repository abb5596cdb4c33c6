"""Official clients, each in an environment of its own, and a whole server for them to work with.

The packages come from the package index, never from this repository. Environments are kept in
`.venv-sdk` in the project's root; what is not there is made under a lock, since several test
processes may want it at once. That an older package names other versions of Python does not hinder
it from running on this one: it is pure Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ragflow.settings import environment
from ragflow.testing.server import RunningServer, running_server

ENVIRONMENTS = Path(__file__).parents[2] / ".venv-sdk"
DRIVERS = Path(__file__).parent / "drivers"
PIP_OPTIONS = ("--ignore-requires-python", "--disable-pip-version-check")
LONGEST_RUN = 120

Observed = dict[str, Any]
Drive = Callable[..., Observed]


def official_python(version: str) -> Path:
    """Return the Python of an environment with the official package of a version."""
    folder = ENVIRONMENTS / version
    python, complete = folder / "bin" / "python", folder / "complete"
    ENVIRONMENTS.mkdir(exist_ok=True)
    with FileLock(ENVIRONMENTS / f"{version}.lock"):
        if not complete.exists() or complete.read_text() != sys.version:
            _run("make an environment", "-m", "venv", "--clear", "--without-pip", str(folder))
            package = f"ragflow-sdk=={version}"
            pip = ("-m", "pip", "--python", str(python), "install", "--quiet")
            _run(f"install {package} from the package index", *pip, *PIP_OPTIONS, package)
            complete.write_text(sys.version)
    return python


def _run(purpose: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"Cannot {purpose}:\n{done.stderr[-2000:]}", pytrace=False)


def clean_environment() -> dict[str, str]:
    """Return the variables for an official client: nothing that leads to our own packages."""
    variables = environment({"PYTHONNOUSERSITE": "1"})
    return {name: value for name, value in variables.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run the product with a small embedding model, which is loaded fast."""
    settings = {"RAGFLOW_MODELS__EMBEDDING": "all-MiniLM-L6-v2"}
    with running_server(tmp_path_factory.mktemp("clients") / "data", settings) as running:
        yield running


@pytest.fixture(scope="session")
def drive(server: RunningServer) -> Drive:
    """Run a driver with an official package; return what it saw."""
    return _driven(server)


@pytest.fixture(scope="session")
def drive_universal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """Do the same with a server whose streams of agents 0.20 can read."""
    settings = {
        "RAGFLOW_MODELS__EMBEDDING": "hashing",
        "RAGFLOW_COMPAT__UNIVERSAL_AGENT_STREAMS": "true",
    }
    with running_server(tmp_path_factory.mktemp("universal") / "data", settings) as running:
        yield _driven(running)


def _driven(server: RunningServer) -> Drive:
    def observed(version: str, driver: str, prefix: str = "") -> Observed:
        command = [str(official_python(version)), str(DRIVERS / driver)]
        done = subprocess.run(
            [*command, server.url + prefix, server.api_key, f"ragflow-sdk {version}{prefix}"],
            capture_output=True,
            text=True,
            env=clean_environment(),
            timeout=LONGEST_RUN,
        )
        assert done.returncode == 0, done.stderr
        seen: Observed = json.loads(done.stdout)
        assert seen["file"].startswith(str(ENVIRONMENTS / version)), "not the official package"
        return seen

    return observed
