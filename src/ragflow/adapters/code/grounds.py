"""The grounds of a sandbox: the interpreter, its standard library and what they are linked with.

In: this process's own interpreter and a directory for a mirror of its library. Out: the paths that
code may read, none of which holds the server's sources, packages or data. Refused: an installation
without the parts that the sandbox stands on, with `SandboxUnavailable`.
"""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ragflow.domain.errors import SandboxUnavailable

_PACKAGES = ("site-packages", "dist-packages")
_LIBRARIES = ("/lib64", "/usr/lib64", "/lib", "/usr/lib")
_ALSO = ("/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Hold what code may read.

    `standard` are the directories of the standard library, `packages` those inside them that must
    stay hidden, `engine` is the file of the JavaScript engine, `other` are shared libraries, time
    zones and two devices.
    """

    executable: str
    standard: tuple[str, ...]
    packages: tuple[str, ...]
    engine: str
    other: tuple[str, ...]

    @property
    def entries(self) -> list[str]:
        """List what is in the standard library, without packages."""
        return [
            str(entry)
            for directory in self.standard
            for entry in sorted(Path(directory).iterdir())
            if entry.name not in _PACKAGES
        ]


def grounds() -> Grounds:
    """Find the grounds on this machine. Raises `SandboxUnavailable`."""
    engine = find_spec("_quickjs")
    # The interpreter that a virtual environment points at; it knows no packages by itself.
    executable = getattr(sys, "_base_executable", None) or sys.executable
    if engine is None or engine.origin is None or not executable:
        raise SandboxUnavailable(reason="the server's installation is not complete")
    in_base = {"installed_base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    standard = dict.fromkeys(
        sysconfig.get_path(kind, vars=in_base) for kind in ("stdlib", "platstdlib")
    )
    packages = (Path(directory, name) for directory in standard for name in _PACKAGES)
    return Grounds(
        executable=str(Path(executable).resolve()),
        standard=tuple(path for path in standard if Path(path).is_dir()),
        packages=tuple(str(path) for path in packages if path.is_dir()),
        engine=str(Path(engine.origin).resolve()),
        other=tuple(dict.fromkeys(_other())),
    )


def mirror(ground: Grounds, directory: Path) -> Path:
    """Return a home for the interpreter whose library is made of links, packages left out.

    The interpreter lists its library, and a right to list is a right to read all below; so it gets
    a directory of its own to list. Several processes may make it at once.
    """
    key = hashlib.sha256("\n".join((*ground.standard, sys.version)).encode()).hexdigest()[:16]
    home = directory / f"python-{key}"
    for standard in ground.standard:
        place = home / Path(standard).relative_to(_prefix_of(standard))
        place.mkdir(parents=True, exist_ok=True)
        for entry in Path(standard).iterdir():
            if entry.name not in _PACKAGES:
                with suppress(FileExistsError):
                    (place / entry.name).symlink_to(entry)
    return home


def _prefix_of(standard: str) -> str:
    for prefix in (sys.base_prefix, sys.base_exec_prefix):
        if Path(standard).is_relative_to(prefix):
            return prefix
    raise SandboxUnavailable(reason=f"Python's library {standard} is not where Python is")


def _other() -> Iterator[str]:
    """Yield shared libraries and a few files that the standard library reads."""
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    for name in (*_LIBRARIES, str(Path(sys.base_prefix, "lib"))):
        directory = Path(name)
        if triplet and (directory / triplet).is_dir():
            yield str(directory / triplet)
        if directory.is_dir():
            for entry in sorted(directory.iterdir()):
                if ".so" in entry.suffixes and entry.is_file():
                    yield str(entry)
    yield from (path for path in _ALSO if Path(path).exists())
