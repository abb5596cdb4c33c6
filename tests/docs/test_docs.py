"""What the documentation says is still so."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from ragflow.ingest.parse.base import parsers
from ragflow.ingest.parse.load import load_parsers

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").rglob("*.md")]
)


def test_the_generated_reference_is_what_the_code_declares() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    stale = [
        path.name
        for path, text in generate.pages().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_snippets_of_a_page_compile(page: Path) -> None:
    for snippet in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        compile(snippet, str(page), "exec")


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named <= targets


def test_every_setting_says_what_it_does() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    rows = [row for row in page.splitlines() if row.startswith("| `RAGFLOW_")]
    assert len(rows) > 20
    assert all(row.split("|")[3].strip() for row in rows)


def test_every_format_that_is_read_is_named() -> None:
    load_parsers()
    page = (ROOT / "docs" / "how-to" / "formats.md").read_text(encoding="utf-8")
    assert set(parsers) <= set(re.findall(r"`(\w+)`", page))
