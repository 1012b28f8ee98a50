"""Whose lease is over: the newest lease of an instance decides, and none is as good as a lapsed one."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.faults import FAULTS
from environments.faults.capabilities import CAPABILITIES
from environments.lookup import PACKAGE
from tests.environments.faults.cases import LINES, described

NOW = 1_000.0


@pytest.fixture(scope="module")
def reaper() -> ModuleType:
    """The program as it is loaded beside its fellows in the container."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PACKAGE / "environments" / "agent")
        return importlib.import_module("reaper")


def lease(instance: str, until: float, number: int = 1) -> dict[str, object]:
    return {
        "Name": f"peakproof-{instance}-lease-{number:019}",
        "Labels": {"peakproof.instance": instance, "peakproof.until": f"{until:.3f}"},
    }


def working(instance: str, until: float, number: int = 1) -> dict[str, object]:
    """The lease that a command has while it works."""
    named = {"peakproof.instance": instance, "peakproof.until": f"{until:.3f}", "peakproof.who": "process 1"}
    return {"Name": f"peakproof-{instance}-lease-{number:019}", "Labels": named}


@pytest.mark.parametrize(
    ("leases", "instances", "gone"),
    [
        ([], [], set()),
        ([], ["a"], {"a"}),
        ([lease("a", NOW + 1)], ["a"], set()),
        ([lease("a", NOW - 1)], ["a"], {"a"}),
        ([lease("a", NOW)], ["a"], {"a"}),
        ([lease("a", NOW + 9, 1), lease("a", NOW - 1, 2)], ["a"], {"a"}),
        ([lease("a", NOW - 1, 1), lease("a", NOW + 9, 2)], ["a"], set()),
        ([lease("a", NOW - 1, 2), lease("a", NOW + 9, 10)], ["a"], set()),
        ([lease("a", NOW + 9)], ["a", "b"], {"b"}),
        ([lease("a", NOW - 1)], [], {"a"}),
        ([lease("a", NOW + 9, 1), working("a", NOW - 1, 2)], ["a"], set()),
        ([lease("a", NOW - 1, 2), working("a", NOW + 9, 1)], ["a"], set()),
        ([working("a", NOW + 9, 1), working("a", NOW - 1, 2)], ["a"], set()),
        ([lease("a", NOW - 1), working("a", NOW - 1)], ["a"], {"a"}),
    ],
    ids=[
        "nothing there", "no lease", "valid", "lapsed", "ends now", "shortened", "extended",
        "the tenth after the second", "one of two", "only a lapsed lease is left",
        "a command ended", "a command works", "one of two commands works", "nobody works any more",
    ],
)  # fmt: skip
def test_an_instance_goes_when_its_newest_lease_is_over(
    reaper: ModuleType, leases: list[dict[str, object]], instances: list[str], gone: set[str]
) -> None:
    assert reaper.expired(leases, instances, NOW) == gone


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.floats(0, 2 * NOW), max_size=3)))
def test_the_order_in_which_docker_lists_leases_does_not_count(
    reaper: ModuleType, until: dict[str, list[float]]
) -> None:
    leases = [lease(name, end, number) for name, ends in until.items() for number, end in enumerate(ends)]
    backwards = leases[::-1]
    assert reaper.expired(leases, until, NOW) == reaper.expired(backwards, until, NOW)


def lock(until: float) -> dict[str, object]:
    return {"Labels": {"peakproof.kind": "lock", "peakproof.until": str(until)}}


def test_a_lock_needs_no_lease_while_it_is_in_force(reaper: ModuleType) -> None:
    assert reaper.is_lock(lock(NOW + 1), NOW)
    assert not reaper.is_lock(lock(NOW - 1), NOW)
    assert not reaper.is_lock({"Labels": {"peakproof.kind": "node"}}, NOW)


def helper(undo: str, status: str) -> dict[str, object]:
    """A fault's helper that ended."""
    labels = {"peakproof.kind": "fault", "peakproof.instance": "a", "peakproof.undo": undo}
    return {"Id": "h1", "State": "exited", "Status": status, "Labels": labels}


BEGAN = "2026-11-29T02:00:00.5Z"


@pytest.mark.parametrize(
    ("ended", "stopped", "done"),
    [
        (
            helper("start:api-1", "Exited (137) 1 second ago"),
            "2026-11-29T02:00:00.512345678Z",
            ["POST /containers/api-1/start", "remove h1"],
        ),
        (helper("start:api-1", "Exited (137) 1 second ago"), "2026-11-29T02:00:00.4999Z", ["remove h1"]),
        (helper("start:api-1", "Exited (137) 1 second ago"), "0001-01-01T00:00:00Z", ["remove h1"]),
        (helper("start:api-1", "Exited (0) 1 second ago"), "2026-11-29T02:00:01Z", []),
        (helper("unravel:api-1", "Exited (137) 1 second ago"), "2026-11-29T02:00:01Z", []),
    ],
    ids=[
        "died", "died beside a node that was down before", "died before it struck", "undid it itself",
        "an undo that this reaper does not know",
    ],
)  # fmt: skip
def test_a_helper_that_died_is_undone_as_its_label_says_and_only_then_goes(
    reaper: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    ended: dict[str, object],
    stopped: str,
    done: list[str],
) -> None:
    asked: list[str] = []
    states = {
        "/containers/api-1/json": {"State": {"FinishedAt": stopped}},
        "/containers/h1/json": {"State": {"StartedAt": BEGAN}},
    }

    def call(method: str, path: str) -> object:
        if method == "POST":
            asked.append(f"{method} {path}")
        return states.get(path)

    monkeypatch.setattr(reaper, "call", call)
    monkeypatch.setattr(reaper, "remove_container", lambda name: asked.append(f"remove {name}"))
    said: list[str] = []
    reaper.undo_orphans([ended], set(), said.append)
    assert asked == done
    assert [line for line in said if "unravel:api-1" not in line] == []


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_s_undo_is_known(reaper: ModuleType, name: str) -> None:
    assert described(LINES[name], frozenset(CAPABILITIES)).label.partition(":")[0] in reaper.UNDOES


@pytest.mark.parametrize(
    ("mark", "network", "running", "status", "done"),
    [
        (True, "none", True, 0, ["start", "wait", "remove"]),
        (True, "container:t1", True, 0, ["start", "wait", "remove"]),
        (True, "container:t1", False, 0, ["remove"]),
        (False, "container:t1", True, 0, ["remove"]),
        (True, "none", True, 1, ["start", "wait"]),
    ],
    ids=[
        "died", "died in a network", "the network is gone, and the fault with it", "died before it struck",
        "cannot undo it",
    ],
)  # fmt: skip
def test_a_helper_that_died_and_must_undo_itself_is_run_again(
    reaper: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    mark: bool,
    network: str,
    running: bool,
    status: int,
    done: list[str],
) -> None:
    asked: list[str] = []
    answers = {
        "/containers/h1/json": {"HostConfig": {"NetworkMode": network}},
        "/containers/t1/json": {"State": {"Running": running}},
        "/containers/h1/wait": {"StatusCode": status},
    }

    def call(method: str, path: str) -> object:
        if method == "POST":
            asked.append(path.rpartition("/")[2])
        return answers.get(path)

    monkeypatch.setattr(reaper, "call", call)

    def answered(method: str, path: str, *_: object) -> tuple[int, bytes]:
        assert (method, path) == ("HEAD", "/containers/h1/archive")
        return (200 if mark else 404), b""

    monkeypatch.setattr(importlib.import_module("docker_socket"), "_answered", answered)
    monkeypatch.setattr(reaper, "remove_container", lambda _: asked.append("remove"))
    said: list[str] = []
    reaper.undo_orphans([helper("rerun", "Exited (137) 1 second ago")], set(), said.append)
    assert asked == done
    assert said == (["cannot undo rerun yet: its helper ended with status 1; see `docker logs h1`"] * status)
