"""A name is looked up beside the document that says it, then in the package; a slash makes it a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import loading, lookup
from environments.lookup import PACKAGE
from foundation.errors import InputError


def a(kind: str, path: Path) -> Path:
    """A document of that kind at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# mine\n{kind}: mine\n")
    return path


def test_a_name_is_found_in_the_package(tmp_path: Path) -> None:
    found = lookup.find("definition", "laptop", beside=tmp_path)
    assert found == PACKAGE / "environments/definitions/laptop.yaml"


def test_a_name_beside_the_document_comes_first(tmp_path: Path) -> None:
    mine = a("definition", tmp_path / "laptop.yaml")
    assert lookup.find("definition", "laptop", beside=tmp_path) == mine


def test_a_document_of_another_kind_is_passed_over(tmp_path: Path) -> None:
    a("season", tmp_path / "laptop.yaml")
    found = lookup.find("definition", "laptop", beside=tmp_path)
    assert found == PACKAGE / "environments/definitions/laptop.yaml"


def test_a_definition_that_extends_is_one(tmp_path: Path) -> None:
    (tmp_path / "qa.yaml").write_text("extends: laptop\n")
    assert lookup.find("definition", "qa", beside=tmp_path) == tmp_path / "qa.yaml"


def test_a_folder_of_its_kind_beside_the_document_will_do(tmp_path: Path) -> None:
    mine = a("definition", tmp_path / "definitions" / "laptop.yaml")
    assert lookup.find("definition", "laptop", beside=tmp_path) == mine


def test_a_platform_is_a_folder(tmp_path: Path) -> None:
    assert (
        lookup.find("platform", "orderhub", beside=tmp_path) == PACKAGE / "platforms/orderhub/platform.yaml"
    )
    mine = a("platform", tmp_path / "platforms" / "orderhub" / "platform.yaml")
    assert lookup.find("platform", "orderhub", beside=tmp_path) == mine


@pytest.mark.parametrize("written", ["./shop", "other/../shop", "shop/platform.yaml"])
def test_a_slash_makes_a_platform_a_path(tmp_path: Path, written: str) -> None:
    (tmp_path / "other").mkdir()
    mine = a("platform", tmp_path / "shop" / "platform.yaml")
    assert lookup.find("platform", written, beside=tmp_path) == mine


def test_a_path_is_never_looked_up_in_the_package(tmp_path: Path) -> None:
    assert lookup.find("definition", "./laptop", beside=tmp_path) is None


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    mine = a("definition", tmp_path / "there" / "mine.yaml")
    assert lookup.find("definition", str(mine), beside=PACKAGE) == mine


def test_a_name_that_stands_for_nothing_says_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no definition 'labtop'") as caught:
        loading.topology_of("labtop", beside=tmp_path)
    assert caught.value.hint is not None
    assert "did you mean 'laptop'?" in caught.value.hint


def test_hints_know_what_stands_beside_the_document(tmp_path: Path) -> None:
    a("site", tmp_path / "sites" / "cellar.yaml")
    assert {"cellar", "laptop"} <= lookup.known("site", beside=tmp_path)
    with pytest.raises(InputError) as caught:
        loading.site_of("celar", beside=tmp_path)
    assert "did you mean 'cellar'?" in str(caught.value.hint)


def test_a_path_that_leads_nowhere_is_told_as_the_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no definition '\./mine\.yaml'") as caught:
        loading.topology_of("./mine.yaml", beside=tmp_path)
    assert caught.value.hint == f"there is no file {tmp_path / 'mine.yaml'}"
