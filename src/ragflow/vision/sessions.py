"""Sessions: how the models that look at pages run.

In: the path of an ONNX file and a number of threads. Out: a session that gives memory back after
each call and sleeps while it waits, since other documents need the processor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def session(path: Path, threads: int) -> Any:
    """Return a new session of a model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_cpu_mem_arena = False  # an arena keeps the largest picture's memory for ever
    options.enable_mem_pattern = False  # pictures differ in size: plans for each would pile up
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
