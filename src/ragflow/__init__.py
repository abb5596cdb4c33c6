"""Retrieval-augmented generation in one process."""
