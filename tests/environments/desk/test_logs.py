"""Logs of one node, of several, and of those that go on talking."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.desk import logs
from environments.desk.logs import Line
from environments.lookup import PACKAGE
from tests.environments.commanding import COMMAND, eventually, run, run_here, surroundings
from tests.environments.standing import Standing


def line(at: int, node: str, text: str = "") -> Line:
    return Line(at=f"2026-11-29T10:00:{at:02}.000000000Z", node=node, text=text)


@given(st.lists(st.binary(max_size=6).map(lambda part: part.replace(b"\x00", b"\n"))))
def test_lines_are_whole_however_they_come_in_pieces(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    expected = whole.removesuffix(b"\n").split(b"\n") if whole else []
    assert list(logs.split(chunks)) == [each.decode(errors="replace") for each in expected]


def test_lines_of_several_nodes_are_in_order_of_time_and_each_nodes_in_its_own() -> None:
    ours = [line(1, "a", "1st"), line(4, "a", "4th"), line(4, "a", "5th")]
    merged = logs.merged([ours, [line(2, "b", "2nd"), line(3, "b", "3rd")]])
    assert [each.text for each in merged] == ["1st", "2nd", "3rd", "4th", "5th"]


def test_a_line_has_its_node_before_it_only_where_there_are_several() -> None:
    assert logs.prefixed(["web-1"])(line(1, "web-1", "hello")) == "hello"
    show = logs.prefixed(["web-1", "prepare-1"])
    assert show(line(1, "web-1", "hello")) == "web-1     | hello"


@pytest.mark.integration
def test_the_end_of_one_nodes_log_is_its_lines_alone(shop: Standing) -> None:
    assert run_here("env", "logs", shop.name, "prepare-1", "-n", "1").stdout == "the reason stands here\n"


@pytest.mark.integration
def test_without_a_node_all_are_heard(shop: Standing) -> None:
    said = run_here("env", "logs", shop.name, "-n", "1").stdout.splitlines()
    heard = {each.partition("|")[0].strip() for each in said}
    assert {"prepare-1", "web-1", "web-2", "store-1", "door-1"} <= heard


@pytest.mark.integration
def test_what_reads_no_further_ends_it_quietly(shop: Standing) -> None:
    words = " ".join(f"'{word}'" for word in (*COMMAND, "env", "logs", shop.name))
    piped = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {words} | true"],
        env=surroundings(), cwd=PACKAGE, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (0, "")


@contextmanager
def followed(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`env logs ARGUMENTS -f`, and the lines that it has printed so far."""
    process = subprocess.Popen(
        [*COMMAND, "env", "logs", *arguments, "-f", "-n", "1"],
        env=surroundings(), cwd=PACKAGE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    heard: list[str] = []
    reader = threading.Thread(target=_heard, args=(process.stdout, heard))
    reader.start()
    try:
        yield process, heard
    finally:
        process.kill()
        process.wait()
        reader.join()


def _heard(stdout: IO[str], heard: list[str]) -> None:
    for each in stdout:
        heard.append(each)  # noqa: PERF402 - as soon as it is there


@pytest.mark.integration
def test_what_nodes_say_from_then_on_is_heard_also_after_a_restart_until_ctrl_c(shop: Standing) -> None:
    port = shop.attach().instance.ports["front"]
    with followed(shop.name, "web-1", "web-2") as (process, heard):
        eventually(lambda: heard, within=30, what="the ends of their logs")
        urlopen(f"http://127.0.0.1:{port}/first", timeout=5).close()
        eventually(lambda: any("GET /first" in each for each in heard), within=20, what="the first request")
        before = len(heard)
        assert run("env", "restart", shop.name, "web-1").returncode == 0
        again = "web-1 | serving"
        eventually(lambda: again in map(str.strip, heard[before:]), within=20, what="it serves again")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    firsts = [each for each in heard if "GET /first" in each]
    assert len(firsts) == 1, "no line is told twice"
