"""Only statements that read get through, unless the operator lets agents change rows."""

from __future__ import annotations

import pytest

from ragflow.adapters.agent_sql.statements import changes_rows, check_statement
from ragflow.domain.errors import ToolFailed

READS = [
    ("postgresql", "SELECT * FROM pg_class WHERE relname = 'insert into'"),
    ("postgresql", "(SELECT 1) UNION (SELECT 2);"),
    ("postgresql", "WITH a AS (SELECT 1) SELECT * FROM a -- delete"),
    ("postgresql", 'EXPLAIN SELECT "update" FROM t'),
    ("postgresql", "SELECT pg_size_pretty(pg_total_relation_size('t'))"),
    ("mysql", "SHOW TABLES"),
    ("mysql", "SELECT REPLACE(name, 'a', 'b'), `delete` FROM t /* into outfile */"),
    ("mariadb", "DESCRIBE t"),
    ("sqlite", "PRAGMA table_info(t)"),
]
WRITES = [
    ("postgresql", "INSERT INTO t VALUES (1)"),
    ("postgresql", "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone"),
    ("postgresql", "WITH new AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM new"),
    ("postgresql", "SELECT * INTO copy FROM t"),
    ("postgresql", "SELECT * FROM t FOR UPDATE"),
    ("mysql", "UPDATE t SET a = 1"),
    ("mysql", "REPLACE INTO t VALUES (1)"),
    ("sqlite", "DELETE FROM t"),
]
NEVER = [
    ("postgresql", "SELECT 1; SELECT 2"),
    ("postgresql", "SELECT 1; DROP TABLE t"),
    ("postgresql", "COPY t TO PROGRAM 'curl example.org'"),
    ("postgresql", "COPY t FROM '/etc/passwd'"),
    ("postgresql", "DO $$ BEGIN PERFORM 1; END $$"),
    ("postgresql", "CALL p()"),
    ("postgresql", "SET ROLE postgres"),
    ("postgresql", "SET TRANSACTION READ WRITE"),
    ("postgresql", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"),
    ("postgresql", "BEGIN"),
    ("postgresql", "COMMIT"),
    ("postgresql", "ALTER USER postgres PASSWORD 'x'"),
    ("postgresql", "CREATE EXTENSION dblink"),
    ("postgresql", "SELECT pg_read_file('/etc/passwd')"),
    ("postgresql", "SELECT PG_CATALOG.PG_READ_BINARY_FILE('/etc/passwd')"),
    ("postgresql", "SELECT \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "SELECT pg_ls_dir('/')"),
    ("postgresql", "SELECT pg/**/_x, pg_stat_file ('/etc')"),
    ("postgresql", "SELECT ('/etc/passwd'::text).pg_read_file"),
    ("postgresql", "SELECT lo_export(1, '/tmp/x')"),
    ("postgresql", "SELECT lo_import('/etc/passwd')"),
    ("postgresql", "SELECT * FROM dblink('host=10.0.0.1', 'SELECT 1') AS t(a int)"),
    ("postgresql", "SELECT dblink_connect('host=10.0.0.1')"),
    ("postgresql", "SELECT query_to_xml('SELECT pg_read_file(1)', true, true, '')"),
    ("postgresql", "SELECT ts_stat('SELECT 1')"),
    ("postgresql", "SELECT set_config('transaction_read_only', 'off', false)"),
    ("postgresql", "SELECT pg_terminate_backend(1)"),
    ("postgresql", "EXPLAIN ANALYZE SELECT pg_read_file('x')"),
    ("postgresql", "EXPLAIN (ANALYZE) CREATE TABLE made AS SELECT 1"),
    ("postgresql", "EXPLAIN ANALYZE REFRESH MATERIALIZED VIEW v"),
    ("mysql", "SELECT LOAD_FILE('/etc/passwd')"),
    ("mysql", "SELECT `load_file`('/etc/passwd')"),
    ("mysql", "SELECT * FROM t INTO OUTFILE '/tmp/x'"),
    ("mysql", "SELECT 1 INTO DUMPFILE '/tmp/x'"),
    ("mysql", "SELECT 1.INTO OUTFILE '/tmp/x'"),
    ("mysql", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t"),
    ("mysql", "SET GLOBAL general_log = 1"),
    ("mysql", "SELECT sys_exec('id')"),
    ("mysql", "HANDLER t OPEN"),
    ("mysql", "SELECT 1 /*! INTO OUTFILE '/tmp/x' */"),
    ("sqlite", "ATTACH 'other.db' AS other"),
    ("sqlite", "SELECT load_extension('x')"),
    ("sqlite", "VACUUM INTO 'copy.db'"),
    ("sqlite", ""),
    ("sqlite", "-- nothing"),
    ("sqlite", "42"),
    ("sqlite", "'SELECT'"),
]


@pytest.mark.parametrize(("engine", "statement"), READS)
def test_what_reads_may_run(engine: str, statement: str) -> None:
    assert not changes_rows(check_statement(statement, engine, writes=False))


@pytest.mark.parametrize(("engine", "statement"), WRITES)
def test_what_changes_rows_may_run_only_where_the_operator_allows_it(
    engine: str, statement: str
) -> None:
    with pytest.raises(ToolFailed, match="RAGFLOW_AGENTS__SQL_WRITES"):
        check_statement(statement, engine, writes=False)
    assert changes_rows(check_statement(statement, engine, writes=True))


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(("engine", "statement"), NEVER)
def test_what_reaches_beyond_the_rows_of_tables_never_runs(
    engine: str, statement: str, writes: bool
) -> None:
    with pytest.raises(ToolFailed):
        check_statement(statement, engine, writes=writes)
