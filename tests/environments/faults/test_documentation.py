"""docs/faults.md says every fault and every key, and its example is a timeline."""

from __future__ import annotations

import re

import pytest
import yaml

from environments.faults import FAULTS
from environments.faults.kind import FaultOptions
from environments.lookup import PACKAGE
from tests.environments.faults.cases import LINE

TEXT = (PACKAGE / "docs" / "faults.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def section(title: str) -> str:
    """The text below a heading, up to the next of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"no section {title!r}"
    return found[1]


def rows(text: str) -> set[str]:
    """The first cells of a table."""
    return set(re.findall(r"^\| `([\w-]+)`", text, re.MULTILINE))


def keys(model: type[FaultOptions]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items() if name != "target"}


def test_what_every_fault_takes_is_documented() -> None:
    assert rows(section("Faults")) == keys(FaultOptions)


@pytest.mark.parametrize("name", FAULTS)
def test_every_key_of_a_fault_is_documented(name: str) -> None:
    assert rows(section(f"`{name}`")) == keys(FAULTS[name].options) - keys(FaultOptions)


def test_no_fault_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^### `([\w-]+)`", TEXT, re.MULTILINE)) == set(FAULTS)


def test_the_example_is_a_timeline_with_every_fault() -> None:
    timeline = [LINE.validate_python(line) for line in yaml.safe_load(EXAMPLE)["timeline"]]
    assert {line.fault for line in timeline} == set(FAULTS)
