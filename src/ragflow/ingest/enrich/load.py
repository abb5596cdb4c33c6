"""The enrichments in the order of their work."""

from __future__ import annotations

from importlib import import_module

from ragflow.ingest.enrich.base import Configs, Enricher, enrichers

ORDER = ("keywords", "questions", "tags", "raptor", "graph")
"""Each is the name of an enrichment and of the module beside this one that registers it."""


def wanted_enrichments(configs: Configs) -> list[str]:
    """Name what was asked for. Raises `InvalidInput` for options that cannot be used."""
    return [name for name in ORDER if enricher(name).is_wanted(configs)]


def enricher(name: str) -> Enricher:
    """Return an enrichment."""
    if name not in enrichers:
        import_module(f"ragflow.ingest.enrich.{name}")
    return enrichers[name]()
