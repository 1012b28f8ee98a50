"""docs/hosts/README.md names every command, option, state and exit code that a run of a playbook has."""

from __future__ import annotations

from typing import get_args

import click
import pytest
import typer

from environments.lookup import PACKAGE
from foundation.errors import ExitCode
from playbooks.cli import app
from playbooks.running import fitness
from playbooks.running.outcome import State

TEXT = (PACKAGE / "docs" / "hosts" / "README.md").read_text(encoding="utf-8")
HOSTS = typer.main.get_command(app)


def commands() -> dict[str, click.Command]:
    assert hasattr(HOSTS, "commands")
    return dict(HOSTS.commands)


@pytest.mark.parametrize("name", commands())
def test_every_command_is_there(name: str) -> None:
    assert [line for line in TEXT.splitlines() if line.startswith(f"| `peakproof hosts {name} ")]


@pytest.mark.parametrize("name", ["configure", "check", "renew", "patch"])
def test_every_option_is_there_and_help_shows_an_example(name: str) -> None:
    (told,) = [line for line in TEXT.splitlines() if line.startswith(f"| `peakproof hosts {name} ")]
    for parameter in commands()[name].params:
        for option in parameter.opts:
            assert option in told or not option.startswith("--"), option
    assert f"Example: peakproof hosts {name} box" in (commands()[name].help or "")


@pytest.mark.parametrize("code", [code for code in ExitCode if code not in (ExitCode.BUG, ExitCode.INVALID)])
def test_every_exit_code_is_there(code: ExitCode) -> None:
    assert f"\n| {int(code)} | " in TEXT


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_is_there(state: str) -> None:
    assert f"`{state}`" in TEXT


def test_what_a_machine_must_have_is_what_is_asked_of_it() -> None:
    assert "Debian 12 or 13 (Ubuntu 24.04 is accepted and untested)" in TEXT
    assert dict(fitness.SUPPORTED) == {"debian": ("12", "13"), "ubuntu": ("24.04",)}
    assert f"{fitness.LEAST_DISK // 2**30} GiB free below `/var`" in TEXT
    assert f"off by more than {fitness.CLOCK_SECONDS:g} s" in TEXT
