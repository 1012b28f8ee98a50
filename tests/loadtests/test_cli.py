"""`load run` as a person runs it: verdicts, exit codes, refusals, Ctrl-C."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loadtests.conftest import HERE, RunningShop, until

Shops = Callable[..., RunningShop]
COMMAND = (
    "import sys; from foundation import console; from loadtests.cli import app; sys.exit(console.run(app))"
)


def command(url: str, out: Path, *options: str) -> list[str]:
    fixed = ["--journeys", str(HERE / "journeys.py"), "--journey", "order", "--out", str(out)]
    fixed.append("--no-self-test")  # it has tests of its own
    return [sys.executable, "-c", COMMAND, "run", url, *fixed, *options]


def load(root: Path, url: str, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(url, out, *options), cwd=root, capture_output=True, text=True, timeout=120)


def test_a_load_that_keeps_its_promises_passes(shop: Shops, tmp_path: Path, root: Path) -> None:
    # The delay that a limit of 20 s bears is a second: this tests the command, not how busy the machine is.
    promised = ["--slo", "order p50 < 20s", "--slo", "errors < 0.1%"]
    done = load(
        root,
        shop().url,
        tmp_path / "out",
        "--rate",
        "50/s",
        "--duration",
        "1s",
        *promised,
        "--json",
        "--junit",
        str(tmp_path / "junit.xml"),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["verdict"]["status"] == "PASS"
    assert found["counters"]["order"]["completed"] == found["counters"]["order"]["wanted"] > 0
    assert found["latency_ms"]["order/place"]["response"]["p99"] > 0
    assert "PASS" in done.stderr
    assert "PASS" in (tmp_path / "out" / "index.html").read_text()
    assert 'failures="0"' in (tmp_path / "junit.xml").read_text()


def test_a_slow_server_fails(shop: Shops, tmp_path: Path, root: Path) -> None:
    # 2 s bear a delay of 100 ms, which even a busy test machine keeps.
    options = ["--rate", "20/s", "--duration", "1s", "--slo", "order p50 < 2s"]
    done = load(root, shop(slow=3).url, tmp_path / "out", *options)
    assert done.returncode == 1, done.stderr
    assert "FAIL" in done.stderr


def test_connection_refused_is_an_answer_and_no_hang(shop: Shops, tmp_path: Path, root: Path) -> None:
    gone = shop()
    gone.kill()
    options = [
        "--rate",
        "30/s",
        "--duration",
        "1s",
        "--slo",
        "errors < 1%",
        "--slo",
        "order p50 < 100s",
        "--json",
    ]
    done = load(root, gone.url, tmp_path / "out", *options)
    assert done.returncode == 1, done.stderr
    errors = next(f for f in json.loads(done.stdout)["verdict"]["findings"] if f["name"].startswith("errors"))
    assert errors["observed"].startswith("100.000%")
    assert "Connection refused" in done.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--rate", "60"], 'expected a rate such as "60/s"'),
        (["--rate", "0/s"], "must be above 0"),
        (["--rate", "60/s", "--also", "browse"], "a journey and a ratio such as browse:5"),
        (["--rate", "60/s", "--slo", "order p99 < 500mss"], "                ^"),
        (["--rate", "5/s", "--slo", "order p99 < 5s"], "the shortest load that works: 200 s"),
        (["--rate", "60/s", "--profile", "drop"], "allowed: constant"),
        (["--rate", "60/s", "--replay", "none.csv"], "cannot be read"),
        (["--rate", "60/s", "--slo", "shop p99 < 5s"], "the load has no journey 'shop'"),
        (["--rate", "60/s", "--slo", "lost orders = 0"], "use peakproof rehearse"),
        (["--rate", "60/s", "--also", "nothing:1"], "unknown journey 'nothing'"),
    ],
)
def test_bad_input_is_answered_before_anything_is_sent(
    tmp_path: Path, root: Path, options: list[str], says: str
) -> None:
    done = load(root, "http://127.0.0.1:9", tmp_path / "out", *options)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert not list(tmp_path.glob("out/worker-*"))


def test_a_foreign_target_is_refused(tmp_path: Path, root: Path) -> None:
    done = load(root, "http://192.0.2.1", tmp_path / "out", "--rate", "60/s")
    assert done.returncode == 5
    assert "--allow 192.0.2.1" in done.stderr


def test_ctrl_c_ends_in_what_there_is_marked_invalid(shop: Shops, tmp_path: Path, root: Path) -> None:
    arguments = command(shop().url, tmp_path / "out", "--rate", "20/s", "--duration", "600s", "--json")
    with subprocess.Popen(
        arguments, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        until(lambda: any(path.stat().st_size for path in tmp_path.glob("out/worker-0/counters.jsonl")))
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    found = json.loads(output)
    assert found["verdict"]["status"] == "INVALID"
    assert found["counters"]["order"]["completed"] > 0
    assert "interrupted" in errors


def test_a_load_on_nobody_is_ended_early_and_fails_with_the_rule(tmp_path: Path, root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--rate", "20/s", "--duration", "300s", "--abort-on", "attempt-errors > 90% for 2s"]
    done = load(
        root, f"http://127.0.0.1:{port}", tmp_path / "out", *options, "--slo", "order p50 < 20s", "--json"
    )
    assert done.returncode == 1, done.stderr
    broken = {each["name"] for each in json.loads(done.stdout)["verdict"]["findings"] if not each["holds"]}
    assert "abort on attempt-errors > 90% for 2s" in broken
    assert "FAIL" in (tmp_path / "out" / "index.html").read_text()
