"""What the command is asked by a run of tests, and when: once for all processes, and to the end."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.environments.commanding import eventually
from tests.pytest_peakproof.suites import ANSWERS, PLUGIN, suite

pytest_plugins = ["pytester"]

TWO = """
    def test_first(peakproof_env):
        assert peakproof_env.name == "mine"

    def test_second(peakproof_env):
        assert peakproof_env.address("front") == ("127.0.0.1", 21000)
"""


def test_a_suite_that_does_not_ask_calls_nothing(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write("def test_alone(): pass", definition="shop")
    mine.run().assert_outcomes(passed=1)
    assert mine.calls() == []


def test_it_is_brought_up_once_and_taken_down_once(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(TWO, definition="shop", site="cellar")
    ended = mine.run()
    ended.assert_outcomes(passed=2)
    up, down = mine.calls()
    name = up[up.index("--name") + 1]
    assert name.startswith("pytest-"), "each run has its own"
    assert up == [
        "up", "shop", "--site", "cellar", "--name", name, "--ttl", "5m", "--why", "a run of pytest", "--json"
    ]  # fmt: skip
    assert down == ["down", "mine"]
    ended.stdout.fnmatch_lines(["peakproof: mine is taken down"])


def test_workers_share_what_the_first_brought_up(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.answers(up={**ANSWERS["up"], "takes": 1})
    mine.write(TWO, definition="shop")
    mine.run("-n", "2", "--dist", "each").assert_outcomes(passed=4)
    assert [call[0] for call in mine.calls()] == ["up", "down"]


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_why_it_is_not_up_is_told_to_every_test_that_wants_it(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    mine = suite(pytester)
    mine.answers(up={"fails": "error: no definition 'shpo'"})
    mine.write(f"{TWO}\n    def test_alone(): pass", definition="shpo")
    ended = mine.run(*workers)
    ended.assert_outcomes(passed=1, errors=2)
    assert [call[0] for call in mine.calls()] == ["up"], "asked once, and there is nothing to take down"
    ended.stdout.fnmatch_lines(["*no environment: `peakproof env up shpo*", "*error: no definition 'shpo'*"])


def test_one_that_is_up_under_that_name_is_adopted_and_stays(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.answers(
        list={"environments": [{"name": "mine", "who": "jo@left", "why": "demo", "seconds_left": 9}]}
    )
    mine.write(TWO, definition="shop", name="mine")
    mine.run().assert_outcomes(passed=2)
    assert [call[0] for call in mine.calls()] == ["list", "up"]
    assert "--why" not in mine.calls("up")[0], "it is still what it was brought up for"


def test_the_environment_of_another_run_is_refused_before_anything_stands(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    theirs = {"name": "mine", "who": "jo@left", "why": "a run of pytest", "seconds_left": 240}
    mine.answers(list={"environments": [theirs]})
    mine.write(TWO, definition="shop", name="mine")
    ended = mine.run()
    ended.assert_outcomes(errors=2)
    assert mine.calls("up") == mine.calls("down") == []
    ended.stdout.fnmatch_lines(["*belongs to another run of pytest, by jo@left*within 240 s*"])


def test_one_that_is_to_be_kept_stays_under_its_definitions_name(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(TWO, definition="shop")
    ended = mine.run("--peakproof-keep")
    up, extended = mine.calls()
    assert "--name" not in up
    assert extended == ["extend", "mine", "--ttl", "8h"]
    ended.stdout.fnmatch_lines(["peakproof: mine stays for 8h; `peakproof env down mine` takes it down"])


def test_what_cannot_be_taken_down_is_told(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.answers(down={"fails": "error: Docker Engine is not running"})
    mine.write(TWO, definition="shop")
    mine.run().stdout.fnmatch_lines(
        ["peakproof: not taken down: it goes by itself after 5m*", "error: Docker*"]
    )


WAITING = """
    import pathlib, time

    def test_long(peakproof_env):
        deadline = time.monotonic() + 60
        while pathlib.Path("calls").read_text().count('"status"') < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_the_lease_is_renewed_while_tests_run(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    mine = suite(pytester)
    mine.answers(status={**ANSWERS["status"], "seconds_left": 2})
    mine.write(WAITING, definition="shop", lease="3s")
    mine.run(*workers).assert_outcomes(passed=1)
    assert mine.calls("extend")[0] == ["extend", "mine", "--ttl", "3s"]


def test_a_longer_lease_that_somebody_gave_is_not_made_shorter(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(WAITING, definition="shop", lease="3s")
    mine.run().assert_outcomes(passed=1)
    assert mine.calls("extend") == []


def test_a_failing_test_shows_what_the_nodes_say(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(
        """
        def test_fails(peakproof_env):
            assert False

        def test_fails_without(): assert False
        """,
        definition="shop",
        log_lines="7",
    )
    ended = mine.run()
    ended.stdout.fnmatch_lines(
        ["*- nodes of mine -*", "store-1 is crashed (137)", "web-1 | the last words", "*test_fails_without*"]
    )
    assert mine.calls("logs") == [["logs", "mine", "-n", "7"]], "once, and of the test that has it"
    ended.stdout.no_fnmatch_line("*once-1*")


def test_a_passing_suite_reads_no_logs_and_a_failing_one_need_not(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(TWO.replace('"mine"', '"theirs"'), definition="shop", log_lines="0")
    mine.run().assert_outcomes(passed=1, failed=1)
    assert mine.calls("logs") == mine.calls("status") == []


def test_an_interruption_is_handed_on_and_what_was_begun_is_taken_down(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.answers(up={**ANSWERS["up"], "takes": 120})
    mine.write(TWO, definition="shop")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *PLUGIN],
        cwd=mine.folder,
        start_new_session=True,
    )
    eventually(lambda: mine.calls("up"), within=60, what="it is being brought up")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == pytest.ExitCode.INTERRUPTED
    name = mine.calls("up")[0][mine.calls("up")[0].index("--name") + 1]
    assert mine.calls()[1:] == [["interrupted"], ["down", name]]
