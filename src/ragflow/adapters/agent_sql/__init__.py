"""SQL for agents: databases of users, each asked within limits. One file per family of engines."""
