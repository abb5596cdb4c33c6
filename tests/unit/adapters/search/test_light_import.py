"""LanceDB is imported without the REST client that embedded use never calls."""

import subprocess
import sys

SCRIPT = """
import sys, warnings
from ragflow.adapters.search.light_import import import_lancedb
lancedb = import_lancedb()
assert lancedb is import_lancedb()
assert not [name for name in sys.modules if name.startswith("lance_namespace_urllib3_client")]
table = lancedb.connect(sys.argv[1]).create_table("t", [{"a": "x", "v": [1.0, 2.0]}])
assert table.count_rows() == 1
from lance_namespace_urllib3_client.models import JsonArrowField
assert hasattr(JsonArrowField, "model_fields")
"""


def test_lancedb_works_and_its_rest_client_is_only_there_for_those_who_import_it(
    tmp_path: object,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
