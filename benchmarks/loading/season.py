"""The generator in the dress rehearsal: real journeys with the ledger, on the platform itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure
from foundation.errors import PeakproofError
from loadtests.judging import measurements
from loadtests.recording.histograms import merged
from loadtests.recording.latency_log import Clock

_ROOT = Path(__file__).resolve().parent.parent.parent
REQUESTS = 300.0
_NAME = f"dispatch p99 of orderhub's journeys at {REQUESTS:.0f} requests/s"
_PLAN = """\
season: benchmark
platform: orderhub
environment: {definition: laptop, site: laptop}
data: {source: sample, size: 10k customers}
load: {journey: place-order, also: [{journey: browse, ratio: 3}], peak: 50/s, duration: 30s, seed: 7}
slo: ["errors < 0.1%"]
"""


def skipped(reason: str) -> dict[str, Figure]:
    """The figure that was not measured."""
    return {_NAME: Figure(value=None, unit="ms", goal=5, reason=reason)}


def dispatch() -> dict[str, Figure]:
    """p99 of the dispatch delay of orderhub's journeys at 300 requests/s or more."""
    with tempfile.TemporaryDirectory() as folder:
        plan, out = Path(folder) / "plan.yaml", Path(folder) / "out"
        plan.write_text(_PLAN)
        command = [sys.executable, "-m", "peakproof.cli", "rehearse", str(plan), "--out", str(out)]
        done = subprocess.run(command, cwd=_ROOT, check=False, capture_output=True, text=True)
        try:
            found = measurements.read(out / "load")
        except PeakproofError:
            last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
            return skipped(f"no rehearsal: {last[0]}")
    reached = found.totals().attempts / found.job.duration
    delays = [h for name in found.counters for h in found.histograms[name, Clock.DISPATCH].values()]
    late = merged(delays).percentile(99) / 1e6
    reason = f"{reached:,.0f} requests/s"
    if reached < REQUESTS:
        return skipped(f"only {reason}")
    return {_NAME: Figure(value=late, unit="ms", goal=5, reason=reason)}
