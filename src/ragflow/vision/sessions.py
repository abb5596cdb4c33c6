"""Sessions: how the models that look at pages run.

In: the path of an ONNX file and a number of threads. Out: a session that sleeps while it waits,
since other documents need the processor. All sessions of a process share one arena of memory, which
grows by what is asked for and no more: without an arena each call takes fresh pages from the
system, a sixth of its time, and arenas of their own, doubled whenever they grow, took 200 MiB more.
A model of whole pages gives back what it took when it is done (`giving_back`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

_AS_ASKED = 1  # onnxruntime's kSameAsRequested


def session(path: Path, threads: int) -> Any:
    """Return a new session of a model."""
    import onnxruntime

    _share_arena()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False  # pictures differ in size: plans for each would pile up
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def giving_back() -> Any:
    """Return the options of a run after which the arena gives back what is not used."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


@cache
def _share_arena() -> None:
    """Make the arena that the sessions of this process share; a second one would be an error."""
    import onnxruntime

    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    growth = {
        "arena_extend_strategy": _AS_ASKED,
        "initial_chunk_size_bytes": -1,
        "max_dead_bytes_per_chunk": -1,
        "max_mem": 0,
    }
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg(growth))
