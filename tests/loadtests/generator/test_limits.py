"""Limits of the machine are met before the load starts, or said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import resource, sys
sys.path.insert(0, {root!r})
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("limits", {root!r} + "/loadtests/generator/limits.py")
limits = module_from_spec(spec)
spec.loader.exec_module(limits)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
try:
    limits.allow_sockets({pool})
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
except Exception as error:
    print(type(error).__name__, error.exit_code, error.hint)
"""


def told(root: Path, pool: int) -> str:
    program = PROGRAM.format(root=str(root), pool=pool)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip()


def test_the_soft_limit_is_raised_to_what_the_pool_needs(root: Path) -> None:
    assert told(root, 800) == "(900, 1024)"


def test_a_pool_beyond_the_hard_limit_is_said_before_the_run(root: Path) -> None:
    assert told(root, 2000).startswith("Unavailable 69 raise it (ulimit -Hn 2100)")
