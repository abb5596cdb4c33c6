"""Metadata in SQL: SQLite or PostgreSQL behind `domain.repositories.Database`."""
