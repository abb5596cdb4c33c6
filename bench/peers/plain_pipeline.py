"""The plain pipeline that many write by hand: markitdown → pieces → MiniLM → Chroma.

Runs in an environment of its own. In: a file, a directory with the same int8 ONNX MiniLM that the
product uses (so that the models cost the same). Out: one JSON object with the seconds per stage.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import chromadb
import numpy as np
import onnxruntime
from markitdown import MarkItDown
from tokenizers import Tokenizer

BATCH = 32
PIECE_CHARS = 2000  # about 512 tokens of English


def main() -> None:
    """Run the pipeline once on the file."""
    source, model_dir = Path(sys.argv[1]), Path(sys.argv[2])
    seconds = {}
    tokenizer = Tokenizer.from_file(str(model_dir / "tokenizer.json"))
    tokenizer.enable_truncation(512)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(model_dir / "model.onnx"), options)
    inputs = {entry.name for entry in session.get_inputs()}

    started = time.monotonic()
    text = MarkItDown().convert(str(source)).text_content
    seconds["parse"] = time.monotonic() - started

    mark = time.monotonic()
    pieces = [text[i : i + PIECE_CHARS] for i in range(0, len(text), PIECE_CHARS)]
    vectors = []
    for i in range(0, len(pieces), BATCH):
        encoded = tokenizer.encode_batch(pieces[i : i + BATCH])
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        output = session.run(None, {k: v for k, v in feeds.items() if k in inputs})[0]
        vectors += output.tolist()
    seconds["embed"] = time.monotonic() - mark

    mark = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        client = chromadb.PersistentClient(folder)
        collection = client.create_collection("bench", embedding_function=None)
        names = [str(i) for i in range(len(pieces))]
        for i in range(0, len(pieces), 1000):
            collection.add(
                ids=names[i : i + 1000],
                documents=pieces[i : i + 1000],
                embeddings=vectors[i : i + 1000],
            )
        collection.query(query_embeddings=vectors[:1], n_results=3)
        seconds["index"] = time.monotonic() - mark
        seconds["total"] = time.monotonic() - started
        print(json.dumps({"pieces": len(pieces), "chars": len(text), "seconds": seconds}))


if __name__ == "__main__":
    main()
