"""Search engines: they find candidates, `ragflow.retrieve` scores them. One file per engine."""
