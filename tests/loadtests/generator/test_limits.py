"""Limits of the machine are met before the load starts, or said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# The module alone: importing its package would patch the standard library for gevent.
LIMITS = """
import os, resource, sys
sys.path.insert(0, {root!r})
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("limits", {root!r} + "/loadtests/generator/limits.py")
limits = module_from_spec(spec)
spec.loader.exec_module(limits)
"""
POOL = """
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
try:
    limits.allow_sockets({pool})
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
except Exception as error:
    print(type(error).__name__, error.exit_code, error.hint)
"""


PRECEDENCE = """
policy = lambda: os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
try:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    allowed = True
except PermissionError:
    allowed = False
limits.go_first()
first = policy()
limits.give_way(0.1)
light = policy()
limits.give_way(0.9)
print(allowed == (first == light == os.SCHED_RR), policy() == os.SCHED_OTHER)
"""


def told(root: Path, program: str) -> str:
    program = LIMITS.format(root=str(root)) + program
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip()


def test_the_soft_limit_is_raised_to_what_the_pool_needs(root: Path) -> None:
    assert told(root, POOL.format(pool=800)) == "(900, 1024)"


def test_a_pool_beyond_the_hard_limit_is_said_before_the_run(root: Path) -> None:
    assert told(root, POOL.format(pool=2000)).startswith("Unavailable 69 raise it (ulimit -Hn 2100)")


def test_it_goes_first_where_it_may_until_its_work_is_heavy(root: Path) -> None:
    assert told(root, PRECEDENCE) == "True True"


def test_a_pool_beyond_the_local_ports_is_said_before_the_run(root: Path, tmp_path: Path) -> None:
    (tmp_path / "range").write_text("32768\t32867\n")
    program = f"""
from pathlib import Path
known = Path({str(tmp_path / "range")!r})
limits.allow_ports(100, known)
limits.allow_ports(10**9, Path({str(tmp_path / "none")!r}))
try:
    limits.allow_ports(101, known)
except Exception as error:
    print(type(error).__name__, error.exit_code, error)
"""
    found = told(root, program)
    assert found.startswith("Unavailable 69 connections to one target need 101 local ports")
    assert "has 100" in found


def test_connections_opened_for_each_journey_need_ports_for_as_long_as_they_linger(root: Path) -> None:
    program = (
        "print(limits.ports_needed(10, 100.0, loopback=False), limits.ports_needed(10, 0, loopback=False))"
    )
    assert told(root, program) == "6010 10"
    assert told(root, "print(limits.ports_needed(10, 100.0, loopback=True))") == "110"
