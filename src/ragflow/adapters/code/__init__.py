"""Code runners: where code that nobody has looked at is run, one file per provider."""
