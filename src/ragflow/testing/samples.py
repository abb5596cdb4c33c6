"""A small file of every format but PDF, by its name."""

from __future__ import annotations

from ragflow.testing import old_office, open_files, sample_files, sample_markup


def all_samples() -> dict[str, bytes]:
    """Return the files, each with the features that its parser has to get right."""
    return {
        "prices.csv": sample_files.CSV,
        "manual.md": sample_files.MARKDOWN,
        "rules.txt": sample_files.TEXT,
        "pump.json": sample_files.JSON,
        "records.jsonl": sample_files.JSON_LINES,
        "area.py": sample_files.CODE,
        "pumps.html": sample_files.HTML,
        "manual.docx": sample_files.docx(),
        "prices.xlsx": sample_files.xlsx(),
        "pumps.pptx": sample_files.pptx(),
        "letter.eml": sample_files.eml(),
        "manual.rst": sample_markup.RST,
        "parts.xml": sample_markup.XML,
        "flow.ipynb": sample_markup.NOTEBOOK,
        "manual.rtf": sample_markup.RTF,
        "pumps.epub": open_files.epub(),
        "pumps.odt": open_files.odt(),
        "pumps.odp": open_files.odp(),
        "manual.doc": old_office.doc(),
        "pumps.ppt": old_office.ppt(),
        "letter.msg": old_office.msg(),
    }
