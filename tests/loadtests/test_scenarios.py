"""`load run shop-load.yaml` sends each scenario in its time, and leaves its figures as CSV."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.loadtests.conftest import COMMAND, HERE, RunningShop

FILE = """
target: {url}
journeys: {journeys}
scenarios:
  look: {{rate: 20/s, duration: 1s}}
  order: {{rate: 30/s, duration: 1s, start: 2s}}
evenly: true
self_test: false
out: out
slo: [look p50 < 20s, order throughput > 1/s, order/place errors < 50%]
"""


def test_each_scenario_is_sent_in_its_time(
    shop: Callable[..., RunningShop], tmp_path: Path, root: Path
) -> None:
    file = tmp_path / "shop-load.yaml"
    file.write_text(FILE.format(url=shop().url, journeys=HERE / "journeys.py"))
    command = [sys.executable, "-c", COMMAND, "run", str(file), "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    found = json.loads(done.stdout)
    assert {name: figures["wanted"] for name, figures in found["errors"].items()} == {
        "all": 50, "look": 20, "order": 30, "look/page": 20, "order/place": 30,
    }  # fmt: skip
    with (tmp_path / "out" / "seconds.csv").open() as rows:
        wanted = {(row["journey"], row["second"]): row["wanted"] for row in csv.DictReader(rows)}
    assert {at: count for at, count in wanted.items() if count != "0"} == {
        ("look", "0"): "20",
        ("order", "2"): "30",
    }
    (throughput,) = [f for f in found["verdict"]["findings"] if f["name"].startswith("order throughput")]
    assert (throughput["holds"], throughput["observed"]) == (True, "30.0/s"), "in its own second"
    page = (tmp_path / "out" / "index.html").read_text()
    assert re.search(r"order at 30/s from 2(\.0)? s for 1(\.0)? s", page)
    assert (tmp_path / "out" / "series.csv").read_text().startswith("series,clock,count,p50_ms")
