"""What every worker of the crash tests would load for itself, and that starts no thread: kills come
in a row, and each worker should spend its time on documents."""

import crash_worker  # noqa: F401
import dbos  # noqa: F401
import lance_namespace  # noqa: F401
import pyarrow.dataset  # noqa: F401

from ragflow.ingest.chunk.load import load_chunkers
from ragflow.ingest.parse.load import load_parsers
from ragflow.text.tokenise import tokenise
from ragflow.text.tokens import count_tokens

tokenise("bees 蜂")
count_tokens("bees")
load_parsers()
load_chunkers()
