"""Reading: the text of a file, for a question about it. Runs in a child process, see `isolate`.

In: the path of a file. Out: its text, cut where it is too long to ask about. Refused with a
`ParseError`: what the parser of its format refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ragflow.domain.ports import Progress
from ragflow.ingest.extract import parse_options
from ragflow.ingest.help import Ask
from ragflow.ingest.isolate import MORE_TIME
from ragflow.ingest.parse.base import SourceFile
from ragflow.ingest.parse.load import parse


def read_text(
    request: Mapping[str, Any], directory: Path, progress: Progress, ask: Ask
) -> dict[str, Any]:
    """Return at most `most` characters of what a file says."""
    del directory
    source = SourceFile(request["name"], Path(request["path"]).read_bytes())
    options = parse_options({}, {}, more_time=lambda: ask(MORE_TIME))
    return {"text": parse(source, options, progress).text[: request["most"]]}
