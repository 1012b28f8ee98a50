"""Calls the loops as machine code: compiled once for a machine, kept in the user's cache, loaded by LLVM.

Without the compiler's import, which takes longer than masking a small table. Never compiles in this process.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TypeVar, cast

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from foundation import folders, modules
from foundation.errors import PeakproofError, Unavailable
from foundation.files import whole

Loop = TypeVar("Loop", bound=Callable[..., int | None])
Argument = NDArray[np.uint8] | NDArray[np.int32] | NDArray[np.int64] | NDArray[np.uint64] | np.uint64 | int

_HERE = Path(__file__).parent
_AGAIN = "see whether numba is installed whole"
_ARRAYS = {
    "Bytes": np.dtype(np.uint8), "Offsets": np.dtype(np.int32), "Places": np.dtype(np.int64),
    "Words": np.dtype(np.uint64),
}  # fmt: skip
_LOADING = Lock()
_NUMBERS = {"int": ctypes.c_int64, "np.uint64": ctypes.c_uint64}


def compiled(loop: Loop) -> Loop:
    """The loop as machine code, which is loaded when it is first called."""

    def call(*arguments: Argument) -> int | None:
        native, kinds = _native(loop)
        return native(*map(_passed, arguments, kinds))

    return cast(Loop, call)


def bound(loop: Callable[..., None], *first: Argument) -> Callable[[int], None]:
    """The loop with all arguments but the last, for calls that are many and short.

    Whoever calls it keeps the arrays: they are known by their addresses only.
    """
    native, kinds = _native(loop)
    return partial(native, *map(_passed, first, kinds))


def load() -> None:
    """Loads the machine code now. Raises Unavailable: it could not be compiled."""
    _code()


def _passed(argument: Argument, kind: str) -> int:
    if not isinstance(argument, np.ndarray):
        return int(argument)
    if argument.dtype != _ARRAYS[kind]:
        raise TypeError(f"an array of {argument.dtype} where {kind} are wanted")
    return argument.ctypes.data


@cache
def _native(loop: Callable[..., int | None]) -> tuple[Callable[..., None], tuple[str, ...]]:
    """The machine code, and the kinds of its arguments."""
    *kinds, result = map(str, loop.__annotations__.values())
    numbers = [_NUMBERS.get(kind, ctypes.c_void_p) for kind in kinds]
    prototype = ctypes.CFUNCTYPE(_NUMBERS.get(result), *numbers)
    return prototype(_code().address(loop.__name__)), tuple(kinds)


class _Code:
    """What was compiled, in this process's memory."""

    def __init__(self, content: bytes) -> None:
        line, _, rest = content.partition(b"\n")
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._symbols: dict[str, str] = {}
        for name, (symbol, size) in json.loads(line).items():
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(rest[:size]))
            self._symbols[name], rest = symbol, rest[size:]
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        return int(self._engine.get_function_address(self._symbols[name]))


def _code() -> _Code:
    # A cache alone lets two threads load it at once, and then the memory of one goes while it is called.
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> _Code:
    return _Code(object_files(_compiled))


def object_files(make: Callable[[], bytes]) -> bytes:
    """What was compiled for this machine: what is kept of it, or what is made now, and kept if it can be."""
    try:
        kept = _cache() / f"{_fingerprint()}.objects"
    except RuntimeError:  # the user has no home
        return make()
    with suppress(OSError):
        return kept.read_bytes()
    content = make()
    with suppress(OSError, PeakproofError):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole(kept) as file:
            file.write(content)
    return content


def _compiled() -> bytes:
    command = modules.command("anonymizer.kernels.compiling")
    done = subprocess.run(command, env=modules.environment(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise Unavailable(f"the masks could not be compiled: {''.join(said)}", hint=_AGAIN)
    return done.stdout


def _cache() -> Path:
    return folders.cache() / "kernels"


def _fingerprint() -> str:
    """Of all that decides what the code is: the loops, who compiles them, and for which processor."""
    sources = [(_HERE / name).read_text(encoding="utf-8") for name in ("loops.py", "compiling.py")]
    made_by = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    processor = [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    return hashlib.sha256("\n".join([*sources, *made_by, *processor]).encode()).hexdigest()[:32]
