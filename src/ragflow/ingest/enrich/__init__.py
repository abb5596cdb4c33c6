"""Enrichment: what makes the chunks of a document easier to find, one step per file."""
