"""A staging that `infra up` made is rehearsed in: load and faults go to it, and it stands as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from foundation.errors import ExitCode
from peakproof import results
from peakproof.results import Results
from tests.environments import commanding
from tests.environments.commanding import left
from tests.infra.stacks import Stacks
from tests.peakproof import kiosks
from tests.peakproof.kiosks import TINY

pytestmark = [pytest.mark.integration, pytest.mark.pulumi_engine]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A kiosk that stands as a staging, and the folder of its definition."""

    name: str
    folder: Path

    @property
    def definition(self) -> str:
        return str(self.folder / "definition.yaml")

    def plan(self, name: str, **more: object) -> str:
        """A plan for the stack of that name."""
        written = {
            **kiosks.season(),
            "environment": {"definition": "./definition.yaml", "stack": name},
            "timeline": [{"at": "1s", "kill": "till.any", "for": "1s"}],
            **more,
        }
        path = self.folder / "plan.yaml"
        path.write_text(yaml.safe_dump(written, sort_keys=False))
        return str(path)


@pytest.fixture(scope="module")
def kiosk(stacks: Stacks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("kiosk")
    written = {"extends": str(TINY / "kiosk.yaml"), "class": "staging"}
    (folder / "definition.yaml").write_text(yaml.safe_dump(written))
    with stacks.new() as name:
        standing = Standing(name=name, folder=folder)
        up = stacks.run("up", standing.definition, "--name", name, "--yes", "--waive", "host-loss")
        assert up.returncode == ExitCode.OK, up.stderr
        yield standing


def rehearsed(stacks: Stacks, standing: Standing, out: Path) -> tuple[Results, str]:
    """The results of a rehearsal in it, and what was said."""
    arguments = ("rehearse", standing.plan(standing.name), "--confirm", standing.name, "--out", str(out))
    ran = commanding.run(*arguments, env=stacks.environment(), within=200)
    assert (out / results.FILE).is_file(), ran.stderr
    return results.read(out / results.FILE), ran.stderr


@pytest.mark.parametrize("typed", [None, "another"])
def test_without_its_name_typed_nothing_goes_to_it(
    stacks: Stacks, kiosk: Standing, tmp_path: Path, typed: str | None
) -> None:
    confirm = ("--confirm", typed) if typed else ()
    plan = kiosk.plan(kiosk.name)
    ran = commanding.run(
        "rehearse", plan, *confirm, "--out", str(tmp_path / "report"), env=stacks.environment()
    )
    assert ran.returncode == (ExitCode.REFUSED if typed else ExitCode.INPUT), ran.stderr
    assert "is not the name of this stack" in ran.stderr or "its name must be typed" in ran.stderr
    assert not (tmp_path / "report").exists()


def test_a_production_is_refused_whatever_is_typed(stacks: Stacks, kiosk: Standing, tmp_path: Path) -> None:
    written = {"extends": str(TINY / "kiosk.yaml"), "class": "production"}
    (tmp_path / "definition.yaml").write_text(yaml.safe_dump(written))
    plan = Standing(name="live", folder=tmp_path).plan("live")
    ran = commanding.run("rehearse", plan, "--confirm", "live", env=stacks.environment())
    assert ran.returncode == ExitCode.REFUSED
    assert "live is production: no load and no fault ever goes to it" in ran.stderr
    assert kiosk.name not in ran.stderr


def test_load_and_faults_go_to_it_and_it_stands_as_before(
    stacks: Stacks, kiosk: Standing, tmp_path: Path
) -> None:
    before = stacks.ids(kiosk.name)
    found, said = rehearsed(stacks, kiosk, tmp_path / "first")
    assert found.conservation is not None, said
    assert found.conservation.bad == ()
    assert found.conservation.outcomes["acknowledged"] > 0
    assert [(fault.name, fault.node) for fault in found.faults] == [("kill", "till-1")], said
    assert found.data is not None
    assert (found.data.source, found.data.verified) == ("sample", True), "it had never been filled"
    assert any(f"Left in the stack {kiosk.name}" in line for line in found.scope)
    assert stacks.ids(kiosk.name) == before
    mine = [thing for thing in left(stacks.client, kiosk.name) if "-lease-" in thing or "-lock" in thing]
    assert mine == [], "nothing of the rehearsal stays"
    assert left(stacks.client, f"{kiosk.name}_source") == []

    again, said = rehearsed(stacks, kiosk, tmp_path / "second")
    assert again.data is not None, said
    assert (again.data.source, again.data.rows) == ("what stood there", found.data.rows), "it is not emptied"
    assert again.conservation is not None
    assert again.conservation.bad == ()

    up = stacks.run("up", kiosk.definition, "--name", kiosk.name, "--waive", "host-loss")
    assert "nothing to change" in up.stderr, up.stderr
    lines = (stacks.state / "peakproof" / "infra" / "audit.jsonl").read_text().splitlines()
    commands = [each["command"] for each in map(json.loads, lines) if each["stack"] == kiosk.name]
    assert commands.count("rehearse") == 4, "begun and ended, twice"
