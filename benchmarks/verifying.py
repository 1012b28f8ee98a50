"""What `verify` costs beside `pg_dump | psql` of the same rows, and how much memory it takes.

Rows, policy and server are those of benchmarks/copying.py; the check is the command as people run it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anonymizer
from anonymizer.pseudonyms import keys
from benchmarks import copying
from benchmarks.copying import Bench, Taken
from benchmarks.figures import Figure


def figures(rows: int, rounds: int) -> dict[str, Figure]:
    """The check of a masked copy beside the pipe, alternating; from the command's start to its end."""
    with tempfile.TemporaryDirectory() as folder, copying.server(Path(folder)) as bench:
        source = bench.database("source", f"{copying.TABLE};{copying.ROWS.format(rows=rows)};ANALYZE")
        target, policy = bench.database("target", copying.TABLE), bench.folder / "policy.yaml"
        policy.write_text(copying.POLICY)
        anonymizer.anonymize(source, target, anonymizer.load_policy(policy), keys.ephemeral())
        _check(bench)  # compiles, where nobody has yet
        pairs = [(copying.pipe(bench), _check(bench)) for _ in range(rounds)]
    pipe = statistics.median(seconds for seconds, _ in pairs)
    took = statistics.median(taken.seconds for _, taken in pairs)
    memory = max(taken.memory for _, taken in pairs)
    return {
        f"verify {rows:,} rows, times the pipe": Figure(
            value=took / pipe, unit="x", goal=2, reason=f"verify {took:.1f} s, pipe {pipe:.1f} s"
        ),
        f"memory of verify, {rows:,} rows": Figure(value=memory / 2**20, unit="MiB", goal=600),
    }


def _check(bench: Bench) -> Taken:
    peakproof = Path(sys.executable).with_name("peakproof")
    places = ["--source", bench.dsn("source"), "--target", bench.dsn("target")]
    policy = ["--policy", str(bench.folder / "policy.yaml")]
    command = [str(peakproof), "anonymize", "verify", *places, *policy]
    began, memory = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory = max(memory, copying.resident(process.pid))
            time.sleep(0.05)
    assert process.returncode == 0, "the check failed"
    return Taken(seconds=time.monotonic() - began, memory=memory)
