"""`load run` as a person runs it: verdicts, exit codes, refusals, Ctrl-C."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation import console
from loadtests.cli import app
from tests.loadtests.conftest import COMMAND, HERE, RunningShop, until


def arguments(url: str, out: Path, *options: str) -> list[str]:
    fixed = ["--journeys", str(HERE / "journeys.py"), "--journey", "order", "--out", str(out)]
    fixed.append("--no-self-test")  # it has tests of its own
    return ["run", url, *fixed, *options]


class Commands:
    """Commands that run beside each other, each in a folder of its own: most of them only wait."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self._root = folder, root
        self._running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, url: str, *options: str) -> None:
        command = [sys.executable, "-c", COMMAND, *arguments(url, self.folder / name, *options)]
        self._running[name] = subprocess.Popen(
            command, cwd=self._root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def interrupt(self, name: str) -> None:
        self._running[name].send_signal(signal.SIGINT)

    def done(self, name: str) -> subprocess.CompletedProcess[str]:
        running = self._running.pop(name)
        output, errors = running.communicate(timeout=120)
        return subprocess.CompletedProcess(running.args, running.returncode, output, errors)

    def kill(self) -> None:
        for running in self._running.values():
            running.kill()
            running.communicate()


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RunningShop]]:
    behaviours: dict[str, dict[str, object]] = {"good": {}, "slow": {"slow": 3}, "gone": {}}
    folder = tmp_path_factory.mktemp("shops")
    started = {
        name: RunningShop(books=folder / name, behaviour=behaviour) for name, behaviour in behaviours.items()
    }
    for shop in started.values():
        shop.start()
    started["gone"].kill()
    yield started
    for shop in started.values():
        shop.kill()


@pytest.fixture(scope="module")
def commands(shops: dict[str, RunningShop], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    found = Commands(tmp_path_factory.mktemp("commands"), HERE.parent.parent)
    good, slow, gone = (shops[name].url for name in ("good", "slow", "gone"))
    # The delay that a limit of 20 s bears is a second: this tests the command, not how busy the machine is.
    promised = ["--slo", "order p50 < 20s", "--slo", "errors < 1%", "--json"]
    second = ["--duration", "1s"]
    found.start("interrupted", good, "--rate", "20/s", "--duration", "600s", "--json")
    found.start("gone", gone, "--rate", "30/s", *second, "--slo", "order p50 < 100s", *promised)
    rule = ["--abort-on", "attempt-errors > 90% for 2s"]
    found.start("aborted", gone, "--rate", "20/s", "--duration", "300s", *rule, *promised)
    found.start("slow", slow, "--rate", "20/s", *second, "--slo", "order p50 < 2s")
    junit = str(found.folder / "junit.xml")
    found.start("good", good, "--rate", "50/s", *second, *promised, "--junit", junit)
    yield found
    found.kill()


def test_a_load_that_keeps_its_promises_passes(commands: Commands) -> None:
    done = commands.done("good")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["verdict"]["status"] == "PASS"
    assert found["counters"]["order"]["completed"] == found["counters"]["order"]["wanted"] > 0
    assert found["latency_ms"]["order/place"]["response"]["p99"] > 0
    assert "PASS" in done.stderr
    assert "PASS" in (commands.folder / "good" / "index.html").read_text()
    assert 'failures="0"' in (commands.folder / "junit.xml").read_text()


def test_a_slow_server_fails(commands: Commands) -> None:
    # 2 s bear a delay of 100 ms, which even a busy test machine keeps.
    done = commands.done("slow")
    assert done.returncode == 1, done.stderr
    assert "FAIL" in done.stderr


def test_connection_refused_is_an_answer_and_no_hang(commands: Commands) -> None:
    done = commands.done("gone")
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
        (["--rate", "1000000000/s"], "1e+09 arrivals/s of all journeys: no generator comes to the end"),
        (["--rate", "60/s", "--also", "look:1e9"], "at most 1,000,000/s"),
        (["--rate", "60/s", "--also", "look:inf"], "ratios above 0"),
        (["--rate", "60/s", "--also", "look:nan"], "ratios above 0"),
        (["--rate", "1000000/s", "--duration", "2h"], "7.2e+09 arrivals of all journeys"),
        (["--rate", "60/s", "--processes", "100000"], "generator processes on this machine"),
        (["--rate", "60/s", "--duration", "9999h"], "a week (7d) at most"),
        (["--rate", "60/s", "--also", "nothing:1"], "unknown journey 'nothing'"),
    ],
)
def test_bad_input_is_answered_before_anything_is_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["load", *arguments("http://127.0.0.1:9", tmp_path / "out", *options)])
    assert console.run(app) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("out/worker-*"))


def test_a_foreign_target_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments("http://192.0.2.1", tmp_path / "out", "--rate", "60/s")
    monkeypatch.setattr(sys, "argv", ["load", *given])
    assert console.run(app) == 5
    assert "--allow 192.0.2.1" in capsys.readouterr().err


def test_ctrl_c_ends_in_what_there_is_marked_invalid(commands: Commands) -> None:
    counted = commands.folder / "interrupted" / "worker-0" / "counters.jsonl"
    until(lambda: counted.exists() and counted.stat().st_size > 0)
    commands.interrupt("interrupted")
    done = commands.done("interrupted")
    assert done.returncode == 130, done.stderr
    found = json.loads(done.stdout)
    assert found["verdict"]["status"] == "INVALID"
    assert found["counters"]["order"]["completed"] > 0
    assert "interrupted: these are the results until then" in done.stderr


def test_ctrl_c_before_the_load_began_says_that_nothing_was_sent(tmp_path: Path, root: Path) -> None:
    early = Commands(tmp_path, root)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        early.start("early", url, "--journey", "greeting", "--rate", "20/s")  # its on_start waits there
        silent.accept()
        early.interrupt("early")
        done = early.done("early")
    assert done.returncode == 130, done.stderr
    assert "interrupted before the load began: nothing was sent" in done.stderr


def test_a_load_on_nobody_is_ended_early_and_fails_with_the_rule(commands: Commands) -> None:
    done = commands.done("aborted")
    assert done.returncode == 1, done.stderr
    broken = {each["name"] for each in json.loads(done.stdout)["verdict"]["findings"] if not each["holds"]}
    assert "abort on attempt-errors > 90% for 2s" in broken
    assert "FAIL" in (commands.folder / "aborted" / "index.html").read_text()
