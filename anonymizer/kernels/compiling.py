"""Compiles the loops, in a process of its own: the compiler is large, and is not needed once that is done.

`python -m anonymizer.kernels.compiling` writes to stdout, for `machine` and for nobody else.
"""

from __future__ import annotations

import inspect
import json
import sys
from functools import cache
from types import FunctionType

import llvmlite.binding as llvm
import numba

from anonymizer.kernels import loops

_TYPES = {
    "Bytes": "CPointer(uint8)", "Offsets": "CPointer(int32)", "Places": "CPointer(int64)",
    "Words": "CPointer(uint64)", "int": "int64", "np.uint64": "uint64", "None": "void",
}  # fmt: skip


def objects() -> dict[str, tuple[str, bytes]]:
    """By the loop's name: its symbol, and the object file that defines it."""
    functions = dict(inspect.getmembers(loops, inspect.isfunction))
    for name in (name for name in functions if name.startswith("_")):
        setattr(loops, name, numba.njit(inline="always", error_model="numpy")(functions[name]))
    return {name: _object(function) for name, function in functions.items() if not name.startswith("_")}


def _object(function: FunctionType) -> tuple[str, bytes]:
    # The annotations are the types; without an error model of Python's, nothing of Python is called.
    *kinds, result = [_TYPES[str(kind)] for kind in function.__annotations__.values()]
    compiled = numba.cfunc(f"{result}({', '.join(kinds)})", error_model="numpy")(function)
    if "@PyErr" in (code := compiled.inspect_llvm()):
        raise TypeError(f"{function.__name__} may raise, and nobody could hear it")
    return compiled.native_name, _processor().emit_object(llvm.parse_assembly(code))


@cache
def _processor() -> llvm.TargetMachine:
    """This one, with all that it can do."""
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )


def main() -> None:
    """Writes a line that says what follows, and the object files."""
    found = objects()
    index = {name: (symbol, len(content)) for name, (symbol, content) in found.items()}
    sys.stdout.buffer.write(json.dumps(index).encode() + b"\n")
    for _, content in found.values():
        sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
