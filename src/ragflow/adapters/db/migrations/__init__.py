"""The chain of schema changes, the same for SQLite and PostgreSQL."""
