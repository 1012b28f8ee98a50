"""A host as a target: by its number on the site or by its name, and never one that is home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.faults import FAULTS, hosts
from environments.faults.kill import KillOptions
from environments.loading import site_of
from environments.topology import Role

BOX, LAPTOP = site_of("box", beside=Path()), site_of("laptop", beside=Path())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("host.1", "box-1"), ("host.3", "box-3"), ("box-2", "box-2"),
        ("host.0", None), ("host.4", None), ("host.", None), ("host.any", None), ("api-1", None),
    ],
)  # fmt: skip
def test_a_host_is_meant_by_its_number_or_its_name(written: str, meant: str | None) -> None:
    assert hosts.named([*BOX.hosts], written) == meant
    assert hosts.target(BOX, written) == (Role(name=written, candidates=(meant,)) if meant else None)


def test_home_is_no_target() -> None:
    assert hosts.targets(BOX) == ["host.1", "host.2", "host.3"]
    assert hosts.targets(LAPTOP) == []


def test_only_what_befalls_a_machine_befalls_a_host() -> None:
    assert [name for name, kind in FAULTS.items() if kind.on_host] == ["kill"]


def test_its_helper_is_run_again_where_it_died_and_has_time_for_a_boot() -> None:
    options = KillOptions.model_validate({"at": "1s", "kill": "host.2", "for": "10s"})
    assert FAULTS["kill"].on_host is not None
    fault = FAULTS["kill"].on_host(options, "c0ffee")
    assert fault.label == "rerun"
    told = json.loads(fault.to_json())
    assert (told["apply"]["does"], told["undo"]["does"], told["seconds"]) == ("host-down", "host-up", 10.0)
    assert told["patience"] >= 60
