from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ragflow.ingest.extract import extract
from ragflow.ingest.idle_options import idle_options
from ragflow.ingest.pipeline import IngestLimits


def test_pages_are_heeded_in_pdf_files_alone() -> None:
    assert idle_options({"pages": [[1, 2]]}, "pdf") == ()
    assert idle_options({"pages": [[1, 2]]}, "docx") == (
        "parser_config.pages has no effect on files other than PDF.",
    )


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"auto_keywords": 0, "auto_questions": "0", "tag_kb_ids": [], "pages": None},
        {"raptor": {"use_raptor": False}, "graphrag": {"use_graphrag": "false"}},
        {"raptor": None, "graphrag": [1]},
        {"chunk_token_num": 512, "task_page_size": 12, "filename_embd_weight": 0.5},
    ],
)
def test_options_that_are_off_or_work_are_not_named(config: dict[str, Any]) -> None:
    assert idle_options(config, "txt") == ()


def test_the_coverage_of_a_document_names_its_idle_options(tmp_path: Path) -> None:
    (tmp_path / "source").write_text("bees fly")
    request = {
        "path": str(tmp_path / "source"),
        "name": "bees.txt",
        "document_id": "d",
        "dataset_id": "e",
        "chunk_method": "nowhere",
        "parser_config": {"pages": [[1, 2]]},
        "limits": IngestLimits().of_parser(),
    }
    extracted = extract(request, tmp_path, lambda _share, _text: None, dict)
    assert extracted["coverage"]["warnings"] == [
        "The chunk method nowhere is not available; naive was used.",
        "parser_config.pages has no effect on files other than PDF.",
    ]
