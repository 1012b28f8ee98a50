"""Other load generators on the same web server. One that is not on this machine gives None, never a guess."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
import http from "k6/http";
export const options = {{
  discardResponseBodies: false,
  scenarios: {{ orders: {{
    executor: "constant-arrival-rate", rate: {rate}, timeUnit: "1s", duration: "{seconds}s",
    preAllocatedVUs: 200, maxVUs: 400,
  }} }},
}};
const options_of = {{ headers: {{ "Content-Type": "application/json" }} }};
export default function () {{ http.post("{url}/orders", JSON.stringify({{ quantity: 7 }}), options_of); }}
"""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a peer did at a rate: requests a second, those it dropped or that failed, percentiles in ms."""

    rate: float
    dropped: int
    p99: float
    p999: float = 0.0

    def clean(self, wanted: float) -> bool:
        return self.dropped == 0 and self.rate >= 0.99 * wanted


def found(name: str) -> str | None:
    """Where a peer is: on PATH, where `go install` puts it, or in the folder that PEERS names."""
    folders = [os.environ.get("PEERS", ""), os.environ.get("PATH", ""), str(Path.home() / "go" / "bin")]
    return shutil.which(name, path=os.pathsep.join(filter(None, folders)))


def k6(program: str, url: str, rate: float, seconds: float) -> Reached:
    """k6's constant-arrival-rate executor: evenly spaced, 200 users at first, 400 at most."""
    with tempfile.TemporaryDirectory() as folder:
        script, summary = Path(folder) / "orders.js", Path(folder) / "summary.json"
        script.write_text(_SCRIPT.format(rate=round(rate), seconds=round(seconds), url=url))
        subprocess.run(
            [program, "run", "--quiet", "--no-usage-report", "--summary-export", str(summary),
             "--summary-trend-stats", "p(99),p(99.9)", str(script)],
            check=True, capture_output=True, env={**os.environ, "K6_NO_USAGE_REPORT": "true"},
        )  # fmt: skip
        metrics = json.loads(summary.read_text())["metrics"]
    return Reached(
        rate=metrics["http_reqs"]["count"] / seconds,
        dropped=int(metrics.get("dropped_iterations", {}).get("count", 0)),
        p99=metrics["http_req_duration"]["p(99)"],
        p999=metrics["http_req_duration"]["p(99.9)"],
    )


def vegeta(program: str, url: str, rate: float, seconds: float) -> Reached:
    """Vegeta's attack: evenly spaced, as many workers as it needs up to 2,000."""
    with tempfile.TemporaryDirectory() as folder:
        body, results = Path(folder) / "body", Path(folder) / "results"
        body.write_text('{"quantity": 7}')
        subprocess.run(
            [program, "attack", f"-rate={round(rate)}/s", f"-duration={round(seconds)}s", f"-body={body}",
             "-header=Content-Type: application/json", "-max-workers=2000", f"-output={results}"],
            input=f"POST {url}/orders\n", text=True, check=True, capture_output=True,
        )  # fmt: skip
        printed = subprocess.run(
            [program, "report", "-type=json", str(results)], check=True, capture_output=True, text=True
        )
        report = json.loads(printed.stdout)
        p999 = _hdr_p999(program, results)
    return Reached(
        rate=report["requests"] / seconds,
        dropped=round(report["requests"] * (1 - report["success"])),
        p99=report["latencies"]["99th"] / 1e6,
        p999=p999,
    )


def _hdr_p999(program: str, results: Path) -> float:
    """ms; the report for machines has no p99.9, the one for plots has."""
    printed = subprocess.run(
        [program, "report", "-type=hdrplot", str(results)], check=True, capture_output=True, text=True
    )
    rows = [line.split() for line in printed.stdout.splitlines()[1:]]
    return next(float(row[0]) for row in rows if float(row[1]) >= 0.999)


@dataclass(frozen=True, kw_only=True)
class Looped:
    """What a closed loop did: requests a second, percentiles in ms of what it believes to be latency.

    `a_processor`: requests for each second that its process worked, which others' work changes little.
    """

    rate: float
    a_processor: float
    p99: float
    p999: float


def closed(kind: str, url: str, users: int, seconds: float) -> Looped:
    """A closed loop in one process: Locust's own ("plain") or one of ours ("clocks")."""
    command = [sys.executable, "-m", "benchmarks.loading.closed", kind, url, str(users), str(seconds)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(printed.stdout)
    return Looped(
        rate=told["rate"], a_processor=told["a_processor"], p99=told["p99_ms"], p999=told["p999_ms"]
    )


def wire(kind: str, url: str, users: int, seconds: float) -> float:
    """Requests for each second of processor of a client alone: "ours" or "geventhttpclient"."""
    command = [sys.executable, "-m", "benchmarks.loading.wires", kind, url, str(users), str(seconds)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(printed.stdout)["a_processor"])
