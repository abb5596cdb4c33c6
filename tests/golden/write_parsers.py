"""Write the dumps that `test_parsers.py` compares with; review the difference before a commit.

.venv/bin/python tests/golden/write_parsers.py
"""

from __future__ import annotations

from pathlib import Path

from ragflow.ingest.parse.base import SourceFile
from ragflow.testing.parsers import dump, parsed
from ragflow.testing.samples import all_samples

FOLDER = Path(__file__).parent / "parse"

for name, data in all_samples().items():
    text = dump(parsed(SourceFile(name, data)))
    (FOLDER / f"{name}.golden").write_text(text, encoding="utf-8")
