"""Sample data: cached by what it depends on, never half there, and loaded whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from anonymizer import sample
from foundation.errors import InputError, Refused
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, rows

GENERATOR = """
import pyarrow as pa

VERSION = "1"


def tables(size, seed):
    yield "parent", pa.table({"id": range(1, size + 1), "name": [None, "", *[f"n,{seed}"] * (size - 2)]})
    yield "crm.child", pa.table({"parent": [1, 2]})
"""
SCHEMA = """
CREATE TABLE parent (id serial PRIMARY KEY, name text);
CREATE SCHEMA crm;
CREATE TABLE crm.child (parent integer REFERENCES parent);
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sample.py").write_text(GENERATOR)
    return tmp_path / "shop" / "sample.py"


@pytest.mark.integration
def test_a_sample_is_loaded_with_null_empty_and_sequences(
    module: Path, tmp_path: Path, make_database: MakeDatabase
) -> None:
    dsn = make_database(SCHEMA)
    assert anonymizer.load_sample(module, 4, 7, dsn, tmp_path / "cache") == {"parent": 4, "crm.child": 2}
    assert rows(dsn, "SELECT name FROM parent ORDER BY id") == [(None,), ("",), ("n,7",), ("n,7",)]
    assert ask(dsn, "INSERT INTO parent DEFAULT VALUES RETURNING id") == 5
    with pytest.raises(Refused, match="not empty"):
        anonymizer.load_sample(module, 4, 7, dsn, tmp_path / "cache")


@pytest.mark.integration
def test_a_sample_that_breaks_a_reference_leaves_nothing(
    module: Path, tmp_path: Path, make_database: MakeDatabase
) -> None:
    module.write_text(GENERATOR.replace("[1, 2]", "[1, 99]"))
    dsn = make_database(SCHEMA)
    with pytest.raises(InputError, match="child_parent_fkey"):
        anonymizer.load_sample(module, 4, 7, dsn, tmp_path / "cache")
    assert ask(dsn, "SELECT count(*) FROM parent") == 0


def test_the_same_sample_is_generated_once(module: Path, tmp_path: Path) -> None:
    folder = sample.cached(module, 4, 7, tmp_path / "cache")
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert sample.cached(module, 4, 7, tmp_path / "cache") == folder
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_another_size_seed_or_generator_is_another_sample(module: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folders = {
        sample.cached(module, 4, 7, cache),
        sample.cached(module, 5, 7, cache),
        sample.cached(module, 4, 8, cache),
    }
    module.write_text(GENERATOR + "# changed\n")
    assert len(folders | {sample.cached(module, 4, 7, cache)}) == 4


def test_a_generator_that_fails_leaves_nothing_in_the_cache(module: Path, tmp_path: Path) -> None:
    module.write_text(GENERATOR.replace('yield "crm.child"', "raise RuntimeError #"))
    with pytest.raises(InputError, match="the sample generator fails: RuntimeError") as raised:
        sample.cached(module, 4, 7, tmp_path / "cache")
    assert raised.value.where == f"{module}:9", "the line of the generator, not of what it called"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_generator_that_is_not_python_is_told_with_its_line(module: Path) -> None:
    module.write_text('VERSION = "1"\n\ndef tables(\n')
    with pytest.raises(InputError, match="SyntaxError") as raised:
        sample.check(module)
    assert raised.value.where == f"{module}:3"


def test_a_module_without_tables_is_refused(module: Path, tmp_path: Path) -> None:
    module.write_text("VERSION = '1'\n")
    with pytest.raises(InputError, match="does not define tables"):
        sample.cached(module, 4, 7, tmp_path / "cache")
    with pytest.raises(InputError, match="no such sample generator"):
        sample.cached(tmp_path / "none.py", 4, 7, tmp_path / "cache")


def test_a_generator_can_be_a_package_of_modules(tmp_path: Path) -> None:
    package = tmp_path / "shop" / "sample"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .parents import tables\n\nVERSION = '1'\n")
    module = package / "parents.py"
    module.write_text(GENERATOR)
    first = sample.cached(package, 4, 7, tmp_path / "cache")
    module.write_text(GENERATOR.replace("range(1, size + 1)", "range(10, size + 10)"))
    second = sample.cached(package, 4, 7, tmp_path / "cache")
    parents = [next(folder.glob("*-parent.csv")).read_text() for folder in (first, second)]
    assert ['"13"' in text for text in parents] == [False, True]
    module.write_text("import nothing_of_that_name\n")
    with pytest.raises(InputError, match="ModuleNotFoundError") as raised:
        sample.check(package)
    assert raised.value.where == f"{module}:1"
