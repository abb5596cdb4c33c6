"""Prompts of answers, one Markdown file each."""

from __future__ import annotations

from ragflow.text.prompts import Prompts

_PROMPTS = Prompts(__name__)
prompt, prompt_text = _PROMPTS.filled, _PROMPTS.text
