"""Every fault kind: read from a line of a timeline, described by what its helper does and undoes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from environments.faults import FAULTS, kind_of
from environments.faults.capabilities import CAPABILITIES
from environments.faults.fault import Call, Script
from environments.lookup import PACKAGE
from tests.environments.faults.cases import LINES, described, options

ALL = frozenset(CAPABILITIES)


FOLDER = PACKAGE / "environments" / "faults"
SERVING = {"__init__", "abilities", "aiming", "capabilities", "direction", "fault", "hosts", "kind"}
SEEN = ("faults/test_in_force.py", "containers/test_disks.py")


def test_there_is_a_case_for_every_kind() -> None:
    assert set(LINES) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_kind_has_its_module_and_is_seen_in_force_on_real_containers(name: str) -> None:
    assert (FOLDER / f"{name.replace('-', '_')}.py").is_file()
    assert any(f'"{name}":' in (PACKAGE / "tests/environments" / place).read_text() for place in SEEN)


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda module: module.stem)
def test_every_module_of_the_folder_is_a_kind_or_serves_all(module: Path) -> None:
    assert module.stem in {name.replace("-", "_") for name in FAULTS} | SERVING


@pytest.mark.parametrize("name", FAULTS)
def test_a_line_names_its_kind_once(name: str) -> None:
    written = options(LINES[name])
    assert (written.fault, written.target, written.at) == (name, LINES[name][name], 1.0)
    assert kind_of(written) is FAULTS[name]


@pytest.mark.parametrize("name", FAULTS)
def test_its_helper_is_told_what_to_do_and_how_long(name: str) -> None:
    fault = described(LINES[name], ALL)
    assert fault.name == name
    assert fault.container == "peakproof-x-api-1"
    told = json.loads(fault.to_json())
    assert told["seconds"] == (30.0 if "for" in LINES[name] else None)
    assert told["apply"] != told["undo"]


@pytest.mark.parametrize("name", FAULTS)
def test_its_helper_has_only_the_rights_that_its_deeds_need(name: str) -> None:
    fault = described(LINES[name], ALL)
    assert fault.post == FAULTS[name].post
    deeds = {type(fault.apply), type(fault.undo)}
    assert deeds == ({Call} if fault.post.socket else {Script}), "only an engine's fault has Docker's socket"


@pytest.mark.parametrize("name", FAULTS)
def test_what_it_needs_is_known_and_enough(name: str) -> None:
    kind = FAULTS[name]
    assert all(way <= CAPABILITIES.keys() for way in kind.ways)
    assert kind.lacks(ALL) == frozenset()


@pytest.mark.parametrize(
    ("name", "apply", "undo", "label"),
    [
        ("kill", "kill?signal=SIGKILL", "start", "start:peakproof-x-api-1"),
        ("stop", "stop?t=5", "start", "start:peakproof-x-api-1"),
        ("pause", "pause", "unpause", "unpause:peakproof-x-api-1"),
    ],
)
def test_what_the_engine_is_asked_for(name: str, apply: str, undo: str, label: str) -> None:
    fault = described(LINES[name])
    asked = [
        f"{deed.path}?{'&'.join(f'{key}={value}' for key, value in deed.query.items())}".rstrip("?")
        for deed in (fault.apply, fault.undo)
        if isinstance(deed, Call)
    ]
    assert asked == [f"/containers/peakproof-x-api-1/{each}" for each in (apply, undo)]
    assert fault.label == label


def test_a_stop_s_grace_is_the_service_s_own_unless_it_is_said() -> None:
    apply = described({"stop": "api-1"}).apply
    assert isinstance(apply, Call)
    assert apply.query == {"t": "7"}
    assert described({"stop": "api-1", "grace": "60s"}).slow == 60


@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ({"kil": "api-1"}, (), "unknown fault 'kil': did you mean 'kill'?"),
        ({"kill": "api-1", "stop": "api-1"}, (), "exactly one fault per line"),
        ({"kill": "api-1", "grace": "1s"}, ("grace",), "Extra inputs"),
        ({"stop": "api-1", "grace": "6m"}, ("grace",), "five minutes"),
    ],
)
def test_a_wrong_line_is_told_at_its_key(written: dict[str, object], at: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        options(written)
    (wrong,) = caught.value.errors()
    assert wrong["loc"] == at
    assert said in wrong["msg"]
