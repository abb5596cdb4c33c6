"""Trials: a damaged file through the child process that real files go through.

In: an `Isolation` and a mutant. Out: how it ended. A fault is any other end than DONE or a message
that tells the file's owner what to do: a defect of a parser, lost characters, a crash.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ragflow.domain.errors import ParseError, RagflowError
from ragflow.domain.file_types import chunk_method_of
from ragflow.ingest.extract import ExtractRequest
from ragflow.ingest.isolate import Isolation
from ragflow.ingest.parse.base import ParseLimits
from ragflow.testing.mutants.make import Mutant

DONE = "DONE"
_OUR_FAULT = re.compile(r"its parser (failed|crashed)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say how a mutant ended: `DONE` or the name of an error, with its message."""

    name: str
    how: str
    end: str
    message: str
    seconds: float
    fault: bool


def try_out(
    isolation: Isolation, mutant: Mutant, look: Callable[[], None] = lambda: None
) -> Outcome:
    """Extract a mutant with the method of its kind; `look` is called about twice a second."""
    started = time.monotonic()
    end, message, fault = DONE, "", False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(mutant.data)
        request = ExtractRequest(
            path=str(path),
            name=mutant.name,
            document_id="d" * 32,
            dataset_id="e" * 32,
            chunk_method=chunk_method_of(mutant.name, "naive"),
            parser_config={},
            limits=asdict(ParseLimits()),
        )
        try:
            isolation.run(
                mutant.name,
                "ragflow.ingest.extract:extract",
                asdict(request),
                Path(folder),
                lambda _share, _line: None,
                look,
                lambda _question: {"answer": None},
            )
        except RagflowError as error:
            end, message = type(error).__name__, str(error)
            fault = not isinstance(error, ParseError) or bool(_OUR_FAULT.search(message))
    return Outcome(mutant.name, mutant.how, end, message, time.monotonic() - started, fault)
