"""docs/environments.md says everything there is, and its examples are right."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer
import yaml
from pydantic import BaseModel

from environments.cli import app
from environments.definition import DefinitionInput, GivenInput, PartnerInput
from environments.loading import site_of, topology_of
from environments.lookup import PACKAGE
from environments.secrets import KINDS as SECRETS
from environments.services import KINDS
from environments.site import HostInput, Site
from tests.environments.written import definition

TEXT = (PACKAGE / "docs" / "environments.md").read_text(encoding="utf-8")
ENV = typer.main.get_command(app)
EXAMPLE, *OTHERS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
SITES = [text for text in OTHERS if text.startswith("site:")]
PARTS = [text for text in OTHERS if text not in SITES]


def keys(model: type[BaseModel]) -> set[str]:
    """The keys that a person may write."""
    return {field.alias or name for name, field in model.model_fields.items()}


def section(title: str) -> str:
    """The text below a heading, up to the next of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"no section {title!r}"
    return found[1]


def rows(title: str) -> set[str]:
    """The first cells of the table in a section."""
    return set(re.findall(r"^\| `([\w-]+)`", section(title), re.MULTILINE))


def commands() -> dict[str, click.Command]:
    assert hasattr(ENV, "commands")
    return dict(ENV.commands)


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_documented(name: str) -> None:
    start = f"| `peakproof env {name}"
    told = [line for line in section("Commands").splitlines() if line.startswith((f"{start} ", f"{start}`"))]
    assert len(told) == 1, name
    options = [
        option for parameter in commands()[name].params for option in parameter.opts if option[:1] == "-"
    ]
    for option in options:
        assert option in told[0] or (option == "--lines" and "-n" in told[0]), f"{name} {option}"


@pytest.mark.parametrize("name", commands())
def test_every_command_has_an_example_in_its_help(name: str) -> None:
    assert f"Example: peakproof env {name}" in str(commands()[name].help)


def test_every_key_of_a_definition_is_documented() -> None:
    assert rows("A definition") == keys(DefinitionInput) | {"extends"}
    assert all(f"`{key}`" in section("A definition") for key in keys(PartnerInput))


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_kind_is_documented(kind: str) -> None:
    assert rows(f"`{kind}`") == keys(KINDS[kind].options) - {"kind"}


def test_every_kind_of_secret_is_documented() -> None:
    assert rows("Secrets") == set(SECRETS)
    assert all(f"`{key}`" in section("A definition") for key in keys(GivenInput))


def test_every_key_of_a_site_is_documented() -> None:
    assert rows("A site") == keys(Site)
    assert all(f"`{key}`" in section("A site") for key in keys(HostInput))


def test_the_example_of_a_definition_shows_every_key_and_compiles(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(EXAMPLE)
    written = yaml.safe_load(EXAMPLE)
    assert set(written) == keys(DefinitionInput) - {"extends"}
    assert "# extends: laptop" in EXAMPLE
    shown: dict[str, set[str]] = {}
    for options in written["services"].values():
        shown.setdefault(options["kind"], set()).update(options)
    assert all(keys(KINDS[kind].options) <= shown[kind] | {"memory"} for kind in KINDS)
    topology = topology_of("shop", beside=tmp_path).topology
    assert topology.definition == "shop"
    assert {node.service for node in topology.nodes} == {*written["services"]}


def test_a_definition_that_extends_the_example_compiles(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(EXAMPLE)
    (tmp_path / "small.yaml").write_text("extends: shop\ndefinition: small\nservices: {api: {nodes: 1}}\n")
    whole, small = (topology_of(name, beside=tmp_path).topology.nodes for name in ("shop", "small"))
    assert {node.name for node in whole} - {node.name for node in small} == {"api-2"}


@pytest.mark.parametrize("written", PARTS)
def test_the_examples_of_services_compile(tmp_path: Path, written: str) -> None:
    services = yaml.safe_load(written)["services"]
    assert topology_of(str(definition(tmp_path, services)), beside=tmp_path).topology.nodes


@pytest.mark.parametrize("written", SITES)
def test_the_examples_of_sites_load(tmp_path: Path, written: str) -> None:
    (tmp_path / "cellar.yaml").write_text(written)
    assert site_of("cellar", beside=tmp_path).site == "cellar"


def test_the_labels_that_are_told_are_those_that_are_written() -> None:
    labels = (PACKAGE / "environments/labels.py").read_text()
    told = set(re.findall(r"peakproof\.[a-z]+", section("What is where")))
    assert told
    assert all(f'"{label}"' in labels for label in told)
