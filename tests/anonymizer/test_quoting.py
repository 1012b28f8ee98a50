"""No value is quoted: by an error that nobody foresaw, with and without --verbose, or by a value's repr."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
import typer

import anonymizer
from anonymizer.discovery.facts import Facts
from anonymizer.mariadb.chunks import Chunk
from anonymizer.policies.schema import Column, Table
from anonymizer.quoting import quoting_nothing
from foundation.console import VERBOSE, run
from foundation.errors import ExitCode, InputError

MARKED = "qwanna@firma.pl"
_ROWS = re.compile(r"\bpa\.(Array|ChunkedArray|Table|RecordBatch)\b")


def application(error: Exception) -> typer.Typer:
    app = typer.Typer()

    @app.callback()
    def nothing() -> None: ...

    @app.command()
    @quoting_nothing
    def work(*, rows: int = 3) -> None:
        try:
            int(MARKED)
        except ValueError:
            raise error  # noqa: B904 - the context that Python gives it
        assert rows

    return app


@pytest.mark.parametrize("verbose", ["", "1"])
@pytest.mark.parametrize(
    "error", [ValueError(MARKED), KeyError(MARKED), UnicodeDecodeError("utf8", MARKED.encode(), 0, 1, "")]
)
def test_a_bug_quotes_nothing(
    error: Exception, verbose: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VERBOSE, verbose)
    assert run(application(error), ["work", "--rows", "2"]) == ExitCode.BUG
    said = "".join(capsys.readouterr())
    assert MARKED not in said
    assert type(error).__name__ in said
    assert "test_quoting.py:" in said


def test_what_is_told_on_purpose_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(application(InputError("no such file")), ["work"]) == ExitCode.INPUT
    assert "no such file" in capsys.readouterr().err
    assert run(application(typer.Exit(4)), ["work"]) == 4


def holding_rows() -> Iterator[tuple[str, bool]]:
    """Every field of a dataclass that holds rows or columns, and whether its repr shows them."""
    for module in pkgutil.walk_packages(anonymizer.__path__, "anonymizer."):
        if module.name.startswith("anonymizer.spark"):
            continue
        for name, found in vars(importlib.import_module(module.name)).items():
            if dataclasses.is_dataclass(found) and found.__module__ == module.name:
                for field in dataclasses.fields(found):
                    if _ROWS.search(str(field.type)):
                        yield f"{module.name}.{name}.{field.name}", field.repr


def test_no_repr_shows_rows() -> None:
    found = dict(holding_rows())
    assert len(found) > 5
    assert [name for name, shows in found.items() if shows] == []


def test_no_repr_shows_a_key_or_a_sampled_value() -> None:
    column = Column(
        name="a", type="text", base="text", limit=None, nullable=True, default=False, generated=False
    )
    table = Table(name="t", schema="", relation="t", rows=1, columns={"a": column}, unique={})
    assert MARKED not in repr(Facts(table=table, column=column, values=[MARKED]))
    assert MARKED not in repr(Chunk(table="t", number=1, first=(MARKED,), end=(MARKED,)))
