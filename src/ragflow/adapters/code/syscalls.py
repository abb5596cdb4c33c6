"""The system calls that a script may make: what computing takes, and nothing that reaches out.

In: this machine's architecture. Out: a seccomp filter, as the bytes of a BPF program, which lets
the calls named here pass and refuses every other one, known today or not. There is no call that
starts a process, opens a connection, sends a signal, changes a file's rights or sets a limit.
Refused: architectures whose calls are not known, with `SandboxUnavailable`.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ragflow.domain.errors import SandboxUnavailable

Numbers = Callable[[str], int]
"""Return the number of a call on this machine; negative where it has none of that name."""

_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

_ALLOWED = {
    "descriptors": "read write readv writev pread64 pwrite64 close lseek dup dup2 dup3 pipe pipe2 "
    "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 recvfrom "
    "shutdown",
    "files": "open openat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink "
    "readlinkat getdents64 getcwd chdir fadvise64",
    "memory": "mmap mprotect munmap mremap madvise brk membarrier",
    "threads": "futex set_robust_list rseq arch_prctl set_tid_address sched_yield getcpu "
    "sched_getaffinity exit gettid",
    "process": "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall exit_group "
    "getpid getppid getuid geteuid getgid getegid getrusage times",
    "time and chance": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time "
    "getrandom uname sysinfo",
}


@dataclass(frozen=True, slots=True)
class _Argument:
    """Allow a call where `argument & mask` is among the values; `high` is half of a wide one."""

    position: int
    values: Sequence[int]
    mask: int = 0xFFFF_FFFF
    high: bool = False


_THREAD = 0x0001_0000
_NAMESPACES = 0x7E02_0080
_CONDITIONAL: Mapping[str, Sequence[_Argument]] = {
    "clone": (_Argument(0, (_THREAD,), _THREAD | _NAMESPACES),),
    "fcntl": (_Argument(1, (0, 1, 2, 3, 4, 1030)),),  # no signals, no locks
    "ioctl": (_Argument(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),),
    "sendto": (_Argument(4, (0,)), _Argument(4, (0,), high=True)),  # to its own pair, no address
    "socketpair": (_Argument(0, (1,)),),
}

_LOAD, _AND, _IS, _RETURN = 0x20, 0x54, 0x15, 0x06  # BPF: ld w abs, and k, jeq k, ret k
_ALLOW, _REFUSE, _UNKNOWN, _KILL = 0x7FFF_0000, 0x0005_0001, 0x0005_0026, 0x8000_0000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where `struct seccomp_data` holds what


def filter_program(numbers: Numbers, machine: str | None = None) -> bytes:
    """Return the filter. Raises `SandboxUnavailable`."""
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise SandboxUnavailable(reason=f"the system calls of {machine} machines are not known")
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_IS, _ARCHITECTURES[machine], then=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    for name in " ".join(_ALLOWED.values()).split():
        program += _case(numbers(name), [_instruction(_RETURN, _ALLOW)])
    for name, conditions in _CONDITIONAL.items():
        program += _case(numbers(name), _conditional(conditions))
    # The C library makes threads by `clone` where it is told that there is no newer call.
    program += _case(numbers("clone3"), [_instruction(_RETURN, _UNKNOWN)])
    program.append(_instruction(_RETURN, _REFUSE))
    return b"".join(program)


def _case(number: int, body: Sequence[bytes]) -> list[bytes]:
    return [_instruction(_IS, number, otherwise=len(body)), *body] if number >= 0 else []


def _conditional(conditions: Sequence[_Argument]) -> list[bytes]:
    body: list[bytes] = []
    for condition in conditions:
        offset = _ARGUMENTS + 8 * condition.position + (4 if condition.high else 0)
        body += [_instruction(_LOAD, offset), _instruction(_AND, condition.mask)]
        for place, value in enumerate(condition.values):
            body.append(_instruction(_IS, value, then=len(condition.values) - place))
        body.append(_instruction(_RETURN, _REFUSE))
    return [*body, _instruction(_RETURN, _ALLOW)]


def _instruction(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)
