"""The self-test: what it showed is in the results, and it leaves the platform alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import RunInvalid
from loadtests import null_server
from loadtests.judging import validity
from loadtests.planning.job import SelfTest
from loadtests.recording import summary
from tests.loadtests import made
from tests.loadtests.conftest import Loader, RunningShop


def test_a_load_that_this_machine_can_send_is_tested_and_sent(
    shop: Callable[..., RunningShop], loader: Loader
) -> None:
    asked = shop()
    job = replace(
        loader.job(asked.url, "order", rate=20), self_test=SelfTest(limit=5, required=True, seconds=1)
    )
    measured = loader.run(job)
    [ended] = measured.summaries
    assert ended.self_test is not None
    assert (ended.self_test.rate, ended.self_test.seconds, ended.self_test.on_time) == (24, 1, True)
    assert len(asked.committed()) == measured.totals("order").wanted == 20  # the test's own went elsewhere
    found = {finding.name: finding for finding in validity.findings(measured)}["self-test before the load"]
    assert found.holds
    assert found.expected == "24/s with a dispatch delay p99 of at most 5 s"


def test_a_machine_that_cannot_keep_up_is_told_before_anything_is_sent(
    shop: Callable[..., RunningShop], loader: Loader
) -> None:
    asked = shop()
    test = SelfTest(limit=0.005, required=True, seconds=1)
    job = replace(loader.job(asked.url, "order", rate=60_000), self_test=test)
    with pytest.raises(RunInvalid, match="this machine cannot generate 72000/s on time"):
        loader.run(job)
    assert asked.committed() == []


def test_where_it_is_not_required_the_verdict_tells() -> None:
    late = summary.Tested(rate=72, seconds=3, late=2, worst_ms=80, limit_ms=25, on_time=False)
    measured = made.measurements(summaries=(replace(made.summary(), self_test=late),))
    found = {finding.name: finding for finding in validity.findings(measured)}["self-test before the load"]
    assert not found.holds
    assert found.observed == "2 of 3 seconds late, worst p99 80 ms"
    assert "even against a server that does nothing" in found.reason


def test_the_null_server_ends_with_its_stdin() -> None:
    command = [sys.executable, "-m", "loadtests.null_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        assert int(server.stdout.readline()) > 0
        server.stdin.close()
        assert server.wait(timeout=30) == 0


@given(body=st.binary(max_size=50), rest=st.binary(max_size=20))
def test_a_request_is_whole_with_its_last_byte_and_not_before(body: bytes, rest: bytes) -> None:
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    assert null_server.whole(request + rest) == len(request)
    assert all(null_server.whole(request[:size]) is None for size in range(len(request)))


@pytest.mark.parametrize("request_line", [b"GET / HTTP/1.1\r\n\r\n"])
def test_a_request_without_a_body_is_whole_with_its_head(request_line: bytes) -> None:
    assert null_server.whole(request_line) == len(request_line)
