"""`peakproof hosts`: bad input is answered before anything is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import Unavailable
from playbooks import configuring
from playbooks.running import locking
from tests.environments.commanding import run_here


@pytest.mark.parametrize("command", ["configure", "check"])
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["boxx"], "did you mean 'box'?"),
        (["laptop"], "local of the site 'laptop' cannot be configured"),
        (["box", "--limit", "box-4"], "the site has no host 'box-4'"),
    ],
)
def test_what_cannot_be_is_an_error_of_input(command: str, arguments: list[str], told: str) -> None:
    said = run_here("hosts", command, *arguments)
    assert said.returncode == 2, said.stderr
    assert told in said.stderr
    assert said.stdout == ""


@pytest.mark.parametrize("command", ["renew", "patch"])
def test_a_host_that_the_site_has_not_is_neither_renewed_nor_patched(command: str) -> None:
    said = run_here("hosts", command, "box", "--limit", "box-4")
    assert said.returncode == 2, said.stderr
    assert "the site has no host 'box-4'" in said.stderr


def test_a_site_that_is_being_worked_on_is_refused_with_who_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with locking.held("box", "hosts configure box"):
        said = run_here("hosts", "check", "box")
    assert said.returncode == 5
    assert "the site 'box' is being worked on by `hosts configure box` (process " in said.stderr


def test_without_ansible_it_is_said_how_it_is_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ansible_runner", None)
    with pytest.raises(Unavailable, match="needs peakproof") as caught:
        configuring.require_ansible()
    assert "peakproof[hosts]" in str(caught.value.hint)
