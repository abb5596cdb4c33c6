"""MCP by the official package, which is slow to import: import this where it is used."""
