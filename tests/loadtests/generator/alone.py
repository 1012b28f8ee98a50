"""Modules of the generator that need no gevent, without their package: that patches the standard library."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import loadtests

HOME = Path(loadtests.__file__).parent / "generator"
PACKAGE = "loadtests.generator"


def alone(name: str) -> ModuleType:
    """The module of the generator's of that name, such as "distributed.members", and what it needs of others.

    One that needs gevent is refused: this process is the tests', and would be patched.
    """
    with _bare_package(), _without("gevent", "locust"):
        return import_module(f"{PACKAGE}.{name}")


@contextmanager
def _bare_package() -> Iterator[None]:
    """The package's modules can be imported without what it does itself; afterwards they are forgotten."""
    known = {name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")}
    assert not known, f"the generator is in the tests' own process: {sorted(known)}"
    bare = ModuleType(PACKAGE)
    bare.__path__ = [str(HOME)]
    sys.modules[PACKAGE] = bare
    try:
        yield
    finally:
        for name in [each for each in sys.modules if each == PACKAGE or each.startswith(f"{PACKAGE}.")]:
            del sys.modules[name]


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Whoever imports one of them fails."""
    missing = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]  # None: an import fails
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
