"""What ansible-runner told of a run, recorded once from a real one, becomes an outcome per host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foundation.errors import ExitCode
from playbooks.running.events import Event, Step, Tally
from playbooks.running.outcome import HostOutcome, Outcome

RECORDED = Path(__file__).parent / "recorded_events.json"


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """A play over a, b and c: c refuses ssh; on a a loop fails at its end, on b one command does."""
    found: list[Event] = json.loads(RECORDED.read_text())
    return found


def tallied(events: list[Event]) -> tuple[Tally, list[Step]]:
    tally = Tally()
    steps = [step for event in events if (step := tally.add(event))]
    return tally, steps


def outcome(hosts: dict[str, HostOutcome], *, checked: bool = False) -> Outcome:
    return Outcome(site="s", playbook="site", checked=checked, seconds=1.0, hosts=hosts)


def test_each_host_ends_as_it_did(events: list[Event]) -> None:
    hosts = tallied(events)[0].hosts(["a", "b", "c", "d"])
    assert {name: host.state for name, host in hosts.items()} == {
        "a": "failed",
        "b": "failed",
        "c": "unreachable",
        "d": "not reached",
    }


def test_a_failure_is_told_in_its_own_words(events: list[Event]) -> None:
    hosts = tallied(events)[0].hosts(["a", "b", "c"])
    assert hosts["b"].failure is not None
    assert (hosts["b"].failure.task, hosts["b"].failure.said) == (
        "Fails on one",
        ("err", "it ended with status 3"),
    )
    assert hosts["a"].failure is not None
    assert "no 2" in hosts["a"].failure.said, "of a loop, the items that failed"
    assert "no 0" not in hosts["a"].failure.said
    assert hosts["c"].failure is not None
    assert "Connection refused" in hosts["c"].failure.said[0]
    assert hosts["c"].failure.hint == "is the host up? `ssh` to it by hand tells more"


def test_changes_are_told_also_those_with_secrets_but_not_what_they_are(events: list[Event]) -> None:
    changes = tallied(events)[0].hosts(["a"])["a"].changes
    assert [change.task for change in changes] == ["Say hello", "Secret"]
    assert "+hello a" in changes[0].diff
    assert changes[1].diff == ()


def test_what_is_ignored_or_rescued_is_no_failure(events: list[Event]) -> None:
    until_rescued = [
        event
        for event in events
        if "fail" not in str(event["event_data"].get("task", "")).lower()  # type: ignore[attr-defined]
    ]
    stats = {"processed": {"a": 1}, "rescued": {"a": 1}}
    mended = [*until_rescued[:-1], {"event": "playbook_on_stats", "event_data": stats}]
    tally, steps = tallied(mended)
    assert tally.hosts(["a"])["a"].state == "changed"
    assert tally.hosts(["a"])["a"].failure is None
    assert [step.state for step in steps if step.task == "Ignored" and step.host == "a"] == [
        "starting",
        "ignored",
    ]


def test_a_run_that_was_cut_off_left_every_host_undone(events: list[Event]) -> None:
    cut = events[: next(n for n, event in enumerate(events) if event["event"] == "runner_on_ok") + 1]
    hosts = tallied(cut)[0].hosts(["a", "b", "c"])
    assert [host.state for host in hosts.values()] == ["not reached", "not reached", "unreachable"]


def test_those_who_watch_see_where_each_host_is(events: list[Event]) -> None:
    steps = [step for step in tallied(events)[1] if step.host == "b"]
    assert [(step.number, step.task, step.state) for step in steps[:2]] == [
        (1, "Say hello", "starting"),
        (1, "Say hello", "changed"),
    ]
    assert steps[-1].state == "failed"


def test_a_roles_first_task_is_not_told_with_all_that_the_role_is() -> None:
    task = "Validating arguments against arg spec 'main' - The kernel's audit of everything"
    data = {"host": "a", "role": "audit", "task": task}
    step = Tally().add({"event": "runner_on_start", "event_data": data})
    assert step is not None
    assert step.task == "Look at its variables"


def test_what_ansible_says_before_any_task_is_kept() -> None:
    tally = Tally()
    tally.add({"event": "verbose", "stdout": "[ERROR]: the role 'x' was not found\r\n\r\nOrigin: site.yml:3"})
    assert tally.said == ("[ERROR]: the role 'x' was not found", "Origin: site.yml:3")


@pytest.mark.parametrize(
    ("states", "checked", "code"),
    [
        (["done", "changed"], False, ExitCode.OK),
        (["done", "failed"], False, ExitCode.FAIL),
        (["done", "not reached"], False, ExitCode.FAIL),
        (["failed", "unreachable"], False, ExitCode.UNAVAILABLE),
        (["done", "done"], True, ExitCode.OK),
    ],
)
def test_the_exit_code_says_the_worst(states: list[str], checked: bool, code: ExitCode) -> None:
    hosts = {str(n): HostOutcome(host=str(n), state=state) for n, state in enumerate(states)}  # type: ignore[arg-type]
    assert outcome(hosts, checked=checked).exit_code == code


def test_what_a_check_would_change_is_a_difference(events: list[Event]) -> None:
    hosts = tallied(events)[0].hosts(["a", "b"])
    assert outcome(hosts, checked=True).exit_code == ExitCode.DIFFERENT
    assert outcome(hosts).exit_code == ExitCode.FAIL


def test_machines_read_the_same(events: list[Event]) -> None:
    document = outcome(tallied(events)[0].hosts(["a", "c"])).to_dict()
    assert document["exit_code"] == 69
    again = json.loads(json.dumps(document))
    assert again["hosts"]["a"]["changes"][0]["task"] == "Say hello"
    assert again["hosts"]["c"]["state"] == "unreachable"
