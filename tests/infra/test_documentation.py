"""docs/infra.md names every command, option, exit code and what a person may run into."""

from __future__ import annotations

import re

import click
import pytest
import typer

from environments.lookup import PACKAGE
from foundation.errors import ExitCode
from infra import checking
from infra.backend import PASSPHRASE, PASSPHRASE_FILE, URL
from infra.cli import app

TEXT = (PACKAGE / "docs" / "infra.md").read_text(encoding="utf-8")
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
INFRA = typer.main.get_command(app)


def commands() -> dict[str, click.Command]:
    assert hasattr(INFRA, "commands")
    return dict(INFRA.commands)


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_documented(name: str) -> None:
    (told,) = [line for line in TEXT.splitlines() if line.startswith(f"| `peakproof infra {name} ")]
    for parameter in commands()[name].params:
        for option in parameter.opts:
            assert option in told or not option.startswith("--"), option


@pytest.mark.parametrize("name", commands())
def test_every_command_shows_an_example(name: str) -> None:
    assert f"Example: peakproof infra {name} laptop" in (commands()[name].help or "")


def test_every_exit_code_that_infra_has_is_documented() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert told == set(ExitCode) - {ExitCode.FAIL, ExitCode.BUG}


def test_variables_are_called_as_they_are() -> None:
    for name in (PASSPHRASE, PASSPHRASE_FILE, URL):
        assert name in TEXT


@pytest.mark.parametrize("text", [TEXT, README], ids=["docs/infra.md", "README.md"])
def test_the_check_that_is_shown_is_the_laptops(text: str) -> None:
    found = checking.check("laptop", site="laptop", beside=PACKAGE)
    digest = found.instance.topology.digest
    assert f"laptop: {found.counted} as the topology says (digest {digest})" in text
