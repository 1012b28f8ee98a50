"""Modules of the generator that need no gevent, without their package: that patches the standard library."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import loadtests

HOME = Path(loadtests.__file__).parent / "generator"


def alone(name: str) -> ModuleType:
    """The module in a file of the generator's, such as "distributed/members"."""
    known = f"alone_{name.replace('/', '_')}"
    spec = spec_from_file_location(known, HOME / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[known] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    assert "gevent" not in vars(module), f"{name} needs gevent: run it as a program"
    return module
