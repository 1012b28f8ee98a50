"""Every service kind is whole: its options are readable, and it has its module, test and doc."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.definition import DefinitionInput
from environments.lookup import PACKAGE
from environments.services import KINDS

TESTS = Path(__file__).parent
DOC = PACKAGE / "docs" / "environments.md"


def readable_kinds() -> set[str]:
    """The kinds that a definition may say, by the model that reads it."""
    schema = DefinitionInput.model_json_schema()["properties"]["services"]["additionalProperties"]
    return set(schema["discriminator"]["mapping"])


def test_what_a_definition_may_say_is_what_there_is() -> None:
    assert readable_kinds() == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reads_its_own_options(kind: str) -> None:
    schema = KINDS[kind].options.model_json_schema()
    assert schema["properties"]["kind"]["const"] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_module_test_and_doc(kind: str) -> None:
    assert (PACKAGE / f"environments/services/{kind}.py").is_file()
    assert (TESTS / f"test_{kind}.py").is_file()
    assert f"### `{kind}`" in DOC.read_text()


@pytest.mark.parametrize("module", sorted((PACKAGE / "environments/services").glob("*.py")))
def test_every_module_of_the_folder_is_a_kind_or_serves_several(module: Path) -> None:
    assert module.stem in {*KINDS, "__init__", "kind", "databases", "instead", "running", "stateful"}
