"""Prompts of enrichments, one Markdown file beside each step."""

from __future__ import annotations

from ragflow.text.prompts import Prompts

_PROMPTS = Prompts("ragflow.ingest.enrich")
prompt, prompt_text = _PROMPTS.filled, _PROMPTS.text
