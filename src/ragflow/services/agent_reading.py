"""Reading files for agents: what a user gives with a question, as a model can take it in.

In: where a file lies and its name. Out: its text, cut where that is too long to ask about, or a
picture as a data URL. Refused with a `ParseError`: files that are too large, and what their parser
refuses; parsers run in a child process with limits, as they do for documents.
"""

from __future__ import annotations

import base64
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ragflow.agents.environment import ReadFile
from ragflow.domain.errors import LimitExceeded
from ragflow.domain.file_types import type_of
from ragflow.domain.ports import BlobStore, ModelCatalog
from ragflow.ingest.help import TenantHelp
from ragflow.ingest.isolate import Sandbox
from ragflow.ingest.read_file import PICTURE_NAME, TEXT_NAME

_MIB = 1 << 20
_READ_AT_ONCE = 2  # processes


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bound one file; the names are those of the settings' `limits`.

    `text_chars` are those that a model is shown; `of_parser` is what a parser keeps to.
    """

    file_mib: int = 128
    text_chars: int = 1_000_000
    of_parser: Mapping[str, int] = field(default_factory=dict)


class AgentFileReader:
    """Read files.

    `page_models` names the files of the models that look at pages (see `VisionFiles`).
    """

    def __init__(
        self,
        blobs: BlobStore,
        sandbox: Sandbox,
        models: ModelCatalog,
        limits: ReadLimits,
        page_models: Callable[[], Mapping[str, str | None]] = dict,
    ) -> None:
        self._blobs = blobs
        self._sandbox = sandbox
        self._models = models
        self._limits = limits
        self._page_models = page_models
        self._turns = threading.BoundedSemaphore(_READ_AT_ONCE)

    def read(self, tenant_id: str, key: str, name: str) -> ReadFile:
        """Return what is in the file under `key`; the tenant's models help with sounds.

        To be called outside of an event loop. Raises `NotFound` or `ParseError`.
        """
        with self._turns, tempfile.TemporaryDirectory(prefix="agent-file-") as folder:
            directory = Path(folder)
            source = directory / "source"
            self._fetch(key, name, source)
            help_of_models = TenantHelp(self._models, None, tenant_id)
            found = self._sandbox.run(
                name,
                "ragflow.ingest.read_file:read_file",
                {
                    "path": str(source),
                    "name": name,
                    "most": self._limits.text_chars,
                    "limits": dict(self._limits.of_parser),
                    "vision": dict(self._page_models()) if type_of(name) == "pdf" else {},
                },
                directory,
                lambda _share, _line: None,
                lambda: None,
                partial(help_of_models.reply, directory=directory),
            )
            if found["written"] == PICTURE_NAME:
                data = base64.b64encode((directory / PICTURE_NAME).read_bytes()).decode()
                return ReadFile(name, picture=f"data:image/jpeg;base64,{data}")
            text = (directory / TEXT_NAME).read_text("utf-8")
        if found["chars"] > self._limits.text_chars:
            text += f"\n[The first {self._limits.text_chars} of {found['chars']} characters.]"
        return ReadFile(name, text=text)

    def _fetch(self, key: str, name: str, path: Path) -> None:
        left = self._limits.file_mib * _MIB
        with path.open("wb") as file:
            for piece in self._blobs.stream(key):
                left -= len(piece)
                if left < 0:
                    limit = f"{self._limits.file_mib} MiB"
                    raise LimitExceeded(name=name, limit=limit, setting="limits.file_mib")
                file.write(piece)
