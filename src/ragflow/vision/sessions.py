"""Sessions: how the models that look at pages run.

In: the path of an ONNX file and a number of threads. Out: a session that sleeps while it waits,
since other documents need the processor. It keeps the memory of its largest picture: without an
arena each call takes fresh pages from the system, a sixth of its time, and the allocator of C then
keeps more than the arena would (658 MiB against 485 after pictures of 1280 × 1280 pixels).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def session(path: Path, threads: int) -> Any:
    """Return a new session of a model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False  # pictures differ in size: plans for each would pile up
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
